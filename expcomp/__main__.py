"""`python -m expcomp`."""

from expcomp.cli import main

main()

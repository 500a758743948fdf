"""`expcomp manual`: the pages that ship with the tool."""

import sys
from typing import Annotated

import typer


def manual(
    code: Annotated[str | None, typer.Argument(help="The code of a page; none lists them.", show_default=False)] = None,
) -> None:
    """List the manual's pages, one for each code, or print one.

    Example:  expcomp manual L101
    """
    from expcomp.manual.catalogue import page
    from expcomp.output.manual import print_list, print_page

    if code is None:
        print_list(sys.stdout)
    else:
        print_page(page(code), sys.stdout)

"""The command line run inside the test's own process: quick, and a traceback is the test's failure."""

import io
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from expcomp.cli import app
from expcomp.commands.run import guarded


@dataclass(frozen=True)
class Done:
    """Exit code, and what was printed."""

    exit: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def expcomp(arguments: Sequence[str]) -> Done:
    """Run as `expcomp ARGUMENTS` in the working folder."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = guarded(lambda: app(list(arguments), prog_name="expcomp"))
    return Done(code, out.getvalue(), err.getvalue())

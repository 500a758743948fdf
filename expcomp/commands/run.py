"""What every command shares: errors become messages and exit codes, never a traceback."""

import contextlib
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from expcomp.diagnostics import Code, Refused

FINDINGS = 1
INTERNAL = 70
INTERRUPTED = 130

ProjectOption = Annotated[
    Path | None,
    typer.Option("--project", envvar="EXPCOMP_PROJECT", help="The project's folder (default: where expcomp.yaml is)."),
]
PeriodOption = Annotated[
    str, typer.Option("--period", "-p", help="2027Q1, 2027-03, 2027H1 or 2027.", show_default=False)
]
PlanOption = Annotated[
    list[Path] | None, typer.Option("--plan", help="Pay by this plan instead of those in plans/. May be repeated.")
]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Judge the facts as of this day, like 2027-03-31.")]
PostedOption = Annotated[
    Path | None, typer.Option("--posted", help="Lines of closed periods: the CSV that payout --lines wrote.")
]
LenientOption = Annotated[
    bool,
    typer.Option("--lenient", help="Set wrong rows aside, list them with the money they carry, and exit 1."),
]

TOO_LARGE = Code("D560", "amount-too-large")


def guarded(run: Callable[[], object]) -> int:
    """Run the program; the exit code of design page 8."""
    try:
        run()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except (Refused, OverflowError) as error:
        return _tell(error if isinstance(error, Refused) else Refused(TOO_LARGE.at(None, str(error))))
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)  # noqa: T201 - the last word on stderr
        return INTERRUPTED
    except BrokenPipeError:
        _unheard()
        return 0
    except Exception as error:
        return _unexpected(error)
    return 0


def _unexpected(error: Exception) -> int:
    if _is_nowhere():
        return _tell(_nowhere())
    _report_internal(error)
    return INTERNAL


def _is_nowhere() -> bool:
    """Whether the folder that the program was started in was deleted since: no relative path leads anywhere."""
    try:
        os.getcwd()  # noqa: PTH109 - asked, not used
    except FileNotFoundError:
        return True
    return False


def _nowhere() -> Refused:
    from expcomp.sources.config import NO_PROJECT

    message, help_ = "the folder that you are in was deleted", "go to the project's folder, and run it again there"
    return Refused(NO_PROJECT.at(None, message, help_))


@contextlib.contextmanager
def whoever_listens() -> Iterator[None]:
    """For commands that post: a reader of their output who went away decides nothing, and they go on."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _unheard()


def _unheard() -> None:
    """What Python would still print, or flush on exit, goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def say(message: str) -> None:
    """A line on stderr."""
    with whoever_listens():
        typer.echo(message, err=True)


def _tell(refused: Refused) -> int:
    from expcomp.output.terminal import print_findings

    print_findings(refused.findings, sys.stderr)
    return refused.exit_code


def _report_internal(error: Exception) -> None:
    """A short message; types and places, without cell values, in a file only the user can read."""
    frames = traceback.extract_tb(error.__traceback__)
    details = [f"{type(error).__name__}", *(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)]
    where = ""
    with contextlib.suppress(OSError):
        handle, path = tempfile.mkstemp(prefix="expcomp-crash-", suffix=".txt")
        with os.fdopen(handle, "w") as file:
            file.write("\n".join(details) + "\n")
        where = f"; details without any of your data are in {path}"
    print(  # noqa: T201 - the last word on stderr
        f"internal error ({type(error).__name__}): this is a defect of expcomp, not of your files{where}",
        file=sys.stderr,
    )

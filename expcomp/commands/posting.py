"""Post what was prepared, then render it from the ledger (design page 6, steps 4 to 6)."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from expcomp.commands.closing import Project
from expcomp.commands.project_ledger import closed_sheet
from expcomp.commands.run import say
from expcomp.commands.sheets import NOT_RENDERED, write_ledger_receipt, write_sheets
from expcomp.commands.steps import Steps
from expcomp.diagnostics import Code, Finding, Refused
from expcomp.ledger.batch import Batch, Closing
from expcomp.ledger.create import create_store
from expcomp.ledger.proposal import Proposal
from expcomp.ledger.store import Moved, Store, open_store
from expcomp.pay.closed_sheet import ClosedSheet

STALE = Code("L109", "ledger-moved-meanwhile")


def post(project: Project, batches: list[Batch], head: bytes, steps: Steps, *, force: bool) -> ClosedSheet:
    """The sheet as it stands in the ledger now. The batches are let go once they are posted: what they were made from
    is no longer needed. Raises `Refused`; once the period is closed, a sheet that cannot be written is O109 and never
    reopens it."""
    create_missing(project)
    with open_store(project.ledger) as store:
        with upon(batches[-1].period), unbroken():
            closing = store.post(batches, head, steps)[-1]
        batches.clear()
        _tell(project, closing)
        return render(project, store, closing, steps, force=force)


def propose(project: Project, batches: list[Batch], head: bytes, steps: Steps) -> Proposal:
    create_missing(project)
    with open_store(project.ledger) as store:
        with upon(batches[-1].period), unbroken():
            proposal = store.propose(batches, head, steps)
        write_ledger_receipt(store)
        return proposal


def create_missing(project: Project) -> None:
    if not project.ledger.exists():
        create_store(project.ledger)


@contextmanager
def upon(period: str) -> Iterator[None]:
    """Another run that posted first is told as what it is."""
    try:
        yield
    except Moved:
        message = f"another run has posted to the ledger while {period} was computed; this run posted nothing"
        help_ = "run it again:  expcomp ledger show  tells what is closed"
        raise Refused(STALE.at(None, message, help_)) from None


@contextmanager
def unbroken() -> Iterator[None]:
    """Ctrl-C waits until the ledger is written."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        say("interrupted while the ledger was written: it is written, see  expcomp ledger show")
        raise typer.Exit(130)


def render(project: Project, store: Store, closing: Closing, steps: Steps, *, force: bool) -> ClosedSheet:
    """The receipt of the ledger, and the sheets of the period."""
    try:
        write_ledger_receipt(store)
        steps("the ledger's receipt is written")
        sheet = closed_sheet(store, closing)
        for told in write_sheets(sheet, closing, project.out(closing.period), force=force, watch=steps):
            say(told)
    except (Refused, OSError, KeyboardInterrupt) as error:
        raise Refused(_not_rendered(closing, error)) from None
    return sheet


def _not_rendered(closing: Closing, error: BaseException) -> Finding:
    why = str(error.findings[0]) if isinstance(error, Refused) else str(error) or "interrupted"
    message = f"{closing.period} is closed and its lines are posted, and its sheets are not all written: {why}"
    help_ = f"expcomp ledger export --period {closing.period}  writes the same sheets; do not close again"
    return NOT_RENDERED.at(None, message, help_)


def _tell(project: Project, closing: Closing) -> None:
    lines = f"{closing.count:,} lines posted to {project.config.ledger}"
    say(f"{closing.period} is closed: {lines}, head {closing.head}")

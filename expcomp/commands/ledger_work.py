"""What the commands of `expcomp ledger` do."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from expcomp.commands.closing import Project, open_project
from expcomp.commands.forms import outcome
from expcomp.commands.guard import receipts
from expcomp.commands.project_ledger import closed_sheet, closing_of
from expcomp.commands.sheets import ledger_receipt, write_ledger_receipt, write_sheets
from expcomp.diagnostics import Code, Finding, Place, Refused
from expcomp.ledger.chain import START
from expcomp.ledger.create import create_store, put_in_place
from expcomp.ledger.faults import NO_LEDGER
from expcomp.ledger.proposal import Proposal
from expcomp.ledger.receipt import changed_file, disagrees, read_receipt
from expcomp.ledger.store import Store, open_store
from expcomp.ledger.text_form import exported, whole_text
from expcomp.ledger.verify import check
from expcomp.output.files import CANNOT_WRITE, EXISTS, write_atomic

NOT_CLOSED = Code("L111", "period-not-closed")
NOT_AN_EXPORT = Code("L208", "not-an-export")
OTHER_HEAD = Code("L209", "import-comes-to-another-head")


@contextmanager
def opened(folder: Path | None) -> Iterator[tuple[Project, Store]]:
    """Raises `Refused` (L204) where nothing was closed yet."""
    project = open_project(folder)
    if not project.ledger.exists():
        message = "there is no ledger: nothing was closed yet, or it was moved away"
        help_ = "the first  expcomp close  makes it"
        raise Refused(NO_LEDGER.at(Place.of(project.ledger), message, help_))
    with open_store(project.ledger) as store:
        yield project, store


def verified(folder: Path | None, named: Sequence[Path]) -> str:
    """What was proved. Raises `Refused` with everything that is wrong (L2xx)."""
    with opened(folder) as (project, store):
        closings = check(store)
        found: list[Finding] = []
        compared = [*receipts(project), *named]
        for path in compared:
            receipt = read_receipt(path)
            finding = disagrees(receipt, path, closings)
            if finding is None and path == ledger_receipt(store.path):
                finding = changed_file(receipt, path, closings, store.count("proposal"), store.path)
            if finding is not None:
                found.append(finding)
        if found:
            raise Refused(found)
        periods = sum(closing.kind == "period" for closing in closings)
        head = closings[-1].head if closings else "none"
        closed = f"{periods} closed periods" if periods != 1 else "1 closed period"
        agree = f"{len(compared)} receipts agree" if len(compared) != 1 else "1 receipt agrees"
        entries = store.count("entry")
        held = f"{entries:,} entries" if entries != 1 else "1 entry"
        return f"{project.config.ledger} is intact: {closed}, {held}; {agree}\nhead {head}"


def export_sheets(folder: Path | None, period: str, output: Path | None, *, force: bool) -> None:
    """The sheets of a closed period into its output folder, or another one. Raises `Refused` (L111, O-codes)."""
    with opened(folder) as (project, store):
        check(store)
        wanted = str(project.period(period))
        closing = closing_of(store, wanted)
        if closing is None:
            message = f"{wanted} is not closed: it has no final sheets"
            raise Refused(NOT_CLOSED.at(None, message, f"expcomp payout --period {wanted}  shows it as a draft"))
        for told in write_sheets(closed_sheet(store, closing), closing, output or project.out(wanted), force=force):
            typer.echo(told, err=True)
        write_ledger_receipt(store)


def export_text(folder: Path | None, output: Path | None, *, force: bool) -> None:
    with opened(folder) as (_, store):
        closings = check(store)
        batches = ((store.batch(closing), closing.head) for closing in closings)
        text = whole_text(batches, (proposal.row for proposal in store.proposals))
        if output is None or str(output) == "-":
            for part in text:
                sys.stdout.write(part.decode())
        else:
            changed = write_atomic(output, text, force=force)
            typer.echo(f"{outcome(output, changed=changed)}, {len(closings)} batches", err=True)


def import_text(folder: Path | None, file: Path) -> str:
    """Raises `Refused` where there is a ledger already (O101), the text is no export (L208), or the head differs."""
    project = open_project(folder)
    if project.ledger.exists():
        message = "there is a ledger here already; nothing was imported"
        raise Refused(EXISTS.at(Place.of(project.ledger), message, "move it away, or import into another project"))
    try:
        with file.open(encoding="utf-8", newline="\n") as rows:
            found = exported(rows)
        proposals = [Proposal.read(row) for row in found.proposals]
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        help_ = "give the file that  expcomp ledger export -o FILE  wrote"
        raise Refused(NOT_AN_EXPORT.at(Place.of(file), f"this cannot be imported: {why}", help_)) from None
    new = project.ledger.with_name(f".{project.ledger.name}-import")
    new.unlink(missing_ok=True)
    try:
        create_store(new)
        with open_store(new) as store:
            head = START
            for batch, expected in found.batches:
                head = store.post([batch], head)[-1].hash
                if head.hex() != expected:
                    raise Refused(_other_head(file, batch.period, expected))
            store.bring(proposals)
            check(store)
        put_in_place(new, project.ledger)
    finally:
        new.unlink(missing_ok=True)
    with open_store(project.ledger) as store:
        write_ledger_receipt(store)
        return f"{project.config.ledger}: {len(found.batches)} batches imported, head {head.hex()}"


def _other_head(file: Path, period: str, expected: str) -> Finding:
    differs = f"{period} comes to another head than the export says ({expected[:12]})"
    message = f"{differs}: the text was changed; nothing was imported"
    return OTHER_HEAD.at(Place.of(file), message, "use the export as it was written")


def back_up(folder: Path | None, file: Path) -> str:
    """A copy that was verified, in its place or not at all. Raises `Refused` (O101, O102, L2xx)."""
    with opened(folder) as (_, store):
        if file.exists():
            raise Refused(EXISTS.at(Place.of(file), "there is a file of that name already", "choose another name"))
        check(store)
        try:
            handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        except OSError as error:
            raise Refused(CANNOT_WRITE.at(Place.of(file), f"the copy cannot be written: {error.strerror}")) from None
        os.close(handle)
        new = Path(name)
        try:
            store.copy_to(new)
            with open_store(new) as copy:
                head = [closing.head for closing in check(copy)][-1:]
            put_in_place(new, file)
        finally:
            new.unlink(missing_ok=True)
        return f"{file}: written and verified, head {''.join(head) or 'none'}"

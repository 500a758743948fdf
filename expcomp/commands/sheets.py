"""The sheets of a closed period, rendered from the ledger into the output folder."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from expcomp.commands.forms import outcome
from expcomp.diagnostics import Code, Place, Refused
from expcomp.ledger.batch import Closing
from expcomp.ledger.receipt import Receipt, file_hash
from expcomp.ledger.store import Store, Watch, unwatched
from expcomp.output.csv_form import to_csv
from expcomp.output.files import CANNOT_WRITE, EXISTS, write_atomic
from expcomp.output.workbook import write_workbook
from expcomp.pay.closed_sheet import ClosedSheet

PAYEES, LINES, WORKBOOK, RECEIPT = "payees.csv", "lines.csv", "payout.xlsx", "receipt.txt"
NAMES = (PAYEES, LINES, WORKBOOK, RECEIPT)
WORKBOOK_LINES = 100_000
"""Beyond this many lines the workbook takes minutes and few programs open it; `payout -o` still writes one."""


def write_sheets(
    sheet: ClosedSheet, closing: Closing, folder: Path, *, force: bool = False, watch: Watch = unwatched
) -> Iterator[str]:
    """What became of each file of a closed period. A file of another run is replaced only with `force`.

    Raises `Refused` (O-codes).
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        path = folder / name
        if name == WORKBOOK and closing.count > WORKBOOK_LINES:
            yield f"{Place.of(path)}: left out, {closing.count:,} lines are too many for a workbook"
            continue
        yield outcome(Place.of(path), changed=_write(name, sheet, closing, path, force))
        watch(f"{name} is written")


def _write(name: str, sheet: ClosedSheet, closing: Closing, path: Path, force: bool) -> bool:
    if name == WORKBOOK:
        return write_workbook(sheet, path, force=force)
    if name == RECEIPT:
        return write_atomic(path, [Receipt.of(closing).text.encode()], force=force)
    return write_atomic(path, to_csv(sheet, lines=name == LINES), force=force)


def ledger_receipt(ledger: Path) -> Path:
    """Where it is kept how the ledger's file stood when it was last written."""
    return ledger.with_name(f"{ledger.name}.receipt")


def write_ledger_receipt(store: Store) -> None:
    """Beside the ledger: its head, and the hash of its file."""
    closings = store.closings
    receipt = Receipt.of(closings[-1]) if closings else Receipt("", "", "", "")
    whole = Receipt(
        **{name: getattr(receipt, name) for name in Receipt.__slots__}
        | {"proposals": str(store.count("proposal")), "file": file_hash(store.path)}
    )
    write_atomic(ledger_receipt(store.path), [whole.text.encode()], force=True)


def check_writable(folder: Path, *, force: bool) -> None:
    """Before anything is posted: sheets can be written there, and none of another run is in the way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        message = f"sheets cannot be written there: {error.strerror}; nothing was posted"
        raise Refused(CANNOT_WRITE.at(Place.of(folder), message)) from None
    there = [folder / name for name in NAMES if (folder / name).exists()]
    if there and not force:
        message = "there are sheets of another run here; nothing was posted"
        raise Refused(EXISTS.at(Place.of(there[0]), message, "move them away, or replace them with --force"))


NOT_RENDERED = Code("O109", "closed-but-sheets-missing")

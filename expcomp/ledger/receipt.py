"""Receipts: how a ledger stood when it was last written, kept outside of it, so that an older copy is noticed."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from expcomp.diagnostics import Finding, Place, Refused
from expcomp.ledger.batch import Closing
from expcomp.ledger.faults import FILE_CHANGED, OTHER_LEDGER, damaged

FORM = "expcomp receipt 1"
HASHED = 1 << 20
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The period closed last, the entries and the head then, who closed; `file` is the SHA-256 of the whole ledger,
    "" in a receipt that lies with sheets."""

    period: str
    entries: str
    head: str
    sums: str
    prepared_by: str = ""
    approved_by: str = ""
    proposals: str = ""
    file: str = ""

    @classmethod
    def of(cls, closing: Closing) -> "Receipt":
        return cls(
            closing.period, str(closing.last), closing.head, closing.sums, closing.prepared_by, closing.approved_by
        )

    @property
    def text(self) -> str:
        rows = [(name, getattr(self, name)) for name in self.__slots__]
        return "\n".join([FORM, *(f"{name} {value}" for name, value in rows if value)]) + "\n"


def read_receipt(path: Path) -> Receipt:
    """Raises `Refused` for a file that is no receipt."""
    try:
        form, *rows = path.read_text("utf-8").splitlines()
        pairs = dict(row.split(" ", 1) for row in rows)
        if form == FORM and pairs.keys() <= set(Receipt.__slots__):
            return Receipt(**{"period": "", "entries": "", "head": "", "sums": ""} | pairs)
    except (OSError, ValueError):
        pass
    raise Refused(damaged(path, "this is not a receipt of a ledger"))


def disagrees(receipt: Receipt, path: Path, closings: Sequence[Closing]) -> Finding | None:
    """A receipt whose head this ledger never had: the ledger is an older copy, or another one."""
    if not receipt.head or receipt.head in {closing.head for closing in closings}:
        return None
    last = f"ends with {closings[-1].period}" if closings else "holds no closed period"
    message = (
        f"the receipt of {receipt.period} has head {receipt.head[:12]}, which this ledger never had: the ledger "
        f"{last}, so it is an older copy or another ledger"
    )
    help_ = "bring back the newest ledger; nothing can be closed on an older one"
    return OTHER_LEDGER.at(Place.of(path), message, help_)


def file_hash(path: Path) -> str:
    found = sha256()
    with path.open("rb") as file:
        while part := file.read(HASHED):
            found.update(part)
    return found.hexdigest()


def changed_file(
    receipt: Receipt, path: Path, closings: Sequence[Closing], proposals: int, ledger: Path
) -> Finding | None:
    """A file that is not byte for byte what was written, though it ends where the receipt says."""
    stands = closings[-1].head if closings else ""
    if not receipt.file or (receipt.head, receipt.proposals) != (stands, str(proposals)):
        return None
    if file_hash(ledger) == receipt.file:
        return None
    message = "every entry is intact, and yet the file is not byte for byte the one that was written"
    help_ = (
        f"another program has written to it, or a disk has failed: compare with a backup; the receipt is {path.name}"
    )
    return FILE_CHANGED.at(Place.of(ledger), message, help_)

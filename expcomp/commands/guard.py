"""What keeps a ledger from being posted to: where it lies, who closes, a receipt that knows more than it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from expcomp.commands.closing import Project
from expcomp.commands.sheets import RECEIPT, ledger_receipt
from expcomp.diagnostics import Code, Place, Refused
from expcomp.ledger.batch import Closing
from expcomp.ledger.create import check_writable
from expcomp.ledger.faults import NO_LEDGER
from expcomp.ledger.places import shared
from expcomp.ledger.receipt import disagrees, read_receipt

ON_SHARE = Code("L112", "ledger-on-a-share")
NAME_NEEDED = Code("L113", "prepared-by-needed")


def check_place(project: Project, closings: Sequence[Closing], prepared_by: str, *, allow_share: bool) -> None:
    """Raises `Refused` (L112, L113, L204, L205, O107)."""
    if project.config.approval == "required" and not prepared_by.strip():
        message = "closing needs an approval here, so it must be known who prepares it; nothing was posted"
        raise Refused(NAME_NEEDED.at(None, message, "say  --prepared-by NAME"))
    check_receipts(project, closings)
    check_writable(project.ledger)
    why = shared(project.ledger)
    if why and not allow_share:
        message = f"the ledger lies {why}, where two programs can write to it at once unseen; nothing was posted"
        help_ = "keep it in a folder of this machine (ledger: in expcomp.yaml), or close with  --allow-share"
        raise Refused(ON_SHARE.at(Place.of(project.ledger), message, help_))


def check_receipts(project: Project, closings: Sequence[Closing]) -> None:
    """Every receipt of the project is of this ledger. Raises `Refused` (L204, L205)."""
    for path in receipts(project):
        receipt = read_receipt(path)
        if not closings and receipt.head:
            message = f"the receipt of {receipt.period} is there, and its ledger is not; nothing was posted"
            raise Refused(
                NO_LEDGER.at(
                    Place.of(project.ledger), message, f"bring the ledger back; the receipt is {Place.of(path)}"
                )
            )
        if found := disagrees(receipt, path, closings):
            raise Refused(found)


def receipts(project: Project) -> Iterator[Path]:
    """Beside the ledger, and with the sheets of every period."""
    beside = ledger_receipt(project.ledger)
    if beside.is_file():
        yield beside
    yield from sorted((project.root / project.config.out).glob(f"*/{RECEIPT}"))

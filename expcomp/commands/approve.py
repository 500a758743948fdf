"""`expcomp approve`: post what another person has prepared, exactly as it was prepared."""

from typing import TYPE_CHECKING, Annotated

import typer

from expcomp.commands.forms import ForceOption
from expcomp.commands.run import PeriodOption, ProjectOption
from expcomp.diagnostics import Code, Refused

if TYPE_CHECKING:
    from expcomp.ledger.proposal import Proposal

NOTHING_PROPOSED = Code("L107", "nothing-to-approve")
SAME_NAME = Code("L108", "approved-by-who-prepared")


def approve(
    period: PeriodOption,
    by: Annotated[str, typer.Option("--by", help="Who approves: a name, as typed, other than who prepared.")],
    project: ProjectOption = None,
    force: ForceOption = False,
) -> None:
    """Approve the proposal for a period: post exactly what was proposed, and write its sheets.

    Nothing is read or calculated again. Names are typed and not proven.

    Example:  expcomp approve --period 2027Q1 --by "Ana Ruiz"
    """
    from expcomp.commands.closing import check_turn, open_project, standing
    from expcomp.commands.guard import check_receipts
    from expcomp.commands.posting import post
    from expcomp.commands.sheets import check_writable
    from expcomp.commands.steps import Steps

    steps, found = Steps(), open_project(project)
    wanted = found.period(period)
    ledger = standing(found.ledger)
    proposal = proposed(ledger.proposals, str(wanted))
    check_turn(wanted, found, ledger, None if ledger.closings else proposal.batches[-1].opening)
    check_receipts(found, ledger.closings)
    check_names(proposal, by)
    check_writable(found.out(str(wanted)), force=force)
    steps("preflight is done")
    batches = [batch.approved(by.strip(), proposal.content) for batch in proposal.batches]
    post(found, batches, proposal.head, steps, force=force)


def proposed(proposals: "tuple[Proposal, ...]", period: str) -> "Proposal":
    """The newest proposal for a period. Raises `Refused` (L107) where there is none."""
    mine = [proposal for proposal in proposals if proposal.period == period]
    if not mine:
        message = f"nobody has proposed to close {period}: there is nothing to approve, and it is open"
        raise Refused(
            NOTHING_PROPOSED.at(None, message, f"expcomp close --period {period} --prepared-by NAME  proposes it")
        )
    return mine[-1]


def check_names(proposal: "Proposal", by: str) -> None:
    """Raises `Refused` (L108)."""
    name = " ".join(by.split())
    if not name or name.casefold() == " ".join(proposal.prepared_by.split()).casefold():
        message = f"{proposal.period} was prepared by {proposal.prepared_by}: another person approves; it is still open"
        raise Refused(SAME_NAME.at(None, message, "say  --by  and the name of that person"))

"""`expcomp close`: make a period final."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from expcomp.commands.forms import ForceOption
from expcomp.commands.run import PeriodOption, ProjectOption, say, whoever_listens

if TYPE_CHECKING:
    from expcomp.commands.closing import Prepared, Project
    from expcomp.commands.steps import Steps

PreparedByOption = Annotated[str, typer.Option("--prepared-by", help="Who closes: a name, as typed.")]
OpeningOption = Annotated[
    str | None,
    typer.Option("--opening", metavar="none|computed|FILE", help="At the first close: what was paid before."),
]
AllowShareOption = Annotated[
    bool, typer.Option("--allow-share", help="Close although the ledger lies on a share or in a synced folder.")
]


def close(
    period: PeriodOption,
    project: ProjectOption = None,
    prepared_by: PreparedByOption = "",
    opening: OpeningOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be posted, and post nothing.")] = False,
    allow_share: AllowShareOption = False,
    allow_old_exports: Annotated[
        bool, typer.Option("--allow-old-exports", help="Close although the exports end before the period begins.")
    ] = False,
    force: ForceOption = False,
) -> None:
    """Make a period final: post its lines to the ledger and write its sheets.

    What is posted never changes. Whatever comes later for the period is paid, or taken back, in the next one.

    Example:  expcomp close --period 2027Q1 --prepared-by "Kim Lee" --opening computed
    """
    from expcomp.commands.closing import check_turn, open_project, prepare, standing
    from expcomp.commands.guard import check_place
    from expcomp.commands.sheets import check_writable
    from expcomp.commands.steps import Steps
    from expcomp.output.terminal import print_sheet
    from expcomp.period import to_iso

    steps, found = Steps(), open_project(project)
    wanted = found.period(period)
    ledger = standing(found.ledger)
    check_turn(wanted, found, ledger, opening)
    check_place(found, ledger.closings, prepared_by, allow_share=allow_share)
    if not dry_run:
        check_writable(found.out(str(wanted)), force=force)
    steps("preflight is done")
    prepared = prepare(found, wanted, ledger, opening, prepared_by.strip(), old_exports=allow_old_exports)
    steps("everything is read and calculated")
    if prepared.newest < wanted.last_day:
        say(f"the exports end on {to_iso(prepared.newest)}: what happened after that day is not in them")
    if dry_run or found.config.approval == "required":
        with whoever_listens():
            print_sheet(prepared.sheet, sys.stdout)
    if dry_run:
        say(f"dry run: {len(prepared.sheet.postings):,} lines would be posted; {wanted} is open, nothing was posted")
        return
    if found.config.approval == "required":
        _propose(found, prepared, ledger.head, steps)
    else:
        from expcomp.commands.posting import post

        batches = prepared.batches
        del prepared
        sheet = post(found, batches, ledger.head, steps, force=force)
        with whoever_listens():
            print_sheet(sheet, sys.stdout)


def _propose(project: "Project", prepared: "Prepared", head: bytes, steps: "Steps") -> None:
    from expcomp.commands.posting import propose

    proposal = propose(project, prepared.batches, head, steps)
    say(
        f"{proposal.period} is still open: proposal {proposal.number} by {proposal.prepared_by}, "
        f"hash {proposal.content[:12]}, waits for approval\n"
        f"  expcomp approve --period {proposal.period} --by NAME  posts exactly this; the name must be another one"
    )

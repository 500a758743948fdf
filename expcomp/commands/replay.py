"""`expcomp replay`: compute a closed period again from the inputs that were kept, and compare."""

import typer

from expcomp.commands.run import PeriodOption, ProjectOption
from expcomp.diagnostics import Code, Refused

DIFFERS = Code("L210", "replay-differs")


def replay(period: PeriodOption, project: ProjectOption = None) -> None:
    """Compute a closed period again from the exports and plans that close has kept, and compare every line.

    Needs nothing but the ledger: neither today's exports nor today's plans are read.

    Example:  expcomp replay --period 2027Q1
    """
    from expcomp.commands.ledger_work import NOT_CLOSED, opened
    from expcomp.commands.project_ledger import closing_of
    from expcomp.commands.replayed import differences
    from expcomp.ledger.verify import check

    with opened(project) as (found, store):
        check(store)
        wanted = str(found.period(period))
        closing = closing_of(store, wanted)
        if closing is None:
            raise Refused(NOT_CLOSED.at(None, f"{wanted} is not closed: there is nothing to compare", ""))
        compared, wrong = differences(store, closing)
        if wrong:
            message = f"{wanted} comes out differently now: {wrong[0]}"
            help_ = f"what was posted stands; it was closed with {closing.versions}"
            raise Refused(DIFFERS.at(None, message, help_))
    typer.echo(f"{wanted} comes out the same: {closing.count:,} lines and {compared} further tables")

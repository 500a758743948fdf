"""`expcomp explain`: the arithmetic behind a deal's or a payee's pay."""

import sys
from typing import Annotated

import typer

from expcomp.commands.run import AsOfOption, PeriodOption, PlanOption, PostedOption, ProjectOption


def explain(
    what: Annotated[str, typer.Argument(help="A deal's id, or a payee's.", show_default=False)],
    period: PeriodOption,
    project: ProjectOption = None,
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    posted: PostedOption = None,
) -> None:
    """Print the arithmetic behind a deal or a payee, with the plan line and the input row of each number.

    Example:  expcomp explain D1042 --period 2027Q1
    """
    from expcomp.commands.make import make_sheet
    from expcomp.output.explain import explain_any

    sys.stdout.write(explain_any(make_sheet(project, period, plan, as_of, posted), what))

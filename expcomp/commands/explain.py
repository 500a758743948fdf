"""`expcomp explain`: the arithmetic behind a deal's or a payee's pay, or the page of a code."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from expcomp.commands.run import AsOfOption, PlanOption, PostedOption, ProjectOption
from expcomp.diagnostics import Code, Refused

PERIOD_NEEDED = Code("C321", "period-needed")

PeriodOfIdOption = Annotated[
    str | None, typer.Option("--period", "-p", help="2027Q1, 2027-03, 2027H1 or 2027: of a deal or a payee.")
]


def explain(
    what: Annotated[str, typer.Argument(help="A deal's id, a payee's, or a code like L101.", show_default=False)],
    period: PeriodOfIdOption = None,
    project: ProjectOption = None,
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    posted: PostedOption = None,
) -> None:
    """Print the arithmetic behind a deal or a payee, or a code's page.

    Of a deal or a payee each number comes with its plan line and its input row. A code needs no period.

    Example:  expcomp explain D1042 --period 2027Q1

    Example:  expcomp explain L101
    """
    if period is None:
        _explain_code(what)
        return
    from expcomp.commands.make import sheet_of
    from expcomp.commands.replayed import replayed
    from expcomp.output.explain import explain_any

    sys.stdout.write(explain_any(sheet_of(replayed, project, period, plan, as_of, posted), what))


def _explain_code(what: str) -> None:
    """Without a period only a code can be meant; an id is told what it lacks."""
    from expcomp.manual.catalogue import looks_like_code, page
    from expcomp.output.manual import print_page

    as_id = f"a deal or a payee needs a period:  expcomp explain {what} --period 2027Q1"
    if not looks_like_code(what):
        raise Refused(PERIOD_NEEDED.at(None, f'"{what}" is not a code', as_id))
    try:
        found = page(what)
    except Refused as refused:
        raise Refused([replace(each, help=f"{each.help} ({as_id})") for each in refused.findings]) from None
    print_page(found, sys.stdout)

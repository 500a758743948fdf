"""`expcomp payout`: what each payee is owed for a period."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from expcomp.commands.run import AsOfOption, PeriodOption, PlanOption, PostedOption, ProjectOption

Format = Literal["table", "csv", "json", "markdown"]


def payout(
    period: PeriodOption,
    project: ProjectOption = None,
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    posted: PostedOption = None,
    payee: Annotated[list[str] | None, typer.Option(help="Show only this payee. May be repeated.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="Show only payees of this role.")] = None,
    segment: Annotated[list[str] | None, typer.Option(help="Show only payees of this segment.")] = None,
    lines: Annotated[bool, typer.Option("--lines", help="One row per line instead of one per payee.")] = False,
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = "table",
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write a file, by its ending: .xlsx .csv .json .md; - is stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that another run wrote.")] = False,
) -> None:
    """Compute what each payee is owed for a period.

    Example:  expcomp payout --period 2027Q1 -o 2027Q1.xlsx
    """
    from expcomp.commands.make import make_sheet
    from expcomp.output.views import narrowed, print_sheet_as, write_sheet

    sheet = narrowed(make_sheet(project, period, plan, as_of, posted), payee, role, segment)
    if output and output != "-":
        write_sheet(sheet, Path(output), lines=lines, force=force)
        return
    print_sheet_as(sheet, format, lines=lines, stream=sys.stdout)

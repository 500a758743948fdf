"""`expcomp payout`: what each payee is owed for a period."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from expcomp.commands.forms import (
    Blocks,
    ForceOption,
    Format,
    FormatOption,
    OutputOption,
    deliver,
    file_of,
    tell_written,
)
from expcomp.commands.run import (
    FINDINGS,
    AsOfOption,
    LenientOption,
    PeriodOption,
    PlanOption,
    PostedOption,
    ProjectOption,
)

if TYPE_CHECKING:
    from expcomp.pay.sheet_view import SheetView


def payout(
    period: PeriodOption,
    project: ProjectOption = None,
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    posted: PostedOption = None,
    payee: Annotated[list[str] | None, typer.Option(help="Show only this payee. May be repeated.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="Show only payees of this role.")] = None,
    segment: Annotated[list[str] | None, typer.Option(help="Show only payees of this segment.")] = None,
    lenient: LenientOption = False,
    lines: Annotated[bool, typer.Option("--lines", help="One row per line instead of one per payee.")] = False,
    exposure: Annotated[
        bool, typer.Option("--exposure", help="What would be taken back if each customer left today, by open window.")
    ] = False,
    accrual: Annotated[
        bool, typer.Option("--accrual", help="What is reached and unpaid, and what waits, by payee and plan.")
    ] = False,
    format: FormatOption = "table",
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Compute what each payee is owed for a period.

    Example:  expcomp payout --period 2027Q1 -o 2027Q1.xlsx
    """
    from expcomp.commands.finance import finance_view, one_of
    from expcomp.commands.make import sheet_of
    from expcomp.commands.narrow import narrowed
    from expcomp.commands.project_ledger import closed_sheet

    view = one_of(lines=lines, exposure=exposure, accrual=accrual)
    path = file_of(output)
    if view in ("exposure", "accrual"):
        finance_view(view, project, period, plan, as_of, posted, (payee, role, segment), format, path, force)
        return
    sheet = narrowed(
        sheet_of(closed_sheet, project, period, plan, as_of, posted, lenient=lenient), payee, role, segment
    )
    deliver(
        path,
        format,
        force=force,
        table=lambda: _print(sheet, lines),
        blocks=lambda form: _blocks(sheet, form, lines),
        workbook=lambda file: _workbook(sheet, file, force),
    )
    if len(sheet.book.rejected):
        _tell_rejected(sheet, path, force)
        raise typer.Exit(FINDINGS)


def _print(sheet: "SheetView", lines: bool) -> None:
    from expcomp.output.terminal import print_lines, print_sheet

    (print_lines if lines else print_sheet)(sheet, sys.stdout)


def _blocks(sheet: "SheetView", format: Format, lines: bool) -> Blocks:
    from expcomp.output.csv_form import to_csv
    from expcomp.output.machine import to_json
    from expcomp.output.markdown import to_markdown

    if format == "csv":
        return to_csv(sheet, lines=lines)
    return [(to_json(sheet) if format == "json" else to_markdown(sheet, lines=lines)).encode()]


def _workbook(sheet: "SheetView", path: Path, force: bool) -> bool:
    from expcomp.output.workbook import write_workbook

    return write_workbook(sheet, path, force=force)


def _tell_rejected(sheet: "SheetView", path: Path | None, force: bool) -> None:
    """What was set aside, on stderr; beside a CSV, which has no place for it, in a file of its own."""
    from expcomp.output.rejected_table import title_of, to_csv

    typer.echo(title_of(sheet.book), err=True)
    if path is not None and path.suffix.lower() == ".csv":
        from expcomp.output.files import write_atomic

        beside = path.with_suffix(".rejected.csv")
        tell_written(beside, changed=write_atomic(beside, [to_csv(sheet.book)], force=force))

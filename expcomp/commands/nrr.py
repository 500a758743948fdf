"""`expcomp nrr`: what customers are worth of what they were, and who was lost."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from expcomp.commands.forms import Blocks, ForceOption, Format, FormatOption, OutputOption, deliver, file_of
from expcomp.commands.run import FINDINGS, PlanOption, ProjectOption

if TYPE_CHECKING:
    from expcomp.output.nrr_triangle import What
    from expcomp.output.nrr_view import View
    from expcomp.output.table import Table
    from expcomp.plan.versions import PlanSet
    from expcomp.reports.earlier import Earlier
    from expcomp.reports.retention import RetentionReport


def nrr(
    project: ProjectOption = None,
    plan: PlanOption = None,
    end: Annotated[
        str | None,
        typer.Option("--end", "--as-of", help="The last day of the window (default: of the newest month in the data)."),
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="The day to compare with (default: the plan's window before the end).")
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", "-p", help="The window ends with this period: 2027Q1, 2027-03.")
    ] = None,
    cohort: Annotated[
        Literal["month", "quarter"] | None, typer.Option(help="Cohorts by month or quarter (default: the plan's).")
    ] = None,
    triangle: Annotated[
        Literal["nrr", "grr", "logo", "money", "all"] | None,
        typer.Option(help="Which triangles (default: NRR, GRR)."),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Print the same window under the other definitions in use.")
    ] = False,
    compare: Annotated[
        Path | None, typer.Option(help="Explain what changed since an earlier report: a file of  nrr -o nrr.json.")
    ] = None,
    format: FormatOption = "table",
    output: OutputOption = None,
    force: ForceOption = False,
    fail_on: Annotated[
        Literal["guardrail"] | None, typer.Option("--fail-on", help="Exit 1 when a segment missed its targets.")
    ] = None,
) -> None:
    """Show what is retained of the recurring value: NRR, GRR, logos, by segment and by cohort, and who was lost.

    Example:  expcomp nrr --end 2027-03-31 -o nrr.xlsx
    """
    path = file_of(output)
    earlier = None if compare is None else _earlier(compare)
    view = _view(project, plan, (base, end, period), cohort, earlier, sensitivity)
    deliver(
        path,
        format,
        force=force,
        table=lambda: _print(view, _triangles(triangle)),
        blocks=lambda form: _blocks(view, form),
        workbook=lambda file: _workbook(view, file, force),
    )
    if fail_on and view.report.broken:
        raise typer.Exit(FINDINGS)


def _view(
    project: Path | None,
    plans: Sequence[Path] | None,
    days: tuple[str | None, str | None, str | None],
    cohort: str | None,
    earlier: "Earlier | None",
    sensitivity: bool,
) -> "View":
    """`days`: what is written for --base, --end and --period."""
    from expcomp.commands.make import project_plans
    from expcomp.commands.retained import retained
    from expcomp.output.nrr_view import View
    from expcomp.plan.model import SPANS

    found = project_plans(project, plans)
    base, end = _window(found[2], days, earlier)
    report, pay = retained(found, base, end, SPANS[cohort] if cohort else None)
    return View(report, pay, tuple(_further(report, sensitivity, earlier)))


def _window(
    plans: "PlanSet", days: tuple[str | None, str | None, str | None], earlier: "Earlier | None"
) -> tuple[int | None, int | None]:
    """Base and end as asked for; those of the earlier report where nothing is."""
    from expcomp.commands.make import day_of, period_of

    base, end, period = days
    if end is not None and period is not None:
        raise typer.BadParameter("give --end or --period, not both")
    first, last = day_of("--base", base), day_of("--end", end)
    if period is not None:
        last = period_of(plans.calendar, period).last_day
    if earlier is not None and first is None and last is None:
        return earlier.base, earlier.end
    return first, last


def _earlier(path: Path) -> "Earlier":
    """Raises `Refused` (C342) for a file that is no report of ours."""
    from expcomp.reports.earlier import read_earlier, unreadable

    try:
        return read_earlier(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(str(path), error) from None


def _further(report: "RetentionReport", sensitivity: bool, earlier: "Earlier | None") -> "Iterator[Table]":
    from expcomp.output.nrr_views import comparison_tables, sensitivity_table

    if earlier is not None:
        yield from comparison_tables(report, earlier)
    if sensitivity:
        yield sensitivity_table(report)


def _triangles(named: "What | Literal['all'] | None") -> "Sequence[What]":
    if named is None:
        return ("nrr", "grr")
    return ("nrr", "grr", "logo", "money") if named == "all" else (named,)


def _print(view: "View", triangles: "Sequence[What]") -> None:
    from expcomp.output.nrr_terminal import print_nrr

    print_nrr(view, sys.stdout, triangles)


def _blocks(view: "View", format: Format) -> Blocks:
    from expcomp.output.nrr_machine import nrr_csv, nrr_json
    from expcomp.output.nrr_markdown import nrr_markdown

    if format == "csv":
        return nrr_csv(view.report)
    return [(nrr_json(view) if format == "json" else nrr_markdown(view)).encode()]


def _workbook(view: "View", path: Path, force: bool) -> bool:
    from expcomp.output.nrr_workbook import write_nrr_workbook

    return write_nrr_workbook(view, path, force=force)

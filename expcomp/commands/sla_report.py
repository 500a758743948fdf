"""`expcomp sla-report`: who sat on which signal."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
from expcomp.commands.run import FINDINGS, PlanOption, ProjectOption

if TYPE_CHECKING:
    from expcomp.reports.sla import SlaReport


def sla_report(
    project: ProjectOption = None,
    plan: PlanOption = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Judge as of 2027-03-31 or 2027-03-31T17:00 instead of now.")
    ] = None,
    week: Annotated[str | None, typer.Option(help="Show only what fell due in this week, like 2027-W12.")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Show only this AE. May be repeated.")] = None,
    manager: Annotated[list[str] | None, typer.Option(help="Show only this manager's people.")] = None,
    segment: Annotated[list[str] | None, typer.Option(help="Show only accounts of this segment.")] = None,
    format: FormatOption = "table",
    output: OutputOption = None,
    force: ForceOption = False,
    notes: Annotated[Path | None, typer.Option(help="Write a note to each manager into this folder.")] = None,
    fail_on: Annotated[
        Literal["breach"] | None, typer.Option("--fail-on", help="Exit 1 when a target that is shown was missed.")
    ] = None,
) -> None:
    """Show how fast signals were answered, what is late and open, and whom to tell.

    Example:  expcomp sla-report --notes notes/ -o sla.xlsx
    """
    path = file_of(output)
    report = _narrowed(_report(project, plan, as_of), week, owner, manager, segment)
    deliver(
        path,
        format,
        force=force,
        table=lambda: _print(report),
        blocks=lambda form: _blocks(report, form),
        workbook=lambda file: _workbook(report, file, force),
    )
    if notes is not None:
        _write_notes(report, notes, force)
    if fail_on and report.summary.breached + report.summary.breached_open:
        raise typer.Exit(FINDINGS)


def _report(project: Path | None, plans: Sequence[Path] | None, as_of: str | None) -> "SlaReport":
    from expcomp.commands.instant import now_us, read_instant
    from expcomp.commands.make import project_plans
    from expcomp.commands.reading import reading
    from expcomp.plan.needs import needs_of
    from expcomp.reports.owners import RESPONDS
    from expcomp.reports.sla import sla_report as report_of
    from expcomp.sources.read import read_book

    root, config, in_force = project_plans(project, plans)
    at = now_us() if as_of is None else read_instant(as_of, in_force.zone)
    needs = needs_of(in_force)
    answering = replace(needs, unread=needs.unread - {f"accounts.{RESPONDS}"})
    with reading() as progress:
        book = read_book(config, root, answering, progress=progress)
    return report_of(in_force, book, at)


def _narrowed(
    report: "SlaReport",
    week: str | None,
    owners: Sequence[str] | None,
    managers: Sequence[str] | None,
    segments: Sequence[str] | None,
) -> "SlaReport":
    from expcomp.commands.instant import read_week
    from expcomp.commands.narrow import known

    people, accounts = report.book["payees"], report.book["accounts"]
    return report.narrowed(
        week=None if week is None else read_week(week),
        owners=known(owners, people["payee_id"], "no payee has the payee_id"),
        managers=known(managers, people["payee_id"], "no payee has the payee_id"),
        segments=[value.casefold() for value in known(segments, accounts["segment"], "no account has the segment")],
    )


def _print(report: "SlaReport") -> None:
    from expcomp.output.sla_terminal import print_sla

    print_sla(report, sys.stdout)


def _blocks(report: "SlaReport", format: Format) -> Blocks:
    from expcomp.output.sla_machine import sla_csv, sla_json
    from expcomp.output.sla_markdown import sla_markdown

    if format == "csv":
        return sla_csv(report)
    return [(sla_json(report) if format == "json" else sla_markdown(report)).encode()]


def _workbook(report: "SlaReport", path: Path, force: bool) -> bool:
    from expcomp.output.sla_workbook import write_sla_workbook

    return write_sla_workbook(report, path, force=force)


def _write_notes(report: "SlaReport", folder: Path, force: bool) -> None:
    from expcomp.output.sla_notes import write_notes

    for path, changed in write_notes(report, folder, force=force):
        tell_written(path, changed=changed)

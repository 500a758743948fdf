"""`expcomp check-data`: what the exports hold, how they are understood, and what is wrong; nothing is paid."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from expcomp.commands.forms import ForceOption, Format, FormatOption, OutputOption, deliver, file_of
from expcomp.commands.run import FINDINGS, LenientOption, PlanOption, ProjectOption
from expcomp.diagnostics import Code, Refused, Severity

if TYPE_CHECKING:
    from expcomp.output.data_report import Check

NOTHING_IN_PERIOD = Code("D241", "no-deal-in-the-period")
WITHOUT_PLAN = Code("C203", "checked-without-a-plan")


def check_data(
    project: ProjectOption = None,
    period: Annotated[str | None, typer.Option("--period", "-p", help="Also count the deals that close in it.")] = None,
    show_mapping: Annotated[
        bool, typer.Option("--show-mapping", help="List each column: its field, how it was read, three values.")
    ] = False,
    plan: PlanOption = None,
    lenient: LenientOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when there are warnings.")] = False,
    format: FormatOption = "table",
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Read the exports and report what they hold and what is wrong, without computing pay.

    Example:  expcomp check-data --show-mapping
    """
    path = file_of(output)
    check = _check(project, period, plan, lenient=lenient, mapping=show_mapping)
    _give(check, format, path, force=force)
    if check.errors:
        raise typer.Exit(Refused(check.errors).exit_code)
    if len(check.book.rejected) or (strict and check.has_warnings):
        raise typer.Exit(FINDINGS)


def _check(
    project: Path | None, period: str | None, plan: list[Path] | None, *, lenient: bool, mapping: bool
) -> "Check":
    from expcomp.commands.make import terms_of
    from expcomp.commands.reading import reading
    from expcomp.output.data_report import Check
    from expcomp.output.data_tables import deals_in
    from expcomp.output.last_check import changes, fewer_rows, keep
    from expcomp.sources.complaints import shortened
    from expcomp.sources.config import find_project, load_config
    from expcomp.sources.read import check_book

    root = find_project(None, project).root
    config = load_config(root)
    needs, wanted = terms_of(root, config, plan, period)
    with reading() as progress:
        book, complaints = check_book(config, root, needs, lenient=lenient, progress=progress)
    found = changes(root / config.out, book.files)
    notes = [*book.notes, *fewer_rows(found)]
    if not needs.value:
        message = (
            f"there is no plan yet: days are taken in {needs.zone.key}, amounts without a currency as {needs.currency}"
        )
        notes.insert(0, WITHOUT_PLAN.at(None, message, "a plan says its time zone and currency", Severity.NOTE))
    if wanted is not None and deals_in(book, wanted).empty:
        message = f"no deal closes in {wanted}: is it the export of another period?"
        notes.append(NOTHING_IN_PERIOD.at(None, message, severity=Severity.WARNING))
    notes += keep(root / config.out, found)
    errors = complaints.beyond_rows() if lenient else complaints.errors
    return Check(book, needs, tuple(shortened(errors)), tuple(notes), tuple(found), wanted, mapping, lenient)


def _give(check: "Check", format: Format, path: Path | None, *, force: bool) -> None:
    from expcomp.output import data_report
    from expcomp.output.files import write_atomic

    def text(form: Format) -> bytes:
        if form == "csv":
            return data_report.check_csv(check)
        return (data_report.check_json(check) if form == "json" else data_report.check_markdown(check)).encode()

    deliver(
        path,
        format,
        force=force,
        table=lambda: data_report.print_check(check, sys.stdout),
        blocks=lambda form: [text(form)],
        workbook=lambda file: write_atomic(file, [data_report.check_workbook(check)], force=force),
    )

"""`expcomp payout`: what each payee is owed for a period."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

import typer

from expcomp.commands.run import AsOfOption, PeriodOption, PlanOption, PostedOption, ProjectOption

if TYPE_CHECKING:
    from expcomp.pay.sheet import Sheet

Format = Literal["table", "csv", "json", "markdown"]
BY_ENDING: dict[str, Format] = {".csv": "csv", ".json": "json", ".md": "markdown"}


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
        str | None,
        typer.Option("--output", "-o", help="Write a file, by its ending: .xlsx .csv .json .md; - is stdout."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that another run wrote.")] = False,
) -> None:
    """Compute what each payee is owed for a period.

    Example:  expcomp payout --period 2027Q1 -o 2027Q1.xlsx
    """
    from expcomp.commands.make import make_sheet
    from expcomp.commands.narrow import narrowed

    path = Path(output) if output and output != "-" else None
    if path is not None:
        _check_ending(path)
    sheet = narrowed(make_sheet(project, period, plan, as_of, posted), payee, role, segment)
    shown = str(posted) if posted else ""
    if path is None:
        _print(sheet, format, lines, shown, sys.stdout)
    else:
        _write(sheet, path, lines, shown, force)


def _check_ending(path: Path) -> None:
    """Before anything is computed."""
    from expcomp.diagnostics import Code, Refused

    if path.suffix.lower() not in (".xlsx", *BY_ENDING):
        unknown = Code("C305", "unknown-ending")
        message = f'"{path.name}" does not end in .xlsx, .csv, .json or .md, so its form is unknown'
        raise Refused(unknown.at(None, message))


def _print(sheet: "Sheet", format: Format, lines: bool, posted: str, stream: TextIO) -> None:
    if format != "table":
        for block in _blocks(sheet, format, lines):
            stream.write(bytes(block).decode())
        return
    from expcomp.output.terminal import print_lines, print_sheet

    if lines:
        print_lines(sheet, stream)
    else:
        print_sheet(sheet, stream, posted_file=posted)


def _blocks(sheet: "Sheet", format: Format, lines: bool) -> Iterable[bytes | memoryview]:
    """The whole text in UTF-8, in pieces."""
    from expcomp.output.csv_form import to_csv
    from expcomp.output.machine import to_json
    from expcomp.output.markdown import to_markdown

    if format == "csv":
        return to_csv(sheet, lines=lines)
    return [(to_json(sheet) if format == "json" else to_markdown(sheet, lines=lines)).encode()]


def _write(sheet: "Sheet", path: Path, lines: bool, posted: str, force: bool) -> None:
    if path.suffix.lower() == ".xlsx":
        from expcomp.output.workbook import write_workbook

        changed = write_workbook(sheet, path, force=force, posted_file=posted)
    else:
        from expcomp.output.files import write_atomic

        changed = write_atomic(path, _blocks(sheet, BY_ENDING[path.suffix.lower()], lines), force=force)
    typer.echo(f"{path}: {'written' if changed else 'unchanged'}", err=True)

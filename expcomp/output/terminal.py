"""A sheet, its lines and findings on a terminal or in a pipe; no amount and no id is ever shortened."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from expcomp.diagnostics import Finding, Severity
from expcomp.output.attention import attention_tables, warnings, with_help
from expcomp.output.control_tables import DRAFT, deal_table, money_read, origin, rows_read, sum_table
from expcomp.output.layout import Line, Look, Mark, laid_out, origin_lines, wrapped
from expcomp.output.line_tables import line_table
from expcomp.output.pay_tables import pay_table
from expcomp.output.rejected_table import rejected_table
from expcomp.output.table import Table
from expcomp.output.text import clean
from expcomp.pay.sheet_view import SheetView

SHOWN_PER_CODE = 20
SEVERITY_LOOK = {Severity.ERROR: Look.ERROR, Severity.WARNING: Look.WARNING, Severity.NOTE: Look.PLAIN}


def print_sheet(sheet: SheetView, stream: TextIO, width: int | None = None) -> None:
    """The sheet of design page 8. `width` None: that of the terminal, or as wide as it gets in a pipe."""
    screen = _marked(sheet, stream, width)
    aside = (money_read(sheet.book), rejected_table(sheet.book)) if len(sheet.book.rejected) else ()
    for table in (rows_read(sheet.book), *aside, deal_table(sheet), sum_table(sheet), pay_table(sheet)):
        screen.table(table)
    screen.lines(_attention(sheet, screen.width))
    screen.lines(origin_lines(origin(sheet), screen.width))


def print_lines(sheet: SheetView, stream: TextIO, width: int | None = None) -> None:
    """One row per line."""
    _marked(sheet, stream, width).table(line_table(sheet, title=f"Lines of {sheet.period}"))


def _marked(sheet: SheetView, stream: TextIO, width: int | None) -> "Screen":
    """Where the sheet is printed, begun by what may not be paid by yet."""
    screen = Screen(stream, width)
    if sheet.is_draft:
        screen.write(f"{DRAFT}: {sheet.status}", Look.WARNING)
        screen.write("")
    return screen


def print_findings(findings: Iterable[Finding], stream: TextIO) -> None:
    """Place, code, name, message and help; at most 20 of a code, and how many there are."""
    screen, listed = Screen(stream, None), list(findings)
    for finding, more in shown_of_each_code(listed):
        if more:
            screen.write(f"… and {more} more of {finding.code} {finding.name}")
            continue
        look = SEVERITY_LOOK[finding.severity]
        screen.lines(Line(text, look) for text in wrapped(str(finding), screen.width, "    ", ""))
        if finding.help:
            screen.lines(map(Line, wrapped(f"help: {finding.help}", screen.width, "    ", "  ")))
    if len(listed) > 1:
        screen.write(counted(listed))


def shown_of_each_code(findings: Iterable[Finding]) -> Iterator[tuple[Finding, int]]:
    """By code the first findings, each with 0; then, where there are more, one of them with how many."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.code, []).append(finding)
    for found in grouped.values():
        yield from ((finding, 0) for finding in found[:SHOWN_PER_CODE])
        if len(found) > SHOWN_PER_CODE:
            yield found[-1], len(found) - SHOWN_PER_CODE


def counted(findings: Sequence[Finding]) -> str:
    """`3 errors, 1 warning`"""
    count = Counter(finding.severity for finding in findings)
    return ", ".join(f"{count[s]} {s}{'s' if count[s] > 1 else ''}" for s in Severity if count[s])


class Screen:
    """Where lines go: styled on a terminal, plain anywhere else. Every line is cleaned on its way."""

    def __init__(self, stream: TextIO, width: int | None) -> None:
        self._stream, self._is_terminal = stream, stream.isatty()
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self.width = width or (self._console.width if self._is_terminal else None)

    def table(self, table: Table) -> None:
        self.lines(laid_out(table, self.width))
        self.write("")

    def lines(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.write(line.text, line.look, line.marks)

    def write(self, text: str, style: str = "", marks: Sequence[Mark] = ()) -> None:
        if self._is_terminal:
            styled = Text(clean(text).ljust(max((end for _, end, _ in marks), default=0)), style)
            for start, end, look in marks:
                styled.stylize(look, start, end)
            self._console.print(styled, soft_wrap=True)
        else:
            self._stream.write(clean(text) + "\n")


def _attention(sheet: SheetView, width: int | None) -> Iterator[Line]:
    yield Line("What needs a person", Look.TITLE)
    tables = list(attention_tables(sheet))
    groups = warnings(sheet)
    if not tables and not groups:
        yield Line("  nothing")
    for table in tables:
        yield Line("")
        yield from laid_out(table, width)
    for heading, found in groups:
        yield Line("")
        yield Line(heading, Look.TITLE)
        for finding, help_ in with_help(found[:SHOWN_PER_CODE]):
            yield from (Line(part) for part in wrapped(_said(finding), width, "    ", "  "))
            if help_:
                yield from (Line(part) for part in wrapped(f"help: {help_}", width, "      ", "    "))
        if len(found) > SHOWN_PER_CODE:
            yield Line(f"  … and {len(found) - SHOWN_PER_CODE} more")
    yield Line("")


def _said(finding: Finding) -> str:
    return f"{finding.message} ({finding.place})" if finding.place else finding.message

"""A sheet as Markdown, for pull requests and tickets."""

import re
from collections.abc import Iterator, Sequence

from expcomp.diagnostics import Finding
from expcomp.output.attention import attention_tables, warnings, with_help
from expcomp.output.control_tables import DRAFT, deal_table, file_table, money_read, named_period, origin, sum_table
from expcomp.output.layout import cells, total_cells
from expcomp.output.line_tables import line_table
from expcomp.output.pay_tables import pay_table
from expcomp.output.rejected_table import rejected_table
from expcomp.output.table import Kind, Table
from expcomp.output.text import clean
from expcomp.pay.sheet_view import SheetView

MARKUP = re.compile(r"([\\`*_\[\]<>|&~#@])")


def to_markdown(sheet: SheetView, *, lines: bool = False) -> str:
    """The blocks of the terminal as Markdown tables, or one row per line."""
    if lines:
        return "\n".join(markdown_table(line_table(sheet, title=f"Lines of {named_period(sheet)}"))) + "\n"
    aside = (money_read(sheet.book), rejected_table(sheet.book)) if len(sheet.book.rejected) else ()
    tables = (file_table(sheet.book), *aside, deal_table(sheet), sum_table(sheet), pay_table(sheet))
    blocks = [line for table in tables for line in markdown_table(table)]
    draft = [f"**{DRAFT}: {escaped(sheet.status)}**", ""] if sheet.is_draft else []
    return "\n".join([*draft, *blocks, *_attention(sheet), *_origin(sheet)]) + "\n"


def escaped(text: str) -> str:
    return MARKUP.sub(r"\\\1", clean(text))


def markdown_table(table: Table, level: str = "##") -> Iterator[str]:
    yield from (f"{level} {escaped(table.title)}", "")
    if len(table) == 0:
        yield from (escaped(table.empty), "")
        return
    yield _row([column.name for column in table.columns])
    yield "|" + "|".join(" --- " if column.kind is Kind.TEXT else " ---: " for column in table.columns) + "|"
    for row in zip(*(cells(table, column) for column in table.columns), strict=True):
        yield _row(row)
    for label, shown in total_cells(table):
        yield _row([label, *(shown.get(column.name, "") for column in table.columns[1:])])
    yield ""
    for note in table.notes:
        yield from (escaped(note), "")


def _row(texts: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(map(escaped, texts)) + " |"


def listed(found: Sequence[Finding]) -> Iterator[str]:
    """Findings as a list, what to do below them."""
    for finding, help_ in with_help(found):
        yield f"- {escaped(str(finding))}"
        if help_:
            yield f"  - help: {escaped(help_)}"


def _attention(sheet: SheetView) -> Iterator[str]:
    yield from ("## What needs a person", "")
    for table in attention_tables(sheet):
        yield from markdown_table(table, "###")
    for heading, found in warnings(sheet):
        yield from (f"### {escaped(heading)}", "")
        yield from (*listed(found), "")


def _origin(sheet: SheetView) -> Iterator[str]:
    yield from ("## Where it came from", "")
    yield from (f"- {escaped(name)}: {escaped(value)}" for name, value in origin(sheet))

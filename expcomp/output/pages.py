"""The worksheets of a payout: which tables stand on which page, in which rows, under which totals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from expcomp.diagnostics import Code, Place, Refused
from expcomp.money import decimals
from expcomp.output.control_tables import (
    deal_table,
    file_table,
    money_read,
    named_period,
    origin,
    provenance_table,
    sum_table,
)
from expcomp.output.layout import cells
from expcomp.output.line_tables import (
    adjustment_table,
    clawback_table,
    findings_table,
    full_lines,
    line_table,
    not_paid_table,
    parts_table,
    waiting_table,
)
from expcomp.output.pay_tables import named, pay_table
from expcomp.output.rejected_table import rejected_table
from expcomp.output.table import Column, Kind, Scale, Table
from expcomp.output.text import clean
from expcomp.pay.sheet_view import SheetView
from expcomp.sources.book import Book

TOO_LONG = Code("O103", "text-too-long-for-a-cell")
TOO_MANY = Code("O104", "too-many-rows-for-a-worksheet")

CELL_LIMIT = 32_767
ROW_LIMIT = 1_048_576
ROLE_PAGES = 12
READ_FIRST = (
    "payee_id", "payee_name", "deal_id", "account_name", "component", "milestone", "on", "period_earned", "amount",
    "currency", "reason", "tier",
)  # fmt: skip
"""Columns of the page of lines that are printed; the others follow."""
WIDEST = 60


@dataclass(frozen=True)
class Placed:
    """A table on a page. Rows and columns count from 0; totals stand right below the data, notes below them."""

    table: Table
    header: int

    @property
    def first(self) -> int:
        return self.header + 1

    @property
    def last(self) -> int:
        """The last row of data; the header's own where there is none."""
        return self.header + len(self.table)

    @cached_property
    def totals(self) -> list[tuple[int, str, dict[str, int]]]:
        """Row, currency, and minor units or counts by column name."""
        adds_up = any(column.adds_up for column in self.table.columns) and len(self.table)
        currencies = self.table.currencies if adds_up else []
        return [(self.last + 1 + at, code, self.table.totals(code)) for at, code in enumerate(currencies)]

    @property
    def notes(self) -> list[tuple[int, str]]:
        start = self.last + 2 + len(self.totals)
        return [(start + at, note) for at, note in enumerate(self.table.notes)]

    @property
    def end(self) -> int:
        """The first row below all of it."""
        return (self.notes[-1][0] if self.notes else self.last + len(self.totals)) + 1

    @property
    def coloured(self) -> Iterator[tuple[int, Scale]]:
        """The columns of a heat map, by position."""
        for at, column in enumerate(self.table.columns):
            if column.scale and len(self.table):
                yield at, column.scale

    def total_formula(self, column: Column, at: int, currency: str) -> str:
        """The sum of a column, of the rows in a currency where there are several; rounded, so that every
        spreadsheet arrives at the same value."""
        letter = column_letter(at)
        span = f"{letter}{self.first + 1}:{letter}{self.last + 1}"
        if len(self.totals) == 1:
            total = f"SUM({span})"
        else:
            names = [c.name for c in self.table.columns]
            key = column_letter(names.index("currency"))
            total = f'SUMIF(${key}${self.first + 1}:${key}${self.last + 1},"{currency}",{span})'
        return f"={total}" if column.kind is Kind.COUNT else f"=ROUND({total},{decimals(currency)})"


@dataclass(frozen=True)
class Chart:
    """Lines of the columns `values` of a page's first table, over its column `along`."""

    along: str
    values: tuple[str, ...]
    title: str

    def positions(self, table: Table) -> tuple[int, list[int]]:
        names = [column.name for column in table.columns]
        return names.index(self.along), [names.index(name) for name in self.values]


@dataclass(frozen=True)
class Page:
    """`heading` lines stand above the tables; `frozen` columns stay in sight; a chart shows `charted` by payee, another
    one lines."""

    name: str
    tables: tuple[Table, ...]
    heading: tuple[str, ...] = ()
    frozen: int = 0
    printed: int = 0
    charted: str = ""
    chart: Chart | None = None

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Several tables stand below each other, each with its title above it."""
        placed, row = [], len(self.heading) + (1 if self.heading else 0)
        for table in self.tables:
            row += 1 if len(self.tables) > 1 else 0
            placed.append(Placed(table, row))
            row = placed[-1].end + 2
        if row > ROW_LIMIT:
            help_ = "write it as CSV:  -o lines.csv --lines"
            raise Refused(TOO_MANY.at(None, f"{self.name} has {row:,} rows; a worksheet holds {ROW_LIMIT:,}", help_))
        return tuple(placed)

    @property
    def widths(self) -> list[int]:
        """Of every column, from its content."""
        count = max(len(table.columns) for table in self.tables)
        return [max(_width(t, at) for t in self.tables if at < len(t.columns)) for at in range(count)]


def pages(sheet: SheetView) -> list[Page]:
    pay = pay_table(sheet)
    charted = "paid" if any(column.name == "paid" for column in pay.columns) else "gross"
    heading = (f"Payout {named_period(sheet)}", *(f"{name}: {value}" for name, value in origin(sheet)))
    return [
        Page("Summary", (pay,), heading, frozen=1, charted=charted),
        Page("Lines", (_lines(sheet),), frozen=4, printed=len(READ_FIRST)),
        *_role_pages(sheet),
        Page("Clawbacks", (clawback_table(sheet),), frozen=2),
        Page("Adjustments", (adjustment_table(sheet),), frozen=1),
        Page("Not paid", (not_paid_table(sheet),), frozen=1),
        Page("Parts not paid", (parts_table(sheet),), frozen=1),
        Page("Waiting", (waiting_table(sheet),), frozen=2),
        *rejected_pages(sheet.book),
        Page("Control totals", (sum_table(sheet), deal_table(sheet), file_table(sheet.book), money_read(sheet.book))),
        Page("Warnings", (findings_table(sheet),)),
        Page("Provenance", (provenance_table(sheet),)),
    ]


def rejected_pages(book: Book) -> Iterator[Page]:
    """The rows that were set aside, where any was."""
    if len(book.rejected):
        yield Page("Rejected", (rejected_table(book),), frozen=2)


def _lines(sheet: SheetView) -> Table:
    table = full_lines(sheet)
    by_name = {column.name: column for column in table.columns}
    further = [column for column in table.columns if column.name not in READ_FIRST]
    return replace(table, columns=(*(by_name[name] for name in READ_FIRST), *further))


def _role_pages(sheet: SheetView) -> Iterator[Page]:
    """The lines of the people of each role, while the roles are few enough to be leafed through."""
    role = named(sheet, sheet.postings["payee_id"])["role"].to_numpy(object)
    roles = sorted({str(name) for name in role} - {""})
    if len(roles) > ROLE_PAGES:
        return
    taken: set[str] = set()
    for name in roles:
        lines = line_table(sheet, sheet.lines[np.asarray(role == name)], title=f"Role {name}")
        yield Page(page_name(f"Role {name}", taken), (lines,), frozen=2)


def page_name(wanted: str, taken: set[str]) -> str:
    """A name a worksheet may have, unlike those taken: no `[]:*?/\\`, no more than 31 characters."""
    base = re.sub(r"[\[\]:*?/\\]", "-", clean(wanted)).strip("' ")[:31] or "Sheet"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[:27]} {number}", number + 1
    taken.add(name.casefold())
    return name


def column_letter(at: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def header_text(column: Column) -> str:
    words = column.name.replace("_", " ")
    return words[:1].upper() + words[1:]


def cell_text(text: object, page: str) -> str:
    """A text as a cell holds it. Raises `Refused` (O103) for one that a spreadsheet would cut."""
    cleaned = clean(str(text))
    if len(cleaned) > CELL_LIMIT:
        message = (
            f"a text of {len(cleaned):,} characters does not fit a cell, which holds {CELL_LIMIT:,}: {cleaned[:40]}…"
        )
        raise Refused(TOO_LONG.at(Place(page), message, "shorten it in the export, or write CSV"))
    return cleaned


def _width(table: Table, at: int) -> int:
    column = table.columns[at]
    shown = set(cells(table, column)) | {header_text(column)}
    if column.adds_up and column.kind is Kind.MONEY:
        shown |= {f"{abs(minor):,}" + "-.." for minor in (table.totals(c)[column.name] for c in table.currencies)}
    return min(max(map(len, shown)) + 3, WIDEST)

"""A new workbook: typed text, exact amounts, live totals, a chart; the same bytes for the same sheet."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import cycle
from typing import Any

import xlsxwriter

from expcomp.money import decimals
from expcomp.output.pages import WIDEST, Chart, Page, Placed, cell_text, header_text
from expcomp.output.table import Column, Kind, Scale, Table
from expcomp.output.text import starts_formula

NO_GUESSING = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
IN_MEMORY = 20_000
"""Rows up to which all cells are held in memory, which makes the smaller file."""

CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed stamp: the file says nothing of when it was made


def new_workbook(pages: Sequence[Page], mark: str) -> bytes:
    """`mark` stands in the footer of every page and names the run."""
    buffer = io.BytesIO()
    rows = max(page.placed[-1].end for page in pages)
    book = xlsxwriter.Workbook(buffer, {**NO_GUESSING, "constant_memory": rows > IN_MEMORY})
    book.set_properties({"title": mark, "created": CREATED})
    formats = _Formats(book)
    for page in pages:
        _Worksheet(page, book, formats).write(mark)
    book.close()
    return buffer.getvalue()


@dataclass
class _Formats:
    """Each look of a cell once."""

    book: Any
    made: dict[str, Any] = field(default_factory=dict)

    def get(self, **properties: Any) -> Any:
        key = repr(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(
                {"font_name": "Arial", "font_size": 10, "valign": "vcenter", **properties}
            )
        return self.made[key]

    def text(self, *, quoted: bool, **more: Any) -> Any:
        return self.get(num_format="@", **({"quote_prefix": True} if quoted else {}), **more)

    def number(self, column: Column, currency: str, **more: Any) -> Any:
        return self.get(num_format=number_format(column, currency), **more)


PLAIN_NUMBERS = {
    Kind.COUNT: "#,##0", Kind.SHARE: "0.0%", Kind.TIME: "[h]:mm", Kind.RATE: "0.00%", Kind.HEAT: "0.0%",
}  # fmt: skip
SECONDS_A_DAY = 86_400

LINES = ("#2F6F8F", "#E08214", "#7F7F7F")
LOW, MIDDLE, HIGH, LOST = "#EF8A62", "#F7F7F7", "#67A9CF", "#E6550D"
HEAT = {
    Scale.DIVERGING: {
        "type": "3_color_scale", "min_type": "num", "min_value": 0.75, "min_color": LOW, "mid_type": "num",
        "mid_value": 1, "mid_color": MIDDLE, "max_type": "num", "max_value": 1.35, "max_color": HIGH,
    },
    Scale.SEQUENTIAL: {
        "type": "2_color_scale", "min_type": "num", "min_value": 0.5, "min_color": LOST, "max_type": "num",
        "max_value": 1, "max_color": MIDDLE,
    },
}  # fmt: skip
"""Fixed ends, so that a colour says the same on every page and in every month."""


def number_format(column: Column, currency: str) -> str:
    """Grouped, with the currency's decimals; a dash for nothing in a quiet column."""
    if column.kind in PLAIN_NUMBERS:
        return PLAIN_NUMBERS[column.kind]
    places = decimals(currency)
    number = "#,##0" + ("." + "0" * places if places else "")
    return f'{number};-{number};"-"' if column.quiet else number


def exact(column: Column, value: Any, currency: str) -> int | Decimal:
    """The number of a cell. Decimal, so that what is written is what was computed; a fraction to 28 digits."""
    match column.kind:
        case Kind.COUNT:
            return int(value)
        case Kind.RATE | Kind.HEAT:
            return Decimal(value.numerator) / Decimal(value.denominator)
        case Kind.SHARE:
            return Decimal(int(value)).scaleb(-6)
        case Kind.TIME:
            return Decimal(int(value)) / SECONDS_A_DAY
    return Decimal(int(value)).scaleb(-decimals(currency))


LINE_HEIGHT, MOST_LINES = 13, 30
INDENTED = {"align": "left", "indent": 1}
TOTAL_LOOK = {"bold": True, "top": 1}
HEADER_LOOK = {"bold": True, "bottom": 1, "bg_color": "#E8EDF3", "text_wrap": True}


class _Worksheet:
    def __init__(self, page: Page, book: Any, formats: _Formats) -> None:
        self.page, self.book, self.formats = page, book, formats
        self.sheet = book.add_worksheet(page.name)
        self.lines: dict[int, int] = {}

    def write(self, mark: str) -> None:
        """Rows in order, as a workbook that is not held in memory needs them."""
        for row, text in enumerate(self.page.heading):
            look = {"bold": True, "font_size": 14} if row == 0 else {}
            self._text(row, 0, text, **look)
        for placed in self.page.placed:
            if len(self.page.placed) > 1:
                self._text(placed.header - 1, 0, placed.table.title, bold=True)
            self._table(placed)
        for at, width in enumerate(self.page.widths):
            self.sheet.set_column(at, at, width)
        self._print_setup(mark)
        if self.page.charted:
            self._charts(self.page.placed[0])
        if self.page.chart and len(self.page.placed[0].table):
            self._lines(self.page.placed[0], self.page.chart)

    def _text(self, row: int, column: int, value: object, **look: Any) -> None:
        text = cell_text(value, self.page.name)
        if text.startswith("<r>") and text.endswith("</r>"):
            text += " "  # xlsxwriter would take it for markup of its own
        self.sheet.write_string(row, column, text, self.formats.text(quoted=starts_formula(text), **look))

    def _wrapping(self, row: int, value: object) -> dict[str, bool]:
        """A long text wraps, and its row is as high as that takes: not every spreadsheet does this by itself."""
        lines = -(-len(str(value)) // (WIDEST - 10))
        if len(str(value)) <= WIDEST:
            return {}
        self.lines[row] = max(lines, self.lines.get(row, 1))
        self.sheet.set_row(row, LINE_HEIGHT * min(self.lines[row], MOST_LINES))
        return {"text_wrap": True}

    def _table(self, placed: Placed) -> None:
        table = placed.table
        for at, column in enumerate(table.columns):
            look = HEADER_LOOK | (INDENTED if column.kind is Kind.TEXT else {"align": "right"})
            self._text(placed.header, at, header_text(column), **look)
        for row in range(len(table)):
            for at, column in enumerate(table.columns):
                self._cell(placed.first + row, at, column, column.values[row], _currency(table, row))
        if not len(table):
            self._text(placed.first, 0, table.empty, italic=True)
        for row, currency, sums in placed.totals:
            self._text(row, 0, f"Total {currency}".strip(), **INDENTED, **TOTAL_LOOK)
            for at, column in enumerate(table.columns[1:], start=1):
                self._total(placed, row, at, column, sums.get(column.name), currency)
        for row, note in placed.notes:
            self._text(row, 0, note, italic=True)
        for at, scale in placed.coloured:
            self.sheet.conditional_format(placed.first, at, placed.last, at, HEAT[scale])
        if len(self.page.placed) == 1 and len(table):
            self.sheet.autofilter(placed.header, 0, placed.last, len(table.columns) - 1)

    def _cell(self, row: int, at: int, column: Column, value: Any, currency: str) -> None:
        if column.kind is Kind.TEXT:
            if value != "":
                self._text(row, at, value, **INDENTED, **self._wrapping(row, value))
        elif isinstance(value, str):
            self._text(row, at, value, align="right")
        elif value is not None:
            self.sheet.write_number(row, at, exact(column, value, currency), self.formats.number(column, currency))

    def _total(self, placed: Placed, row: int, at: int, column: Column, value: int | None, currency: str) -> None:
        if value is None:
            self.sheet.write_blank(row, at, None, self.formats.get(**TOTAL_LOOK))
            return
        look = self.formats.number(column, currency, **TOTAL_LOOK)
        formula = placed.total_formula(column, at, currency)
        self.sheet.write_formula(row, at, formula, look, exact(column, value, currency))

    def _print_setup(self, mark: str) -> None:
        header = self.page.placed[0].header
        single = len(self.page.placed) == 1
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer(f"&L{mark.replace('&', '&&')}&R&A, page &P of &N")
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        if single:
            self.sheet.freeze_panes(header + 1, self.page.frozen)
            self.sheet.repeat_rows(header)
        if self.page.printed:
            self.sheet.print_area(0, 0, self.page.placed[-1].end, self.page.printed - 1)

    def _lines(self, placed: Placed, wanted: Chart) -> None:
        """A line for each of several columns, below the table."""
        along, values = wanted.positions(placed.table)
        chart = self.book.add_chart({"type": "line"})
        for at, colour in zip(values, cycle(LINES), strict=False):
            chart.add_series({
                "name": placed.table.columns[at].name,
                "categories": [self.page.name, placed.first, along, placed.last, along],
                "values": [self.page.name, placed.first, at, placed.last, at],
                "marker": {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}},
                "line": {"color": colour, "width": 2},
            })  # fmt: skip
        chart.set_title({"name": wanted.title, "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"})
        chart.set_x_axis({"name": wanted.along})
        chart.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
        chart.set_size({"width": 900, "height": 340})
        self.sheet.insert_chart(placed.end + 1, 0, chart)

    def _charts(self, placed: Placed) -> None:
        """What each payee is paid, one chart per currency, below the table."""
        table, row = placed.table, placed.end + 1
        names = [column.name for column in table.columns]
        value_at, name_at = (
            names.index(self.page.charted),
            names.index("name" if all(table.columns[1].values) else "payee"),
        )
        for currency, first, last in _runs(table):
            column = table.columns[value_at]
            chart = self.book.add_chart({"type": "bar"})
            span = (placed.first + first, placed.first + last)
            chart.add_series({
                "name": f"{header_text(column)}, {currency}",
                "categories": [self.page.name, span[0], name_at, span[1], name_at],
                "values": [self.page.name, span[0], value_at, span[1], value_at],
                "fill": {"color": "#2F6F8F"}, "gap": 60,
                "data_labels": {"value": True, "num_format": number_format(column, currency)},
            })  # fmt: skip
            chart.set_title({"name": f"{header_text(column)} by payee, {currency}", "name_font": {"size": 12}})
            chart.set_legend({"none": True})
            chart.set_y_axis({"reverse": True})
            chart.set_x_axis(
                {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}}
            )
            height = 110 + 24 * (last - first + 1)
            chart.set_size({"width": 900, "height": height})
            self.sheet.insert_chart(row, 0, chart)
            row += height // 20 + 2


def _currency(table: Table, row: int) -> str:
    return table.currency[row] if len(table.currency) else ""


def _runs(table: Table) -> list[tuple[str, int, int]]:
    """Currency, first and last row of each run of one currency."""
    runs: list[tuple[str, int, int]] = []
    for row, currency in enumerate(table.currency):
        if runs and runs[-1][0] == currency:
            runs[-1] = (currency, runs[-1][1], row)
        else:
            runs.append((currency, row, row))
    return runs

"""Our pages in a workbook that belongs to somebody else: added or replaced, everything else stays."""

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Alignment, Font

from expcomp.diagnostics import Code, Place, Refused
from expcomp.output.new_workbook import HEAT, exact, number_format
from expcomp.output.pages import Chart, Page, Placed, cell_text, column_letter, header_text
from expcomp.output.table import Column, Kind, Scale
from expcomp.output.text import starts_formula

NOT_OURS = Code("O105", "page-is-not-ours")
WOULD_LOSE = Code("O106", "workbook-would-lose-content")

LOST_PARTS = {
    "xl/vbaProject.bin": "macros", "xl/slicers/": "slicers", "xl/timelines/": "timelines",
    "xl/ctrlProps/": "form controls", "xl/activeX/": "controls", "xl/threadedComments/": "threaded comments",
    "xl/richData/": "rich data types",
}  # fmt: skip
LOST_MARKUP = {
    "xl/worksheets/": {b"sparklineGroup": "sparklines", b"x14:conditionalFormatting": "newer conditional formats",
                       b"x14:dataValidation": "newer data validations"},
    "xl/drawings/": {b"<xdr:sp": "shapes", b"<xdr:grpSp": "grouped shapes", b"<xdr:cxnSp": "connectors"},
}  # fmt: skip
"""What openpyxl does not carry from a file it reads into the file it writes."""


def holds_other_pages(path: Path, mark: str) -> bool:
    """Whether a file is a workbook with any page that no run of ours wrote."""
    book = _read(path)
    return book is not None and any(not _is_ours(book[name], mark) for name in book.sheetnames)


def with_pages(path: Path, pages: Sequence[Page], footer: str, mark: str) -> bytes:
    """The workbook with our pages. Pages of an earlier run that this one does not have are taken out.

    Raises `Refused`: O105 where a page of somebody else has one of our names, O106 where the workbook holds
    something that writing it again would lose.
    """
    _check_losses(path)
    book = _read(path)
    assert book is not None
    names = {page.name.casefold() for page in pages}
    foreign = [name for name in book.sheetnames if name.casefold() in names and not _is_ours(book[name], mark)]
    if foreign:
        help_ = "rename it, or write to another file"
        raise Refused([NOT_OURS.at(Place(str(path)), f'the page "{n}" is not one of ours', help_) for n in foreign])
    for name in book.sheetnames:
        if _is_ours(book[name], mark) and name.casefold() not in names:
            del book[name]
    for page in pages:
        _put(book, page, footer)
    book.calculation.fullCalcOnLoad = True
    return _saved(book)


def _read(path: Path) -> Workbook | None:
    try:
        return load_workbook(path)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return None


def _is_ours(page: Any, mark: str) -> bool:
    footer = getattr(page, "oddFooter", None)
    return bool(footer and (footer.left.text or "").startswith(mark))


def _check_losses(path: Path) -> None:
    found: set[str] = set()
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            found |= {what for start, what in LOST_PARTS.items() if name.startswith(start)}
            for folder, marks in LOST_MARKUP.items():
                data = parts.read(name) if name.startswith(folder) and name.endswith(".xml") else b""
                found |= {what for mark, what in marks.items() if mark in data}
    if found:
        message = f"writing this workbook again would lose its {', '.join(sorted(found))}"
        raise Refused(WOULD_LOSE.at(Place(str(path)), message, "write to a new file and copy the pages"))


def _put(book: Workbook, page: Page, footer: str) -> None:
    at = len(book.sheetnames)
    if page.name in book.sheetnames:
        at = book.sheetnames.index(page.name)
        del book[page.name]
    _Worksheet(page, book.create_sheet(page.name, at)).write(footer)


class _Worksheet:
    def __init__(self, page: Page, sheet: Any) -> None:
        self.page, self.sheet = page, sheet

    def write(self, footer: str) -> None:
        for row, text in enumerate(self.page.heading):
            self._text(row, 0, text, bold=row == 0)
        for placed in self.page.placed:
            if len(self.page.placed) > 1:
                self._text(placed.header - 1, 0, placed.table.title, bold=True)
            self._table(placed)
        for at, width in enumerate(self.page.widths):
            self.sheet.column_dimensions[column_letter(at)].width = width
        self._print_setup(footer)
        if self.page.charted:
            self._chart(self.page.placed[0])
        if self.page.chart and len(self.page.placed[0].table):
            self._lines(self.page.placed[0], self.page.chart)

    def _text(self, row: int, at: int, value: object, *, bold: bool = False, right: bool = False) -> None:
        text = cell_text(value, self.page.name)
        cell = self.sheet.cell(row + 1, at + 1)
        cell.value = text
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = starts_formula(text)
        cell.font = Font(name="Arial", size=10, bold=bold)
        if right:
            cell.alignment = Alignment(horizontal="right")

    def _table(self, placed: Placed) -> None:
        table = placed.table
        for at, column in enumerate(table.columns):
            self._text(placed.header, at, header_text(column), bold=True, right=column.kind is not Kind.TEXT)
            for row, value in enumerate(column.values):
                currency = table.currency[row] if len(table.currency) else ""
                self._cell(placed.first + row, at, column, value, currency)
        if not len(table):
            self._text(placed.first, 0, table.empty)
        for at, scale in placed.coloured:
            letter = column_letter(at)
            span = f"{letter}{placed.first + 1}:{letter}{placed.last + 1}"
            self.sheet.conditional_formatting.add(span, colour_rule(scale))
        for row, note in placed.notes:
            self._text(row, 0, note)
        for row, currency, sums in placed.totals:
            self._text(row, 0, f"Total {currency}".strip(), bold=True)
            for at, column in enumerate(table.columns[1:], start=1):
                if column.name in sums:
                    self._total(placed, row, at, column, currency)

    def _cell(self, row: int, at: int, column: Column, value: Any, currency: str) -> None:
        if column.kind is Kind.TEXT:
            if value != "":
                self._text(row, at, value)
        elif isinstance(value, str):
            self._text(row, at, value, right=True)
        elif value is not None:
            cell = self.sheet.cell(row + 1, at + 1, exact(column, value, currency))
            cell.number_format = number_format(column, currency)
            cell.font = Font(name="Arial", size=10)

    def _total(self, placed: Placed, row: int, at: int, column: Column, currency: str) -> None:
        cell = self.sheet.cell(row + 1, at + 1, placed.total_formula(column, at, currency))
        cell.number_format = number_format(column, currency)
        cell.font = Font(name="Arial", size=10, bold=True)

    def _print_setup(self, footer: str) -> None:
        header, sheet = self.page.placed[0].header, self.sheet
        sheet.page_setup.orientation = "landscape"
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToHeight = 0
        sheet.oddFooter.left.text = footer
        sheet.oddFooter.right.text = "&A, page &P of &N"
        if len(self.page.placed) > 1:
            return
        table = self.page.placed[0].table
        sheet.freeze_panes = f"{column_letter(self.page.frozen)}{header + 2}"
        sheet.print_title_rows = f"{header + 1}:{header + 1}"
        if len(table):
            last = column_letter(len(table.columns) - 1)
            sheet.auto_filter.ref = f"A{header + 1}:{last}{self.page.placed[0].last + 1}"
        if self.page.printed:
            sheet.print_area = f"A1:{column_letter(self.page.printed - 1)}{self.page.placed[0].end + 1}"

    def _lines(self, placed: Placed, wanted: Chart) -> None:
        along, values = wanted.positions(placed.table)
        chart = LineChart()
        chart.title, chart.height, chart.width = wanted.title, 9, 24
        first, last = placed.first + 1, placed.last + 1
        for at in values:
            series = Reference(self.sheet, min_col=at + 1, min_row=placed.header + 1, max_row=last)
            chart.add_data(series, titles_from_data=True)
        chart.set_categories(Reference(self.sheet, min_col=along + 1, min_row=first, max_row=last))
        chart.x_axis.title, chart.y_axis.number_format = wanted.along, "0%"
        chart.x_axis.delete = chart.y_axis.delete = False
        self.sheet.add_chart(chart, f"A{placed.end + 2}")

    def _chart(self, placed: Placed) -> None:
        table = placed.table
        if len(table.currencies) != 1:
            return
        names = [column.name for column in table.columns]
        at = names.index(self.page.charted) + 1
        chart = BarChart()
        chart.type, chart.legend, chart.height, chart.width = "bar", None, 2.5 + 0.6 * len(table), 24
        chart.title = f"{header_text(table.columns[at - 1])} by payee, {table.currencies[0]}"
        first, last = placed.first + 1, placed.last + 1
        chart.add_data(Reference(self.sheet, min_col=at, min_row=first, max_row=last))
        name_at = names.index("name" if all(table.columns[1].values) else "payee") + 1
        chart.set_categories(Reference(self.sheet, min_col=name_at, min_row=first, max_row=last))
        chart.gapWidth = 60
        chart.x_axis.scaling.orientation = "maxMin"
        chart.x_axis.delete = chart.y_axis.delete = False
        self.sheet.add_chart(chart, f"A{placed.end + 2}")


def colour_rule(scale: Scale) -> Any:
    """The colour scale of a heat map, as a new workbook has it."""
    names = {"min": "start", "mid": "mid", "max": "end"}
    parts = [name.split("_") for name in HEAT[scale] if name != "type"]
    return ColorScaleRule(
        **{f"{names[end]}_{part}": str(HEAT[scale][f"{end}_{part}"]).lstrip("#") for end, part in parts}
    )


def _saved(book: Workbook) -> bytes:
    """Saved without the clock: the time of change stays what it was, zip entries carry none."""
    modified = book.properties.modified.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    saved, stamped = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(stamped, "w", zipfile.ZIP_DEFLATED) as result:
        for name in parts.namelist():
            data = parts.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + modified, data)
            result.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return stamped.getvalue()

"""One worksheet as text: dates as ISO, numbers exactly as a spreadsheet shows them, error cells refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice, zip_longest
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa

from expcomp.diagnostics import Code, Finding, Refused, Severity
from expcomp.sources import layout
from expcomp.sources.column import CELL_ERROR, CORRECT_CELL
from expcomp.sources.complaints import and_more
from expcomp.sources.package import MAX_COLUMNS, STRAY_CELL
from expcomp.sources.raw import Locate, RawTable, locate_in_sheet
from expcomp.sources.sheet_xml import suspicious_cells
from expcomp.texts import LARGE

NOT_CALCULATED = Code("D323", "formula-not-calculated")
HIDDEN_ROWS = Code("D123", "hidden-rows-read")


@dataclass(frozen=True, slots=True)
class SheetSettings:
    """What the config declares; blank or 0: find out. `decimal` is how numbers in text cells are written."""

    sheet: str = ""
    header_row: int = 0
    decimal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows of one worksheet, from its first row and column; `data` is the whole workbook."""

    data: bytes
    path: str
    name: str
    rows: list[list[Any]]
    known: frozenset[str]
    settings: SheetSettings

    @property
    def locate(self) -> Locate:
        return locate_in_sheet(self.path, self.name)

    def header(self) -> int | None:
        """The position of the header row, None when no row looks like one."""
        if self.settings.header_row:
            return self.settings.header_row - 1 if self.settings.header_row <= len(self.rows) else None
        return layout.find_header(self._head(), self.known)

    def table(self) -> RawTable:
        """The table of the sheet. Raises `Refused`."""
        number = self.header()
        if number is None:
            raise layout.refuse_headless(self._head(), self.locate)
        width = self._width()
        above = self.rows[number - 1] if number else []
        headers = layout.with_groups(list(map(self._text, self.rows[number])), list(map(self._text, above)))
        columns = self._columns(number + 1, width)
        used = layout.used_columns(headers, columns, self.locate, number + 1)
        hidden = self._check_cells({index + 1 for index in used}, number + 2)
        count = len(self.rows) - number - 1
        whole = RawTable(
            label=f"{self.path}[{self.name}]",
            name=self.name,
            headers=tuple(headers[index].strip() for index in used),
            columns=[columns[index] for index in used],
            numbers=tuple(index + 1 for index in used),
            rows=np.arange(number + 2, number + 2 + count, dtype=np.int64),
            locate=self.locate,
            rows_read=count,
            header_row=number + 1,
            notes=tuple(self._note_hidden(hidden)),
        )
        return _without_noise(whole)

    def _head(self) -> list[list[str]]:
        return [[self._text(cell) for cell in row] for row in self.rows[: layout.SEARCHED]]

    def _width(self) -> int:
        """The widest row; a stray cell far to the right is named."""
        width = max(len(row) for row in self.rows)
        if width > MAX_COLUMNS:
            row = next(n for n, row in enumerate(self.rows) if any(cell != "" for cell in row[MAX_COLUMNS:]))
            column = next(n for n, cell in enumerate(self.rows[row]) if n >= MAX_COLUMNS and cell != "")
            place = self.locate(row + 1, column + 1)
            message = f"a cell stands beyond column {MAX_COLUMNS}"
            raise Refused(STRAY_CELL.at(place, message, "clear stray cells, or export only the table"))
        return width

    def _columns(self, start: int, width: int) -> list[pa.ChunkedArray]:
        cells = zip_longest(*islice(self.rows, start, None), fillvalue="")
        columns = [pa.chunked_array([pa.array(self._texts(column), LARGE)]) for column in cells]
        return columns or [pa.chunked_array([], LARGE)] * width

    def _texts(self, cells: Sequence[Any]) -> Sequence[str]:
        """The text of every cell; each different value is written once."""
        kinds = set(map(type, cells))
        if kinds <= {str}:
            return cells
        if bool in kinds and kinds & {int, float}:  # True and 1 are one key, and two texts
            return list(map(self._text, cells))
        written = {cell: self._text(cell) for cell in set(cells)}
        return list(map(written.__getitem__, cells))

    def _text(self, cell: Any) -> str:
        if isinstance(cell, str):
            return cell
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, int | float):
            return number_text(cell, self.settings.decimal)
        return moment_text(cell)

    def _note_hidden(self, rows: Sequence[int]) -> Iterator[Finding]:
        """Rows that a filter hides are read like all others: what was exported counts, not what was last looked at."""
        if rows:
            message = f"{len(rows):,} hidden row{'s are' if len(rows) > 1 else ' is'} read like the others"
            help = "where a filter was meant to leave rows out, delete them"
            yield HIDDEN_ROWS.at(self.locate(rows[0], 0), message, help, Severity.WARNING)

    def _check_cells(self, columns: set[int], first_row: int) -> list[int]:
        """Errors and formulas nobody calculated read as blanks: they are looked for in the file itself. Returns the
        rows of the table that are hidden."""
        found = suspicious_cells(self.data, self.name)
        save = "open the workbook in a spreadsheet program and save it once"
        findings: list[Finding] = []
        for code, cells, message, help in (
            (CELL_ERROR, found.errors, "the cell is a spreadsheet's error", CORRECT_CELL),
            (NOT_CALCULATED, found.without_value, "the formula has no stored value", save),
        ):
            at = [cell for cell in cells if cell[1] in columns and cell[0] >= first_row]
            if at:
                findings.append(code.at(self.locate(*at[0]), message + and_more(len(at) - 1, "cell"), help))
        if findings:
            raise Refused(findings)
        return [row for row in found.hidden_rows if first_row <= row <= len(self.rows) and _filled(self.rows[row - 1])]


def _filled(row: Sequence[Any]) -> bool:
    return any(cell != "" for cell in row)


def _without_noise(table: RawTable) -> RawTable:
    """Without blank rows and footers. Formatted rows below the data are no rows anybody wrote."""
    blanks = layout.blank_rows(table.columns, len(table.rows))
    end = int(np.flatnonzero(~blanks)[-1]) + 1 if (~blanks).any() else 0
    footers = layout.footer_rows([column.slice(0, end) for column in table.columns], blanks[:end])
    keep = ~blanks
    keep[:end] &= ~footers
    dropped = layout.counted(blank_row=int(blanks[:end].sum()), report_footer=int(footers.sum()))
    return replace(
        table,
        columns=[column.filter(pa.array(keep)) for column in table.columns],
        rows=table.rows[keep],
        rows_read=int(keep.sum()) + dropped.total(),
        dropped=dropped,
    )


def number_text(number: float, decimal: str = "") -> str:
    """The number as a spreadsheet holds it, 15 significant digits, never in scientific notation.

    Written with the file's declared decimal sign; three decimals get a zero, so that none looks like a group.
    """
    if not isfinite(number):
        return "#NUM!"
    text = f"{number:.15g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    whole, point, part = text.partition(".")
    if not point:
        return "0" if text == "-0" else text
    return f"{whole}{',' if decimal == 'comma' else '.'}{part}{'0' if len(part) == 3 else ''}"


def moment_text(cell: date | datetime | time | timedelta) -> str:
    """ISO. A time of day or a length of time is no date, and stays what it is for the message."""
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0).isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)

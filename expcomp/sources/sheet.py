"""One worksheet as text: dates as ISO, numbers exactly as a spreadsheet shows them, error cells refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from expcomp.diagnostics import Code, Finding, Refused, Severity
from expcomp.sources import layout
from expcomp.sources.cell_text import cell_text, cell_texts
from expcomp.sources.column import CELL_ERROR, CORRECT_CELL
from expcomp.sources.complaints import and_more
from expcomp.sources.package import MAX_COLUMNS, STRAY_CELL
from expcomp.sources.raw import Locate, RawTable, locate_in_sheet
from expcomp.sources.sheet_xml import suspicious_cells

NOT_CALCULATED = Code("D323", "formula-not-calculated")
HIDDEN_ROWS = Code("D123", "hidden-rows-read")


@dataclass(frozen=True, slots=True)
class SheetSettings:
    """What the config declares; blank or 0: find out. `decimal` is how numbers in text cells are written, `table` what
    the file is called."""

    sheet: str = ""
    header_row: int = 0
    decimal: str = ""
    table: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows of one worksheet, from its first row and column; `data` is the whole workbook,
    of whose parts the `suspicious` may hold what a reader of values does not show."""

    data: bytes
    path: str
    name: str
    rows: list[list[Any]]
    known: frozenset[str]
    settings: SheetSettings
    suspicious: frozenset[str]

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
            raise layout.refuse_headless(self._head(), self.locate, self.settings.table)
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
        """Of every row; a stray cell far to the right is named."""
        width = len(self.rows[0])
        if width > MAX_COLUMNS:
            row = next(n for n, row in enumerate(self.rows) if any(cell != "" for cell in row[MAX_COLUMNS:]))
            column = next(n for n, cell in enumerate(self.rows[row]) if n >= MAX_COLUMNS and cell != "")
            place = self.locate(row + 1, column + 1)
            message = f"a cell stands beyond column {MAX_COLUMNS}"
            raise Refused(STRAY_CELL.at(place, message, "clear stray cells, or export only the table"))
        return width

    def _columns(self, start: int, width: int) -> list[pa.ChunkedArray]:
        columns = zip(*self.rows[start:], strict=True) if start < len(self.rows) else [()] * width
        return [pa.chunked_array([cell_texts(column, self.settings.decimal)]) for column in columns]

    def _text(self, cell: Any) -> str:
        return cell_text(cell, self.settings.decimal)

    def _note_hidden(self, rows: Sequence[int]) -> Iterator[Finding]:
        """Rows that a filter hides are read like all others: what was exported counts, not what was last looked at."""
        if rows:
            message = f"{len(rows):,} hidden row{'s are' if len(rows) > 1 else ' is'} read like the others"
            help = "where a filter was meant to leave rows out, delete them"
            yield HIDDEN_ROWS.at(self.locate(rows[0], 0), message, help, Severity.WARNING)

    def _check_cells(self, columns: set[int], first_row: int) -> list[int]:
        """Errors and formulas nobody calculated read as blanks: they are looked for in the file itself. Returns the
        rows of the table that are hidden."""
        found = suspicious_cells(self.data, self.name, self.suspicious)
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

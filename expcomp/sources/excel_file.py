"""Worksheets as text: dates as ISO, numbers exactly as a spreadsheet shows them, error cells refused."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from expcomp.diagnostics import Code, Finding, Place, Refused, Severity
from expcomp.sources import layout
from expcomp.sources.cells import CELL_ERROR
from expcomp.sources.complaints import and_more, quote
from expcomp.sources.raw import RawTable, locate_in_sheet
from expcomp.sources.sheet_xml import check_package, suspicious_cells
from expcomp.sources.words import did_you_mean

NOT_A_WORKBOOK = Code("D102", "file-not-a-workbook")
SHEET_UNKNOWN = Code("D111", "sheet-unknown")
SHEET_UNCLEAR = Code("D112", "sheet-unclear")
NOT_CALCULATED = Code("D323", "formula-not-calculated")
SHEETS_HIDDEN = Code("D121", "sheets-hidden")
MACROS = Code("D122", "workbook-has-macros")

MAX_COLUMNS = 256
SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "an old .xls or a password-protected workbook", "save it as .xlsx without a password"),
    (b"<", "a web page or XML renamed to a workbook", "export it as .xlsx or .csv"),
)


@dataclass(frozen=True, slots=True)
class SheetSettings:
    """What the config declares; blank or 0: find out. `decimal` is how numbers in text cells are written."""

    sheet: str = ""
    header_row: int = 0
    decimal: str = ""


def read_sheets(
    data: bytes, path: str, known: frozenset[str], settings: SheetSettings
) -> Iterator[RawTable]:
    """The tables of the visible sheets that hold data (or of the one named). Raises `Refused`."""
    workbook = _open(data, path)
    check_package(data, path)
    hidden = _hidden(workbook, path)
    macros = (_macros(path),) if path.lower().endswith(".xlsm") else ()
    names = _sheet_names(workbook, path, settings.sheet)
    filled = [(name, rows) for name in names if (rows := _rows(workbook, name))]
    if not filled:
        raise Refused(SHEET_UNKNOWN.at(Place(path), "no visible sheet holds data", "export the workbook again"))
    digest = sha256(data).hexdigest()
    for number, (name, rows) in enumerate(filled):
        notes = (*hidden, *macros) if number == 0 else ()
        sheet = _Sheet(data, path, name, rows, known, settings)
        if len(filled) > 1 and not settings.sheet and sheet.header() is None:
            continue
        yield sheet.table(digest, notes)


def _open(data: bytes, path: str) -> CalamineWorkbook:
    for signature, what, help in SIGNATURES:
        if data.lstrip()[:8].startswith(signature):
            raise Refused(NOT_A_WORKBOOK.at(Place(path), f"this is {what}", help))
    if not zipfile.is_zipfile(BytesIO(data)):
        help = "export it again; a CSV file must end in .csv"
        raise Refused(NOT_A_WORKBOOK.at(Place(path), "this is no .xlsx workbook, or only a part of one", help))
    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except PasswordError:
        raise Refused(NOT_A_WORKBOOK.at(Place(path), "the workbook has a password", "save it without one")) from None
    except (CalamineError, XmlError, ZipError, OSError) as error:
        raise Refused(NOT_A_WORKBOOK.at(Place(path), f"the workbook cannot be read: {error}", "export it again")) from None


def _visible(workbook: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _sheet_names(workbook: CalamineWorkbook, path: str, wanted: str) -> list[str]:
    visible = _visible(workbook)
    if not wanted:
        return visible
    if wanted in workbook.sheet_names:
        return [wanted]
    help = did_you_mean(wanted, visible) or "its sheets are " + ", ".join(map(quote, visible))
    raise Refused(SHEET_UNKNOWN.at(Place(path), f"the workbook has no sheet {quote(wanted)}", help))


def _hidden(workbook: CalamineWorkbook, path: str) -> tuple[Finding, ...]:
    hidden = [name for name in workbook.sheet_names if name not in _visible(workbook)]
    if not hidden:
        return ()
    message = "hidden sheets are not read: " + ", ".join(map(quote, hidden))
    return (SHEETS_HIDDEN.at(Place(path), message, "", Severity.NOTE),)


def _macros(path: str) -> Finding:
    return MACROS.at(Place(path), "the workbook has macros; only its cells are read", "", Severity.NOTE)


def _rows(workbook: CalamineWorkbook, name: str) -> list[list[Any]]:
    """Every row from the first, with the blank cells left of and above the data."""
    sheet = workbook.get_sheet_by_name(name)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False) if sheet.end else []
    return rows if any(cell != "" for row in rows for cell in row) else []


class _Sheet:
    def __init__(
        self, data: bytes, path: str, name: str, rows: list[list[Any]], known: frozenset[str], settings: SheetSettings
    ) -> None:
        self.data, self.path, self.name, self.rows, self.known = data, path, name, rows, known
        self.settings, self.locate = settings, locate_in_sheet(path, name)

    def header(self) -> int | None:
        if self.settings.header_row:
            return self.settings.header_row - 1 if self.settings.header_row <= len(self.rows) else None
        head = [[self._text(cell) for cell in row] for row in self.rows[: layout.SEARCHED]]
        return layout.find_header(head, self.known)

    def table(self, digest: str, notes: tuple[Finding, ...]) -> RawTable:
        number = self.header()
        if number is None:
            head = [[self._text(cell) for cell in row] for row in self.rows[: layout.SEARCHED]]
            raise layout.refuse_headless(head, self.locate)
        width = self._width()
        body = self.rows[number + 1 :]
        headers = [self._text(cell) for cell in self.rows[number]]
        columns = [self._column(body, index) for index in range(width)]
        used = layout.used_columns(headers, columns, self.locate, number + 1)
        self._check_cells({index + 1 for index in used}, number + 2)
        return self._raw([headers[index].strip() for index in used], [columns[index] for index in used], used,
                         number + 2, digest, notes)  # fmt: skip

    def _raw(
        self,
        headers: Sequence[str],
        columns: Sequence[pa.ChunkedArray],
        used: Sequence[int],
        first_row: int,
        digest: str,
        notes: tuple[Finding, ...],
    ) -> RawTable:
        count = len(columns[0]) if columns else 0
        blanks = layout.blank_rows(columns, count)
        # Formatted rows below the data are no rows anybody wrote.
        end = int(np.flatnonzero(~blanks)[-1]) + 1 if (~blanks).any() else 0
        footers = layout.footer_rows(columns, blanks)
        keep = ~(blanks | footers)
        dropped = {"blank_row": int((blanks & ~footers)[:end].sum()), "report_footer": int(footers.sum())}
        return RawTable(
            label=f"{self.path}[{self.name}]",
            name=self.name,
            headers=tuple(headers),
            columns=tuple(column.filter(pa.array(keep)) for column in columns),
            numbers=tuple(index + 1 for index in used),
            rows=np.arange(first_row, first_row + count, dtype=np.int64)[keep],
            locate=self.locate,
            rows_read=int(keep.sum()) + sum(dropped.values()),
            sha256=digest,
            dropped=layout.counted(**dropped),
            notes=notes,
        )

    def _width(self) -> int:
        """The widest row; a stray cell far to the right is named."""
        width = max(len(row) for row in self.rows)
        if width > MAX_COLUMNS:
            row = next(n for n, row in enumerate(self.rows) if any(cell != "" for cell in row[MAX_COLUMNS:]))
            column = next(n for n, cell in enumerate(self.rows[row]) if n >= MAX_COLUMNS and cell != "")
            place = self.locate(row + 1, column + 1)
            message = f"a cell stands beyond column {MAX_COLUMNS}"
            raise Refused(NOT_A_WORKBOOK.at(place, message, "clear stray cells, or export only the table"))
        return width

    def _column(self, body: list[list[Any]], index: int) -> pa.ChunkedArray:
        texts = [self._text(row[index]) if index < len(row) else "" for row in body]
        return pa.chunked_array([pa.array(texts, pa.string())])

    def _text(self, cell: Any) -> str:
        if isinstance(cell, str):
            return cell
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, int | float):
            return number_text(cell, self.settings.decimal)
        return moment_text(cell)

    def _check_cells(self, columns: set[int], first_row: int) -> None:
        """Errors and formulas nobody calculated read as blanks: they are looked for in the file itself."""
        findings = []
        for code, cells, message, help in (
            (CELL_ERROR, suspicious_cells(self.data, self.name).errors, "the cell is a spreadsheet's error",
             "correct the formula, or clear the cell"),
            (NOT_CALCULATED, suspicious_cells(self.data, self.name).without_value, "the formula has no stored value",
             "open the workbook in a spreadsheet program and save it once"),
        ):  # fmt: skip
            at = [(row, column) for row, column in cells if column in columns and row >= first_row]
            if at:
                findings.append(code.at(self.locate(*at[0]), message + and_more(len(at) - 1, "cell"), help))
        if findings:
            raise Refused(findings)


def number_text(number: float, decimal: str = "") -> str:
    """The number as a spreadsheet holds it, 15 significant digits, never in scientific notation.

    Written with the file's declared decimal sign; three decimals get a zero, so that none looks like a group.
    """
    if isinstance(number, float) and not np.isfinite(number):
        return "#NUM!"
    text = format(Decimal(f"{number:.15g}"), "f")
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    if not part:
        return "0" if whole == "-0" else whole
    return f"{whole}{',' if decimal == 'comma' else '.'}{part}{'0' if len(part) == 3 else ''}"


def moment_text(cell: date | datetime | time | timedelta) -> str:
    """ISO. A time of day or a length of time is no date, and stays what it is for the message."""
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0).isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)



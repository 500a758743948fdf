"""Workbooks: what kind of file it is, and which of its sheets are read."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import Any

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
from expcomp.sources.complaints import quote
from expcomp.sources.raw import RawTable
from expcomp.sources.sheet import Sheet, SheetSettings
from expcomp.sources.sheet_xml import check_package
from expcomp.suggest import did_you_mean

NOT_A_WORKBOOK = Code("D102", "file-not-a-workbook")
SHEET_UNKNOWN = Code("D111", "sheet-unknown")
SHEET_UNCLEAR = Code("D112", "sheet-unclear")
SHEETS_HIDDEN = Code("D121", "sheets-hidden")
MACROS = Code("D122", "workbook-has-macros")

SIGNATURES = (
    (
        b"\xd0\xcf\x11\xe0",
        "an old .xls or a password-protected workbook",
        "save it as .xlsx without a password",
    ),
    (b"<", "a web page or XML renamed to a workbook", "export it as .xlsx or .csv"),
)


def read_sheets(data: bytes, path: str, known: frozenset[str], settings: SheetSettings) -> Iterator[RawTable]:
    """The tables of the visible sheets that hold data (or of the one named). Raises `Refused`."""
    workbook = _open(data, path)
    check_package(data, path)
    hidden = _hidden(workbook, path)
    macros = (_macros(path),) if path.lower().endswith(".xlsm") else ()
    names = _sheet_names(workbook, path, settings.sheet)
    filled = [(name, rows) for name in names if (rows := _rows(workbook, name))]
    if not filled:
        raise Refused(
            SHEET_UNKNOWN.at(Place(path), "no visible sheet holds data", "export the workbook again")
        )
    digest = sha256(data).hexdigest()
    for number, (name, rows) in enumerate(filled):
        sheet = Sheet(data=data, path=path, name=name, rows=rows, known=known, settings=settings)
        if len(filled) == 1 or settings.sheet or sheet.header() is not None:
            notes = (*hidden, *macros) if number == 0 else ()
            yield replace(sheet.table(), sha256=digest, notes=notes)


def _open(data: bytes, path: str) -> CalamineWorkbook:
    for signature, what, help in SIGNATURES:
        if data.lstrip()[:8].startswith(signature):
            raise Refused(NOT_A_WORKBOOK.at(Place(path), f"this is {what}", help))
    if not zipfile.is_zipfile(BytesIO(data)):
        help = "export it again; a CSV file must end in .csv"
        raise Refused(
            NOT_A_WORKBOOK.at(Place(path), "this is no .xlsx workbook, or only a part of one", help)
        )
    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except PasswordError:
        raise Refused(
            NOT_A_WORKBOOK.at(Place(path), "the workbook has a password", "save it without one")
        ) from None
    except (CalamineError, XmlError, ZipError, OSError) as error:
        raise Refused(
            NOT_A_WORKBOOK.at(Place(path), f"the workbook cannot be read: {error}", "export it again")
        ) from None


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

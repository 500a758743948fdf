"""Workbooks: what kind of file it is, and which of its sheets are read."""

import gc
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

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
from expcomp.sources.package import check_package
from expcomp.sources.raw import RawTable
from expcomp.sources.sheet import Sheet, SheetSettings
from expcomp.sources.sheet_xml import counts_from_1904
from expcomp.suggest import did_you_mean

NOT_A_WORKBOOK = Code("D102", "file-not-a-workbook")
SHEET_UNKNOWN = Code("D111", "sheet-unknown")
SHEET_UNCLEAR = Code("D112", "sheet-unclear")
SHEETS_UNREAD = Code("D121", "sheets-not-read")
MACROS = Code("D122", "workbook-has-macros")

BROKEN = (
    CalamineError,
    XmlError,
    ZipError,
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    struct.error,
)
"""What libraries raise on bytes that are no sound workbook."""

SIGNATURES = (
    (
        b"\xd0\xcf\x11\xe0",
        "an old .xls or a password-protected workbook",
        "save it as .xlsx without a password",
    ),
    (b"<", "a web page or XML renamed to a workbook", "export it as .xlsx or .csv"),
)


def read_sheets(data: bytes, path: str, known: frozenset[str], settings: SheetSettings) -> list[RawTable]:
    """The tables of the visible sheets that have a known header, or of the one named. Raises `Refused`."""
    _refuse_others(data, path)
    try:
        suspicious = check_package(data, path)
        with _no_collection():
            workbook = CalamineWorkbook.from_filelike(BytesIO(data))
            return _tables(workbook, data, path, known, settings, suspicious)
    except PasswordError:
        raise _no_workbook(path, "the workbook has a password", "save it without one") from None
    except BROKEN as error:
        raise _no_workbook(path, f"the workbook is damaged: {error}", "export it again") from None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of cells are made and none is garbage: to look for some again and again takes a tenth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _refuse_others(data: bytes, path: str) -> None:
    """Files of another kind under a workbook's name."""
    for signature, what, help in SIGNATURES:
        if data.lstrip()[:8].startswith(signature):
            raise _no_workbook(path, f"this is {what}", help)
    if not zipfile.is_zipfile(BytesIO(data)):
        help = "export it again; a CSV file must end in .csv"
        raise _no_workbook(path, "this is no .xlsx workbook, or only a part of one", help)


def _no_workbook(path: str, message: str, help: str) -> Refused:
    return Refused(NOT_A_WORKBOOK.at(Place(path), message, help))


def _tables(
    workbook: CalamineWorkbook,
    data: bytes,
    path: str,
    known: frozenset[str],
    settings: SheetSettings,
    suspicious: frozenset[str],
) -> list[RawTable]:
    sheets = [
        Sheet(data=data, path=path, name=name, rows=rows, known=known, settings=settings, suspicious=suspicious)
        for name in _sheet_names(workbook, path, settings.sheet)
        if (rows := _rows(workbook, name))
    ]
    if not sheets:
        help = "export the workbook again"
        raise Refused(SHEET_UNKNOWN.at(Place(path), "no visible sheet holds data", help))
    headed = [sheet for sheet in sheets if sheet.header() is not None] if len(sheets) > 1 else sheets
    if not headed:
        raise Refused(sheet_unclear(path, [sheet.name for sheet in sheets]))
    digest = sha256(data).hexdigest()
    since_1904 = counts_from_1904(data)
    tables = [replace(sheet.table(), sha256=digest, since_1904=since_1904) for sheet in headed]
    others = [sheet.name for sheet in sheets if sheet not in headed]
    return [replace(tables[0], notes=(*tables[0].notes, *_notes(workbook, path, others))), *tables[1:]]


def sheet_unclear(path: str, names: Sequence[str], table: str = "deals") -> Finding:
    """Several sheets hold data, and nothing says which is meant."""
    message = f"the workbook has {len(names)} sheets with data: {', '.join(map(quote, names))}"
    help = f"say which in expcomp.yaml:  sources: {{{table}: {{file: …, sheet: …}}}}"
    return SHEET_UNCLEAR.at(Place(path), message, help)


def _notes(workbook: CalamineWorkbook, path: str, unread: Sequence[str]) -> Iterator[Finding]:
    """What of the workbook is not read."""
    hidden = [name for name in workbook.sheet_names if name not in _visible(workbook)]
    if hidden:
        message = "hidden sheets are not read: " + ", ".join(map(quote, hidden))
        yield SHEETS_UNREAD.at(Place(path), message, "", Severity.NOTE)
    if unread:
        message = "sheets without a known header are not read: " + ", ".join(map(quote, unread))
        yield SHEETS_UNREAD.at(Place(path), message, "", Severity.NOTE)
    if path.lower().endswith(".xlsm"):
        yield MACROS.at(Place(path), "the workbook has macros; only its cells are read", "", Severity.NOTE)


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


def _rows(workbook: CalamineWorkbook, name: str) -> list[list[Any]]:
    """Every row from the first, with the blank cells left of and above the data."""
    sheet = workbook.get_sheet_by_name(name)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False) if sheet.end else []
    return rows if any(cell != "" for row in rows for cell in row) else []

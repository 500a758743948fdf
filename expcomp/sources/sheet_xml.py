"""A look into a workbook's parts for what the reader cannot tell: errors, and formulas without a value."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from posixpath import join, normpath
from xml.etree import ElementTree

DATES_1904 = re.compile(rb'date1904="(?:1|true)"')
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s([^>]*\bhidden="(?:1|true)"[^>]*)>')
ROW_NUMBER = re.compile(rb'\br="(\d+)"')
REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
STORED = re.compile(rb"<(?:\w+:)?(?:v>[^<]|v [^>]*>[^<]|is>)")


@dataclass(frozen=True, slots=True)
class Suspicious:
    """Cells as (row, column): those that hold an error, and formulas without a stored value. And hidden rows."""

    errors: tuple[tuple[int, int], ...] = ()
    without_value: tuple[tuple[int, int], ...] = ()
    hidden_rows: tuple[int, ...] = ()


def counts_from_1904(data: bytes) -> bool:
    """Whether the workbook's day numbers count from 1904, as on old Macs."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        book = next((name for name in archive.namelist() if name.endswith("workbook.xml")), "")
        return bool(book and DATES_1904.search(archive.read(book)))


def suspicious_cells(data: bytes, sheet: str, suspicious: frozenset[str]) -> Suspicious:
    """Error cells and formulas nobody calculated, which readers of values show as blanks; and what is hidden. Only
    these parts are looked into."""
    return _scan(_Package(data), sheet, suspicious)


class _Package:
    """Bytes compared by their digest, so that a workbook is scanned once for each sheet."""

    def __init__(self, data: bytes) -> None:
        self.data, self.digest = data, sha256(data).digest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Package) and self.digest == other.digest


@lru_cache(maxsize=8)
def _scan(package: _Package, sheet: str, suspicious: frozenset[str]) -> Suspicious:
    with zipfile.ZipFile(BytesIO(package.data)) as archive:
        part = _part_of(archive, sheet)
        if part not in suspicious:
            return Suspicious()
        xml = archive.read(part)
    errors, without_value = [], []
    for attributes, inside in CELL.findall(xml):
        at = REFERENCE.search(attributes)
        if at is None:
            continue
        place = (int(at[2]), _column(at[1].decode()))
        if b't="e"' in attributes:
            errors.append(place)
        elif FORMULA.search(inside) and not STORED.search(inside) and b't="str"' not in attributes:
            without_value.append(place)
    hidden = tuple(int(row) for attributes in HIDDEN_ROW.findall(xml) for row in ROW_NUMBER.findall(attributes))
    return Suspicious(tuple(errors), tuple(without_value), hidden)


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part that holds a sheet; "" where none does."""
    part = dict(_sheets(archive)).get(sheet, "")
    return part if part in archive.namelist() else ""


def sheet_of(archive: zipfile.ZipFile, part: str) -> str:
    """The name of the sheet that a part holds, or the part's own where no sheet points to it."""
    return next((sheet for sheet, own in _sheets(archive) if own == part), part)


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet with its part, through the workbook's relations."""
    book = next((name for name in archive.namelist() if name.endswith("workbook.xml")), "")
    folder, _, name = book.rpartition("/")
    relations = join(folder, "_rels", name + ".rels")
    if not book or relations not in archive.namelist():
        return
    targets = {each.get("Id"): each.get("Target", "") for each in ElementTree.fromstring(archive.read(relations))}
    for element in ElementTree.fromstring(archive.read(book)).iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(RELATION)) or ""
            part = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            yield element.get("name") or "", part


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number

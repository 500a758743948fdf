"""A workbook's package before any library opens it: what it really unpacks to, and how far its cells reach.

Directories of zip files can lie, and a reader that trusts a far cell makes room for all cells before it. So each part
is unpacked here once, block by block, and nothing is kept of it.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
import numpy.typing as npt

from expcomp.diagnostics import Code, Place, Refused
from expcomp.exact import Flags, Ints
from expcomp.sources.raw import Locate, locate_in_sheet
from expcomp.sources.sheet_xml import sheet_of

Bytes = npt.NDArray[np.uint8]

UNSAFE = Code("D114", "workbook-not-safe")
STRAY_CELL = Code("D116", "cell-beyond-the-table")

MAX_PART = 512 * 1024 * 1024
MAX_TOTAL = 1024 * 1024 * 1024
MAX_PARTS = 10_000
MAX_COLUMNS = 256
MAX_CELLS = 1 << 25
"""Cells of the rectangle that holds all others, empty ones among them: a million rows of 32 columns."""

BLOCK = 1 << 20
OVERLAP = 64
LOCAL_HEADER = struct.Struct("<4s22xHH")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
FILLED = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,8})(\d{1,9})[\"'][^>]*(?<!/)>\s*<(?!/)")
MARKS, FORMULA, PREFIXED = (b't="e"', b'hidden="'), b"<f", b":worksheet"
"""What errors, hidden rows and formulas are told by, unless the part begins with names that have a prefix."""

DOUBLE, SINGLE, ZERO = ord('"'), ord("'"), ord("0")


@dataclass(slots=True)
class _Reach:
    """The farthest row and column of any cell."""

    row: int = 0
    column: int = 0

    def fits(self) -> bool:
        return self.column <= MAX_COLUMNS and self.row * self.column <= MAX_CELLS

    def add(self, row: int, column: int) -> None:
        self.row, self.column = max(self.row, row), max(self.column, column)


@dataclass(slots=True)
class _Look:
    """What was seen of a part: how far its cells reach, and whether one of the marks stands in it."""

    reach: _Reach = field(default_factory=_Reach)
    is_suspicious: bool = False

    def add(self, block: bytes, *, first: bool) -> None:
        text = np.frombuffer(block, np.uint8)
        marked = any(mark in block for mark in MARKS) or (first and PREFIXED in block)
        self.is_suspicious = self.is_suspicious or marked or _holds_pair(text, FORMULA)
        self.reach.add(*_farthest(text, is_single_quoted=b"'" in block))


def check_package(data: bytes, path: str) -> frozenset[str]:
    """The names of the parts in which errors, formulas or hidden rows may stand.

    Raises `Refused` for what would grow beyond any export, declares a document type, or is no .xlsx inside.

    What the directory says of sizes is believed when it is too much, and checked when it is not.
    """
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = package.infolist()
        names = {part.filename for part in parts}
        if "xl/workbook.bin" in names or "content.xml" in names:
            raise _unsafe(path, "it is a workbook of another kind, renamed", "save it as .xlsx")
        if len(parts) > MAX_PARTS:
            raise _unsafe(path, f"it has {len(parts):,} parts", "export only the table")
        if max(part.file_size for part in parts) > MAX_PART or sum(part.file_size for part in parts) > MAX_TOTAL:
            raise _unsafe(path, "it unpacks to more than any export", "export only the table")
        total, looks = 0, []
        for part in parts:
            looks.append(_check_part(data, part, path, MAX_TOTAL - total))
            total += part.file_size
        for part, look in zip(parts, looks, strict=True):
            if not look.reach.fits():
                locate = locate_in_sheet(path, sheet_of(package, part.filename))
                _check_filled(b"".join(_unpacked(data, part, path)), locate)
    return frozenset(part.filename for part, look in zip(parts, looks, strict=True) if look.is_suspicious)


def _check_part(data: bytes, part: zipfile.ZipInfo, path: str, room: int) -> _Look:
    """Raises `Refused` where it is not what the directory says."""
    name, size, look, tail = f'its part "{part.filename[:40]}"', 0, _Look(), b""
    for block in _unpacked(data, part, path):
        size += len(block)
        if size > min(MAX_PART, room):
            raise _unsafe(path, f"{name} unpacks to more than any export", "export only the table")
        seen = tail + block
        if b"!" in seen and DOCTYPE.search(seen):
            raise _unsafe(path, f"{name} declares a document type", "save the workbook again")
        look.add(seen, first=not tail)
        tail = seen[-OVERLAP:]
    if size != part.file_size:
        raise _unsafe(path, f"{name} is not of the size that the file says", "export it again")
    return look


def _unsafe(path: str, message: str, help: str) -> Refused:
    return Refused(UNSAFE.at(Place(path), message, help))


def _unpacked(data: bytes, part: zipfile.ZipInfo, path: str) -> Iterator[bytes]:
    """The part's bytes by block, whatever the directory says of its size. Raises zlib.error for damaged ones."""
    signature, name, extra = LOCAL_HEADER.unpack_from(data, part.header_offset)
    start = part.header_offset + LOCAL_HEADER.size + name + extra
    packed = memoryview(data)[start : start + part.compress_size]
    if signature != b"PK\x03\x04" or part.flag_bits & 1 or part.compress_type not in (0, 8):
        raise _unsafe(path, f'its part "{part.filename[:40]}" is packed in an unknown way', "save the workbook again")
    if part.compress_type == 0:
        yield from (bytes(packed[at : at + BLOCK]) for at in range(0, len(packed), BLOCK))
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    while not inflate.eof:
        block = inflate.decompress(rest, BLOCK)
        rest = inflate.unconsumed_tail
        if not block and not rest:
            return
        yield block


def _holds_pair(text: Bytes, pair: bytes) -> bool:
    """Two letters: looking for so few is slower in a text than on columns."""
    return bool(((text[:-1] == pair[0]) & (text[1:] == pair[1])).any())


def _farthest(text: Bytes, *, is_single_quoted: bool) -> tuple[int, int]:
    """Row and column of all cell references, or what looks like one: letters and digits that follow a quote."""
    quotes = text[:-1] == DOUBLE
    if is_single_quoted:
        quotes |= text[:-1] == SINGLE
    at = np.flatnonzero(quotes) + 1
    at = at[_is_letter(text[at])]
    at = at[text[np.minimum(at + 1, len(text) - 1)] >= ZERO]  # no quote ends it already
    column, place = _number(text, at, _is_letter, 5, 26, 64)
    row, _ = _number(text, place, _is_digit, 9, 10, ZERO)
    cells = (row > 0) & (column > 0)
    return int(row[cells].max(initial=0)), int(column[cells].max(initial=0))


def _is_letter(text: Bytes) -> Flags:
    folded = text & 0xDF
    return (folded >= ord("A")) & (folded <= ord("Z"))


def _is_digit(text: Bytes) -> Flags:
    return (text >= ZERO) & (text <= ord("9"))


def _number(
    text: Bytes, at: Ints, belongs: Callable[[Bytes], Flags], most: int, base: int, zero: int
) -> tuple[Ints, Ints]:
    """The numbers that signs of one kind write from these places on, of at most so many signs; and where they end."""
    padded = np.concatenate([text, np.zeros(OVERLAP, np.uint8)])
    number, place = np.zeros(len(at), np.int64), at.copy()
    for _ in range(most):
        sign = padded[place]
        own = belongs(sign)
        if not own.any():
            break
        value = (sign & 0xDF if base == 26 else sign).astype(np.int64) - zero
        number = np.where(own, number * base + value, number)
        place += own
    return number, place


def _check_filled(xml: bytes, locate: Locate) -> None:
    """The same for cells that hold anything: a format reaches far without a cell being there."""
    reach, farthest = _Reach(), (0, 0, 0)
    for letters, digits in FILLED.findall(xml):
        row, column = int(digits), _column(letters)
        reach.add(row, column)
        farthest = max(farthest, (row * column, row, column))
    if not reach.fits():
        beyond = reach.column > MAX_COLUMNS
        message = f"a cell stands beyond column {MAX_COLUMNS}" if beyond else "a cell stands far from the table"
        help = "clear stray cells, or export only the table"
        raise Refused(STRAY_CELL.at(locate(*farthest[1:]), message, help))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number

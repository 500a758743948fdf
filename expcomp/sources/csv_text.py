"""The text of a CSV file: its encoding, its delimiter, and whether its quotes are closed."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from io import StringIO

import numpy as np
import numpy.typing as npt

from expcomp.diagnostics import Code, Finding, Place, Refused, Severity
from expcomp.exact import Ints
from expcomp.sources.layout import SEARCHED
from expcomp.sources.presets import normal

NOT_TEXT = Code("D103", "file-not-text")
NUL = Code("D106", "nul-byte")
QUOTE_OPEN = Code("D104", "quote-not-closed")
ENCODING_ASSUMED = Code("D120", "encoding-assumed")

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
DELIMITERS = ",;\t|"
SAMPLE = 200
QUOTE, BLOCK = 0x22, 1 << 20
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True)
class Decoded:
    """UTF-8 bytes without a mark, and a note where the encoding was assumed."""

    data: bytes
    notes: tuple[Finding, ...] = ()


def decode(data: bytes, path: str, encoding: str) -> Decoded:
    """A mark decides, then the declared encoding, then strict UTF-8, then cp1252 with a note."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return Decoded(_strict(data[len(mark) :], path, name))
    if encoding:
        return Decoded(_strict(data, path, encoding))
    if b"\0" in data:
        at = data.index(b"\0")
        help = "export it as UTF-8; a UTF-16 file needs its byte order mark"
        raise Refused(NUL.at(Place(path, data.count(b"\n", 0, at) + 1), "a NUL byte: this is no text", help))
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            return Decoded(_strict(data, path, "cp1252"), (_assumed(data, path, error.start),))
    return Decoded(data)


def _strict(data: bytes, path: str, encoding: str) -> bytes:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not {encoding} text"
        raise Refused(NOT_TEXT.at(Place(path, line), message, "export it as UTF-8, or say  encoding:")) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Refused(NUL.at(Place(path, line), "a NUL character", "export the file again as UTF-8"))
    return data if encoding == "utf-8" else text.encode("utf-8")


def _assumed(data: bytes, path: str, at: int) -> Finding:
    line = data.count(b"\n", 0, at) + 1
    message = f"byte 0x{data[at]:02x} is not UTF-8: the file was read as cp1252"
    help = "export it as UTF-8, or say  encoding: cp1252  for the source"
    return ENCODING_ASSUMED.at(Place(path, line), message, help, Severity.NOTE)


def split_sep_line(data: bytes) -> tuple[str, int]:
    """Excel's `sep=;` line: the delimiter it names and the length of the line; nothing, 0 without one."""
    match = re.match(rb'"?sep=(.)"?(?:\r\n|\n|\r|$)', data)
    return (match[1].decode("latin-1"), match.end()) if match else ("", 0)


def choose_delimiter(data: bytes, known: frozenset[str]) -> str:
    """The one that shows most known headers, then the one whose rows agree on how many cells they have."""
    head = data[: 1 << 18].decode("utf-8", "ignore")
    return max(DELIMITERS, key=lambda delimiter: _evidence(head, delimiter, known))


def _evidence(head: str, delimiter: str, known: frozenset[str]) -> tuple[int, int, int]:
    rows, _ = first_rows(head, delimiter, SAMPLE)
    headers = max((len({normal(cell) for cell in row} & known) for row in rows[:SEARCHED]), default=0)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return headers, count, width


def first_rows(text: str, delimiter: str, count: int) -> tuple[list[list[str]], list[int]]:
    """The first records, without judging their quotes, and the physical line on which each ends."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num)
            if len(rows) >= count:
                break
    except csv.Error:
        pass
    return rows, lines


def quotes_look_sound(data: bytes | memoryview, delimiter: str) -> bool:
    """Whether every odd quote opens a cell (or continues an escaped one) and every even quote closes one.

    True proves that the quoting is strict; False only asks for a second, slow and exact look.
    """
    text = np.frombuffer(data, np.uint8)
    at = _quotes(text)
    if not len(at):
        return True
    if len(at) % 2:
        return False
    opening, closing = at[0::2], at[1::2]
    edges = np.frombuffer(delimiter.encode() + b"\n\r", np.uint8)
    before = np.where(opening > 0, text[np.maximum(opening - 1, 0)], 0x0A)
    after = np.where(closing + 1 < len(text), text[np.minimum(closing + 1, len(text) - 1)], 0x0A)
    escaped = np.zeros(len(opening), np.bool_)
    escaped[1:] = opening[1:] == closing[:-1] + 1
    continued = np.zeros(len(closing), np.bool_)
    continued[:-1] = escaped[1:]
    return bool((np.isin(before, edges) | escaped).all() and (np.isin(after, edges) | continued).all())


def count_letter(data: memoryview, letter: str) -> int:
    text = np.frombuffer(data, np.uint8)
    blocks = range(0, len(text), BLOCK)
    return sum(int(np.count_nonzero(text[start : start + BLOCK] == ord(letter))) for start in blocks)


def _quotes(text: npt.NDArray[np.uint8]) -> Ints:
    """Where the quotes are; found block by block, so that no copy of the file is made."""
    blocks = range(0, len(text), BLOCK)
    found = [np.flatnonzero(text[start : start + BLOCK] == QUOTE) + start for start in blocks]
    return np.concatenate([np.zeros(0, np.int64), *found])


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the csv module reads it: the physical line it begins on, and its cells."""

    line: int
    cells: list[str]


def strict_records(data: bytes, delimiter: str, path: str, first_line: int = 1) -> list[Record]:
    """Every record with its line, blank ones too. Raises `Refused` where a quote is not closed."""
    reader = csv.reader(StringIO(data.decode("utf-8"), newline=""), delimiter=delimiter, strict=True)
    records: list[Record] = []
    line = 1
    try:
        for cells in reader:
            records.append(Record(line + first_line - 1, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Refused(_unclosed(path, line + first_line - 1, str(error))) from None
    return records


def _unclosed(path: str, line: int, error: str) -> Finding:
    what = "a quote is opened and never closed" if "unexpected end" in error else "text follows a closing quote"
    help = 'double a quote inside a quoted cell (""), or export the file again'
    return QUOTE_OPEN.at(Place(path, line), f"{what}, in the record that begins here", help)

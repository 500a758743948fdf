"""CSV files at full speed: every cell as text, every row with its physical line, nothing repaired."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

import numpy as np
import pyarrow as pa
from pyarrow import csv

from expcomp.diagnostics import Code, Finding, Place, Refused
from expcomp.exact import Ints
from expcomp.sources import layout
from expcomp.sources.complaints import quote
from expcomp.sources.csv_text import (
    QUOTE_OPEN,
    SAMPLE,
    Record,
    choose_delimiter,
    count_letter,
    decode,
    first_rows,
    quotes_look_sound,
    split_sep_line,
    strict_records,
)
from expcomp.sources.raw import RawTable, locate_in_text
from expcomp.texts import LARGE

RAGGED = Code("D105", "row-is-ragged")
EMPTY = Code("D115", "file-is-empty")

TOO_MANY_COLUMNS = Code("D119", "too-many-columns")

MAX_COLUMNS = 1_024

FILLED = re.compile(rb"\S")
DAY = re.compile(r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})?", re.ASCII)
REPEATING = pa.dictionary(pa.int32(), LARGE)
ENOUGH, REPEATED = 100, 8
"""Rows that tell whether a column repeats itself, and how often each of its texts then stands among them."""


@dataclass(frozen=True, slots=True)
class CsvSettings:
    """What the config declares about the file; blank or 0: find out. `table` is what the file is called."""

    encoding: str = ""
    header_row: int = 0
    table: str = ""


def read_csv(data: bytes, path: str, name: str, known: frozenset[str], settings: CsvSettings) -> RawTable:
    """The file's table as text. `known` are normalised headers that mean something. Raises `Refused`."""
    decoded = decode(data, path, settings.encoding)
    delimiter, skipped = split_sep_line(decoded.data)
    text = decoded.data[skipped:]
    if not FILLED.search(text):
        raise Refused(EMPTY.at(Place(path), "the file is empty", "export it again, or take it away"))
    delimiter = delimiter or choose_delimiter(text, known)
    parsed = _Parse(
        text=text,
        path=path,
        delimiter=delimiter,
        known=known,
        settings=settings,
        lines_before=1 if skipped else 0,
    ).run()
    locate = locate_in_text(path)
    used = layout.used_columns(parsed.headers, parsed.columns, locate, parsed.header_line)
    return RawTable(
        label=path,
        name=name,
        headers=tuple(parsed.headers[index].strip() for index in used),
        columns=[parsed.columns[index] for index in used],
        numbers=tuple(index + 1 for index in used),
        rows=parsed.lines,
        locate=locate,
        rows_read=len(parsed.lines) + sum(parsed.dropped.values()),
        header_row=parsed.header_line,
        sha256=sha256(data).hexdigest(),
        dropped=layout.counted(**parsed.dropped),
        notes=decoded.notes,
    )


@dataclass(frozen=True, slots=True)
class _Parsed:
    headers: Sequence[str]
    header_line: int
    columns: Sequence[pa.ChunkedArray]
    lines: Ints
    dropped: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parse:
    text: bytes
    path: str
    delimiter: str
    known: frozenset[str]
    settings: CsvSettings
    lines_before: int

    def run(self) -> _Parsed:
        header, start, line, sample = self._header()
        if len(header) > MAX_COLUMNS:
            message = f"the file has {len(header):,} columns; {MAX_COLUMNS:,} is the limit"
            raise Refused(
                TOO_MANY_COLUMNS.at(Place(self.path, line), message, "export only the columns that are needed")
            )
        ragged: list[str] = []
        columns = self._columns(start, _types(sample, len(header)), ragged)
        body = memoryview(self.text)[start:]
        sound = quotes_look_sound(body, self.delimiter)
        rows = len(columns[0])
        ended = self.text.endswith((b"\n", b"\r")) or start == len(self.text)
        breaks = count_letter(body, "\n") or count_letter(body, "\r")
        if sound and not ragged and rows == breaks + (not ended):
            # As many rows as lines: no cell holds a line break and no line is blank.
            lines = np.arange(line + 1, line + 1 + rows, dtype=np.int64)
            return _without_noise(_Parsed(header, line, columns, lines, {}))
        records = strict_records(self.text[start:], self.delimiter, self.path, line + 1)
        return self._second_look(header, line, records)

    def _header(self) -> tuple[list[str], int, int, list[list[str]]]:
        """The header's cells, the offset after its record, the last physical line it takes, and some rows below."""
        head = self.text[: 1 << 20].decode("utf-8", "ignore")
        rows, last_lines = first_rows(head, self.delimiter, SAMPLE)
        if self.settings.header_row:
            wanted = self.settings.header_row - self.lines_before
            number = next((n for n, line in enumerate(last_lines) if line >= wanted), None)
        else:
            number = layout.find_header(rows, self.known)
        if number is None:
            raise layout.refuse_headless(rows, locate_in_text(self.path), self.settings.table)
        breaks = re.finditer(rb"\r\n|\n|\r", self.text)
        end = next((at.end() for at in islice(breaks, last_lines[number] - 1, None)), len(self.text))
        header = layout.with_groups(rows[number], rows[number - 1] if number else ())
        return header, end, last_lines[number] + self.lines_before, rows[number + 1 :]

    def _columns(self, start: int, types: Sequence[pa.DataType], ragged: list[str]) -> list[pa.ChunkedArray]:
        names = [str(number) for number in range(len(types))]
        if not FILLED.search(self.text, start):
            return [pa.chunked_array([], LARGE) for _ in names]

        def skip(row: csv.InvalidRow) -> str:
            ragged.append(row.text)
            return "skip"

        try:
            table = csv.read_csv(
                pa.BufferReader(pa.py_buffer(self.text).slice(start)),
                csv.ReadOptions(column_names=names, block_size=1 << 22, use_threads=False),
                csv.ParseOptions(
                    delimiter=self.delimiter, newlines_in_values=b'"' in self.text, invalid_row_handler=skip
                ),
                csv.ConvertOptions(
                    check_utf8=False,  # `decode` has proved it
                    column_types=dict(zip(names, types, strict=True)),
                    null_values=[],
                    strings_can_be_null=False,
                    quoted_strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            # Arrow tells no line: the exact pass does, or reads what Arrow's blocks could not hold.
            ragged.append("")
            return [pa.chunked_array([], LARGE) for _ in names]
        return [table.column(number) for number in range(len(types))]

    def _second_look(self, header: list[str], line: int, records: list[Record]) -> _Parsed:
        """Rows with exact lines: noise is told from ragged rows, and swallowed rows from long cells."""
        width = len(header)
        kept: list[Record] = []
        short = blank = 0
        findings: list[Finding] = []
        last_full = max((n for n, record in enumerate(records) if len(record.cells) == width), default=-1)
        ends_in_footer = any(layout.is_footer(record.cells) for record in records[-12:])
        for number, record in enumerate(records):
            if len(record.cells) == width:
                findings += self._swallowed(record, width)
                kept.append(record)
            elif not any(cell.strip() for cell in record.cells):
                blank += 1
            elif (
                layout.is_footer(record.cells)
                or (number > last_full and len(record.cells) == 1 and ends_in_footer)
                or (len(record.cells) == 1 and layout.TOTAL.fullmatch(record.cells[0].strip()))
            ):
                short += 1
            else:
                findings.append(self._ragged(record, width))
        if findings:
            raise Refused(findings[:20])
        columns = [pa.chunked_array([pa.array([r.cells[n] for r in kept], LARGE)]) for n in range(width)]
        lines = np.array([record.line for record in kept], np.int64)
        return _without_noise(_Parsed(header, line, columns, lines, {"blank_row": blank, "report_footer": short}))

    def _ragged(self, record: Record, width: int) -> Finding:
        message = f"the row has {len(record.cells)} cells, the header {width}"
        first = next((cell for cell in record.cells if cell.strip()), "")
        help = f"the row begins with {quote(first)}; quote cells that hold the delimiter"
        return RAGGED.at(Place(self.path, record.line), message, help)

    def _swallowed(self, record: Record, width: int) -> list[Finding]:
        """A cell that holds a line which looks like a row of its own."""
        for number, cell in enumerate(record.cells):
            lines = cell.splitlines() if "\n" in cell or "\r" in cell else []
            if width > 2 and any(text.count(self.delimiter) >= width - 1 for text in lines):
                message = "a cell holds what looks like further rows: probably a quote is not closed"
                return [QUOTE_OPEN.at(Place(self.path, record.line, number + 1), message, "close the quote")]
        return []


def _types(sample: Sequence[Sequence[str]], width: int) -> list[pa.DataType]:
    """Text, or a dictionary of text for a column that says the same again and again where the file begins, and for
    one of days, of which there are few however many rows there are."""
    rows = [row for row in sample if len(row) == width]
    if len(rows) < ENOUGH:
        return [LARGE] * width
    texts = ({row[index] for row in rows} for index in range(width))
    return [REPEATING if len(own) * REPEATED <= len(rows) or all(map(DAY.fullmatch, own)) else LARGE for own in texts]


def _without_noise(parsed: _Parsed) -> _Parsed:
    """Blank rows and footers of full width leave, counted."""
    blanks = layout.blank_rows(parsed.columns, len(parsed.lines))
    footers = layout.footer_rows(parsed.columns, blanks)
    noise = blanks | footers
    if not noise.any():
        return parsed
    keep = pa.array(~noise)
    dropped = {
        "blank_row": parsed.dropped.get("blank_row", 0) + int((blanks & ~footers).sum()),
        "report_footer": parsed.dropped.get("report_footer", 0) + int(footers.sum()),
    }
    columns = [column.filter(keep) for column in parsed.columns]
    return _Parsed(parsed.headers, parsed.header_line, columns, parsed.lines[~noise], dropped)

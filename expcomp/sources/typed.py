"""From text to types: one raw table and the fields its columns hold become checked columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import union_categoricals

from expcomp.diagnostics import Code, Finding, Place, Severity
from expcomp.exact import Flags, Ints
from expcomp.lanes import side_by_side
from expcomp.sources import amounts
from expcomp.sources.book import ColumnAccount, Needs
from expcomp.sources.cells import Cells, Problem, to_numpy
from expcomp.sources.column import Converted, Job, Settings
from expcomp.sources.complaints import Complaints, also_in, quote
from expcomp.sources.convert import convert
from expcomp.sources.moments import DATE_UNCLEAR, MIDNIGHT
from expcomp.sources.monies import RowCurrencies, column_style, convert_money, written_currencies
from expcomp.sources.quantities import SHARE_UNCLEAR
from expcomp.sources.raw import RawTable
from expcomp.sources.refusals import Refusal
from expcomp.sources.tables import Field, Kind
from expcomp.texts import LARGE, arrow_text, encoded, text_array

AMBIGUOUS_NUMBER = Code("D303", "decimal-sign-unclear")
VALUE_MISSING = Code("D301", "value-missing")
CLAIMED_TWICE = Code("D202", "column-claimed-twice")

NUMERIC = (Kind.MONEY, Kind.NUMBER, Kind.SHARE)
TEXTUAL = (
    Kind.ID, Kind.TEXT, Kind.WORD, Kind.MOTION, Kind.PERSON, Kind.ACCOUNT, Kind.PERIOD, Kind.CURRENCY,
    Kind.RATE,
)  # fmt: skip
UNCLEAR = (amounts.EITHER, amounts.MIXED)
OF_WHOLE_COLUMNS = (AMBIGUOUS_NUMBER, SHARE_UNCLEAR, DATE_UNCLEAR)
"""Questions that only a person can answer: no row is at fault, so none can be set aside for them."""

PREFERENCE_DECIDES = (Kind.ID, Kind.TEXT, Kind.WORD, Kind.MOTION, Kind.PERSON, Kind.ACCOUNT)
"""Kinds for which the preset's order of headers may choose between two columns that both fit."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a raw table was recognised as: its columns by field, the preferred column of a field first."""

    table: str
    preset: str
    reason: str
    columns: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One raw table with everything needed to understand it."""

    raw: RawTable
    match: Match
    settings: Settings

    def header(self, name: str) -> str:
        indexes = self.match.columns.get(name)
        return self.raw.headers[indexes[0]] if indexes else name

    def place(self, name: str, row: int) -> Place:
        """The place of a field in a row given by its number in the file."""
        indexes = self.match.columns.get(name)
        return self.raw.locate(row, self.raw.numbers[indexes[0]] if indexes else 0)

    def refusal(self, finding: Finding, name: str, rows: Ints, texts: Sequence[str], *reasons: str) -> Refusal:
        """Rows, by their numbers in the file, that are refused for what stands in a field."""
        where = partial(self.place, name)
        return Refusal(finding, self.match.table, self.raw.label, self.header(name), where, rows, texts, reasons)


@dataclass(slots=True)
class Typed:
    """Typed columns of one reading, every field of the table present; `refused` marks rows with an error."""

    reading: Reading
    columns: dict[str, Any]
    refused: Flags
    accounts: tuple[ColumnAccount, ...] = field(default=())


def type_table(reading: Reading, needs: Needs, complaints: Complaints) -> Typed:
    return _Typing(reading, needs, complaints).run()


class _Typing:
    def __init__(self, reading: Reading, needs: Needs, complaints: Complaints) -> None:
        self.reading, self.needs, self.complaints = reading, needs, complaints
        self.raw, self.table = reading.raw, reading.match.table
        self.refused: Flags = np.zeros(len(self.raw.rows), np.bool_)
        self.fields = needs.fields_of(self.table)
        columns = dict(enumerate(self.raw.give_columns()))
        self.samples = {index: samples(column) for index, column in columns.items()}
        self.cells = {
            wanted.name: self._cells(wanted, columns) for wanted in self.fields if wanted.name in reading.match.columns
        }
        self.how: dict[str, str] = {}

    def run(self) -> Typed:
        styles = self._styles()
        columns = {}
        for wanted in self.fields:
            self._require(wanted)
        for wanted in self.fields:
            if wanted.name not in self.cells or styles.get(wanted.name) in UNCLEAR:
                columns[wanted.name] = blank_column(wanted.kind, len(self.raw.rows))
        columns.update(self._converted(styles))
        self._fill_currencies(columns)
        for wanted in self.fields:
            if wanted.kind is Kind.MONEY and styles.get(wanted.name, amounts.EITHER) not in UNCLEAR:
                currencies = self._currencies(columns)
                converted = convert_money(self.cells.pop(wanted.name), styles[wanted.name], currencies)
                columns[wanted.name] = self._settle(wanted, converted)
        accounts = self._accounts()
        return Typed(replace(self.reading, raw=self.raw.without_columns()), columns, self.refused, accounts)

    def _cells(self, wanted: Field, columns: dict[int, pa.ChunkedArray]) -> Cells:
        indexes = self.reading.match.columns[wanted.name]
        values = self.reading.settings.values.get((self.table, wanted.name))
        first = Cells(columns.pop(indexes[0]), values)
        for index in indexes[1:]:
            first = self._merged(wanted, first, Cells(columns.pop(index), values), index)
        return first

    def _merged(self, wanted: Field, first: Cells, other: Cells, index: int) -> Cells:
        """The first column, and the other where it is blank. No number or date is chosen over another."""
        differ = ~first.blank & ~other.blank & to_numpy(pc.not_equal(first.column, other.column))
        if wanted.kind not in PREFERENCE_DECIDES and differ.any():
            at = int(np.flatnonzero(differ)[0])
            place = self.raw.locate(int(self.raw.rows[at]), self.raw.numbers[index])
            headers = f'"{self.reading.header(wanted.name)}" and "{self.raw.headers[index]}"'
            message = f"columns {headers} both fit {self.table}.{wanted.name} and differ here"
            help = f'choose one in expcomp.yaml:  columns: {{{wanted.name}: "{self.raw.headers[index]}"}}'
            self.complaints.error(CLAIMED_TWICE, place, message, help)
        return Cells(pc.if_else(pa.array(first.blank), other.column, first.column), first.values)

    def _styles(self) -> dict[str, str]:
        """The decimal sign of each numeric column: declared, proved by it, or proved by the file's others.

        A column for which it stays unclear is told, and read no further.
        """
        numeric = [wanted for wanted in self.fields if wanted.kind in NUMERIC and wanted.name in self.cells]
        declared = self.reading.settings.decimal or self.raw.decimal
        if declared:
            return {wanted.name: declared for wanted in numeric}
        styles = {wanted.name: column_style(self.cells[wanted.name]) for wanted in numeric}
        proved = set(styles.values()) & {amounts.POINT, amounts.COMMA}
        for wanted in numeric:
            if styles[wanted.name] == amounts.EITHER and len(proved) == 1:
                styles[wanted.name] = next(iter(proved))
            elif styles[wanted.name] in UNCLEAR:
                self._refuse_style(wanted, styles[wanted.name])
        return styles

    def _refuse_style(self, wanted: Field, style: str) -> None:
        cells = self.cells[wanted.name]
        self.refused[~cells.blank] = True
        wanted_styles = (amounts.EITHER,) if style == amounts.EITHER else (amounts.COMMA, amounts.EITHER)
        code = next(number for number, text in enumerate(cells.texts) if _style_of(text) in wanted_styles)
        message = (
            "can be read with a decimal point or a decimal comma, and nothing in the file decides"
            if style == amounts.EITHER
            else "has a decimal comma, other cells of the column a decimal point"
        )
        help = "say  decimal: point  or  decimal: comma  for the source in expcomp.yaml"
        self._tell(wanted, Problem(AMBIGUOUS_NUMBER, cells.written[code], message, help, cells.rows_of(code)))

    def _converted(self, styles: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
        """All but money, column by column. The cells are given up with it: raw text and typed columns of a large file
        never stand side by side."""
        chosen = [
            wanted
            for wanted in self.fields
            if wanted.name in self.cells and wanted.kind is not Kind.MONEY and styles.get(wanted.name) not in UNCLEAR
        ]
        jobs = (
            Job(self.cells.pop(wanted.name), self.table, wanted, self.reading.settings, styles.get(wanted.name, ""))
            for wanted in chosen
        )
        for wanted, converted in zip(chosen, side_by_side(convert, jobs), strict=True):
            yield wanted.name, self._settle(wanted, converted)

    def _settle(self, wanted: Field, converted: Converted) -> Any:
        for problem in converted.problems:
            self._tell(wanted, problem)
        for code, message, help in converted.notes:
            where = self.reading.place(wanted.name, 0)
            severity = Severity.WARNING if code is MIDNIGHT else Severity.NOTE
            text = f'column "{self.reading.header(wanted.name)}": {message}'
            self.complaints.note(code, where, text, help, severity)
        self.how[wanted.name] = "person, by id, e-mail or name" if wanted.kind is Kind.PERSON else converted.how
        return converted.values

    def _tell(self, wanted: Field, problem: Problem) -> None:
        self.refused[problem.rows] = True
        more = also_in(self.raw.rows[problem.rows[1:]].tolist())
        said = f'{quote(problem.text)} in column "{self.reading.header(wanted.name)}" {problem.message}{more}'
        place = self.reading.place(wanted.name, int(self.raw.rows[problem.rows[0]]))
        finding = self.complaints.error(problem.code, place, said, problem.help)
        if problem.code not in OF_WHOLE_COLUMNS:
            rows, texts = self.raw.rows[problem.rows], [problem.text]
            self.complaints.refusals.append(self.reading.refusal(finding, wanted.name, rows, texts, problem.message))

    def _fill_currencies(self, columns: dict[str, Any]) -> None:
        """A row whose currency column is blank or absent takes the currency written in its amounts."""
        if not any(wanted.name == "currency" for wanted in self.fields):
            return
        for wanted in self.fields:
            if wanted.kind is Kind.MONEY and wanted.name in self.cells:
                cells = self.cells[wanted.name]
                found = written_currencies(cells)
                if any(found):
                    written = pd.Series(np.array(found, dtype=object)[cells.codes], dtype="str")
                    current = pd.Series(text_array(arrow_text(columns["currency"])))
                    columns["currency"] = current.where(current != "", written).array

    def _currencies(self, columns: dict[str, Any]) -> RowCurrencies:
        named = columns.get("currency")
        if named is None or "currency" not in columns:
            return RowCurrencies.one(self.needs.currency, len(self.raw.rows))
        names, codes = encoded(named)
        return RowCurrencies(tuple(name or self.needs.currency for name in names), codes.astype(np.int64))

    def _require(self, wanted: Field) -> None:
        if wanted.required and wanted.name in self.cells:
            blank = np.flatnonzero(self.cells[wanted.name].blank)
            if len(blank):
                refuse_missing(self.reading, wanted.name, self.raw.rows[blank], self.complaints)
                self.refused[blank] = True

    def _accounts(self) -> tuple[ColumnAccount, ...]:
        by_index = {index: name for name, indexes in self.reading.match.columns.items() for index in indexes}
        return tuple(
            ColumnAccount(header, by_index.get(index, ""), self.how.get(by_index.get(index, ""), "not used"),
                          self.samples[index])
            for index, header in enumerate(self.raw.headers)
        )  # fmt: skip


def refuse_missing(reading: Reading, name: str, rows: Ints, complaints: Complaints) -> None:
    """Complain about blank cells; `rows` are row numbers in the file."""
    message = f'column "{reading.header(name)}" is blank, and {reading.match.table}.{name} is required'
    place, help = reading.place(name, int(rows[0])), "fill it in at the source"
    finding = complaints.error(VALUE_MISSING, place, message + also_in(rows[1:].tolist()), help)
    complaints.refusals.append(reading.refusal(finding, name, rows, [""], message))


def samples(column: pa.ChunkedArray) -> tuple[str, ...]:
    """The first three different values that are not blank."""
    seen = dict.fromkeys(text for text in column.slice(0, 200).to_pylist() if text.strip())
    return tuple(list(seen)[:3])


def _style_of(text: str) -> str:
    try:
        return amounts.style_of(amounts.take_apart(text.removesuffix("%")).digits)
    except ValueError:
        return ""


def blank_column(kind: Kind, rows: int) -> Any:
    """A field that the file does not have."""
    if kind in TEXTUAL:
        return text_array(_blank_texts(rows))
    if kind in NUMERIC:
        return pd.arrays.IntegerArray(np.zeros(rows, np.int64), np.ones(rows, np.bool_))
    if kind is Kind.FLAG:
        return pd.arrays.BooleanArray(np.zeros(rows, np.bool_), np.ones(rows, np.bool_))
    naive = np.full(rows, np.datetime64("NaT", "s" if kind is Kind.DAY else "us"))
    if kind is Kind.DAY:
        return pd.array(naive, dtype="datetime64[s]")
    return pd.DatetimeIndex(naive).tz_localize("UTC").array


@lru_cache(maxsize=1)
def _blank_texts(rows: int) -> pa.Array:
    """The same for every field of a file; Arrow's arrays never change."""
    return pa.repeat(pa.scalar("", LARGE), rows)


def join_columns(parts: Sequence[Any]) -> Any:
    """Columns of one field from several files, one below the other."""
    if len(parts) == 1:
        return parts[0]
    coded = [isinstance(part, pd.Categorical) for part in parts]
    if all(coded):
        return union_categoricals(list(parts))
    if any(coded):
        return text_array(pa.concat_arrays(list(map(arrow_text, parts))))
    return pd.concat([pd.Series(part) for part in parts], ignore_index=True).array

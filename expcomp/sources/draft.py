"""A table under assembly: a frame, where each of its rows came from, and which rows have an error."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code, Finding, Place, Severity
from expcomp.exact import Flags, Ints
from expcomp.lanes import side_by_side
from expcomp.money import to_text
from expcomp.sources.book import Needs
from expcomp.sources.complaints import Complaints, and_more, quote
from expcomp.sources.order import order_by
from expcomp.sources.sums import IGNORED, READ, REFUSED, USED, Sums, money_field
from expcomp.sources.tables import TABLES, Kind
from expcomp.sources.typed import Reading, Typed, blank_column, join_columns, refuse_missing
from expcomp.texts import STR, all_blank, arrow_text, text_array


class Draft:
    """All rows of one canonical table, in the order of files and rows until they are sorted by its key.

    Rows with an error stay until `finish`, so that everything else that is wrong with them, and nothing that
    only follows from their absence, is found too. Rows dropped leave at once, counted. `known` are fields whose every
    reference was found to lead somewhere.
    """

    def __init__(self, table: str, pieces: Sequence[Typed], needs: Needs, complaints: Complaints) -> None:
        self.table = TABLES[table]
        self.fields = needs.fields_of(table)
        self.currency = needs.currency
        self.complaints = complaints
        self.readings: dict[str, Reading] = {piece.reading.raw.label: piece.reading for piece in pieces}
        self.dropped: dict[str, Counter[str]] = {label: Counter() for label in self.readings}
        self.refused: Counter[str] = Counter()
        ordered = sorted(pieces, key=lambda piece: piece.reading.raw.label)
        self.known: set[str] = set()
        self.frame = self._joined(ordered)
        given = {name for reading in self.readings.values() for name in reading.match.columns}
        self.sums = Sums(money_field(table, needs, given), needs.currency)
        self.sums.add(READ, self.frame)
        self.bad: Flags = np.concatenate([np.zeros(0, np.bool_), *(piece.refused for piece in ordered)])

    def __len__(self) -> int:
        return len(self.frame)

    def __bool__(self) -> bool:
        """Whether any file gave this table, be it without rows."""
        return bool(self.readings)

    def _joined(self, pieces: Sequence[Typed]) -> pd.DataFrame:
        if not pieces:
            columns: dict[str, Any] = {wanted.name: blank_column(wanted.kind, 0) for wanted in self.fields}
        else:
            columns = {
                wanted.name: join_columns([piece.columns.pop(wanted.name) for piece in pieces])
                for wanted in self.fields
            }
        labels = [piece.reading.raw.label for piece in pieces]
        counts = [len(piece.refused) for piece in pieces]
        columns["input_file"] = pd.Categorical.from_codes(
            np.repeat(np.arange(len(labels)), counts), categories=pd.Index(labels, dtype="str")
        )
        rows = [piece.reading.raw.rows for piece in pieces]
        columns["input_row"] = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        return pd.DataFrame(columns, copy=False)

    def has(self, name: str) -> bool:
        """Whether any file has a column for the field."""
        return any(name in reading.match.columns for reading in self.readings.values())

    def texts(self, name: str) -> pa.Array:
        """A text column for Arrow."""
        return arrow_text(self.frame[name])

    def where(self, name: str, position: int) -> Place:
        """The place of a field in the row at a position of the frame."""
        reading = self.readings[str(self.frame["input_file"].iloc[position])]
        return reading.place(name, int(self.frame["input_row"].iloc[position]))

    def header(self, name: str, position: int) -> str:
        return self.readings[str(self.frame["input_file"].iloc[position])].header(name)

    def tell(
        self,
        code: Code,
        name: str,
        rows: Ints,
        message: str,
        help: str = "",
        *,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """One finding about the cells of a field at these positions, shown at the first of the files."""
        first = self.first_in_file(rows)
        text = quote(str(self.frame[name].iloc[first]))
        said = f'{text} in column "{self.header(name, first)}" {message}{and_more(len(rows) - 1)}'
        place = self.where(name, first)
        if severity is Severity.ERROR:
            self.tell_rows(self.complaints.error(code, place, said, help), name, rows, message)
        else:
            self.complaints.note(code, place, said, help, severity)

    def tell_rows(self, finding: Finding, name: str, rows: Ints, *reasons: str) -> None:
        """Keep, file by file, which rows an error about a field concerns, with one reason for all of them or one for
        each; they are not refused by this alone."""
        files = self.frame["input_file"].cat
        numbers, codes = self.frame["input_row"].to_numpy()[rows], files.codes.to_numpy()[rows]
        for code in np.unique(codes):
            mine = np.flatnonzero(codes == code)
            mine = mine[np.argsort(numbers[mine], kind="stable")]
            told = reasons if len(reasons) == 1 else [reasons[each] for each in mine.tolist()]
            reading = self.readings[str(files.categories[code])]
            texts = self._shown_all(name, rows[mine])
            self.complaints.refusals.append(reading.refusal(finding, name, numbers[mine], texts, *told))

    def _shown_all(self, name: str, rows: Ints) -> list[str]:
        column = self.frame[name].iloc[rows]
        return column.tolist() if column.dtype == STR else [self.shown(name, row) for row in rows.tolist()]

    def shown(self, name: str, position: int) -> str:
        """A value as a person would write it: amounts in their currency, not in minor units."""
        value = self.frame[name].iloc[position]
        if pd.isna(value):
            return ""
        kind = next(wanted.kind for wanted in self.fields if wanted.name == name)
        if kind is Kind.MONEY:
            currency = str(self.frame["currency"].iloc[position]) if "currency" in self.frame else ""
            return to_text(int(value), currency or self.currency)
        if kind is Kind.DAY:
            return str(value.date().isoformat())
        if kind not in (Kind.SHARE, Kind.NUMBER):
            return str(value)
        number = f"{Decimal(int(value)).scaleb(-4 if kind is Kind.SHARE else -6):f}".rstrip("0").rstrip(".")
        return f"{number}%" if kind is Kind.SHARE else number

    def require(self, name: str, missing: Flags) -> None:
        """Refuse rows that lack a value they need, one finding a file."""
        if not missing.any():
            return
        files, rows = self.frame["input_file"].astype(str).to_numpy(), self.frame["input_row"].to_numpy()
        for label in sorted(set(files[missing])):
            lacking = np.sort(rows[missing & (files == label)])
            refuse_missing(self.readings[label], name, lacking, self.complaints)
        self.refuse(missing)

    def first_in_file(self, rows: Ints) -> int:
        files = self.frame["input_file"].cat.codes.to_numpy()[rows]
        return int(rows[np.lexsort((self.frame["input_row"].to_numpy()[rows], files))[0]])

    def refuse(self, mask: Flags) -> None:
        """Mark rows that have an error."""
        self.bad = self.bad | mask

    def finish(self) -> None:
        """Set the rows with an error aside, counted."""
        self.refused.update(self._counts(self.bad))
        self.sums.add(REFUSED, self.frame, self.bad)
        self.sums.add(USED, self.frame, ~self.bad)
        self._keep(~self.bad)
        self._spell_out()

    def _spell_out(self) -> None:
        """Texts that were kept as one of a few are texts of their own in the end."""
        for wanted in self.fields:
            column = self.frame[wanted.name].array
            if isinstance(column, pd.Categorical):
                self.frame[wanted.name] = text_array(arrow_text(column))

    def drop(self, mask: Flags, reason: str) -> None:
        """Leave rows out for a reason that is no error."""
        for label, count in self._counts(mask).items():
            self.dropped[label][reason] += count
        self.sums.add(IGNORED, self.frame, mask)
        self._keep(~mask)

    def _counts(self, mask: Flags) -> Counter[str]:
        if not mask.any():
            return Counter()
        return Counter(self.frame["input_file"][mask].astype(str).tolist())

    def _keep(self, mask: Flags) -> None:
        if not mask.all():
            self._take(np.flatnonzero(mask))

    def sort(self) -> Flags:
        """By the key, texts by code point, empty cells of other kinds last; equal keys stay in the order they have.

        Returns whether each row but the last has the key of the next one.
        """
        if len(self.frame) < 2:
            return np.zeros(0, np.bool_)
        order, same_key = order_by([pa.array(self.frame[name].array) for name in self.table.key])
        if (order[1:] < order[:-1]).any():
            self._take(order)
        return same_key

    def _take(self, rows: Ints) -> None:
        """Only these rows, in this order; each column of before is given up as soon as it is taken."""
        names, columns = list(self.frame.columns), [self.frame[name].array for name in self.frame.columns]
        self.frame = pd.DataFrame()
        given = (columns.pop(0) for _ in names)
        taken = side_by_side(partial(_taken, rows=rows), given)
        self.frame = pd.DataFrame(dict(zip(names, taken, strict=True)), copy=False)
        self.bad = self.bad[rows]

    def row_equals_next(self) -> Flags:
        """Whether each row but the last has the values of the next one in every field; blanks equal blanks."""
        same = np.ones(len(self.frame) - 1, np.bool_)
        for wanted in self.fields:
            same &= _equal_neighbours(pa.array(self.frame[wanted.name].array))
        return same

    def values(self) -> tuple[str, ...]:
        """Every field, for the comparison of whole rows."""
        return tuple(wanted.name for wanted in self.fields)

    def of_kind(self, kind: Kind) -> tuple[str, ...]:
        return tuple(wanted.name for wanted in self.fields if wanted.kind is kind)


def _taken(column: Any, rows: Ints) -> Any:
    # A field that no file has is blank in any order.
    if column.dtype != STR:
        return column[: len(rows)] if column.isna().all() else column.take(rows)
    texts = arrow_text(column)
    return text_array(texts.slice(0, len(rows)) if all_blank(texts) else texts.take(pa.array(rows)))


def _equal_neighbours(column: pa.Array | pa.ChunkedArray) -> Flags:
    merged = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    first, second = merged.slice(0, len(merged) - 1), merged.slice(1)
    equal = pc.equal(first, second).fill_null(False)
    both_blank = pc.and_(first.is_null(), second.is_null())
    result: Flags = pc.or_(equal, both_blank).to_numpy(zero_copy_only=False)
    return result

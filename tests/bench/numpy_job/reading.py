"""Exports as text, and their columns as exact whole numbers. No cell of these exports holds several lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MONEY = pa.decimal128(18, 2)
NONE = -1


def read(folder: Path, table: str, columns: Sequence[str]) -> pa.Table:
    options = pa_csv.ConvertOptions(include_columns=columns, column_types=dict.fromkeys(columns, pa.string()))
    return pa_csv.read_csv(folder / f"{table}.csv", convert_options=options).combine_chunks()


def plain(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def cents(column: pa.ChunkedArray) -> Ints:
    """Exact: Arrow refuses a third decimal. An amount lies in the lower half of its 128 bits."""
    amounts = plain(column).cast(MONEY)
    return np.asarray(np.frombuffer(amounts.buffers()[1], np.int64)[::2][: len(amounts)])


def whole(column: pa.ChunkedArray) -> Ints:
    return np.asarray(plain(column).cast(pa.int64()), np.int64)


def days(column: pa.ChunkedArray) -> Ints:
    return np.asarray(plain(column).cast(pa.date32()).cast(pa.int32()), np.int64)


def local_days(column: pa.ChunkedArray, zone: str, blank: int) -> Ints:
    """Instants as days in a time zone."""
    texts = pc.if_else(pc.equal(plain(column), ""), None, plain(column))
    instants = texts.cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("s", zone))
    day = pc.local_timestamp(instants).cast(pa.date32()).cast(pa.int32())
    return np.asarray(day.fill_null(blank), np.int64)


def is_word(column: pa.ChunkedArray, word: str) -> Flags:
    return np.asarray(pc.equal(plain(column), word), np.bool_)


def codes(column: pa.ChunkedArray, of: dict[str, int]) -> Ints:
    """The number of each word; a word without one is NONE."""
    found = plain(column).dictionary_encode()
    number = np.asarray([of.get(word, NONE) for word in found.dictionary.to_pylist()], np.int64)
    return np.asarray(number[np.asarray(found.indices)], np.int64)


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids whose positions are their codes."""

    texts: pa.Array

    def __len__(self) -> int:
        return len(self.texts)

    def of(self, column: pa.ChunkedArray | pa.Array) -> Ints:
        """Codes; NONE for an id that is not known."""
        texts = plain(column) if isinstance(column, pa.ChunkedArray) else column
        return np.asarray(pc.index_in(texts, value_set=self.texts).fill_null(NONE), np.int64)

    def known(self, column: pa.ChunkedArray) -> Ints:
        found = self.of(column)
        if (found == NONE).any():
            raise ValueError(f"not known: {column[int(np.argmin(found))]}")
        return found

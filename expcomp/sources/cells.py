"""One column of text cells, and how a converter runs once for each different text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code
from expcomp.exact import Flags, Ints
from expcomp.sources.words import translate
from expcomp.texts import coded_text, letters_of, taken_text, text_array

T = TypeVar("T")
BLANK, DELETE = 0x20, 0x7F
REPEATED = 8
"""How often each text of a column stands in it, or more, where rows are better kept as one of the texts."""

BLOCK = 1 << 20
"""Bytes looked at in one go, so that what is found of them stays in the cache."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the cells that hold `text`; `rows` are positions in the column."""

    code: Code
    text: str
    message: str
    help: str
    rows: Ints


@dataclass(slots=True)
class Problems:
    items: list[Problem] = field(default_factory=list)

    def add(self, code: Code, text: str, message: str, help: str, rows: Ints) -> None:
        self.items.append(Problem(code, text, message, help, rows))


class Cells:
    """Trimmed texts of a column; `texts` are the different ones (after the config's `values`) and `codes`
    say which of them each row holds. `written` keeps them as the file has them, for messages.

    A column that came as a dictionary is never spelled out unless it is asked for as a `column`.
    """

    def __init__(self, column: pa.ChunkedArray, values: Mapping[str, str] | None = None) -> None:
        self.values = values or {}
        self._matched: dict[str, bool] = {}
        self._dictionary = _trimmed_dictionary(column) if pa.types.is_dictionary(column.type) else None
        self._plain: pa.ChunkedArray = trimmed(column) if self._dictionary is None else None
        self._rows = len(column)

    def __len__(self) -> int:
        return self._rows

    @property
    def is_coded(self) -> bool:
        return self._dictionary is not None

    @property
    def contents(self) -> pa.ChunkedArray:
        """Every text that stands in a cell, at least once: enough for what is asked of all cells alike."""
        return self._plain if self._dictionary is None else pa.chunked_array([self._dictionary.dictionary])

    @cached_property
    def column(self) -> pa.ChunkedArray:
        return self._plain if self._dictionary is None else pa.chunked_array([self._dictionary.dictionary_decode()])

    @cached_property
    def blank(self) -> Flags:
        blank = to_numpy(pc.equal(self.contents, ""))
        return blank if self._dictionary is None else blank[self._dictionary.indices.to_numpy()]

    @cached_property
    def _encoded(self) -> tuple[list[str], Ints]:
        encoded = self._dictionary
        if encoded is None:
            encoded = _merged(self._plain.combine_chunks().dictionary_encode())
        return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)

    @property
    def written(self) -> list[str]:
        return self._encoded[0]

    @property
    def codes(self) -> Ints:
        return self._encoded[1]

    @cached_property
    def texts(self) -> list[str]:
        return [translate(self.values, text) for text in self.written] if self.values else self.written

    def rows_of(self, code: int) -> Ints:
        """Positions of the rows that hold text number `code`."""
        order, starts = self._by_code
        return order[starts[code] : starts[code + 1]]

    @cached_property
    def _by_code(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.codes, kind="stable")
        starts = np.searchsorted(self.codes[order], np.arange(len(self.written) + 1))
        return order, starts

    def convert(self, read: Callable[[str], T], refuse: Callable[[int, ValueError], None], failed: T) -> list[T]:
        """`read` of every different text; blanks and refused texts give `failed`."""
        results = []
        for code, text in enumerate(self.texts):
            result = failed
            if text:
                try:
                    result = read(text)
                except ValueError as error:
                    refuse(code, error)
            results.append(result)
        return results

    def read_as(self, texts: list[str]) -> pd.Categorical | pd.arrays.ArrowStringArray:
        """A column of the text that each of the different ones is read as."""
        return (coded_text if len(texts) * REPEATED <= len(self) else taken_text)(texts, self.codes)

    def as_written(self) -> pd.Categorical | pd.arrays.ArrowStringArray:
        return self.read_as(self.written) if self.is_coded else text_array(self.column)

    def matches(self, pattern: str) -> bool:
        """Whether every cell matches; only asked where no word of the config may stand for another."""
        if pattern not in self._matched:
            found = not self.values and pc.all(pc.match_substring_regex(self.contents, pattern)).as_py() is not False
            self._matched[pattern] = bool(found)
        return self._matched[pattern]

    @cached_property
    def bytes_between(self) -> tuple[int, int]:
        """The smallest and the largest byte of all the cells; (255, 0) when all are blank."""
        return bytes_between(self.contents)

    def holds(self, sign: str) -> bool:
        """Whether an ASCII character stands in any cell."""
        smallest, largest = self.bytes_between
        if not smallest <= ord(sign) <= largest:
            return False
        return any(
            (letters[start : start + BLOCK] == ord(sign)).any()
            for letters in map(letters_of, self.contents.chunks)
            for start in range(0, len(letters), BLOCK)
        )

    @cached_property
    def longest(self) -> int:
        """The length of the longest cell in bytes."""
        return pc.max(pc.binary_length(self.contents)).as_py() or 0


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without blanks at either end of a cell; a column that holds no blank at all is not copied."""
    smallest, largest = bytes_between(column)
    return column if smallest > BLANK and largest < DELETE else pc.utf8_trim_whitespace(column)


def _trimmed_dictionary(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """One dictionary for all chunks, without blanks around its texts and without a text twice."""
    whole = _merged(column.unify_dictionaries().combine_chunks())
    texts = _merged(trimmed(pa.chunked_array([whole.dictionary])).combine_chunks().dictionary_encode())
    return pa.DictionaryArray.from_arrays(texts.indices.take(whole.indices), texts.dictionary)


def _merged(encoded: pa.DictionaryArray | pa.ChunkedArray) -> pa.DictionaryArray:
    """Arrow gives an array or a chunked one, by its version and the number of chunks."""
    return encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded


def bytes_between(column: pa.ChunkedArray) -> tuple[int, int]:
    found = [letters for letters in map(letters_of, column.chunks) if len(letters)]
    return min((int(each.min()) for each in found), default=255), max((int(each.max()) for each in found), default=0)


def to_numpy(column: pa.ChunkedArray) -> np.ndarray:
    chunked = isinstance(column, pa.ChunkedArray)
    values: np.ndarray = column.to_numpy() if chunked else column.to_numpy(zero_copy_only=False)
    return values


def taken_integers(values: list[int | None], codes: Ints) -> pd.arrays.IntegerArray:
    known = np.array([value is not None for value in values], np.bool_)
    numbers = np.array([value or 0 for value in values], np.int64)
    return integers(numbers[codes], known[codes])


def integers(numbers: Ints, known: Flags) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.where(known, numbers, 0), ~known)

"""The order of a table's rows by its key, found on whole numbers that stand for the texts."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.exact import Flags, Ints
from expcomp.texts import arrow_text, letters_of

Words = npt.NDArray[np.unsignedinteger[Any]] | Ints | Flags

LONGEST = 24
"""Bytes up to which a text is compared as numbers of eight; longer ones take their rank among the different texts."""


def order_by(columns: Sequence[pa.Array]) -> tuple[Ints, Flags]:
    """The rows' positions in ascending order, equal keys as they were; and which of them equal the next one.

    Texts compare by code point; null stands last and equals null.
    """
    words = [word for column in columns for word in _words(column)]
    rows = len(columns[0])
    order: Ints = np.lexsort(words[::-1]).astype(np.int64, copy=False) if words else np.arange(rows, dtype=np.int64)
    same = np.ones(max(rows - 1, 0), np.bool_)
    for word in words:
        if same.any():
            sorted_word = word[order]
            same &= sorted_word[1:] == sorted_word[:-1]
    return order, same


def _words(column: pa.Array) -> Iterator[Words]:
    """Columns of numbers that, compared one after the other, order the rows as the column does."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        yield from _words_of_texts(arrow_text(column))
        return
    if pa.types.is_dictionary(column.type):
        yield _ranks(column)
        return
    if column.null_count:
        yield column.is_null().to_numpy(zero_copy_only=False)
    yield column.cast(pa.int64()).fill_null(0).to_numpy()


def _words_of_texts(texts: pa.Array) -> Iterator[Words]:
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    if not longest:
        return
    if longest > LONGEST or letters_of(texts).min() == 0:
        yield _ranks(texts.dictionary_encode())
        return
    # The bytes of UTF-8 compare as the code points do, and a shorter text, filled up with zeros, comes first.
    padded = pc.ascii_rpad(texts, longest, padding="\0") if pc.min(pc.binary_length(texts)).as_py() < longest else texts
    letters = letters_of(padded).reshape(len(texts), longest)
    differing = [place for place in range(longest) if letters[:, place].min() != letters[:, place].max()]
    for start in range(0, len(differing), 8):
        word = np.zeros((len(texts), 8), np.uint8)
        for place, letter in enumerate(differing[start : start + 8]):
            word[:, place] = letters[:, letter]
        yield word.view(">u8").ravel().astype(np.uint64)


def _ranks(encoded: pa.DictionaryArray) -> Ints:
    ranks = np.empty(len(encoded.dictionary), np.int64)
    ranks[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(ranks))
    return np.asarray(ranks[encoded.indices.to_numpy()], dtype=np.int64)

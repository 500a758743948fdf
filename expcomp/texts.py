"""Columns of text between pandas and Arrow, without a Python object for every row."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.exact import Flags, Ints

TextColumn: TypeAlias = "pd.Series[str] | pd.Categorical | pd.arrays.ArrowStringArray | pa.Array | pa.ChunkedArray"

LARGE = pa.large_string()
STR = pd.StringDtype("pyarrow", na_value=np.nan)


def text_array(column: pa.ChunkedArray | pa.Array) -> pd.arrays.ArrowStringArray:
    """The `str` column of a frame."""
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    if chunked.num_chunks > 1:
        chunked = pa.chunked_array([chunked.combine_chunks()])
    # pandas-stubs do not know the dtype, which tells `str` from the older `string`.
    return pd.arrays.ArrowStringArray(chunked.cast(LARGE), dtype=STR)  # type: ignore[call-arg]


def arrow_text(column: TextColumn) -> pa.Array:
    """The same column in one piece for Arrow."""
    values = column.array if isinstance(column, pd.Series) else column
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    return array if array.type == LARGE else array.cast(LARGE)


def letters_of(column: TextColumn) -> npt.NDArray[np.uint8]:
    """The bytes of all texts of a column, one after the other; a view."""
    array = column if isinstance(column, pa.Array) else arrow_text(column)
    _, offsets, data = array.buffers()
    width = np.int32 if array.type == pa.string() else np.int64
    bounds = np.frombuffer(offsets or b"", width)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(data or b"", np.uint8)[bounds[0] : bounds[-1]] if len(bounds) else np.zeros(0, np.uint8)


def all_blank(column: TextColumn) -> bool:
    values = column.array if isinstance(column, pd.Series) else column
    if isinstance(values, pd.Categorical):
        return not any(encoded(values)[0])
    return not len(letters_of(values))


def taken_text(texts: "list[str] | TextColumn", at: Ints) -> pd.arrays.ArrowStringArray:
    """The text at each position; "" for -1."""
    listed = pa.array(texts, LARGE) if isinstance(texts, list) else arrow_text(texts)
    if len(at) and at.min() < 0:
        return text_array(listed.take(pa.array(at, mask=at < 0)).fill_null(""))
    return text_array(listed.take(pa.array(at)))


def coded_text(texts: "list[str] | TextColumn", at: Ints) -> pd.Categorical:
    """The text at each position, kept as one of the different ones: rows move without their texts."""
    listed = pa.array(texts, LARGE) if isinstance(texts, list) else arrow_text(texts)
    own = listed.dictionary_encode()
    codes = at if len(own.dictionary) == len(listed) else own.indices.to_numpy()[at]
    return pd.Categorical.from_codes(codes, categories=pd.Index(text_array(own.dictionary)))


def encoded(column: TextColumn) -> tuple[list[str], Ints]:
    """The different texts of a column, and which of them each row holds."""
    values = column.array if isinstance(column, pd.Series) else column
    if not isinstance(values, pd.Categorical):
        own = arrow_text(values).dictionary_encode()
        return own.dictionary.to_pylist(), own.indices.to_numpy()
    held: Flags = np.bincount(values.codes, minlength=len(values.categories)) > 0
    texts = arrow_text(values.categories.array).filter(pa.array(held)).to_pylist()
    return texts, (np.cumsum(held) - 1)[values.codes]


def strangers(column: TextColumn, known: TextColumn) -> Ints:
    """The rows whose text is neither blank nor one of the known."""
    values = column.array if isinstance(column, pd.Series) else column
    texts = arrow_text(values.categories.array if isinstance(values, pd.Categorical) else values)
    strange = pc.and_not(pc.not_equal(texts, ""), pc.is_in(texts, value_set=arrow_text(known)))
    found: Flags = strange.to_numpy(zero_copy_only=False)
    return np.flatnonzero(found[values.codes] if isinstance(values, pd.Categorical) else found)


def joined(*parts: "str | pa.Array | pa.ChunkedArray") -> pa.Array:
    """Row by row the parts one after the other."""
    columns = [pa.scalar(part, LARGE) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*columns, pa.scalar("", LARGE))


def each_text(column: TextColumn, change: Callable[[str], str]) -> pd.arrays.ArrowStringArray:
    """Every distinct text changed once, however many rows there are."""
    encoded = arrow_text(column).dictionary_encode()
    texts = [change(text) for text in encoded.dictionary.to_pylist()]
    return text_array(pa.array(texts, LARGE).take(encoded.indices))


def look_up(keys: TextColumn, table_keys: TextColumn) -> Ints:
    """For each key the position of its one row in the table, -1 where there is none or the key is blank.

    Raises ValueError when a key that is not blank stands in the table twice: a join must never multiply rows.
    """
    wanted, known = arrow_text(keys), arrow_text(table_keys)
    filled = known.filter(pc.not_equal(known, ""))
    if pc.count_distinct(filled).as_py() != len(filled):
        raise ValueError("a key stands in the table twice")
    positions = pc.index_in(wanted, value_set=known).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.where(pc.equal(wanted, "").to_numpy(zero_copy_only=False), -1, positions)

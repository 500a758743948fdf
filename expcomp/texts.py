"""Columns of text between pandas and Arrow, without a Python object for every row."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from expcomp.exact import Ints

TextColumn: TypeAlias = "pd.Series[str] | pa.Array | pa.ChunkedArray"

STR = pd.StringDtype("pyarrow", na_value=np.nan)


def text_array(column: pa.ChunkedArray | pa.Array) -> pd.arrays.ArrowStringArray:
    """The `str` column of a frame."""
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    # pandas-stubs do not know the dtype, which tells `str` from the older `string`.
    return pd.arrays.ArrowStringArray(chunked.cast(pa.large_string()), dtype=STR)  # type: ignore[call-arg]


def arrow_text(column: TextColumn) -> pa.Array:
    """The same column in one piece for Arrow."""
    array = pa.array(column.array) if isinstance(column, pd.Series) else column
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    return array.cast(pa.large_string())


def taken_text(texts: list[str], codes: Ints) -> pd.arrays.ArrowStringArray:
    """The text of each code."""
    return text_array(pa.array(texts, pa.large_string()).take(pa.array(codes)))


def each_text(column: TextColumn, change: Callable[[str], str]) -> pd.arrays.ArrowStringArray:
    """Every distinct text changed once, however many rows there are."""
    encoded = arrow_text(column).dictionary_encode()
    texts = [change(text) for text in encoded.dictionary.to_pylist()]
    return text_array(pa.array(texts, pa.large_string()).take(encoded.indices))

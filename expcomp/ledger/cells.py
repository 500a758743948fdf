"""Frames as text: cells between tabs, escaped so that every text has one form and every form one text.

The header tells the kind of each column that is not text: `amount_minor:int`, `value_minor:int?` (blank where there
is none), `has_left:flag`. A kept frame is written column by column, which packs well and is read by the column; lines
that a person reads are written row by row.
"""

import re
from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.texts import LARGE, TextColumn, arrow_text, each_text, joined, letters_of, text_array

ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
MEANT = {form: char for char, form in ESCAPES.items()}
SPECIAL = np.frombuffer("".join(ESCAPES).encode(), np.uint8)
ESCAPED = re.compile(r"\\[\\tnr]")
TEXT, INT, MAYBE_INT, FLAG = "", "int", "int?", "flag"


def escape(text: str) -> str:
    return "".join(ESCAPES.get(char, char) for char in text)


def unescape(cell: str) -> str:
    return ESCAPED.sub(lambda found: MEANT[found[0]], cell)


def escaped(column: TextColumn) -> pa.Array:
    """Every text of a column in its form; the column as it stands where no text needs it."""
    texts = arrow_text(column)
    return arrow_text(each_text(texts, escape)) if np.isin(SPECIAL, letters_of(texts)).any() else texts


def unescaped(column: TextColumn) -> pa.Array:
    texts = arrow_text(column)
    return arrow_text(each_text(texts, unescape)) if (letters_of(texts) == ord("\\")).any() else texts


def kind_of(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column.dtype):
        return FLAG
    if isinstance(column.dtype, pd.Int64Dtype):
        return MAYBE_INT
    return INT if pd.api.types.is_integer_dtype(column.dtype) else TEXT


def headers_of(frame: pd.DataFrame) -> list[str]:
    """`name` or `name:kind` of every column."""
    kinds = (kind_of(frame[name]) for name in frame.columns)
    return [f"{name}:{kind}" if kind else str(name) for name, kind in zip(frame.columns, kinds, strict=True)]


def cells_of(column: pd.Series) -> pa.Array:
    kind = kind_of(column)
    if kind == TEXT:
        return escaped(column.astype("str"))
    if kind == FLAG:
        return pa.array(np.where(column.to_numpy(np.bool_), "yes", "no"), LARGE)
    given = pa.array(column.array if kind == INT else column.astype(object).where(column.notna(), None), pa.int64())
    return given.cast(LARGE).fill_null("")


def rows_of(frame: pd.DataFrame) -> pa.Array:
    """Each row as one text."""
    cells = [cells_of(frame[name]) for name in frame.columns]
    return pc.binary_join_element_wise(*cells, pa.scalar("\t", LARGE))


def frame_of(headers: list[str], rows: pa.Array) -> pd.DataFrame:
    """The frame that `headers_of` and `rows_of` made these of. ValueError for rows that do not fit them."""
    cells = pc.split_pattern(rows, "\t")
    if not pc.all(pc.equal(pc.list_value_length(cells), len(headers))).as_py() and len(rows):
        raise ValueError("a row has too many cells or too few")
    columns = {}
    for at, header in enumerate(headers):
        name, _, kind = header.partition(":")
        columns[name] = _column(pc.list_element(cells, at) if len(rows) else pa.array([], LARGE), kind)
    return pd.DataFrame(columns, copy=False)


def _column(cells: pa.Array, kind: str) -> object:
    if kind == TEXT:
        return text_array(unescaped(cells))
    if kind == FLAG:
        return pc.equal(cells, "yes").to_numpy(zero_copy_only=False)
    if kind == INT:
        return cells.cast(pa.int64()).to_numpy()
    return pd.array(pc.if_else(pc.equal(cells, ""), None, cells).cast(pa.int64()).to_pylist(), dtype="Int64")


def to_text(frame: pd.DataFrame) -> bytes:
    """A line for each column: its header and its cells."""
    columns = zip(headers_of(frame), (cells_of(frame[name]) for name in frame.columns), strict=True)
    return b"".join(_line(pa.concat_arrays([pa.array([header], LARGE), cells])) for header, cells in columns)


def _line(cells: pa.Array) -> bytes:
    return letters_of(joined(cells, "\t"))[:-1].tobytes() + b"\n"


def from_text(data: bytes, wanted: Collection[str] | None = None) -> pd.DataFrame:
    """What `to_text` wrote, or only the wanted columns of it. ValueError for a text that it did not write."""
    columns = {}
    for line in data.decode().split("\n")[:-1]:
        name, _, kind = line.partition("\t")[0].partition(":")
        if wanted is None or name in wanted:
            cells = pc.split_pattern(pa.array([line], LARGE), "\t")[0].values[1:]
            columns[name] = _column(cells, kind)
    return pd.DataFrame(columns, copy=False)

"""Numbers of the calculation as the words a reader knows: each distinct value is written once."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from expcomp.diagnostics import Place
from expcomp.exact import Ints
from expcomp.lookups import NONE, group_of
from expcomp.money import decimals
from expcomp.pay.words import codes
from expcomp.plan.model import Plan
from expcomp.plan.versions import PlanSet
from expcomp.texts import LARGE, arrow_text, joined, taken_text, text_array

Text = pd.arrays.ArrowStringArray

DIGITS = 18
"""As many as Arrow's 64-bit decimals hold."""


def each(render: Callable[[int], str], values: Ints) -> Text:
    """The text of every whole number."""
    at, distinct = pd.factorize(values)
    return taken_text([render(int(value)) for value in distinct], np.asarray(at, dtype=np.int64))


def word(column: pd.Series) -> Text:
    """A column of categories as text."""
    return taken_text(column.cat.categories.to_list(), codes(column))


def choice(words: Sequence[str], at: Ints) -> Text:
    """One of a few words by row; "" for NONE."""
    return taken_text(list(words), at)


def fractions(top: Ints, bottom: Ints, render: Callable[[int, int], str]) -> Text:
    """The text of every pair of whole numbers."""
    group = group_of(top, bottom)
    first = np.unique(group, return_index=True)[1]
    pairs = zip(top[first].tolist(), bottom[first].tolist(), strict=True)
    return taken_text([render(*pair) for pair in pairs], group)


def places(frame: pd.DataFrame, rows: Ints | slice = slice(None)) -> Text:
    """`path:row` of these rows of a frame."""
    file, row = frame["input_file"].cat, frame["input_row"].to_numpy(np.int64)[rows]
    path = taken_text(file.categories.to_list(), np.asarray(file.codes, dtype=np.int64)[rows])
    return text_array(joined(arrow_text(path), ":", pa.array(row).cast(LARGE)))


def rule_place(place: Place) -> str:
    return f"{place.path}:{place.line}"


def of_version(plans: PlanSet, version: Ints, position: Ints, names: Callable[[Plan], Sequence[str]]) -> Text:
    """The name at a position of a block of each row's own version; "" for NONE."""
    return taken_text(*numbered(plans, version, position, names))


def numbered(
    plans: PlanSet, version: Ints, position: Ints, names: Callable[[Plan], Sequence[str]]
) -> tuple[list[str], Ints]:
    """The names of a block of all versions in one list, and where each row's own stands in it (NONE: nowhere)."""
    blocks = [list(names(plan)) for plan in plans.versions]
    first = np.cumsum([0, *map(len, blocks[:-1])])
    return [name for block in blocks for name in block], np.where(position == NONE, NONE, first[version] + position)


def currencies(column: pd.Series) -> pa.DictionaryArray:
    """The currency of each row, for `amount_texts` of every amount in it."""
    return arrow_text(column.astype("str")).dictionary_encode()


def amount_texts(minor: Ints, currency: pa.DictionaryArray) -> pa.Array:
    """Bare numbers, each with the decimals of its row's currency."""
    at, names = currency.indices.to_numpy(), currency.dictionary.to_pylist()
    if len(names) == 1:
        return money_text(minor, names[0])
    by_name = [money_text(minor[at == number], name) for number, name in enumerate(names)]
    order = np.argsort(np.argsort(at, kind="stable"), kind="stable")
    return arrow_text(taken_text(pa.concat_arrays([pa.array([], LARGE), *by_name]), order))


def money_text(minor: Ints, currency: str) -> pa.Array:
    """123450 USD → `1234.50`, for a whole column: `money.to_text` in Arrow's memory."""
    places_ = decimals(currency)
    whole = np.ascontiguousarray(minor, dtype=np.int64)
    if not places_:
        return pa.array(whole).cast(LARGE)
    exact: pa.DataType = pa.decimal64(DIGITS, places_)
    if max(whole.max(initial=0), -whole.min(initial=0)) >= 10**DIGITS:
        exact, whole = pa.decimal128(38, places_), np.stack((whole, whole >> 63), axis=1)
    return pa.Array.from_buffers(exact, len(whole), [None, pa.py_buffer(whole)]).cast(LARGE)

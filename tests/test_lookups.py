"""Looking up on columns of whole numbers, against the plain way of saying it."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from expcomp.lookups import Names, distinct, group_of, is_among, pairs
from expcomp.pay.labels import money_text

CODES = st.lists(st.integers(-1, 40), max_size=30).map(lambda codes: np.asarray(codes, dtype=np.int64))
WIDE = st.lists(st.sampled_from([-1, 0, 5, 2**40, 2**61]), min_size=12, max_size=12)
TEXTS = st.lists(st.sampled_from(["", "a", "b", "ä", "aa", "Z", "10", "9"]), max_size=20)


@given(CODES, CODES)
def test_every_pair_of_rows_with_one_key_and_no_other(left: np.ndarray, right: np.ndarray) -> None:
    rows = zip(*pairs(left, right), strict=True)
    plain = [(i, j) for i, a in enumerate(left) for j, b in enumerate(right) if a == b and a >= 0]
    assert list(rows) == plain


@given(CODES, CODES)
def test_codes_among_others(codes: np.ndarray, wanted: np.ndarray) -> None:
    assert is_among(codes, wanted).tolist() == [code in wanted.tolist() for code in codes.tolist()]
    assert distinct(codes).tolist() == sorted(set(codes.tolist()))


@given(WIDE, WIDE, WIDE)
def test_one_number_for_one_combination(one: list[int], two: list[int], three: list[int]) -> None:
    columns = (one, two, three)
    groups = group_of(*(np.asarray(column, dtype=np.int64) for column in columns)).tolist()
    keys = list(zip(*columns, strict=True))
    first = list(dict.fromkeys(keys))
    assert groups == [first.index(key) for key in keys]


@given(TEXTS, TEXTS)
def test_names_have_the_same_codes_whether_many_or_few_are_asked_for(known: list[str], asked: list[str]) -> None:
    names = Names.of(pd.Series(known, dtype="str"))
    order = sorted(set(known))
    codes = names.codes(pd.Series(asked, dtype="str"))
    assert codes.tolist() == [order.index(name) if name and name in order else -1 for name in asked]


def test_amounts_of_any_size_are_written_exactly() -> None:
    minor = np.asarray([0, 1, -1, 99, -12_345, 10**18 - 1, 10**18, -(2**63) + 1, 2**63 - 1], dtype=np.int64)
    written = money_text(minor, "USD").to_pylist()
    assert written == [
        "0.00", "0.01", "-0.01", "0.99", "-123.45", "9999999999999999.99", "10000000000000000.00",
        "-92233720368547758.07", "92233720368547758.07",
    ]  # fmt: skip
    assert money_text(minor[:3], "JPY").to_pylist() == ["0", "1", "-1"]
    assert money_text(minor[4:5], "KWD").to_pylist() == ["-12.345"]

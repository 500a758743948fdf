"""Exact arithmetic on columns agrees with fractions, adds up, mirrors in sign, and never wraps."""

from fractions import Fraction
from itertools import pairwise
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expcomp.exact import PPM, divide, round_ratio, rounded, running_total, sequence, within_limit
from expcomp.money import Rounding

AMOUNT = st.integers(-(10**13), 10**13)
SHARE = st.integers(0, PPM)


def column(*values: int) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)


def half_up(value: Fraction) -> int:
    """Away from zero at a half, the same for negatives."""
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**20))
def test_a_ratio_is_rounded_half_up_away_from_zero(top: int, bottom: int) -> None:
    assert rounded(top, bottom) == half_up(Fraction(top, bottom))


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**20))
def test_half_even_is_what_python_calls_round(top: int, bottom: int) -> None:
    assert rounded(top, bottom, Rounding.HALF_EVEN) == round(Fraction(top, bottom))


@given(st.lists(st.tuples(AMOUNT, SHARE, st.integers(1, 10**9)), min_size=1), st.sampled_from(Rounding))
def test_columns_and_scalars_round_alike(rows: list[tuple[int, int, int]], rounding: Rounding) -> None:
    amount, share, bottom = (column(*values) for values in zip(*rows, strict=True))

    got = round_ratio((amount, share), (bottom, PPM), rounding)

    assert got.tolist() == [rounded(a * s, b * PPM, rounding) for a, s, b in rows]


def test_a_product_beyond_64_bits_is_exact() -> None:
    # $100M × 8.123456% × 1.5 = 10^10 × 81,234.56… : the product passes 2^63, the result does not
    assert round_ratio((column(10**10), 81_234, 15_000), (PPM, 10_000)).tolist() == [1_218_510_000]
    assert round_ratio((column(10**13), 10**6, 10**6), (10**6, 10**6)).tolist() == [10**13]


def test_a_result_beyond_64_bits_is_refused_not_wrapped() -> None:
    with pytest.raises(OverflowError):
        round_ratio((column(10**13), 10**13), (1,))


def test_the_spare_cent_goes_to_the_larger_remainder_then_the_smaller_id() -> None:
    # 0.05 at 70/30: 3.5 and 1.5 cents have equal remainders, the spare cent goes to the first id
    assert divide(column(5), column(700_000, 300_000), column(0, 0), column(0, 1)).tolist() == [4, 1]
    # the other way round: ana 30 % → 1.5, cam 70 % → 3.5
    assert divide(column(5), column(300_000, 700_000), column(0, 0), column(0, 1)).tolist() == [2, 3]
    # 99.99 at 75/25: 7,499.25 and 2,499.75; the larger remainder is the second
    assert divide(column(9999), column(750_000, 250_000), column(0, 0), column(0, 1)).tolist() == [7499, 2500]


@given(AMOUNT, st.lists(st.integers(0, 10**13), min_size=1, max_size=8), st.randoms())
def test_parts_add_up_mirror_and_ignore_row_order(total: int, weights: list[int], random) -> None:  # type: ignore[no-untyped-def]
    group, tie = column(*[0] * len(weights)), column(*range(len(weights)))
    parts = divide(column(total), column(*weights), group, tie)

    assert parts.sum() == (total if sum(weights) else 0)
    assert divide(column(-total), column(*weights), group, tie).tolist() == (-parts).tolist()
    for part, weight in zip(parts.tolist(), weights, strict=True):
        assert weight or not part
        assert not sum(weights) or abs(part - Fraction(total * weight, sum(weights))) < 1
    order = list(range(len(weights)))
    random.shuffle(order)
    shuffled = divide(column(total), column(*weights)[order], group, tie[order])
    assert shuffled.tolist() == parts[order].tolist()


def parts_of(amount: int, shares: list[int]) -> list[int]:
    """The amount cut along consecutive shares, in parts per million."""
    edges = [sum(shares[:count]) for count in range(len(shares) + 1)]
    return [int(sequence(column(amount), (a, PPM), (b, PPM))[0]) for a, b in pairwise(edges)]


def test_three_equal_milestones_of_100_dollars() -> None:
    # 33.33, then round(66.67) − 33.33 = 33.34, then the rest
    assert parts_of(10_000, [333_333, 333_333, 333_334]) == [3333, 3334, 3333]


@given(AMOUNT, st.lists(SHARE, min_size=1, max_size=6))
def test_a_sequence_adds_up_after_every_prefix(amount: int, shares: list[int]) -> None:
    parts = parts_of(amount, shares)
    for count in range(1, len(shares) + 1):
        assert sum(parts[:count]) == rounded(amount * sum(shares[:count]), PPM)


@given(st.lists(st.tuples(st.integers(0, 3), AMOUNT), max_size=30))
def test_running_totals_restart_with_each_group(rows: list[tuple[int, int]]) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    before = running_total(column(*[a for _, a in rows]), column(*[g for g, _ in rows]))
    for at, (group, _) in enumerate(rows):
        assert before[at] == sum(amount for g, amount in rows[:at] if g == group)


def test_running_totals_beyond_64_bits_are_refused() -> None:
    with pytest.raises(OverflowError):
        running_total(column(*[2**62] * 3), column(0, 0, 0))


def test_a_limit_leaves_what_is_not_yet_used() -> None:
    assert within_limit(column(10, 10, 10), column(0, 10, 20), column(15, 15, 15)).tolist() == [10, 5, 0]

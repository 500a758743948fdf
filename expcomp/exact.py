"""Exact arithmetic on columns of integers: ratios rounded once, divisions that add up, running limits.

Arguments are Python ints or int64 arrays and broadcast against each other. A product that could pass
2^62 is detected beforehand and computed with Python's own integers, for the rows concerned only; a
result that does not fit an int64 raises `OverflowError`. Nothing wraps.
"""

from collections.abc import Callable, Sequence
from math import prod

import numpy as np
import numpy.typing as npt

from expcomp.money import PPM, Rounding, rounded

__all__ = [
    "PPM",
    "SAFE",
    "Factor",
    "Flags",
    "Ints",
    "Share",
    "divide",
    "floor_ratio",
    "order_by",
    "position_in_group",
    "round_ratio",
    "rounded",
    "running_total",
    "sequence",
    "starts",
    "within_limit",
]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Factor = int | Ints

SAFE = float(2**60)


def round_ratio(
    tops: Sequence[Factor], bottoms: Sequence[Factor] = (1,), rounding: Rounding = Rounding.HALF_UP
) -> Ints:
    """`round(Π tops / Π bottoms)` row by row, each rounded exactly once; bottoms are positive."""

    def small(top: Ints, bottom: Factor) -> Ints:
        twice, double = 2 * np.abs(top) + bottom, 2 * bottom
        whole = twice // double
        if rounding is Rounding.HALF_EVEN:
            whole -= (whole % 2 == 1) & (whole * double == twice)
        return np.where(top < 0, -whole, whole)

    return _by_size(tops, bottoms, small, lambda top, bottom: rounded(top, bottom, rounding))


def floor_ratio(tops: Sequence[Factor], bottoms: Sequence[Factor]) -> tuple[Ints, Ints]:
    """`divmod(Π tops, Π bottoms)` row by row, for tops and bottoms that are not negative."""
    whole = _by_size(tops, bottoms, np.floor_divide, lambda top, bottom: top // bottom)
    rest = _by_size(tops, bottoms, np.mod, lambda top, bottom: top % bottom)
    return whole, rest


def _by_size(
    tops: Sequence[Factor],
    bottoms: Sequence[Factor],
    small: Callable[[Ints, Factor], Ints],
    large: Callable[[int, int], int],
) -> Ints:
    if _largest(tops) <= SAFE and _largest(bottoms) <= SAFE:
        return np.atleast_1d(small(np.asarray(prod(tops), dtype=np.int64), prod(bottoms)))
    given = (np.atleast_1d(np.asarray(factor, dtype=np.int64)) for factor in (*tops, *bottoms))
    columns = np.broadcast_arrays(*given)
    top, bottom = columns[: len(tops)], columns[len(tops) :]
    too_large = (_size(top) > SAFE) | (_size(bottom) > SAFE)
    with np.errstate(over="ignore"):
        safe_bottom = np.where(too_large, 1, prod(bottom))
        result: Ints = small(np.where(too_large, 0, prod(top)), safe_bottom)
    for row in np.flatnonzero(too_large):
        exact = large(prod(int(c[row]) for c in top), prod(int(c[row]) for c in bottom))
        if abs(exact) >= 2**63:
            raise OverflowError(f"a result of {exact} minor units is beyond any amount of pay")
        result[row] = exact
    return result


def _largest(factors: Sequence[Factor]) -> int:
    """A bound of the product's magnitude on any row."""
    sizes = (
        abs(f) if isinstance(f, int) else max(abs(int(f.max(initial=0))), abs(int(f.min(initial=0)))) for f in factors
    )
    return prod(max(size, 1) for size in sizes)


def _size(factors: Sequence[Ints]) -> npt.NDArray[np.float64]:
    """Magnitude of the product, only to choose a path; it never becomes an amount."""
    size = np.ones(factors[0].shape, dtype=np.float64)
    for factor in factors:
        size = size * np.abs(factor.astype(np.float64))
    return size


def divide(totals: Ints, weights: Ints, group: Ints, tie: Ints) -> Ints:
    """Divide each group's total by the rows' weights: largest remainder, so that parts always add up.

    `totals` has one entry a group; `weights`, `group` (0 … groups-1) and `tie` one a row. A spare minor
    unit goes to the largest remainder, then to the smaller `tie`. Zero weight gets nothing; a negative
    total divides as the mirror of the positive one. A group whose weights are all zero divides nothing.
    """
    whole = np.zeros(len(totals), dtype=np.int64)
    np.add.at(whole, group, weights)
    row_total = totals[group]
    floor, rest = floor_ratio((np.abs(row_total), weights), (np.maximum(whole[group], 1),))
    given = np.zeros(len(totals), dtype=np.int64)
    np.add.at(given, group, floor)
    spare = np.where(whole > 0, np.abs(totals), 0) - given
    rows = np.flatnonzero(spare[group] > 0)
    order = rows[order_by(group[rows], -rest[rows], tie[rows])]
    floor[order] += position_in_group(group[order]) < spare[group[order]]
    return floor * np.sign(row_total)


def order_by(*keys: Ints) -> Ints:
    """The order of rows by their keys, the first one first; equal rows stay as they stand. Keys that fit into one
    whole number are sorted as one, which takes a fraction of the time."""
    packed, bits = np.zeros(len(keys[0]), dtype=np.int64), 0
    for key in keys:
        low = int(key.min(initial=0))
        width = (int(key.max(initial=0)) - low).bit_length()
        bits += width
        if bits > 62:
            return np.lexsort(keys[::-1])
        packed = (packed << width) | (key - low)
    return np.argsort(packed, kind="stable")


Share = tuple[Factor, Factor]
"""A cumulative share as a fraction: top, bottom."""


def sequence(amounts: Ints, start: Share, end: Share, rounding: Rounding = Rounding.HALF_UP) -> Ints:
    """The part of each amount between two cumulative shares: round(amount × end) − round(amount × start).

    Consecutive parts always add up to round(amount × the last share).
    """
    return round_ratio((amounts, end[0]), (end[1],), rounding) - round_ratio((amounts, start[0]), (start[1],), rounding)


def position_in_group(sorted_group: npt.NDArray[np.generic]) -> Ints:
    """0, 1, 2 … within each run of equal values."""
    start = starts(sorted_group)
    index = np.arange(len(sorted_group), dtype=np.int64)
    return np.asarray(index - np.maximum.accumulate(np.where(start, index, 0)), dtype=np.int64)


def starts(sorted_group: npt.NDArray[np.generic]) -> Flags:
    """True on the first row of each run of equal values."""
    first = np.ones(len(sorted_group), dtype=np.bool_)
    first[1:] = sorted_group[1:] != sorted_group[:-1]
    return first


def running_total(amounts: Ints, sorted_group: npt.NDArray[np.generic]) -> Ints:
    """The total of each row's group before the row. Raises OverflowError beyond an int64."""
    if len(amounts) == 0:
        return amounts
    if np.abs(amounts.astype(np.float64)).sum() > SAFE:
        return _running_total_large(amounts, sorted_group)
    before = np.cumsum(amounts) - amounts
    start = starts(sorted_group)
    return np.asarray(before - before[start][np.cumsum(start) - 1], dtype=np.int64)


def _running_total_large(amounts: Ints, sorted_group: npt.NDArray[np.generic]) -> Ints:
    totals, total = np.zeros(len(amounts), dtype=np.int64), 0
    for row, (amount, start) in enumerate(zip(amounts.tolist(), starts(sorted_group).tolist(), strict=True)):
        total = 0 if start else total
        if abs(total) >= 2**63:
            raise OverflowError(f"a running total of {total} minor units is beyond any amount of pay")
        totals[row] = total
        total += amount
    return totals


def within_limit(amounts: Ints, used_before: Ints, limits: Ints) -> Ints:
    """What of each amount still fits a limit of which `used_before` is gone. Amounts are not negative."""
    room = np.maximum(limits - used_before, 0)
    return np.asarray(np.minimum(amounts, room), dtype=np.int64)

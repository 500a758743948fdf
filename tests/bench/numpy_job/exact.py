"""Whole-number arithmetic: rounding half up, largest remainders, running totals."""

import numpy as np

from .reading import Flags, Ints

ROOM = float(2**62)


def half_up(top: Ints, bottom: Ints | int) -> Ints:
    """`top / bottom` to a whole number, for tops that are not negative."""
    result, rest = np.divmod(top, bottom)
    return result + (2 * rest >= bottom)


def part_of(amount: Ints, top: Ints, bottom: Ints) -> Ints:
    """`amount × top / bottom`, rounded; rows that 64 bits do not hold go through Python's integers."""
    exact = half_up(amount * top, bottom)
    for row in np.flatnonzero(amount.astype(np.float64) * top > ROOM).tolist():
        whole, rest = divmod(int(amount[row]) * int(top[row]), int(bottom[row]))
        exact[row] = whole + (2 * rest >= bottom[row])
    return exact


def divide(value: Ints, percents: list[Ints], tie: list[Ints]) -> list[Ints]:
    """Parts that add up to the value: spare cents go to the largest remainders, then to the smaller tie."""
    parts, rests = zip(*(np.divmod(value * percent, 100) for percent in percents), strict=True)
    spare = value - sum(parts)
    divided = []
    for mine, (part, rest) in enumerate(zip(parts, rests, strict=True)):
        rank = np.zeros(len(value), np.int64)
        for other, theirs in enumerate(rests):
            if other != mine:
                rank += (theirs > rest) | ((theirs == rest) & (tie[other] < tie[mine]))
        divided.append(part + (rank < spare))
    return divided


def group_starts(sorted_group: Ints) -> Flags:
    first = np.ones(len(sorted_group), np.bool_)
    first[1:] = sorted_group[1:] != sorted_group[:-1]
    return first


def running(amount: Ints, sorted_group: Ints) -> Ints:
    """The total of a row's group before the row."""
    before = np.cumsum(amount) - amount
    first = group_starts(sorted_group)
    return np.asarray(before - before[first][np.cumsum(first) - 1], np.int64)

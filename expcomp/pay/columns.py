"""Columns that conditions ask: words as codes, amounts as exact whole numbers; and on which rows a condition holds."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from expcomp.exact import PPM, Flags, Ints
from expcomp.lookups import NONE, flags, folded, numbers
from expcomp.plan.conditions import Between, Condition, FieldType, Is, OneOf


@dataclass(frozen=True, slots=True)
class Words:
    """Folded texts as codes into their distinct values; NONE is no value."""

    codes: Ints
    distinct: npt.NDArray[np.object_]

    @classmethod
    def of(cls, column: pd.Series) -> "Words":
        codes, words = pd.factorize(folded(column))
        distinct = np.asarray(words, dtype=object)
        blank = np.append(distinct == "", True)
        return cls(np.where(blank[codes], NONE, codes).astype(np.int64), distinct)

    def among(self, words: frozenset[str]) -> Flags:
        wanted = np.append([word in words for word in self.distinct], False).astype(np.bool_)
        return wanted[self.codes]

    def take(self, rows: Ints) -> "Words":
        return Words(self.codes[rows], self.distinct)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Whole numbers over a divisor, where `given`; compared exactly, never as a rounded ratio."""

    top: Ints
    given: Flags
    bottom: Ints | int = 1

    def take(self, rows: Ints) -> "Amounts":
        bottom = self.bottom if isinstance(self.bottom, int) else self.bottom[rows]
        return Amounts(self.top[rows], self.given[rows], bottom)

    def within(self, bounds: Iterable[Between], scale: int) -> Flags:
        found = np.zeros(len(self.top), dtype=np.bool_)
        fits = _fits(self.top, scale) and all(_fits(self.bottom, b.low or b.high or 1) for b in bounds)
        number = np.int64 if fits else object
        top, bottom = self.top.astype(number) * scale, np.asarray(self.bottom, dtype=number)
        for bound in bounds:
            inside = self.given.copy()
            if bound.low is not None:
                low = bottom * bound.low
                inside &= np.asarray(top >= low if bound.low_included else top > low, dtype=np.bool_)
            if bound.high is not None:
                high = bottom * bound.high
                inside &= np.asarray(top <= high if bound.high_included else top < high, dtype=np.bool_)
            found |= inside
        return found


def with_none(column: pd.Series, type_: FieldType) -> Words | Amounts:
    """A whole column, and one more entry for no row."""
    if type_ in (FieldType.WORD, FieldType.TEXT):
        words = Words.of(column)
        return Words(np.append(words.codes, NONE), words.distinct)
    top, given = flags(column) if type_ is FieldType.FLAG else numbers(column)
    return Amounts(np.append(top.astype(np.int64), 0), np.append(given, False))


def column_holds(column: Words | Amounts, condition: Condition) -> Flags:
    """Whether a condition holds, row by row of a column of its field."""
    match condition.test:
        case OneOf(words):
            assert isinstance(column, Words)
            return column.among(words)
        case Is(value):
            assert isinstance(column, Amounts)
            return np.asarray(column.given & (column.top.astype(np.bool_) == value))
        case bounds:
            assert isinstance(column, Amounts)
            return column.within(bounds, PPM if condition.field == "account.seat_utilization" else 1)


def _fits(values: Ints | int, factor: int) -> bool:
    largest = int(np.abs(values).max(initial=0)) if isinstance(values, np.ndarray) else abs(values)
    return largest * abs(factor) < 2**62


def prefer(first: Words | Amounts, second: Words | Amounts, use_first: Flags) -> Words | Amounts:
    """Row by row the one column or the other."""
    if isinstance(first, Words) and isinstance(second, Words):
        distinct = np.concatenate((first.distinct, second.distinct))
        moved = np.where(second.codes == NONE, NONE, second.codes + len(first.distinct))
        return Words(np.where(use_first, first.codes, moved), distinct)
    assert isinstance(first, Amounts)
    assert isinstance(second, Amounts)
    return Amounts(np.where(use_first, first.top, second.top), np.where(use_first, first.given, second.given))

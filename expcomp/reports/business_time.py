"""Business time: open windows on one line of microseconds, how much of them lies between instants, and when so
much of them has passed.

A clock turns instants into positions (time counted so far) and back. Everything is whole microseconds of UTC, so
that no wall clock is ever subtracted; `NEVER_US` is an instant that has not come.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints

SECOND_US = 1_000_000
NEVER_US = 2**61


class Clock(Protocol):
    def position(self, at: Ints) -> Ints:
        """Time counted up to each instant."""

    def instant(self, position: Ints) -> Ints:
        """The earliest instant at which so much has been counted; `NEVER_US` where that is never."""


class AllHours:
    """The clock on the wall: every hour counts."""

    def position(self, at: Ints) -> Ints:
        return at

    def instant(self, position: Ints) -> Ints:
        return np.minimum(position, NEVER_US)


@dataclass(frozen=True)
class OpenHours:
    """Windows [opens, closes) that lie apart, in order."""

    opens: Ints
    closes: Ints

    @classmethod
    def of(cls, opens: Ints, closes: Ints) -> "OpenHours":
        """From windows in any order, which may overlap or touch."""
        order = np.argsort(opens, kind="stable")
        opens, until = opens[order], np.maximum.accumulate(closes[order])
        begins = np.ones(len(opens), np.bool_)
        begins[1:] = opens[1:] > until[:-1]
        return cls(opens[begins], until[np.append(begins[1:], True)[: len(opens)]])

    @cached_property
    def _through(self) -> Ints:
        """Open time up to the end of each window; 0 stands before the first."""
        return np.concatenate(([0], np.cumsum(self.closes - self.opens)))

    def position(self, at: Ints) -> Ints:
        if not len(self.opens):
            return np.zeros(len(at), np.int64)
        window = np.maximum(np.searchsorted(self.opens, at, side="right") - 1, 0)
        opens = self.opens[window]
        return self._through[window] + np.clip(at, opens, self.closes[window]) - opens

    def instant(self, position: Ints) -> Ints:
        window = np.searchsorted(self._through[1:], position, side="left")
        found = np.minimum(window, len(self.opens) - 1)
        if not len(self.opens):
            return np.full(len(position), NEVER_US)
        return np.where(window == found, self.opens[found] + position - self._through[found], NEVER_US)


@dataclass(frozen=True)
class Pauses:
    """Stretches [begins, ends) in which the clock of a row stands still; ordered by row, apart within a row."""

    row: Ints
    begins: Ints
    ends: Ints

    @classmethod
    def of(cls, row: Ints, begins: Ints, ends: Ints) -> "Pauses":
        """From stretches in any order, which may overlap."""
        real = ends > begins
        row, begins, ends = row[real], begins[real], ends[real]
        order = np.lexsort((begins, row))
        row, begins, ends = row[order], begins[order], ends[order]
        until = pd.Series(ends).groupby(row).cummax().to_numpy()
        apart = np.ones(len(row), np.bool_)
        apart[1:] = (row[1:] != row[:-1]) | (begins[1:] > until[:-1])
        return cls(row[apart], begins[apart], until[np.append(apart[1:], True)[: len(row)]])

    def __len__(self) -> int:
        return len(self.row)

    def of_rows(self, kept: Flags) -> "Pauses":
        """Those of the rows kept, which are numbered anew."""
        number = np.cumsum(kept) - 1
        mine = kept[self.row]
        return Pauses(number[self.row[mine]], self.begins[mine], self.ends[mine])


NO_PAUSES = Pauses(*(np.zeros(0, np.int64) for _ in range(3)))


def counted(clock: Clock, start: Ints, end: Ints, pauses: Pauses) -> Ints:
    """Time between two instants of each row without its pauses; nothing where the end lies before the start."""
    total = clock.position(np.maximum(end, start)) - clock.position(start)
    begins = np.clip(pauses.begins, start[pauses.row], np.maximum(end, start)[pauses.row])
    ends = np.clip(pauses.ends, start[pauses.row], np.maximum(end, start)[pauses.row])
    np.subtract.at(total, pauses.row, clock.position(ends) - clock.position(begins))
    return total


def due(clock: Clock, start: Ints, limit: Ints, pauses: Pauses) -> Ints:
    """The earliest instant at which `limit` has been counted since the start; each pause before it moves it on."""
    position = clock.position(start) + limit
    instant = clock.instant(position)
    nth = np.arange(len(pauses)) - np.searchsorted(pauses.row, pauses.row, side="left")
    for number in range(int(nth.max(initial=-1)) + 1):
        mine = nth == number
        row = pauses.row[mine]
        begins, ends = np.maximum(pauses.begins[mine], start[row]), pauses.ends[mine]
        moves = (begins < instant[row]) & (ends > begins)
        row, begins, ends = row[moves], begins[moves], ends[moves]
        position[row] += clock.position(ends) - clock.position(begins)
        instant[row] = np.where(ends >= NEVER_US, NEVER_US, clock.instant(position[row]))
    return instant

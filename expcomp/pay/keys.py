"""Entitlement by key: (payee, deal, component, milestone, currency), one row each.

The key's row carries the trace of one tranche of it: of several receipts, the newest reached that pays something.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints, order_by, starts
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.labels import choice, word
from expcomp.pay.words import codes
from expcomp.period import NEVER

KEY = ["payee_id", "deal_id", "component", "milestone", "currency"]


@dataclass(frozen=True)
class Keyed:
    """The keys of an entitlement. A line is one payee's component on one deal, so that its tranches of one milestone,
    which stand together, are a key."""

    source: Entitlement

    COLUMNS = ("entitled_minor", "reached", "holds_first", "tranche")

    @cached_property
    def entitled_minor(self) -> Ints:
        return _by_run(np.add, self.source.tranches["entitled_minor"].to_numpy(), self._first)

    @cached_property
    def reached(self) -> Ints:
        """The first day anything of the key was reached."""
        return _by_run(np.minimum, self._day, self._first)

    @cached_property
    def holds_first(self) -> Flags:
        """Whether the first tranche reached of the payee's component is among the key's."""
        holds = np.zeros(len(self._first), dtype=np.bool_)
        holds[self.key_of[_first_of_line(self.source.tranches["line"].to_numpy(), self._day)]] = True
        return holds

    @cached_property
    def tranche(self) -> Ints:
        """The tranche that stands for the key."""
        return _standing(self.source, self.key_of, self._first, self._day < NEVER)

    @cached_property
    def key_of(self) -> Ints:
        """The key of every tranche."""
        return np.repeat(np.arange(len(self._first)), np.diff(np.append(self._first, len(self.source.tranches))))

    @cached_property
    def _first(self) -> Ints:
        """The tranche at which each key begins."""
        line = self.source.tranches["line"].to_numpy()
        return np.flatnonzero(starts(line) | starts(self.source.step))

    @property
    def _day(self) -> Ints:
        """The day each tranche was reached; NEVER after `as_of`."""
        reached = self.source.tranches["reached"].to_numpy()
        return np.where(reached <= self.source.as_of, reached, NEVER)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """COLUMNS of every key, indexed by KEY."""
        every = np.arange(len(self.tranche))
        return pd.concat([key_names(self.source, self.tranche), self.numbers(every)], axis=1).set_index(KEY)

    def numbers(self, at: Ints) -> pd.DataFrame:
        """COLUMNS of these keys."""
        return pd.DataFrame({name: getattr(self, name)[at] for name in self.COLUMNS})

    def same_lines(self, other: "Keyed") -> bool:
        """Whether both are the same lines at two dates, so that their keys stand in the same order."""
        return self.source.lines is other.source.lines


def key_names(source: Entitlement, tranche: Ints) -> pd.DataFrame:
    """KEY of the keys that these tranches stand for."""
    line = _lines(source, tranche)
    return pd.DataFrame({
        "payee_id": source.payees.names.text(line["payee"].to_numpy()),
        "deal_id": source.deals.names.text(line["deal"].to_numpy()),
        "component": word(line["component"]),
        "milestone": word(_milestones(source, tranche)),
        "currency": choice(source.plans.currencies, line["version"].to_numpy()),
    })  # fmt: skip


def key_order(source: Entitlement, tranche: Ints, on: Ints) -> Ints:
    """The order of keys by payee, deal, component, a day, milestone: numbers that rise as their names do."""
    line = _lines(source, tranche)
    payee, deal = line["payee"].to_numpy(), line["deal"].to_numpy()
    return order_by(payee, deal, codes(line["component"]), on, codes(_milestones(source, tranche)))


def _lines(source: Entitlement, tranche: Ints) -> pd.DataFrame:
    columns = ["payee", "deal", "component", "version"]
    return source.lines[columns].take(source.tranches["line"].to_numpy()[tranche])


def _milestones(source: Entitlement, tranche: Ints) -> pd.Series:
    step = source.pieces["step"].to_numpy()[source.tranches["piece"].to_numpy()[tranche]]
    return source.steps.frame["milestone"].take(step)


def _by_run(of: np.ufunc, values: Ints, first: Ints) -> Ints:
    """The sum or the least of each run, given the rows at which runs begin."""
    return np.asarray(of.reduceat(values, first) if len(first) else values, dtype=np.int64)


def _first_of_line(line: Ints, day: Ints) -> Ints:
    """Of each line that has any tranche reached the first one: the earliest day, then the schedule's order."""
    first = np.flatnonzero(starts(line))
    earliest = np.repeat(_by_run(np.minimum, day, first), np.diff(np.append(first, len(line))))
    is_earliest = np.flatnonzero((day == earliest) & (day < NEVER))
    return is_earliest[starts(line[is_earliest])]


def _standing(source: Entitlement, key: Ints, first: Ints, alive: Flags) -> Ints:
    """The tranche that stands for each key: its only one, or of several the newest reached that pays something,
    else the newest reached, else the first."""
    standing = first.copy()
    rows = np.flatnonzero(np.isin(key, np.flatnonzero(np.diff(np.append(first, len(key))) > 1)))
    if len(rows):
        tranches = source.tranches.take(rows)
        reached, piece = tranches["reached"].to_numpy(), source.pieces["piece"].to_numpy()[tranches["piece"]]
        pays = (tranches["entitled_minor"] != 0).to_numpy()
        order = np.lexsort((np.where(alive[rows], reached, -piece - 1), pays, key[rows]))
        last = np.append(starts(key[rows][order])[1:], True)
        standing[key[rows][order][last]] = rows[order][last]
    return standing

"""Entitlement by key: (payee, deal, component, milestone, currency), one row each.

The key's row carries the trace of one tranche of it: of several receipts, the newest reached that pays something.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints, starts
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.labels import choice, word
from expcomp.pay.words import codes
from expcomp.period import NEVER

KEY = ["payee_id", "deal_id", "component", "milestone", "currency"]


@dataclass(frozen=True)
class Keyed:
    """One entry per key: entitled_minor, reached (first day anything of the key was reached), holds_first
    (whether the first tranche reached of the payee's component is among it), tranche (row of the entitlement's
    tranches that stands for the key). `key_of` is the key of every tranche; `currencies` names the currency of
    each plan version."""

    source: Entitlement
    currencies: list[str]
    entitled_minor: Ints
    reached: Ints
    holds_first: Flags
    tranche: Ints
    key_of: Ints

    COLUMNS = ("entitled_minor", "reached", "holds_first", "tranche")

    @cached_property
    def frame(self) -> pd.DataFrame:
        """COLUMNS of every key, indexed by KEY."""
        return self.rows(np.arange(len(self.tranche))).set_index(KEY)

    def rows(self, at: Ints) -> pd.DataFrame:
        """KEY and COLUMNS of these keys."""
        line = self._line(at)
        return pd.DataFrame({
            "payee_id": self.source.payees.names.text(line["payee"].to_numpy()),
            "deal_id": self.source.deals.names.text(line["deal"].to_numpy()),
            "component": word(line["component"]),
            "milestone": word(self._milestone(at)),
            "currency": choice(self.currencies, line["version"].to_numpy()),
            "entitled_minor": self.entitled_minor[at],
            "reached": self.reached[at],
            "holds_first": self.holds_first[at],
            "tranche": self.tranche[at],
        })  # fmt: skip

    def in_order(self, at: Ints) -> Ints:
        """These keys by payee, deal, component, milestone, whose numbers stand in the order of their names."""
        line = self._line(at)
        order = np.lexsort((codes(self._milestone(at)), codes(line["component"]), line["deal"], line["payee"]))
        return at[order]

    def _line(self, at: Ints) -> pd.DataFrame:
        columns = ["payee", "deal", "component", "version"]
        return self.source.lines[columns].take(self.source.tranches["line"].to_numpy()[self.tranche[at]])

    def _milestone(self, at: Ints) -> pd.Series:
        return self.source.steps.frame["milestone"].take(self.source.step[self.tranche[at]])

    def same_lines(self, other: "Keyed") -> bool:
        """Whether both are the same lines at two dates, so that their keys stand in the same order."""
        return self.source.lines is other.source.lines


def by_key(entitlement: Entitlement, currencies: list[str]) -> Keyed:
    """A line is one payee's component on one deal, so that its tranches of one milestone, which stand
    together, are a key."""
    tranches = entitlement.tranches
    line = tranches["line"].to_numpy()
    begins = starts(line) | starts(entitlement.step)
    first, key = np.flatnonzero(begins), np.cumsum(begins) - 1
    reached = tranches["reached"].to_numpy()
    alive = reached <= entitlement.as_of
    day = np.where(alive, reached, NEVER)
    holds_first = np.zeros(len(first), dtype=np.bool_)
    holds_first[key[_first_of_line(line, day)]] = True
    return Keyed(
        entitlement, currencies, _by_run(np.add, tranches["entitled_minor"].to_numpy(), first),
        _by_run(np.minimum, day, first), holds_first, _standing(entitlement, key, first, alive), key,
    )  # fmt: skip


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

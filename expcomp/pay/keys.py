"""Entitlement by key: (payee, deal, component, milestone, currency), one row each.

The key's row carries the trace of one tranche of it: of several receipts, the newest reached that pays something.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.lookups import Texts, group_of
from expcomp.pay.words import codes
from expcomp.period import NEVER

KEY = ["payee_id", "deal_id", "component", "milestone", "currency"]


@dataclass(frozen=True)
class Keyed:
    """One entry per key, in the order of the keys' numbers: entitled_minor, reached (first day anything of the
    key was reached), holds_first (whether the first tranche reached of the payee's component is among it),
    tranche (row of the entitlement's tranches that stands for the key). `key_of`: the key of every tranche."""

    source: Entitlement
    currencies: Texts
    entitled_minor: Ints
    reached: Ints
    holds_first: Flags
    tranche: Ints
    key_of: Ints

    COLUMNS = ("entitled_minor", "reached", "holds_first", "tranche")

    @cached_property
    def frame(self) -> pd.DataFrame:
        """COLUMNS of every key, indexed by KEY."""
        return self.rows(np.arange(len(self.tranche)))

    def rows(self, at: Ints) -> pd.DataFrame:
        """COLUMNS of these keys, indexed by KEY."""
        tranches, lines = self.source.tranches.iloc[self.tranche[at]], self.source.lines
        line = lines.iloc[tranches["line"].to_numpy()]
        frame = pd.DataFrame({
            "payee_id": self.source.payees.names.text(line["payee"].to_numpy()),
            "deal_id": self.source.deals.names.text(line["deal"].to_numpy()),
            "component": line["component"].to_numpy(object),
            "milestone": tranches["milestone"].to_numpy(object),
            "currency": self.currencies[line["version"].to_numpy()],
            "entitled_minor": self.entitled_minor[at],
            "reached": self.reached[at],
            "holds_first": self.holds_first[at],
            "tranche": self.tranche[at],
        })  # fmt: skip
        return frame.set_index(KEY)

    def same_lines(self, other: "Keyed") -> bool:
        """Whether both are the same lines at two dates, so that their keys stand in the same order."""
        return self.source.lines is other.source.lines


def by_key(entitlement: Entitlement, currencies: Texts) -> Keyed:
    """`currencies` names the currency of each plan version."""
    tranches = entitlement.tranches
    reached, alive = tranches["reached"].to_numpy(), (tranches["reached"] <= entitlement.as_of).to_numpy()
    entitled = tranches["entitled_minor"].to_numpy()
    rank = np.where(alive, reached, -tranches["piece"].to_numpy() - 1)
    key = _key_numbers(entitlement.lines, tranches)
    order = np.lexsort((rank, entitled != 0, key))
    last = np.append(key[order][1:] != key[order][:-1], True) if len(order) else np.zeros(0, np.bool_)
    standing = order[last]
    group = np.searchsorted(key[standing], key)
    total = np.zeros(len(standing), dtype=np.int64)
    np.add.at(total, group, entitled)
    first = np.full(len(standing), NEVER)
    np.minimum.at(first, group, np.where(alive, reached, NEVER))
    holds_first = np.zeros(len(standing), dtype=np.bool_)
    holds_first[group[_is_first(entitlement) & alive]] = True
    return Keyed(entitlement, currencies, total, first, holds_first, standing, group)


def _key_numbers(lines: pd.DataFrame, tranches: pd.DataFrame) -> Ints:
    """One number per key, from whole numbers rather than texts."""
    component = codes(lines["component"])
    line_key = group_of(lines["payee"].to_numpy(), lines["deal"].to_numpy(), component)
    width = len(tranches["milestone"].cat.categories)
    return np.asarray(line_key[tranches["line"]] * width + codes(tranches["milestone"]), dtype=np.int64)


def _is_first(source: Entitlement) -> Flags:
    """Whether a tranche is the first reached of its line: the earliest day, then the schedule's order."""
    tranches = source.tranches
    order = np.lexsort((tranches["piece"], tranches["position"], tranches["reached"], tranches["line"]))
    line = tranches["line"].to_numpy()[order]
    first = np.zeros(len(order), dtype=np.bool_)
    first[order] = np.append(True, line[1:] != line[:-1]) if len(order) else False
    return first

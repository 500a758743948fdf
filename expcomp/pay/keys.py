"""Entitlement by key: (payee, deal, component, milestone, currency), one row each.

The key's row carries the trace of one tranche of it: of several receipts, the newest reached.
"""

from dataclasses import dataclass

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
    """`frame` is indexed by KEY: entitled_minor, reached (first day anything of the key was reached),
    holds_first (whether the first tranche reached of the payee's component is among it), tranche (row of the
    entitlement's tranches that stands for the key)."""

    COLUMNS = ("entitled_minor", "reached", "holds_first", "tranche")

    frame: pd.DataFrame
    source: Entitlement


def by_key(entitlement: Entitlement, currencies: Texts) -> Keyed:
    """`currencies` names the currency of each plan version."""
    tranches, lines = entitlement.tranches, entitlement.lines
    line = tranches["line"].to_numpy()
    reached, alive = tranches["reached"].to_numpy(), (tranches["reached"] <= entitlement.as_of).to_numpy()
    component = lines["component"].to_numpy(object)
    columns = pd.DataFrame({
        "payee_id": entitlement.payees.names.text(lines["payee"].to_numpy())[line],
        "deal_id": entitlement.deals.names.text(lines["deal"].to_numpy())[line],
        "component": component[line],
        "milestone": tranches["milestone"].to_numpy(object),
        "currency": currencies[lines["version"].to_numpy()][line],
    })  # fmt: skip
    rank = np.where(alive, reached, -tranches["piece"].to_numpy() - 1)
    key = _key_numbers(lines, tranches)
    order = np.lexsort((rank, key))
    last = np.append(key[order][1:] != key[order][:-1], True) if len(order) else np.zeros(0, np.bool_)
    standing = order[last]
    total = np.zeros(len(tranches), dtype=np.int64)
    group = np.searchsorted(key[standing], key)
    np.add.at(total, group, tranches["entitled_minor"].to_numpy())
    first = np.full(len(tranches), NEVER)
    np.minimum.at(first, group, np.where(alive, reached, NEVER))
    holds_first = np.zeros(len(standing), dtype=np.bool_)
    holds_first[group[_is_first(entitlement) & alive]] = True
    frame = columns.iloc[standing].assign(
        entitled_minor=total[: len(standing)],
        reached=first[: len(standing)],
        holds_first=holds_first,
        tranche=standing,
    )
    return Keyed(frame.set_index(KEY), entitlement)


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

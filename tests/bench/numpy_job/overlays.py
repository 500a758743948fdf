"""The two overlays: for whoever surfaced the deal, and for the manager of whoever owns it."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from . import terms
from .exact import group_starts, half_up
from .inputs import Deals, Payees
from .lines import Lines
from .reading import NONE, Flags, Ints, is_word, local_days, plain, read


def overlays(lines: Lines, deals: Deals, tier: Ints, payees: Payees, signaler: Ints) -> None:
    credits = slice(terms.AE, terms.MANAGER + 1)
    surfaced, managed = deals.paid & (signaler != NONE), deals.paid & (tier != terms.ENTERPRISE)
    base, commission = lines.base[credits].sum(axis=0), lines.gross[credits].sum(axis=0)
    manager = payees.manager[deals.owner]
    _put(lines, terms.SIGNAL, surfaced, signaler, base, terms.SIGNAL_SHARE)
    _put(lines, terms.OVERRIDE, managed, manager, commission, terms.OVERRIDE_SHARE)


def _put(lines: Lines, component: int, applies: Flags, payee: Ints, basis: Ints, percent: int) -> None:
    basis = np.where(applies, basis, 0)
    lines.put(component, payee=payee, basis=basis, gross=half_up(basis * percent, 100))


def signalers(data: Path, deals: Deals, payees: Payees) -> Ints:
    """Per deal who logged its credited signal: qualified, routed within the lookback and by the close date; of
    several the earliest routed, then the smallest id."""
    table = read(data, "signals", ["signal_id", "routed_at", "logged_by", "deal_id", *terms.MARKS])
    table = table.take(pc.sort_indices(table["signal_id"])).combine_chunks()
    marks = sum(is_word(table[mark], "true").astype(np.int64) for mark in terms.MARKS)
    routed = local_days(table["routed_at"], terms.ZONE, blank=2 * terms.AS_OF)
    deal = deals.ids.of(table["deal_id"])
    close = deals.close[deal]
    good = (deal != NONE) & (marks >= terms.MARKS_NEEDED) & (close - terms.LOOKBACK <= routed) & (routed <= close)
    rows = np.flatnonzero(good)
    rows = rows[np.lexsort((rows, routed[rows], deal[rows]))]
    rows = rows[group_starts(deal[rows])]
    signaler = np.full(len(deals), NONE)
    signaler[deal[rows]] = payees.ids.of(plain(table["logged_by"]))[rows]
    return signaler

"""A deal's credited signal: qualified, linked to it, routed in time; and why there is none.

A signal withdrawn by the close date is not qualified. Of several, the earliest day routed, then the smallest
signal id (design page 2, signals).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Findings
from expcomp.exact import Ints
from expcomp.lookups import NONE, Names, local_days
from expcomp.pay.facts import Credited
from expcomp.period import NEVER
from expcomp.places import place_of
from expcomp.plan.model import Plan
from expcomp.reports.qualification import THREE_OF_FOUR, passes
from expcomp.sources.book import Book

DISAGREEMENT = Code("D505", "signal-and-deal-disagree")
NO_SUCH_SIGNAL = Code("D506", "no-such-signal")

REASONS = ("", "no_signal", "signal_unqualified", "signal_late", "signal_expired")
CREDITED, NO_SIGNAL, UNQUALIFIED, LATE, EXPIRED = range(5)


@dataclass(frozen=True, slots=True)
class Links:
    """Every (signal row, deal row) that the exports link, either way."""

    signal: Ints
    deal: Ints


def link(book: Book, deals: pd.DataFrame, names: Names, findings: Findings) -> Links:
    signals = book["signals"]
    ids = Names.of(signals["signal_id"])
    row_of = np.full(len(ids) + 1, NONE)
    row_of[ids.codes(signals["signal_id"])] = np.arange(len(signals))
    by_signal = names.codes(signals["deal_id"])
    named = np.flatnonzero((deals["signal_id"] != "").to_numpy())
    target = row_of[ids.codes(deals["signal_id"].iloc[named])]
    for row in named[target == NONE]:
        message = f'{deals["deal_id"].iat[row]} names the signal "{deals["signal_id"].iat[row]}", which no export has'
        findings.add(NO_SUCH_SIGNAL.at(place_of(deals, row), message))
    deal, signal = named[target != NONE], target[target != NONE]
    elsewhere = (signals["deal_id"] != "").to_numpy()[signal] & (by_signal[signal] != deal)
    for row, at in zip(deal[elsewhere], signal[elsewhere], strict=True):
        message = (
            f"{deals['deal_id'].iat[row]} names the signal {signals['signal_id'].iat[at]}, "
            f"which names the deal {signals['deal_id'].iat[at]}"
        )
        findings.add(DISAGREEMENT.at(place_of(deals, row), message, "one of the two links is wrong: correct it"))
    from_signal = np.flatnonzero(by_signal != NONE)
    both = np.unique(
        np.stack((np.concatenate((from_signal, signal)), np.concatenate((by_signal[from_signal], deal)))), axis=1
    )
    return Links(both[0].astype(np.int64), both[1].astype(np.int64))


def credit_signals(plan: Plan, book: Book, deals: pd.DataFrame, close: Ints, links: Links) -> tuple[Credited, Ints]:
    """The credited signal of each deal under a plan's rules; and the position in REASONS of why there is none."""
    signals, rules = book["signals"], plan.signals
    routed = local_days(signals["routed_at"], plan.plan.timezone)
    passing = passes(rules.qualified or THREE_OF_FOUR, signals)
    withdrawn = local_days(signals["withdrawn_at"], plan.plan.timezone)
    at_close = close[links.deal]
    earliest = rules.lookback.before(at_close)
    reason = np.select(
        [
            ~passing[links.signal] | (withdrawn[links.signal] <= at_close),
            routed[links.signal] == NEVER,
            ~_in_time(plan, signals, routed, deals, at_close, links),
            routed[links.signal] < earliest,
        ],
        [UNQUALIFIED, LATE, LATE, EXPIRED],
        CREDITED,
    )
    why = np.full(len(deals), NO_SIGNAL)
    by_reason = np.argsort(-reason, kind="stable")
    why[links.deal[by_reason]] = reason[by_reason]
    credited = np.full(len(deals), NONE)
    good = np.flatnonzero(reason == CREDITED)
    order = good[np.lexsort((links.signal[good], routed[links.signal[good]], links.deal[good]))][::-1]
    credited[links.deal[order]] = links.signal[order]
    unknown = np.zeros(len(deals), np.bool_)
    return Credited(credited, unknown, unknown), why


def _in_time(plan: Plan, signals: pd.DataFrame, routed: Ints, deals: pd.DataFrame, close: Ints, links: Links):  # type: ignore[no-untyped-def]
    if plan.signals.before == "closed":
        return routed[links.signal] <= close
    zone = plan.plan.timezone
    identified, created = local_days(signals["identified_at"], zone), local_days(deals["created_at"], zone)
    known = created[links.deal] != NEVER
    return known & (identified[links.signal] <= created[links.deal])

"""Deals with the milestones they reached and the signals that surfaced them."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from .accounts import account_ids
from .columns import (
    YEAR_END,
    YEAR_START,
    Flags,
    Ints,
    blank_where,
    days,
    flags,
    ids,
    instants,
    join,
    log_normal,
    money,
    padded,
    words,
)
from .people import payee_ids
from .size import Size
from .writing import Writer

CHUNK = 250_000
EXPORTED = YEAR_END + 10

MOTIONS = ("tier", "feature", "capacity", "adjacent", "complementary", "platform", "usage", "multi_year", "renewal",
           "new_logo")  # fmt: skip
ODDS = (0.13, 0.12, 0.15, 0.10, 0.08, 0.07, 0.10, 0.05, 0.12, 0.08)
STAGES = ("Closed Won", "Closed Lost", "Negotiation")
MARKS = ("budget", "named_buyer", "timeline", "product_fit")


def deal_ids(numbers: Ints) -> pa.Array:
    return ids("OP-", numbers, 8)


def write_deals(folder: Path, size: Size) -> None:
    with (
        Writer(folder, "deals") as deals,
        Writer(folder, "milestones") as milestones,
        Writer(folder, "signals") as signals,
    ):
        for start in range(0, size.deals, CHUNK):
            number = np.arange(start, min(start + CHUNK, size.deals))
            rng = size.random("deals", start)
            account = rng.integers(0, size.accounts, len(number))
            close = YEAR_START + rng.integers(0, 365, len(number))
            close[number == 0] = YEAR_END  # the exports reach the end of the year, however few deals there are
            stage = rng.choice(len(STAGES), len(number), p=(0.86, 0.10, 0.04))
            _deals(deals, rng, number, account, close, stage, size)
            _milestones(milestones, rng, number[stage == 0], close[stage == 0])
            _signals(signals, rng, number, account, close, size)


def _deals(
    deals: Writer, rng: np.random.Generator, number: Ints, account: Ints, close: Ints, stage: Ints, size: Size
) -> None:
    count = len(number)
    motion = rng.choice(len(MOTIONS), count, p=ODDS)
    deals.write({
        "deal_id": deal_ids(number),
        "name": join("Opportunity ", padded(number, 8)),
        "account_id": account_ids(account),
        "motion": words(MOTIONS, motion),
        "product": words(("Platform", "Insights", "Connect"), rng.integers(0, 3, count)),
        "acv": money(log_normal(rng, 18_000, 1.1, count)),
        "currency": words(("USD",), np.zeros(count, np.int64)),
        "close_date": days(close),
        "created_at": instants(close - rng.integers(1, 200, count), rng.integers(0, 86_400, count)),
        "stage": words(STAGES, stage),
        "owner": payee_ids(rng.integers(0, size.executives, count)),
        "term_months": words(("12", "24", "36"), rng.integers(0, 3, count)),
        "self_serve": flags(rng.random(count) < 0.1),
        "source": words(("inbound", "outbound", "customer success"), rng.integers(0, 3, count)),
    })  # fmt: skip


def _milestones(milestones: Writer, rng: np.random.Generator, number: Ints, close: Ints) -> None:
    """About one row a deal: most go live, many are trained; what lies ahead of the export is not in it."""
    live, trained = rng.random(len(number)) < 0.75, rng.random(len(number)) < 0.60
    deal = np.concatenate([number[live], number[trained]])
    word = (np.arange(len(deal)) >= live.sum()).astype(np.int64)
    day = np.concatenate([close[live], close[trained]]) + rng.integers(-10, 150, len(deal))
    known = np.flatnonzero(day <= EXPORTED)
    known = rng.permutation(known)
    milestones.write({
        "deal_id": deal_ids(deal[known]),
        "milestone": words(("go_live", "training"), word[known]),
        "reached_on": days(day[known]),
    })  # fmt: skip


def _signals(signals: Writer, rng: np.random.Generator, number: Ints, account: Ints, close: Ints, size: Size) -> None:
    """One deal in ten; now and then two signals lead to one deal."""
    first, second = rng.random(len(number)) < 0.095, rng.random(len(number)) < 0.005
    at = np.concatenate([np.flatnonzero(first), np.flatnonzero(second)])
    signal = np.concatenate([number[first] * 2, number[second] * 2 + 1])
    seen = close[at] - rng.integers(-5, 190, len(at))
    seen_at, later = rng.integers(0, 86_400, len(at)), rng.integers(0, 4, len(at))
    never: Flags = rng.random(len(at)) < 0.04
    marks = rng.random((len(MARKS), len(at))) < 0.85
    signals.write({
        "signal_id": ids("SG-", signal, 9),
        "account_id": account_ids(account[at]),
        "identified_at": instants(seen, seen_at),
        "routed_at": blank_where(never, instants(seen + later, rng.integers(0, 86_400, len(at)))),
        "logged_by": payee_ids(size.csms(rng, len(at))),
        "urgency": words(("hot", "warm", "watch"), rng.integers(0, 3, len(at))),
        **{mark: flags(values) for mark, values in zip(MARKS, marks, strict=True)},
        "deal_id": deal_ids(number[at]),
    })  # fmt: skip

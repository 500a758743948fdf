"""Where the exports end: the newest dated fact in them, which bounds the default `as_of`."""

from collections.abc import Iterator

import numpy as np

from expcomp.exact import Ints
from expcomp.lookups import days, local_days
from expcomp.period import NEVER
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book

SIGNAL_INSTANTS = ("identified_at", "routed_at", "acknowledged_at", "contacted_at", "outcome_at", "outcome_reported_at")


def newest_fact(book: Book, plans: PlanSet) -> int:
    """Close dates of won deals, events, evidence, usage, signals; -1 when there is none. Not dates that lie
    ahead of those, such as renewals (design page 3, pay period)."""
    newest = -1
    for column in _dated_facts(book, plans):
        known = column[column < NEVER]
        newest = max(newest, int(known.max(initial=-1)))
    return newest


def _dated_facts(book: Book, plans: PlanSet) -> Iterator[Ints]:
    deals = book["deals"]
    won = deals["won"].fillna(False).to_numpy(np.bool_)
    yield days(deals["close_date"])[won]
    yield days(deals["activated_on"])[won]
    if not book.derived_events:
        yield days(book["events"]["date"])
    yield days(book["usage"]["date"])
    yield days(book["milestones"]["reached_on"])
    yield days(book["receipts"]["date"])
    for name in SIGNAL_INSTANTS:
        yield local_days(book["signals"][name], str(plans.zone))

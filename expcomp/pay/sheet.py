"""The payout sheet of a period: lines, payees, what waits, what is not paid, and the totals that prove it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Refused
from expcomp.pay.control import DealTotals, deal_totals, prove
from expcomp.pay.difference import CORRECTION, cancels_out, correct, move
from expcomp.pay.entitlement import NOTHING_POSTED, Entitlement, looks_back, rewind, settle
from expcomp.pay.facts_end import newest_fact
from expcomp.pay.keys import Keyed, by_key
from expcomp.pay.labels import choice, each
from expcomp.pay.lookups import NONE, days, ranks
from expcomp.pay.manual import manual_corrections, manual_lines
from expcomp.pay.netting import PAYEE, Rule, settle_payees
from expcomp.pay.notices import notices
from expcomp.pay.posted import Posted
from expcomp.pay.trace import TRACE, event_columns, trace
from expcomp.pay.unpaid import unpaid_deals, unpaid_parts, waiting
from expcomp.period import MONTHS, Period, Span, to_iso
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book

ENDS_BEFORE = Code("D540", "exports-end-before-the-period")
BEFORE_PERIOD = Code("C301", "as-of-before-the-period")

LINE_COLUMNS = [
    "period", "kind", "payee_id", "deal_id", "component", "milestone", "on", "period_earned", "amount_minor",
    "currency", "reason", *TRACE, "event", "event_rule", "changed", "before", "after",
]  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """Everything that a view prints. Frames: `lines` (LINE_COLUMNS), `payees` (one row per pay period, payee
    and currency, amounts of netting.py; empty recovery columns in a view shorter than a pay period),
    `waiting`, `not_paid` (deals), `unpaid_parts`, `moved`."""

    period: Period
    as_of: int
    plans: PlanSet
    book: Book
    entitlement: Entitlement
    lines: pd.DataFrame
    payees: pd.DataFrame
    waiting: pd.DataFrame
    not_paid: pd.DataFrame
    unpaid_parts: pd.DataFrame
    moved: pd.DataFrame
    deal_totals: DealTotals
    pay_periods: tuple[Period, ...]
    is_view: bool
    posted: Posted | None = None
    quarter_to_date: bool = False
    notices: tuple[Finding, ...] = field(default_factory=tuple)


def payout(
    plans: PlanSet, book: Book, period: Period, pay_span: Span, as_of: int | None = None, posted: Posted | None = None
) -> Sheet:
    """The sheet of a period. Raises `Refused` when data or state keep it from being paid by."""
    day = as_of if as_of is not None else default_as_of(book, plans, period)
    if day < period.first_day:
        message = f"{to_iso(day)} lies before {period}, which begins on {to_iso(period.first_day)}"
        raise Refused(BEFORE_PERIOD.at(None, message))
    shorter = MONTHS[period.span] < MONTHS[pay_span]
    periods = (period,) if shorter else tuple(p for p in period.split(pay_span) if p.first_day <= day)
    held_never = posted.posted_days(plans) if posted else NOTHING_POSTED

    latest = settle(plans, book, day, pay_span, held_never)
    settles_again = looks_back(plans, book, min(period.first_day - 1, posted.last_day(plans) if posted else day))

    @cache
    def at(date: int) -> Keyed:
        if date == day:
            return by_key(latest, plans.currencies)
        if settles_again:
            return by_key(settle(plans, book, date, pay_span, held_never), plans.currencies)
        return by_key(rewind(latest, plans, date), plans.currencies)

    if posted is not None:
        posted.check(periods, pay_span, plans)
    lines, moved, payees = [], [], []
    for one in periods:
        until = min(one.last_day, day) if one != periods[-1] else day
        found, gone = _lines(plans, book, one, until, pay_span, at, posted)
        lines.append(found)
        moved.append(gone)
        brought = posted.balances(plans, book) if posted else _no_balance()
        rule = Rule.of(plans.about_period(one.last_day))
        payees.append(_net(one, found, brought, book, rule, shorter))
    all_lines, all_payees = pd.concat(lines, ignore_index=True), pd.concat(payees, ignore_index=True)
    prove(all_lines, all_payees)
    return Sheet(
        period, day, plans, book, latest, all_lines, all_payees, waiting(latest, plans),
        unpaid_deals(latest, plans), unpaid_parts(latest, plans),
        pd.concat(moved, ignore_index=True), deal_totals(latest, plans, book), periods, shorter, posted,
        as_of is None and day < period.last_day, notices(latest, plans, book),
    )  # fmt: skip


def default_as_of(book: Book, plans: PlanSet, period: Period) -> int:
    """The period's last day; when the exports end before it, the newest dated fact in them."""
    newest = newest_fact(book, plans)
    if newest < period.first_day:
        message = f"the exports end on {to_iso(newest)}, before {period} begins on {to_iso(period.first_day)}"
        help_ = f"bring newer exports, or say  --as-of {to_iso(period.last_day)}  to pay by dates alone"
        raise Refused(ENDS_BEFORE.at(None, message, help_))
    return min(period.last_day, newest)


def _lines(
    plans: PlanSet, book: Book, period: Period, until: int, pay_span: Span, at: Callable[[int], Keyed],
    posted: Posted | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """The period's lines, and those that cancel out because a deal moved between periods."""
    cancelled = _cancelled(book, until)
    since = period.first_day - 1
    now, before = at(until), at(since) if posted is None or len(posted.lines) else None
    if posted is not None and before is not None and posted.last_day(plans) < since:
        closed = at(posted.last_day(plans))
        if len(move(before, closed, cancelled, plans, pay_span)):
            posted.refuse_gap(period, plans)
    moved = move(now, before, cancelled, plans, pay_span)
    frames = [_traced(moved, now, before, plans, book)]
    if posted is not None and before is not None:
        found = correct(before, posted.by_key(), posted.carried(book, cancelled), cancelled)
        frames.append(posted.explain(_traced(found, now, before, plans, book), plans))
    frames.append(manual_lines(plans, book, pay_span, since if before is not None else -1, until))
    if posted is not None and before is not None:
        due = manual_lines(plans, book, pay_span, -1, since)
        frames.append(manual_corrections(due, posted.manual(), plans, pay_span))
    lines = _in_order(_stack(frames), period)
    opposite = cancels_out(lines) if posted is not None else np.zeros(len(lines), np.bool_)
    return lines[~opposite], lines[opposite & (lines["kind"] == CORRECTION).to_numpy()]


def _traced(found: pd.DataFrame, now: Keyed, before: Keyed | None, plans: PlanSet, book: Book) -> pd.DataFrame:
    """Each difference with the trace of the tranche that stands for it."""
    parts = []
    for name, keyed in (("now", now), ("before", before)):
        rows = found[(found["standing_at"] == name) & (found["tranche"] != NONE)]
        if len(rows) and keyed is not None:
            traced = trace(keyed.source, rows["tranche"].to_numpy(np.int64), plans, book)
            events = event_columns(keyed.source, rows["event"].to_numpy(np.int64), plans, book)
            own = rows.drop(columns="event").reset_index(drop=True)
            parts.append(pd.concat([own, traced, events], axis=1))
    parts.append(found[found["tranche"] == NONE].drop(columns="event"))
    frame = _stack(parts)
    return frame.assign(on=each(to_iso, frame["on"].to_numpy(np.int64)))


ORDER = ("payee_id", "deal_id", "component", "on", "milestone", "kind")


def _in_order(lines: pd.DataFrame, period: Period) -> pd.DataFrame:
    """LINE_COLUMNS in ORDER."""
    order = np.lexsort([ranks(lines[name]) for name in reversed(ORDER)])
    lines = lines.assign(period=choice([str(period)], np.zeros(len(lines), np.int64)))
    return lines[LINE_COLUMNS].take(order).reset_index(drop=True)


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """One below the other with every column of a line, blank or zero where it does not apply, so that no
    amount ever meets a NaN."""
    return pd.concat([_complete(frame) for frame in frames if len(frame)] or [_complete(frames[0])], ignore_index=True)


def _complete(frame: pd.DataFrame) -> pd.DataFrame:
    nothing = choice([], np.full(len(frame), NONE))
    missing = {name: 0 if name.endswith("_minor") else nothing for name in LINE_COLUMNS if name not in frame}
    amounts = [name for name in LINE_COLUMNS if name.endswith("_minor")]
    texts = [name for name in LINE_COLUMNS if not name.endswith("_minor") and name != "on"]
    return frame.assign(**missing).astype(dict.fromkeys(amounts, "int64") | dict.fromkeys(texts, "str"))


def _cancelled(book: Book, until: int) -> dict[str, int]:
    rows = book["cancellations"]
    return {deal: int(day) for deal, day in zip(rows["deal_id"], days(rows["date"]), strict=True) if day <= until}


def _no_balance() -> pd.Series:
    index = pd.MultiIndex.from_arrays([[], []], names=PAYEE)
    return pd.Series(np.zeros(0, dtype=np.int64), index=index)


def _net(
    period: Period, lines: pd.DataFrame, brought: pd.Series, book: Book, rule: Rule, is_view: bool
) -> pd.DataFrame:
    people = book["payees"]
    left = frozenset(people.loc[days(people["end_date"]) < period.first_day, "payee_id"])
    frame = settle_payees(lines, brought, left, rule)
    if is_view:
        for name in ("recovered_minor", "carried_forward_minor", "written_off_minor"):
            frame[name] = 0
        frame["paid_minor"] = frame["gross_minor"]
    return frame.assign(period=str(period))

"""The payout sheet of a period: lines, payees, what waits, what is not paid, and the totals that prove it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from operator import attrgetter

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Refused
from expcomp.lookups import days
from expcomp.pay.bonuses import Bonuses, Earned
from expcomp.pay.changes import explain
from expcomp.pay.control import DealTotals, deal_totals, prove
from expcomp.pay.difference import CORRECTION, Moved, cancels_out, correct
from expcomp.pay.drift import drift, drift_findings, to_pin, with_today
from expcomp.pay.entitlement import NOTHING_POSTED, Entitlement, Settled, looks_back, settle
from expcomp.pay.facts_end import newest_fact
from expcomp.pay.lines import Lines, tell
from expcomp.pay.manual import late_corrections, manual_lines
from expcomp.pay.metric_lines import EXPLAINING, bonus_lines, unpaid_bonuses
from expcomp.pay.metric_pins import facts_to_pin
from expcomp.pay.netting import PAYEE, Amounts, Rule, settle_payees
from expcomp.pay.notices import notices
from expcomp.pay.posted import BONUS, MANUAL, Posted
from expcomp.pay.resolutions import fit_nothing
from expcomp.pay.sheet_view import PlanUsed
from expcomp.pay.timeline import Timeline
from expcomp.pay.undated import undated_facts
from expcomp.pay.unpaid import unpaid_deals, unpaid_parts, waiting
from expcomp.period import MONTHS, Period, Span, to_iso
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book
from expcomp.sources.pinned import KEY, no_pins

ENDS_BEFORE = Code("D540", "exports-end-before-the-period")
BEFORE_PERIOD = Code("C301", "as-of-before-the-period")


@dataclass(frozen=True)
class Sheet:
    """Everything that a view prints. `bonuses` are those of metric periods that ended in the period; `pages` are the
    lines of each pay period, `moved_pages` those that cancel out; `payees` has one row per pay period, payee and
    currency (amounts of netting.py; empty recovery columns in a view shorter than a pay period); `only`: the payees
    that are shown, None for all."""

    period: Period
    settled: Settled
    bonuses: tuple[Earned, ...]
    pages: tuple[Lines, ...]
    moved_pages: tuple[Lines, ...]
    payees: pd.DataFrame
    pay_periods: tuple[Period, ...]
    is_view: bool
    posted: Posted | None = None
    quarter_to_date: bool = False
    moved_facts: pd.DataFrame = field(default_factory=no_pins)
    only: frozenset[str] | None = None
    closed_as: str = ""

    @property
    def as_of(self) -> int:
        return self.settled.as_of

    @property
    def plans(self) -> PlanSet:
        return self.settled.plans

    @property
    def book(self) -> Book:
        return self.settled.book

    @property
    def currency(self) -> str:
        return self.plans.currency

    @property
    def plans_used(self) -> tuple[PlanUsed, ...]:
        return tuple(PlanUsed(p.plan.id, str(p.plan.version), p.path, p.hash) for p in self.plans.versions)

    @property
    def stands_on_posted(self) -> bool:
        return self.posted is not None

    @property
    def compared_with(self) -> str:
        no_ledger = "no ledger: what was earned before the period counts as paid"
        return no_ledger if self.posted is None else self.posted.told(self.plans)

    @property
    def is_draft(self) -> bool:
        return not self.closed_as

    @property
    def status(self) -> str:
        return self.closed_as or f"{self.period} is not closed"

    @property
    def entitlement(self) -> Entitlement:
        return self.settled.whole

    @cached_property
    def postings(self) -> pd.DataFrame:
        """What every line pays: POSTING."""
        return pd.concat([lines.postings for lines in self.pages], ignore_index=True)

    def blocks(self) -> Iterator[Lines]:
        """All lines, a block at a time."""
        return chain.from_iterable(lines.blocks() for lines in self.pages)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Every line with what it was made from: LINE_COLUMNS."""
        return pd.concat([lines.tell() for lines in self.pages], ignore_index=True)

    @cached_property
    def moved(self) -> pd.DataFrame:
        """Lines that cancel out, because a deal moved between periods: LINE_COLUMNS."""
        return pd.concat([lines.tell() for lines in self.moved_pages], ignore_index=True)

    @cached_property
    def waiting(self) -> pd.DataFrame:
        rows = waiting(self.entitlement)
        return rows if self.only is None else rows[rows["payee_id"].isin(self.only)]

    @cached_property
    def not_paid(self) -> pd.DataFrame:
        return unpaid_deals(self.entitlement)

    @cached_property
    def unpaid_parts(self) -> pd.DataFrame:
        of_deals = unpaid_parts(self.entitlement)
        return pd.concat([unpaid_bonuses(self.bonuses, self.settled.meter.people), of_deals], ignore_index=True)

    @cached_property
    def deal_totals(self) -> DealTotals:
        return deal_totals(self.settled)

    @cached_property
    def notices(self) -> tuple[Finding, ...]:
        found = notices(self.settled)
        if self.posted is None:
            return found
        book, cancelled = self.book, set(self.book["cancellations"]["deal_id"])
        carried = self.posted.carried_findings(book, self.posted.carried(book, cancelled))
        return (*found, *drift_findings(self.drift), *carried, *fit_nothing(book, self.posted.pinned))

    @cached_property
    def undated(self) -> pd.DataFrame:
        """The facts without a date that lines rest on, as today's exports have them (`undated.COLUMNS`)."""
        return undated_facts(self.settled)

    @cached_property
    def drift(self) -> pd.DataFrame:
        """Where they differ from what a closed period pinned (`drift.COLUMNS`)."""
        return drift(self.settled, self.undated)

    @cached_property
    def to_pin(self) -> pd.DataFrame:
        """What closing the period adds to the pinned facts (`sources/pinned.py`)."""
        pinned = self.posted.pinned if self.posted else no_pins()
        paid = set(self.postings["deal_id"])
        of_deals = to_pin(self.entitlement, self.undated, pinned, self.moved_facts, paid, str(self.period))
        of_metrics = facts_to_pin(self.book, self.plans, pinned, str(self.period))
        return pd.concat([of_deals, of_metrics]).astype("str").sort_values(KEY, ignore_index=True)

    def showing(self, payees: frozenset[str]) -> "Sheet":
        """The same sheet with the lines, payees and waiting tranches of these payees."""
        return replace(
            self,
            only=payees,
            pages=tuple(lines.of_payees(payees) for lines in self.pages),
            moved_pages=tuple(lines.of_payees(payees) for lines in self.moved_pages),
            payees=self.payees[self.payees["payee_id"].isin(payees)],
        )


def payout(
    plans: PlanSet, book: Book, period: Period, pay_span: Span, as_of: int | None = None, posted: Posted | None = None
) -> Sheet:
    """The sheet of a period. Raises `Refused` when data or state keep it from being paid by."""
    moved_facts = no_pins()
    if posted is not None:
        resolved = posted.resolved(book)
        book, moved_facts = replace(book, pinned=resolved.standing), resolved.moved
    day = as_of if as_of is not None else default_as_of(book, plans, period)
    if day < period.first_day:
        message = f"{to_iso(day)} lies before {period}, which begins on {to_iso(period.first_day)}"
        raise Refused(BEFORE_PERIOD.at(None, message))
    shorter = MONTHS[period.span] < MONTHS[pay_span]
    periods = (period,) if shorter else tuple(p for p in period.split(pay_span) if p.first_day <= day)

    settled = settle(plans, book, day, pay_span, posted.posted_days(plans) if posted else NOTHING_POSTED)
    earliest = min(period.first_day - 1, posted.last_day(plans) if posted else day)
    timeline = Timeline(settled, looks_back(plans, book, earliest))
    if len(moved_facts):
        moved_facts = with_today(moved_facts, undated_facts(settled))
    if posted is not None:
        posted.check(periods, pay_span, plans)
    nothing_before = posted is not None and not posted.periods(plans)
    ends = [day if one is periods[-1] else min(one.last_day, day) for one in periods]
    spans = [(None if nothing_before else one.first_day - 1, end) for one, end in zip(periods, ends, strict=True)]
    bonuses = Bonuses(settled.meter, pay_span)
    earned = [bonuses.earned(-1 if since is None else since, until) for since, until in spans]
    pages, amounts, payees = [], {}, []
    for one, span, moved, own in zip(periods, spans, timeline.moved(spans), earned, strict=True):
        pages.append(_lines(timeline, one, span, moved, own, posted, moved_facts))
        brought = posted.balances(plans, book) if posted else _no_balance()
        rule = Rule.of(plans.about_period(one.last_day))
        amounts[str(one)] = pages[-1][0].amounts()
        payees.append(_net(one, amounts[str(one)], brought, book, rule, shorter))
    paid, cancelled_out = zip(*pages, strict=True)
    sheet = Sheet(
        period, settled, tuple(chain.from_iterable(earned)), paid, cancelled_out,
        pd.concat(payees, ignore_index=True), periods, shorter, posted, as_of is None and day < period.last_day,
        moved_facts,
    )  # fmt: skip
    prove(amounts, sheet.payees)
    return sheet


def default_as_of(book: Book, plans: PlanSet, period: Period) -> int:
    """The period's last day; when the exports end before it, the newest dated fact in them."""
    newest = newest_fact(book, plans)
    if newest < period.first_day:
        end = f"end on {to_iso(newest)}" if newest >= 0 else "hold no dated fact"
        message = f"the exports {end}, before {period} begins on {to_iso(period.first_day)}"
        help_ = f"bring newer exports, or say  --as-of {to_iso(period.last_day)}  to pay by dates alone"
        raise Refused(ENDS_BEFORE.at(None, message, help_))
    return min(period.last_day, newest)


def _lines(
    timeline: Timeline, period: Period, span: tuple[int | None, int], moved: Moved, earned: Sequence[Earned],
    posted: Posted | None, moved_facts: pd.DataFrame,
) -> tuple[Lines, Lines]:  # fmt: skip
    """The period's lines, and those that cancel out because a deal moved between periods."""
    settled, (since, until) = timeline.latest, span
    plans, book, pay_span, people = settled.plans, settled.book, settled.pay_span, settled.meter.people
    told = [
        manual_lines(plans, book, pay_span, -1 if since is None else since, until),
        bonus_lines([one for one in earned if one.amount], people, pay_span),
    ]
    if posted is not None and since is not None:
        closed = posted.last_day(plans)
        bonuses = Bonuses(settled.meter, pay_span)
        if closed < since and (_any_earned(bonuses, closed, since) or len(timeline.moved([(closed, since)])[0])):
            posted.refuse_gap(period, plans)
        before, cancelled = timeline.at(since), timeline.cancelled(until)
        by_key = posted.by_key()
        found = correct(before, by_key, posted.carried(book, cancelled), cancelled)
        told.append(explain(tell(found, before.source), by_key, posted.periods(plans), settled, moved_facts))
        due = manual_lines(plans, book, pay_span, -1, since)
        told.append(late_corrections(due, posted.without_deal(MANUAL), plans, pay_span, attrgetter("first_day")))
        due = bonus_lines(bonuses.earned(-1, since), people, pay_span)
        was = posted.without_deal(BONUS, EXPLAINING)
        told.append(late_corrections(due, was, plans, pay_span, attrgetter("last_day")))
    lines = Lines.of(period, pay_span, moved, told)
    if posted is None:
        return lines, lines.keep(np.zeros(len(lines), np.bool_))
    opposite = cancels_out(lines.postings)
    return lines.keep(~opposite), lines.keep(opposite & (lines.postings["kind"] == CORRECTION).to_numpy())


def _any_earned(bonuses: Bonuses, since: int, until: int) -> bool:
    return any(one.amount for one in bonuses.earned(since, until))


def _no_balance() -> pd.Series:
    index = pd.MultiIndex.from_arrays([[], []], names=PAYEE)
    return pd.Series(np.zeros(0, dtype=np.int64), index=index)


def _net(period: Period, amounts: Amounts, brought: pd.Series, book: Book, rule: Rule, is_view: bool) -> pd.DataFrame:
    people = book["payees"]
    left = frozenset(people.loc[days(people["end_date"]) < period.first_day, "payee_id"])
    frame = settle_payees(amounts, brought, left, rule)
    if is_view:
        for name in ("recovered_minor", "carried_forward_minor", "written_off_minor"):
            frame[name] = 0
        frame["paid_minor"] = frame["gross_minor"]
    return frame.assign(period=str(period))

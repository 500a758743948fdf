"""Retention between two days: rates, bridge, segments, cohorts, movements and renewals, from one table of accounts.

A pure function of plans, facts and the two days (design page 5). The arithmetic is in `expcomp/retention`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Refused
from expcomp.lookups import days
from expcomp.period import NEVER, Span, to_iso
from expcomp.plan.model import SPANS, Plan
from expcomp.plan.versions import PlanSet
from expcomp.reports.guardrails import Segment, Verdict, segments_of
from expcomp.reports.retention_notes import notes_of
from expcomp.reports.triangle import Triangle
from expcomp.retention.cohorts import cohorts_of
from expcomp.retention.ledger import ledger_of
from expcomp.retention.rates import Retained
from expcomp.retention.recurring import Recurring
from expcomp.retention.renewals import renewals_of
from expcomp.retention.terms import Terms
from expcomp.retention.trailing import trailing_of
from expcomp.sources.book import Book

NO_SUBSCRIPTIONS = Code("D585", "no-subscriptions")
WRONG_WINDOW = Code("C341", "base-not-before-end")


@dataclass(frozen=True)
class RetentionReport:
    """`base` and `end` are the last days before the instants compared; `accounts` a row per account (trailing.py);
    `closed` the pay period whose pinned facts it is made from, "" for today's."""

    plans: PlanSet
    plan: Plan
    recurring: Recurring
    base: int
    end: int
    span: Span
    accounts: pd.DataFrame
    closed: str = ""

    @property
    def terms(self) -> Terms:
        return self.recurring.terms

    @property
    def book(self) -> Book:
        return self.recurring.book

    @cached_property
    def total(self) -> Retained:
        return Retained.of(self.accounts)

    @cached_property
    def segments(self) -> list[Segment]:
        return segments_of(self.accounts, self.terms)

    @property
    def broken(self) -> Sequence[Segment]:
        return [segment for segment in self.segments if segment.verdict is Verdict.BROKEN]

    @cached_property
    def triangle(self) -> Triangle:
        cells = cohorts_of(self.recurring, self.base, self.end, self.span)
        return Triangle.of(cells, self.terms.rules.min_accounts)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        return ledger_of(self.recurring, self.base, self.end)

    @cached_property
    def renewals(self) -> pd.DataFrame:
        return renewals_of(self.recurring, self.base, self.end)

    @cached_property
    def members(self) -> dict[str, list[str]]:
        """By account the other accounts that count for it, where any does."""
        recurring = self.recurring
        top = recurring.families(self.end).top
        under = np.flatnonzero(top != np.arange(len(top)))
        found: dict[str, list[str]] = {}
        for own, of in zip(recurring.names.text(under), recurring.names.text(top[under]), strict=True):
            found.setdefault(str(of), []).append(str(own))
        return found

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return notes_of(self.recurring, self.accounts, self.base, self.end)


def retention_report(
    plans: PlanSet, book: Book, end: int, base: int | None = None, span: Span | None = None, closed: str = ""
) -> RetentionReport:
    """`base` None: the plan's window before the end; `closed`: as of the report.

    Raises `Refused`: D585 without subscriptions, C341 where the base does not lie before the end, and as
    `trailing_of`; `OverflowError`.
    """
    if book["subscriptions"].empty:
        help_ = "export them with account_id, start, end and mrr or arr"
        raise Refused(NO_SUBSCRIPTIONS.at(None, "no file gives subscriptions: nothing recurs", help_))
    plan = plans.about_period(end)
    terms = Terms.of(plan)
    first = terms.base_before(end) if base is None else base
    if first >= end:
        raise Refused(WRONG_WINDOW.at(None, f"the base {to_iso(first)} does not lie before the end {to_iso(end)}"))
    recurring = Recurring.of(book, terms)
    accounts = trailing_of(recurring, first, end)
    return RetentionReport(plans, plan, recurring, first, end, span or SPANS[terms.rules.cohort], accounts, closed)


def newest_month_end(plans: PlanSet, book: Book) -> int:
    """The last day of the month in which the newest subscription began."""
    start = days(book["subscriptions"]["start"])
    newest = int(np.max(start, where=start < NEVER, initial=0))
    return plans.calendar.period_of(Span.MONTH, newest).last_day

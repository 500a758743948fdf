"""From a project folder to a retention report and what it means for pay: closed periods by what they pinned."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

from expcomp.commands.archive import with_carried
from expcomp.commands.make import exports_of, posted_before
from expcomp.commands.project_ledger import project_store
from expcomp.ledger.store import Store
from expcomp.pay.entitlement import Entitlement, settle
from expcomp.pay.facts_end import newest_fact
from expcomp.pay.metric_pins import as_pinned
from expcomp.pay.posted import Posted
from expcomp.pay.retained import RetentionPay, retention_pay
from expcomp.period import Span
from expcomp.plan.model import SPANS
from expcomp.plan.versions import PlanSet
from expcomp.reports.retention import RetentionReport, newest_month_end, retention_report
from expcomp.sources.book import Book
from expcomp.sources.config import Config

Project = tuple[Path, Config, PlanSet]
"""Its folder, its settings, its plans."""


def retained(
    project: Project, base: int | None, end: int | None, cohort: Span | None
) -> tuple[RetentionReport, RetentionPay]:
    """Of a window; `end` None: the end of the newest month in the data.

    Raises `Refused` with whatever keeps the report from being made; what keeps pay from being known is a finding.
    """
    root, config, plans = project
    pay_span = SPANS[config.pay_period]
    ledger = project_store(root, config)
    with ledger or nullcontext() as store:
        posted = posted_before(store)
        book = exports_of(root, config, plans, store, posted)
        if posted is not None:
            book = replace(book, pinned=posted.pinned)
        last = _default_end(plans, book) if end is None else end
        period = plans.calendar.period_of(pay_span, last)
        then = as_pinned(book, plans, period)
        report = retention_report(plans, then, last, base, cohort, "" if then is book else str(period))
        settles = partial(_settled, plans, book, pay_span, store, posted)
        return report, retention_pay(plans, book, report.base, last, pay_span, settles)


def _default_end(plans: PlanSet, book: Book) -> int:
    """The end of the month in which the newest subscription begins; not of one that lies ahead of all other facts."""
    last, newest = newest_month_end(plans, book), newest_fact(book, plans)
    return last if newest < 0 else min(last, plans.calendar.period_of(Span.MONTH, newest).last_day)


def _settled(
    plans: PlanSet, book: Book, pay_span: Span, store: Store | None, posted: Posted | None, date: int
) -> Entitlement:
    """As a sheet is: posted deals that the exports hold no more are carried, and facts of deals are as pinned."""
    if store is None or posted is None:
        return settle(plans, book, date, pay_span).whole
    whole = with_carried(book, posted, plans, store, store.closings)
    whole = replace(whole, pinned=posted.resolved(whole).standing)
    return settle(plans, whole, date, pay_span, posted.posted_days(plans)).whole

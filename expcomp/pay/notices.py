"""What a person should look at before paying: warnings that change no amount."""

from collections.abc import Iterator

import numpy as np

from expcomp.diagnostics import Code, Finding, Severity
from expcomp.exact import Flags
from expcomp.lookups import days
from expcomp.pay.answers import FIELD
from expcomp.pay.entitlement import Settled
from expcomp.pay.guardrails import warned
from expcomp.pay.measure import is_computed
from expcomp.period import to_iso
from expcomp.places import cell, place_of
from expcomp.plan.model import Plan
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book

GUARDRAIL = Code("D550", "guardrail-warns")
NOT_COMPUTED = Code("D551", "not-computed-yet")
OVERRIDE = Code("D552", "tier-overridden")
NO_EVENTS = Code("D554", "no-events")
DERIVED_EVENTS = Code("D555", "events-derived")
WATCH = Code("D556", "renewal-late")
NO_TIMES = Code("D557", "response-times-unknown")
SELF_APPROVED = Code("D553", "approved-by-who-asked")


def notices(source: Settled) -> tuple[Finding, ...]:
    found: list[Finding] = []
    plans, book = source.plans, source.book
    for index, plan in enumerate(plans.versions):
        found += _not_computed(plan)
        for rule, rows in warned(plan, index, source.deals):
            for row in rows:
                message = f"{source.deals.id(row)}: {rule.name}"
                found.append(GUARDRAIL.at(source.deals.place(row), message, severity=Severity.WARNING))
    found += dict.fromkeys(source.meter.findings.items)
    found += _never_answered(plans)
    found += _losses_unknown(plans, book)
    found += _derived(book, source.as_of)
    found += _overrides(source)
    found += _self_approved(book)
    return (*found, *book.notes)


def _not_computed(plan: Plan) -> Iterator[Finding]:
    for block, records in (("bonuses", plan.bonuses), ("modifiers", plan.modifiers)):
        for record in records:
            if is_computed(record):
                continue
            what = f'{plan.label} has the {block} "{record.name}"'
            message = f"{what}, whose metric this version does not compute: it changes no pay"
            yield NOT_COMPUTED.at(record.place, message, severity=Severity.WARNING)


def _never_answered(plans: PlanSet) -> Iterator[Finding]:
    """A condition on response times, where no plan has any."""
    if any(plan.signals.sla for plan in plans.versions):
        return
    for condition in plans.conditions:
        if condition.field == FIELD:
            message = (
                f"{FIELD} is asked, and no plan says how fast a signal is to be answered: it is never true or false"
            )
            yield NO_TIMES.at(condition.place, message, "add  signals: {sla: …}", Severity.WARNING)


def _losses_unknown(plans: PlanSet, book: Book) -> Iterator[Finding]:
    """Clawbacks rest on events; without any, nobody can tell who left."""
    if book.derived_events:
        return
    if any(plan.clawbacks for plan in plans.versions) and book["events"].empty:
        message = "there are no events: no churn or contraction is known, so nothing is lost or taken back"
        help_ = "export them as events.csv  (account_id,date,event,amount), or the subscriptions they can be read off"
        yield NO_EVENTS.at(None, message, help_, Severity.WARNING)


def _derived(book: Book, as_of: int) -> Iterator[Finding]:
    """Which events were read off the subscriptions, and which gaps may still become churn."""
    if not book.derived_events:
        return
    events, day, known = book["events"], days(book["events"]["date"]), days(book["events"]["known_on"])
    churn, now = (events["event"] == "churn").to_numpy(), known <= as_of
    what = f"{_count(churn & now, 'churn')} and {_count(~churn & now, 'contraction')}"
    message = f"no file gives events: {what} by {to_iso(as_of)} are read off the subscriptions"
    help_ = "give them as events.csv  (account_id,date,event,amount)  where the subscriptions do not tell it all"
    yield DERIVED_EVENTS.at(None, message, help_, Severity.WARNING)
    for row in np.flatnonzero((day <= as_of) & (known > as_of)).tolist():
        message = (
            f"{cell(events, 'account_id', row)} has no recurring value since {to_iso(day[row])}: a watch, and churn "
            f"from {to_iso(known[row])} on unless it is renewed before"
        )
        yield WATCH.at(place_of(events, row), message, severity=Severity.WARNING)


def _overrides(source: Settled) -> Iterator[Finding]:
    frame, deals = source.deals.frame, source.deals
    for row in np.flatnonzero((frame["override_tier"] != "").to_numpy() & deals.covered).tolist():
        by = cell(frame, "override_by", row) or "nobody named"
        message = f"{deals.id(row)} was moved to tier {cell(frame, 'override_tier', row)} by {by}"
        yield OVERRIDE.at(deals.place(row), message, severity=Severity.NOTE)


def _self_approved(book: Book) -> Iterator[Finding]:
    rows = book["adjustments"]
    for row in np.flatnonzero((rows["requested_by"] == rows["approved_by"]).to_numpy()).tolist():
        who, by = cell(rows, "payee_id", row), cell(rows, "approved_by", row)
        message = f"the adjustment for {who} was asked for and approved by {by}"
        yield SELF_APPROVED.at(place_of(rows, row), message, severity=Severity.WARNING)


def _count(rows: Flags, noun: str) -> str:
    count = int(rows.sum())
    return f"{count:,} {noun}{'s' if count != 1 else ''}"

"""What a person should look at before paying: warnings that change no amount."""

from collections.abc import Iterator

import numpy as np

from expcomp.diagnostics import Code, Finding, Severity
from expcomp.pay.entitlement import Settled
from expcomp.pay.guardrails import warned
from expcomp.pay.places import cell, place_of
from expcomp.plan.model import Plan
from expcomp.plan.versions import PlanSet, conditions_of
from expcomp.sources.book import Book

GUARDRAIL = Code("D550", "guardrail-warns")
NOT_COMPUTED = Code("D551", "not-computed-yet")
OVERRIDE = Code("D552", "tier-overridden")
NO_EVENTS = Code("D554", "no-events")
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
    found += _losses_unknown(plans, book)
    found += _overrides(source)
    found += _self_approved(book)
    return (*found, *book.notes)


def _not_computed(plan: Plan) -> Iterator[Finding]:
    for block, records in (("bonuses", plan.bonuses), ("modifiers", plan.modifiers)):
        for record in records:
            what = f'{plan.label} has the {block} "{record.name}"'
            message = f"{what}, which this version does not compute: it pays nothing here"
            yield NOT_COMPUTED.at(record.place, message, severity=Severity.WARNING)
    for condition in conditions_of(plan):
        if condition.field == "signal.sla_met":
            message = "signal.sla_met is not computed by this version: the condition is false for every deal"
            yield NOT_COMPUTED.at(condition.place, message, severity=Severity.WARNING)


def _losses_unknown(plans: PlanSet, book: Book) -> Iterator[Finding]:
    """Clawbacks rest on events; without any, nobody can tell who left."""
    if any(plan.clawbacks for plan in plans.versions) and book["events"].empty:
        message = "there are no events: no churn or contraction is known, so nothing is lost or taken back"
        help_ = "export them as events.csv  (account_id,date,event,amount)"
        yield NO_EVENTS.at(None, message, help_, Severity.WARNING)


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

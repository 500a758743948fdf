"""What a person should look at before paying: warnings that change no amount."""

from collections.abc import Iterator

import numpy as np

from expcomp.diagnostics import Code, Finding, Severity
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.guardrails import warned
from expcomp.plan.model import Plan
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book

GUARDRAIL = Code("D550", "guardrail-warns")
NOT_COMPUTED = Code("D551", "not-computed-yet")
OVERRIDE = Code("D552", "tier-overridden")
SELF_APPROVED = Code("D553", "approved-by-who-asked")


def notices(source: Entitlement, plans: PlanSet, book: Book) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for index, plan in enumerate(plans.versions):
        found += _not_computed(plan)
        for rule, rows in warned(plan, index, source.deals):
            for row in rows:
                message = f"{source.deals.id(row)}: {rule.name}"
                found.append(GUARDRAIL.at(source.deals.place(row), message, severity=Severity.WARNING))
    found += _overrides(source)
    found += _self_approved(book)
    return (*found, *book.notes)


def _not_computed(plan: Plan) -> Iterator[Finding]:
    for block, records in (("bonuses", plan.bonuses), ("modifiers", plan.modifiers)):
        for record in records:
            message = f'{plan.label} has the {block} "{record.name}", which this version does not compute: it pays nothing here'
            yield NOT_COMPUTED.at(record.place, message, severity=Severity.WARNING)


def _overrides(source: Entitlement) -> Iterator[Finding]:
    frame, deals = source.deals.frame, source.deals
    for row in np.flatnonzero((frame["override_tier"] != "").to_numpy() & deals.covered):
        by = frame["override_by"].iat[row] or "nobody named"
        message = f"{deals.id(row)} was moved to tier {frame['override_tier'].iat[row]} by {by}"
        yield OVERRIDE.at(deals.place(row), message, severity=Severity.NOTE)


def _self_approved(book: Book) -> Iterator[Finding]:
    from expcomp.pay.places import place_of

    rows = book["adjustments"]
    for row in np.flatnonzero((rows["requested_by"] == rows["approved_by"]).to_numpy()):
        message = f"the adjustment for {rows['payee_id'].iat[row]} was asked for and approved by {rows['approved_by'].iat[row]}"
        yield SELF_APPROVED.at(place_of(rows, row), message, severity=Severity.WARNING)

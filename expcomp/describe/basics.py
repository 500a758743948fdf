"""What a plan is: its dates, its currency, the deals it pays for, and what a deal is worth."""

from collections.abc import Iterator

from expcomp.describe.document import Part, Points
from expcomp.describe.view import View
from expcomp.describe.wording import family, listed, where
from expcomp.money import Rounding

VALUES = {
    "acv": "annual contract value (acv)",
    "arr": "annual recurring revenue (arr)",
    "amount": "total amount (amount)",
}


def basics(view: View) -> Iterator[Part]:
    yield Points((*_identity(view), *_deals(view), *_counting(view)))


def _identity(view: View) -> Iterator[str]:
    head = view.plan.plan
    yield f"This is version {head.version} of the plan {head.id}."
    until = f" through {head.effective.to}, or" if head.effective.to else ""
    yield (
        f"It is in force from {head.effective.from_}{until} until its next version begins. "
        "A deal is paid by the version in force on its close date."
    )
    if head.published:
        yield f"It was published on {head.published}."
    if head.approved_by:
        yield f"It was approved by {head.approved_by}."


def _deals(view: View) -> Iterator[str]:
    head = view.plan.plan
    yield f"It pays for these kinds of deals: {listed(map(family, head.covers))}. It pays nothing for other kinds."
    if head.counts_toward_quota:
        kinds = listed(map(family, head.counts_toward_quota))
        yield f"Deals that fill quotas without being paid by this plan: {kinds}."
    if head.applies:
        yield f"Of these it takes only deals where {where(head.applies, view.currency)}."
    yield f"What a deal is worth to this plan is its {VALUES[head.value]}."
    for name, type_ in head.fields.items():
        yield f"Its conditions may also ask for {name} ({type_}), a column of the exports."


def _counting(view: View) -> Iterator[str]:
    head = view.plan.plan
    yield (
        f"It counts and pays in {head.currency}. A deal in another currency is converted at the newest exchange rate "
        "dated on or before its close date."
    )
    year = f"The fiscal year begins in {head.fiscal_year_starts}, and is named by the calendar year in which it ends."
    yield f"Days begin and end in the time zone {head.timezone}. {year}"
    half = "away from zero" if head.rounding is Rounding.HALF_UP else "to the even neighbour"
    yield f"Every amount paid is rounded once, to the smallest unit of {head.currency}; an exact half goes {half}."

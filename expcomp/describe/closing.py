"""The plan's own examples as they are paid, the warnings it accepts, and what holds for every plan."""

from collections.abc import Iterator

import pandas as pd

from expcomp.describe.document import Grid, Part, Points, Sentences
from expcomp.describe.view import View
from expcomp.describe.wording import money
from expcomp.diagnostics import Refused
from expcomp.pay.sheet import payout
from expcomp.period import Span, to_day
from expcomp.plan.model import Example, Plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows


def examples(view: View) -> Iterator[Part]:
    for example in view.plan.examples:
        yield Sentences(f"{example.name}. Given:")
        yield Points(tuple(_given(example)))
        try:
            lines = _paid(view.plan, example)
        except (Refused, ValueError):  # a period that is none is told by validate-plan as well
            yield Sentences("This example cannot be computed; validate-plan says why.")
            continue
        rows = tuple(
            (line["payee_id"], line["component"], line["milestone"], money(line["amount_minor"], view.currency))
            for line in lines.to_dict("records")
        )
        judged = f", as of {example.as_of}" if example.as_of else ""
        caption = f"What {example.period} pays{judged}, in {view.currency}"
        yield Grid(("payee", "for", "part", "amount"), rows, caption, frozenset({"amount"}))


def _given(example: Example) -> Iterator[str]:
    """`deals: deal_id D1, motion adjacent, acv 40000`, one row each."""
    for table, rows in example.given.items():
        for row in rows:
            yield f"{table}: {', '.join(f'{name} {value}' for name, value in row.items())}"


def _paid(plan: Plan, example: Example) -> pd.DataFrame:
    """The lines of the payees that the example names. Raises `Refused` where it cannot be paid."""
    plans = plan_set([plan])
    book = book_from_rows(example.given, needs_of(plans), example.place)
    day = to_day(example.as_of) if example.as_of else None
    postings = payout(plans, book, plan.calendar.parse(example.period), Span.QUARTER, day).postings
    return postings[postings["payee_id"].isin({expected.payee for expected in example.expect})]


def good_to_know(view: View) -> Iterator[Part]:
    yield Points(tuple(_always()))
    allowed = (*view.plan.plan.allow, *view.plan.allow)
    if allowed:
        yield Sentences("The plan's owners accept these warnings about it:")
        yield Points(tuple(f"{a.code}{f' until {a.until}' if a.until else ''}: {a.why}" for a in allowed))


def _always() -> Iterator[str]:
    yield (
        "A closed period never changes. When its data is corrected later, the difference is paid or taken in the open "
        "period, and names the period it corrects."
    )
    yield "When a deal is cancelled, what it paid is taken back."
    yield "Only what is known and dated by the end of a period counts in it."
    yield (
        "How much may be taken back in a period, and what holds for leavers, follows the version of the plan in force "
        "on the period's last day."
    )
    yield "A deal belongs to the month, quarter and year of its close date."

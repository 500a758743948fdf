"""What is said to be out of reach is out of reach: no deal of random books, paid by the calculator, gets there.

EXPCOMP_REACHED=2000 looks at so many books.
"""

import os
from collections.abc import Iterator
from datetime import date

from differential.cases import Case, bare, make_case

from expcomp.diagnostics import Refused
from expcomp.lint.reach import reach
from expcomp.lint.run import lint
from expcomp.pay.sheet import Sheet, payout
from expcomp.plan.load import bind_plan
from expcomp.plan.model import Plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows

BOOKS = int(os.environ.get("EXPCOMP_REACHED", "25"))


def paid(case: Case, plan: Plan) -> Sheet | None:
    """A book paid by one plan; None where it is refused."""
    plans, period = plan_set([plan]), plan.calendar.parse(case.period)
    try:
        book = book_from_rows(bare(case.tables), needs_of(plans), plan.place)
        return payout(plans, book, period, period.span)
    except (Refused, OverflowError):
        return None


def wrongly_out_of_reach(plan: Plan, sheet: Sheet) -> Iterator[str]:
    reached = reach(plan)
    tiers = {plan.ownership[at].tier for at in reached.tiers}
    rates = {plan.rates[at].place.line for found in reached.rates.values() for at in found}
    schedules = {plan.payout[at].place.line for at in reached.schedules}
    moved = set(sheet.book["deals"].query("override_tier != ''")["deal_id"])
    for line in sheet.lines.to_dict("records"):
        if line["deal_id"] in moved or not line["deal_id"]:
            continue
        if line["tier"] not in tiers:
            yield f"{line['deal_id']} is of the tier {line['tier']}"
        kind, _, name = line["component"].partition(":")
        if kind == "credit" and int(line["rule"].rpartition(":")[2]) not in rates:
            yield f"{line['deal_id']} finds the rate {line['rule']}"
        if kind == "overlay" and not reached.overlays[name]:
            yield f"{line['deal_id']} pays the overlay {name}"
        if kind in ("credit", "overlay") and int(line["schedule_rule"].rpartition(":")[2]) not in schedules:
            yield f"{line['deal_id']} is paid by the schedule {line['schedule_rule']}"
    falls = set(sheet.not_paid.query("reason == 'no_tier'")["deal_id"])
    if falls - moved and reached.no_tier is None:
        yield f"{falls} fall through"


def test_nothing_reaches_what_is_said_to_be_out_of_reach() -> None:
    wrong, answered, unreached = [], 0, 0
    for seed in range(BOOKS):
        case = make_case(seed)
        plan = bind_plan(case.texts[0], f"plan of {seed}")
        sheet = paid(case, plan)
        if sheet is None:
            continue
        answered += 1
        unreached += sum(finding.code == "W514" for finding in lint([plan], [], date(2027, 1, 1)))
        wrong += [f"seed {seed}: {text}" for text in wrongly_out_of_reach(plan, sheet)]
    assert wrong == []
    assert answered > BOOKS / 3
    assert unreached > BOOKS / 5

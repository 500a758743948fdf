"""When each milestone is reached, how it divides into tranches, and what holds a tranche."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .amounts import Refused, data_share, number
from .conditions import holds
from .facts import Deal, Facts, cell, word
from .periods import add
from .plan import Milestone, Schedule

REACHED, PENDING, LAPSED, HELD = "reached", "pending", "lapsed", "held"


@dataclass
class Step:
    """A part of a milestone: its cumulative share of the milestone and the day it was reached."""

    cumulative: Fraction
    day: date | None
    state: str  # reached, pending or lapsed


def find_schedule(facts: Facts, deal: Deal) -> Schedule:
    for schedule in deal.plan.schedules:
        if holds(facts, deal, schedule.when, deal.close):
            return schedule
    raise Refused(f"deal {deal.id}: no payout schedule fits")


def steps_of(facts: Facts, deal: Deal, milestone: Milestone) -> list[Step]:
    """Nothing is reached before the close date; evidence after `within` has lapsed."""
    whole = Fraction(1)
    steps: list[tuple[Fraction, date | None]] = []
    if milestone.evidence == "closed_won":
        steps = [(whole, deal.close)]
    elif milestone.evidence in ("retained", "date") and milestone.after is not None:
        due = add(deal.close, milestone.after)
        steps = [(whole, due if due <= facts.as_of else None)]
    elif milestone.evidence == "activated":
        steps = [(whole, activated_on(facts, deal))]
    elif milestone.evidence == "paid":
        steps = _cash(facts, deal)
    else:
        steps = _recorded(facts, deal, milestone.evidence)
    if not steps or steps[-1][0] != whole:
        steps.append((whole, None))
    found = []
    for cumulative, day in steps:
        if day is None:
            found.append(Step(cumulative, None, PENDING))
            continue
        reached = max(day, deal.close)
        late = milestone.within is not None and reached > add(deal.close, milestone.within)
        found.append(Step(cumulative, reached, LAPSED if late else REACHED))
    return found


def activated_on(facts: Facts, deal: Deal) -> date | None:
    """The earlier of the deal's own date and the first usage row at or after close that fits; a condition on
    seat use is met only by a row that tells it."""
    days: list[date] = []
    text = cell(deal.row, "activated_on")
    if text and facts.day(text) <= facts.as_of:
        days.append(facts.day(text))
    if deal.plan.activation:
        seats = "account.seat_utilization" in deal.plan.activation
        for row in facts.seat_rows(deal) if seats else facts.usage.get(deal.account, []):
            day = facts.day(cell(row, "date"))
            if day >= deal.close and holds(facts, deal, deal.plan.activation, day):
                days.append(day)
    return min(days) if days else None


def _cash(facts: Facts, deal: Deal) -> list[tuple[Fraction, date | None]]:
    """Each receipt: collected so far over the invoiced total it carries, at most 1."""
    rows = []
    for row in facts.receipts.get(deal.id, []):
        invoiced = number(cell(row, "invoiced"))
        if invoiced <= 0:
            raise Refused(f"deal {deal.id}: a receipt without an invoiced total")
        rows.append((facts.day(cell(row, "date")), invoiced, number(cell(row, "collected"))))
    steps: list[tuple[Fraction, date | None]] = []
    collected = Fraction(0)
    for day, invoiced, amount in sorted(rows):
        collected += amount
        steps.append((min(Fraction(1), collected / invoiced), day))
    return steps


def _recorded(facts: Facts, deal: Deal, name: str) -> list[tuple[Fraction, date | None]]:
    rows: list[tuple[date, Fraction]] = []
    for row in facts.reached.get(deal.id, []):
        if word(cell(row, "milestone")) == word(name):
            text = cell(row, "share")
            rows.append((facts.day(cell(row, "reached_on")), data_share(text) if text else Fraction(1)))
    return [(part, day) for day, part in sorted(rows)]


def is_held(facts: Facts, deal: Deal, on: date) -> bool:
    return any(action == "hold" and holds(facts, deal, when, on) for _, when, action in deal.plan.guardrails)


def released_on(facts: Facts, deal: Deal, reached: date) -> date | None:
    """The day reached when no hold is true then, else the first later dated row without one."""
    if not is_held(facts, deal, reached):
        return reached
    days = set()
    for row in facts.usage.get(deal.account, []) + facts.history.get(deal.account, []):
        day = facts.day(cell(row, "date"))
        if day > reached:
            days.add(day)
    for day in sorted(days):
        if not is_held(facts, deal, day):
            return day
    return None

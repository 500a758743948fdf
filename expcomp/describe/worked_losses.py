"""Worked tables of clawbacks: one deal, and what its customer's leaving or shrinking takes back day by day."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from expcomp.describe.document import Grid
from expcomp.describe.imagined import Deal
from expcomp.describe.samples import Sample
from expcomp.describe.try_out import by_name, try_out
from expcomp.describe.wording import a_deal, amount, money
from expcomp.period import NEVER
from expcomp.plan.model import Clawback, Plan

COLUMNS = ("days after close", "paid before", "taken back", "paid later", "kept in all")


def clawback_tables(plan: Plan, events: Iterable[str], sample: Sample, role: str) -> Iterator[Grid]:
    """For each event the same deal, with the event on the days on which another rule begins to hold or ends."""
    deals = {event: list(_with_event(plan, event, sample.deal)) for event in events}
    by_deal = by_name(try_out(plan, [deal for own in deals.values() for deal in own]))
    for event, own in deals.items():
        rows = tuple(_taken(plan, role, deal, by_deal[deal.name]) for deal in own if deal.name in by_deal)
        if rows:
            yield Grid(COLUMNS, rows, _caption(plan, event, sample, role), frozenset(COLUMNS))


def _with_event(plan: Plan, event: str, deal: Deal) -> Iterator[Deal]:
    for day in _telling_days(plan, event, deal.close):
        yield replace(deal, name=f"{event}{day:05d}", team=f"{event}{day:05d}", event=(event, day))


def _caption(plan: Plan, event: str, sample: Sample, role: str) -> str:
    value = amount(sample.deal.value, plan.plan.currency)
    what = "the customer leaves" if event == "churn" else "the customer gives up half of the deal's value"
    text = f"{a_deal(sample.kind)} of {value} in tier {sample.tier}, when {what}: the commission of the {role}"
    return text[:1].upper() + text[1:]


def _taken(plan: Plan, role: str, deal: Deal, tranches: pd.DataFrame) -> tuple[str, ...]:
    """The day, and what was paid before the event, taken back, paid later and kept of the role's commission."""
    assert deal.event is not None
    _, day = deal.event
    own = tranches[tranches["component"].isin((f"credit:{role}", f"cap:{role}"))]
    on = np.asarray([_day(text) for text in own["reached_on"]], dtype=np.int64)
    before = on < deal.close + day
    paid = int(own.loc[before, "tranche_minor"].sum())
    kept, later = int(own.loc[before, "entitled_minor"].sum()), int(own.loc[~before, "entitled_minor"].sum())
    return f"{day}", *(money(minor, plan.plan.currency) for minor in (paid, paid - kept, later, kept + later))


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64)) if text else NEVER


def _telling_days(plan: Plan, event: str, close: int) -> list[int]:
    """Of every rule a day inside, its last day, and the first day after it."""
    days, begins = set[int](), 0
    for end in (end for rule in plan.clawbacks if rule.event == event for end in _ends(rule, close)):
        if end > begins:
            days |= {(begins + end) // 2, end - 1, end}
            begins = end
    return sorted(day for day in days if day > 0)


def _ends(rule: Clawback, close: int) -> Iterator[int]:
    """Days after the close on which the rule, or a step of it, no longer holds."""
    steps = rule.recovers if isinstance(rule.recovers, tuple) else ()
    for until in (*(step.until for step in steps), rule.ends):
        yield int(until.after(np.asarray([close]))[0]) - close

"""Churn and contraction: what customers take back, and what is recovered for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .amounts import Refused, money
from .facts import Deal, Facts, Row, cell, word
from .periods import add

CHURN, CONTRACTION = "churn", "contraction"


@dataclass
class Event:
    account: str
    day: date
    kind: str
    amount: int
    product: str
    deal_id: str
    known: date  # the first day of an account without recurring value is known to be churn once its grace is over


@dataclass
class Loss:
    """One event's part in one deal."""

    day: date
    kind: str
    share: Fraction
    known: date


def read_events(facts: Facts) -> list[Event]:
    """The events table, or events derived from subscriptions where there is none."""
    rows = facts.tables.get("events", [])
    events = _derived(facts) if not rows else [_event(facts, row) for row in rows]
    events = [e for e in events if e.day <= facts.as_of and e.kind in (CHURN, CONTRACTION)]
    return sorted(events, key=_order)


def _event(facts: Facts, row: Row) -> Event:
    kind, text = word(cell(row, "event")), cell(row, "amount")
    if kind not in (CHURN, CONTRACTION, "reactivation"):
        raise Refused(f"unknown event {kind!r}")
    if kind == CONTRACTION and not text:
        raise Refused("a contraction without an amount")
    amount = money(text, facts.plans.currency) if kind == CONTRACTION else 0
    day = facts.day(cell(row, "date"))
    return Event(cell(row, "account_id"), day, kind, amount, word(cell(row, "product")), cell(row, "deal_id"), day)


def _order(event: Event) -> tuple[object, ...]:
    """By date; on one day contraction before churn; those naming a product first; larger amount first."""
    return (
        event.day, event.kind != CONTRACTION, event.product == "", event.product, -event.amount,
        event.deal_id == "", event.deal_id, event.account,
    )  # fmt: skip


def _derived(facts: Facts) -> list[Event]:
    """Churn where an account's recurring value reaches 0, contraction where it falls."""
    events: list[Event] = []
    for account, lines in facts.subscriptions.items():
        days = set()
        for line in lines:
            days.add(facts.day(cell(line, "start")))
            if cell(line, "end"):
                days.add(facts.day(cell(line, "end")))
        changes = sorted(day for day in days if day <= facts.as_of)
        gap_from: date | None = None  # the value is 0 since this day
        level_day: date | None = None  # the last day of change with a value
        for day in changes:
            now = _recurring(facts, lines, day, day)
            if now == 0:
                if gap_from is None and level_day is not None:
                    gap_from = day
                continue
            late = gap_from is not None and (day - gap_from).days < _grace(facts, gap_from)
            if gap_from is not None and not late:
                events.append(_churn(facts, account, gap_from))
            elif level_day is not None:
                before = _recurring(facts, lines, level_day, day)
                if before > now:
                    events.append(Event(account, day, CONTRACTION, before - now, "", "", day))
            gap_from, level_day = None, day
        if gap_from is not None and (facts.as_of - gap_from).days >= _grace(facts, gap_from):
            events.append(_churn(facts, account, gap_from))
    return events


def _churn(facts: Facts, account: str, day: date) -> Event:
    return Event(account, day, CHURN, 0, "", "", day + timedelta(days=_grace(facts, day)))


def _recurring(facts: Facts, lines: list[Row], at: date, priced: date) -> int:
    """Annual value of the lines that run on a day (`end` is the first day they no longer do)."""
    total = 0
    for line in lines:
        end = cell(line, "end")
        if facts.day(cell(line, "start")) <= at and (not end or at < facts.day(end)):
            total += facts.annual(line, priced, facts.plans.first)
    return total


def _grace(facts: Facts, day: date) -> int:
    """The longest of the plans in force when a version last began; a plan that has not begun says nothing."""
    starts = [plan.start for plan in facts.plans.all]
    since = max((start for start in starts if start <= day), default=min(starts))
    return max(plan.churn_grace for plan_id in facts.plans.ids if (plan := facts.plans.in_force(plan_id, since)))


def find_losses(facts: Facts, covered: list[Deal]) -> dict[str, list[Loss]]:
    """Per deal the losses up to `as_of`, in order."""
    losses: dict[str, list[Loss]] = defaultdict(list)
    left = {deal.id: deal.value for deal in covered}
    alive = {deal.id for deal in covered}
    for event in read_events(facts):
        reach = [deal for deal in covered if _falls_on(event, deal)]
        reach.sort(key=lambda deal: (deal.close, deal.id), reverse=True)
        if event.kind == CHURN:
            for deal in reach:
                if deal.id in alive:
                    taken = Fraction(left[deal.id], deal.value) if deal.value else Fraction(1)
                    losses[deal.id].append(Loss(event.day, CHURN, taken, event.known))
                    left[deal.id] = 0
                    alive.discard(deal.id)
            continue
        if event.product and not event.deal_id:
            same = [deal for deal in reach if word(deal.product) == event.product]
            reach = same + [deal for deal in reach if word(deal.product) != event.product]
        rest = event.amount
        for deal in reach:
            taken_units = min(rest, left[deal.id])
            if taken_units > 0:
                share = Fraction(taken_units, deal.value)
                losses[deal.id].append(Loss(event.day, CONTRACTION, share, event.known))
                left[deal.id] -= taken_units
                rest -= taken_units
                if left[deal.id] == 0:
                    alive.discard(deal.id)
    return losses


def _falls_on(event: Event, deal: Deal) -> bool:
    if deal.close > event.day:
        return False
    if event.deal_id:
        return deal.id == event.deal_id
    if deal.account != event.account:
        return False
    return event.kind == CONTRACTION or not event.product or word(deal.product) == event.product


def lost_by(losses: list[Loss], day: date) -> Fraction:
    return sum((loss.share for loss in losses if loss.day <= day), Fraction(0))


def recovers(deal: Deal, loss: Loss) -> tuple[Fraction, str]:
    """What the first clawback rule fitting the event and its day takes back, and the rule's name."""
    for rule in deal.plan.clawbacks:
        if loss.kind not in rule.events:
            continue
        if rule.until is not None and loss.day >= add(deal.close, rule.until):
            continue
        if rule.steps:
            for until, part in rule.steps:
                if loss.day < add(deal.close, until):
                    return part, rule.name
            continue
        if rule.linear and rule.until is not None:
            whole = (add(deal.close, rule.until) - deal.close).days
            served = (loss.day - deal.close).days
            return Fraction(whole - served, whole), rule.name
        return rule.share or Fraction(0), rule.name
    return Fraction(0), ""

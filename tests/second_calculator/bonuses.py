"""Bonuses, period by period, and modifiers, tranche by tranche: step 11 and the blocks of page 2."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from .amounts import Refused, money, rounded
from .conditions import fits, kind_of, read_text
from .facts import Facts, cell, word
from .metric_rules import SPANS, Bonus, Floor, Modifier
from .metrics import Meter, Value, ratio, window_of
from .periods import Period
from .plan import Plan


@dataclass
class Paid:
    """What one payee gets of a bonus for one metric period."""

    payee: str
    name: str
    period: Period
    amount: int
    currency: str
    forfeited: bool


def bonuses(facts: Facts, pay_period: str) -> list[Paid]:
    """Of all metric periods that have ended by `as_of`, each under the version in force on its last day."""
    calendar, found = facts.plans.calendar, []
    targets: dict[tuple[str, str, str, str], Fraction | None] = defaultdict(Fraction)
    paid: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for plan_id in facts.plans.ids:
        first = min(plan.start for plan in facts.plans.all if plan.id == plan_id)
        periods = [
            (period, kind)
            for kind in SPANS
            for period in calendar.inside(Period("", calendar.around(first, kind).start, facts.as_of), kind)
            if period.end <= facts.as_of
        ]
        for period, kind in sorted(periods, key=lambda pair: pair[0].end):
            plan = facts.plans.in_force(plan_id, period.end)
            for bonus in plan.bonuses if plan else []:
                if bonus.per != kind or plan is None:
                    continue
                meter = Meter(facts, plan)
                for payee in sorted(facts.payees):
                    days = _employed(facts, payee, period)
                    if not days or not _is_for(facts, plan, bonus, payee):
                        continue
                    key = (plan_id, bonus.name, payee, calendar.around(period.end, "year").label)
                    part = Fraction(days, (period.end - period.start).days + 1) if bonus.by_days else Fraction(1)
                    own = _target(facts, plan, bonus, payee, period.end)
                    own = None if own is None else own * part
                    sofar = targets[key]
                    targets[key] = None if sofar is None or own is None else sofar + own
                    share = _share(meter, plan, bonus, payee, period)
                    forfeited = _forfeits(facts, plan_id, payee, period.end, pay_period)
                    amount = 0
                    if share is not None and not forfeited:
                        target = targets[key] if bonus.to_date else own
                        if share and target is None:
                            raise Refused(f"payee {payee}: no target_variable")
                        amount = rounded((target or 0) * share, plan.rounding)
                        amount -= paid[key] if bonus.to_date else 0
                    paid[key] += amount
                    found.append(Paid(payee, bonus.name, period, amount, plan.currency, forfeited))
    return found


def _employed(facts: Facts, payee: str, period: Period) -> int:
    row = facts.payee(payee)
    start, end = cell(row, "start_date"), cell(row, "end_date")
    first = max(period.start, facts.day(start)) if start else period.start
    last = min(period.end, facts.day(end)) if end else period.end
    return max((last - first).days + 1, 0)


def _is_for(facts: Facts, plan: Plan, bonus: Bonus, payee: str) -> bool:
    row = facts.payee(payee)
    if bonus.role and word(cell(row, "role")) != word(bonus.role):
        return False
    for name, expected in bonus.who.items():
        kind = "text" if name in ("payee.segment", "payee.role") else kind_of(name, plan)
        value = read_text(cell(row, name.removeprefix("payee.")), kind, plan)
        if not fits(value, expected, kind, plan):
            return False
    return True


def _target(facts: Facts, plan: Plan, bonus: Bonus, payee: str, day: date) -> Fraction | None:
    """What a whole period pays at 100 % of the curve."""
    if bonus.amount is not None:
        return Fraction(bonus.amount)
    text, newest = cell(facts.payee(payee), "target_variable"), None
    for row in facts.targets.get(payee, []):
        since = facts.day(cell(row, "from"))
        if since <= day and (newest is None or since > newest):
            newest, text = since, cell(row, "target_variable")
    if not text:
        return None
    return money(text, plan.currency) * bonus.of_target * SPANS[bonus.per] / 12


def _share(meter: Meter, plan: Plan, bonus: Bonus, payee: str, period: Period) -> Fraction | None:
    """What the curve pays; None where there is too little to measure, or a gate is not met."""
    window = window_of(plan, bonus.window, period)
    values = meter.values(meter.measured(bonus, payee, window), window)
    metric = ratio(bonus.metric, values)
    if metric is None or len(values) < plan.retention.min_accounts:
        return None
    if not all(_met(meter, plan, payee, name, floor, values) for name, floor in bonus.gates.items()):
        return None
    if bonus.by_target:
        metric = metric / _segment_target(meter, plan, payee, bonus.metric)
    return _on_curve(bonus, metric)


def _met(meter: Meter, plan: Plan, payee: str, metric: str, floor: Floor, values: list[Value]) -> bool:
    limit = _segment_target(meter, plan, payee, metric) if floor.value is None else floor.value
    value = ratio(metric, values)
    assert value is not None
    return value > limit if floor.strict else value >= limit


def _segment_target(meter: Meter, plan: Plan, payee: str, metric: str) -> Fraction:
    limit = _target_of(meter, plan, payee, metric)
    if not limit:
        raise Refused(f"payee {payee}: no target of {metric} for the segment")
    return limit


def _target_of(meter: Meter, plan: Plan, payee: str, metric: str) -> Fraction | None:
    rows = plan.retention.targets
    row = rows.get(word(cell(meter.facts.payee(payee), "segment")), rows.get("", {}))
    return row.get(metric)


def _on_curve(bonus: Bonus, at: Fraction) -> Fraction:
    points = bonus.curve
    if at < points[0][0]:
        return bonus.below
    if at > points[-1][0]:
        return bonus.above
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return points[0][1]


def _forfeits(facts: Facts, plan_id: str, payee: str, day: date, pay_period: str) -> bool:
    ended = facts.end_date(payee)
    if ended is None or day <= ended:
        return False
    return facts.plans.for_period(plan_id, facts.plans.calendar.around(day, pay_period).end).forfeit_unreached


def multiplier(meter: Meter, plan: Plan, rule: Modifier, payee: str, day: date) -> Fraction | None:
    """By what a tranche first reached on a day is multiplied, once its window has ended; None where it is not."""
    period = plan.calendar.around(day, rule.window)
    if period.end > meter.facts.as_of:
        return None
    window = window_of(plan, plan.retention.window, period)
    values = meter.values(meter.measured(rule, payee, window), window)
    metric = ratio(rule.metric, values)
    limit = _target_of(meter, plan, payee, rule.metric) if rule.below is None else rule.below
    if metric is None or limit is None or len(values) < plan.retention.min_accounts:
        return None
    return rule.multiplier if metric < limit else None


def window_end(plan: Plan, rule: Modifier, day: date) -> date:
    return plan.calendar.around(day, rule.window).end

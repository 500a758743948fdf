"""Bonuses and modifiers: expansion pay without retention, dead zones and cliffs of curves, rules for nobody."""

from collections.abc import Iterator

from expcomp.diagnostics import Code, Finding
from expcomp.lint.cliffs import CLIFF
from expcomp.lint.reach import UNREACHED, Reach
from expcomp.lint.values import Values, asked, everything, meet
from expcomp.money import percent
from expcomp.plan.conditions import Conditions
from expcomp.plan.metrics import Bonus, CurvePoint
from expcomp.plan.model import Plan
from expcomp.plan.scalars import WHOLE

NO_RETENTION = Code("W506", "no-retention-metric")
PAY_GAP = Code("W509", "pay-gap")

RETENTION = {"nrr", "grr", "logo_retention"}
EXPANSION = {"upsell", "cross_sell", "usage", "multi_year"}
STEEP_PPM = 250_000
"""A curve that jumps by more than a quarter of the bonus at one point is a cliff."""


def check_metrics(reach: Reach) -> Iterator[Finding]:
    plan = reach.plan
    yield from _no_retention(plan)
    for bonus in plan.bonuses:
        yield from _gaps(bonus)
        yield from _jumps(bonus)
        if not _can_hold(bonus.for_):
            yield UNREACHED.warning(bonus.place, f"no payee fits the conditions of the bonus {bonus.name}")
    paid = {role for tier in plan.ownership for role in tier.credit} | {o.role for o in plan.overlays.values()}
    for modifier in plan.modifiers:
        if not paid & set(modifier.roles):
            message = (
                f"the modifier {modifier.name} scales the commission of {', '.join(modifier.roles)}, who earn none"
            )
            yield UNREACHED.warning(modifier.place, message)


def _no_retention(plan: Plan) -> Iterator[Finding]:
    metrics = {bonus.metric for bonus in plan.bonuses} | {modifier.metric for modifier in plan.modifiers}
    gates = {metric for bonus in plan.bonuses for metric in bonus.gate}
    if EXPANSION & set(plan.plan.covers) and not RETENTION & (metrics | gates):
        message = "expansion is paid and nothing asks whether customers stay: people oversell, and churn follows"
        help_ = "add a bonus or modifier on nrr or grr, or a  gate:  on one"
        yield NO_RETENTION.warning(plan.place, message, help_)


def _gaps(bonus: Bonus) -> Iterator[Finding]:
    """A stretch where the metric improves and pay does not: between two points, or before a curve that begins late."""
    for lower, upper in zip(bonus.curve, bonus.curve[1:], strict=False):
        if lower.pays == upper.pays:
            yield _gap(bonus, upper, percent(lower.at), percent(upper.at))
    first = bonus.curve[0]
    if bonus.metric == "nrr" and first.at >= WHOLE and first.pays == bonus.below:
        yield _gap(bonus, first, "90%", percent(first.at))


def _gap(bonus: Bonus, point: CurvePoint, low: str, high: str) -> Finding:
    of = "the target of " if bonus.curve_on == "target" else ""
    message = (
        f"{bonus.name} pays the same at {low} as at {high} of {of}{bonus.metric}: lifting it between earns nothing"
    )
    return PAY_GAP.warning(point.place, message, "let the curve rise over all of it")


def _jumps(bonus: Bonus) -> Iterator[Finding]:
    """Between its points a curve is a line: it can only jump where it begins and ends."""
    first, last = bonus.curve[0], bonus.curve[-1]
    above = last.pays if bonus.above is None else bonus.above
    if first.pays - bonus.below > STEEP_PPM:
        yield _jump(bonus, first, f"{percent(bonus.below)} just below it and {percent(first.pays)} at it")
    if above - last.pays > STEEP_PPM:
        yield _jump(bonus, last, f"{percent(last.pays)} at it and {percent(above)} just above it")


def _jump(bonus: Bonus, point: CurvePoint, pays: str) -> Finding:
    message = f"{bonus.name} jumps where {bonus.metric} is {percent(point.at)}: it pays {pays}, of {bonus.pays}"
    return CLIFF.warning(point.place, message, "let the curve begin and end at what is paid outside it")


def _can_hold(conditions: Conditions) -> bool:
    region: dict[str, Values] = {c.field: everything(c.field, c.type) for c in conditions}
    for condition in conditions:
        name, values = asked(condition)
        region[name] = meet(region[name], values)
    return all(region.values())

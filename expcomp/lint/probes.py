"""Around every threshold of a plan: what is paid just below it, at it, and just above it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from expcomp.diagnostics import Place
from expcomp.lint.accelerators import edge_of, highest_rate, shown_edge
from expcomp.lint.cliffs import ACCOUNT, DEAL, PROBED_MINOR, Jump, jumps
from expcomp.lint.reach import Reach
from expcomp.lint.regions import described
from expcomp.money import PPM, percent, rounded, to_text
from expcomp.plan.metrics import Bonus
from expcomp.plan.model import Accelerator, Plan
from expcomp.plan.scalars import MULTIPLIER_UNIT

STEP_PPM = 100
"""A hundredth of a percent: what stands on both sides of a point of a curve."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One threshold for one role: `paid` is below, at and above it; `assuming` says for what."""

    place: Place
    threshold: str
    role: str
    paid: tuple[str, str, str]
    assuming: str


def probes(reach: Reach) -> Iterator[Probe]:
    """One cent on both sides of amounts, a hundredth of a percent on both sides of curve points. Roles whose pay does
    not move at an amount are left out where that of another does."""
    plan = reach.plan
    for field in (DEAL, ACCOUNT):
        found = jumps(plan, field)
        moving = {jump.value for jump in found if jump.size}
        yield from (_of_jump(jump, plan) for jump in found if jump.size or jump.value not in moving)
    for rule in plan.accelerators:
        if plan.accelerator(rule.role) is rule:
            yield from _of_bands(reach, rule)
    for cap in plan.caps:
        paid = (min(cap.limit + step, cap.limit) for step in (-1, 0, 1))
        threshold = f"cap {_money(cap.limit, plan)} per {cap.per}"
        yield Probe(cap.place, threshold, cap.role, _three(paid, plan), "commission of just that much")
    for bonus in plan.bonuses:
        yield from _of_curve(bonus)


def _of_jump(jump: Jump, plan: Plan) -> Probe:
    deals = {name: values for name, values in jump.region.items() if name != jump.field}
    value = "" if jump.field == DEAL else f"a deal of {_money(PROBED_MINOR, plan)}; "
    threshold = f"{jump.field} {_money(jump.value, plan)}"
    return Probe(jump.place, threshold, jump.role, _three(jump.paid, plan), value + described(deals, plan))


def _of_bands(reach: Reach, rule: Accelerator) -> Iterator[Probe]:
    """All credit of a window, at the role's highest rate."""
    rate = highest_rate(reach, rule.role)
    for band in rule.bands[:-1]:
        edge = edge_of(band)
        paid = (_accelerated(rule, edge + step, rate) for step in (-1, 0, 1))
        assuming = f"credit of {_money(edge, reach.plan)} in a {rule.window} at {percent(rate)}, {rule.mode}"
        threshold = f"{rule.measure} {shown_edge(reach.plan, band)}"
        yield Probe(band.place, threshold, rule.role, _three(paid, reach.plan), assuming)


def _accelerated(rule: Accelerator, credit: int, rate: int) -> int:
    """Design page 3, step 5, for one line that is all of the window."""
    if rule.mode == "whole":
        band = next(band for band in rule.bands if band.below is None or credit < edge_of(band))
        return rounded(credit * rate * band.multiplier, PPM * MULTIPLIER_UNIT)
    total, start = 0, 0
    for band in rule.bands:
        end = credit if band.below is None else min(edge_of(band), credit)
        total += max(end - start, 0) * band.multiplier
        start = max(start, end)
    return rounded(total * rate, PPM * MULTIPLIER_UNIT)


def _of_curve(bonus: Bonus) -> Iterator[Probe]:
    for point in bonus.curve:
        below, at, above = (on_curve(bonus, point.at + step) for step in (-STEP_PPM, 0, STEP_PPM))
        metric = f"{bonus.metric} {percent(point.at)}"
        yield Probe(point.place, metric, bonus.role or "all", (below, at, above), f"of {bonus.pays} ({bonus.name})")


def on_curve(bonus: Bonus, metric_ppm: int) -> str:
    """What the curve pays, as a share: a straight line between two points."""
    first, last = bonus.curve[0], bonus.curve[-1]
    if metric_ppm < first.at:
        return percent(bonus.below)
    if metric_ppm > last.at:
        return percent(last.pays if bonus.above is None else bonus.above)
    for lower, upper in zip(bonus.curve, bonus.curve[1:], strict=False):
        if metric_ppm < upper.at:
            rise = rounded((upper.pays - lower.pays) * (metric_ppm - lower.at), upper.at - lower.at)
            return percent(lower.pays + rise)
    return percent(last.pays)


def _three(amounts: Iterable[int], plan: Plan) -> tuple[str, str, str]:
    below, at, above = (_money(amount, plan) for amount in amounts)
    return below, at, above


def _money(minor: int, plan: Plan) -> str:
    return to_text(minor, plan.plan.currency, grouped=True)

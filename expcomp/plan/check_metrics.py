"""Checks of bonuses, modifiers, and of what signals must show: what could not be measured is refused."""

from collections.abc import Iterator

from expcomp.diagnostics import Code, Finding, Place
from expcomp.plan.metrics import TRAILING, Bonus
from expcomp.plan.model import Plan
from expcomp.plan.signals import Passing

CURVE = Code("E316", "curve-not-rising")
NO_TARGET = Code("E318", "target-not-given")
NEVER_PASSES = Code("E319", "never-passes")
WINDOW = Code("E307", "window-mismatch")

SPANNED = ("month", "quarter", "half", "year")
TARGETED = ("nrr", "grr")


def check_metrics(plan: Plan) -> Iterator[Finding]:
    for bonus in plan.bonuses:
        yield from _curve(bonus)
        if bonus.window and bonus.window not in SPANNED and not TRAILING.fullmatch(bonus.window):
            message = f'"{bonus.window}" is no window: write  trailing 12 months , or month, quarter, half, year'
            yield WINDOW.at(bonus.key_at("window"), message)
        if bonus.curve_on == "target":
            yield from _target(plan, bonus.metric, bonus.key_at("curve_on"), "curve_on: target")
        for metric, limit in bonus.gate.items():
            if limit.endswith("target"):
                yield from _target(plan, metric, bonus.key_at("gate"), f"the gate on {metric}")
    for modifier in plan.modifiers:
        if modifier.below == "target":
            yield from _target(plan, modifier.metric, modifier.key_at("below"), "below: target")
    yield from _passing(plan.signals.routed, "routed")
    yield from _passing(plan.signals.qualified, "qualified")


def _curve(bonus: Bonus) -> Iterator[Finding]:
    if not bonus.curve:
        yield CURVE.at(bonus.key_at("curve"), f"the curve of {bonus.name} has no points")
        return
    for lower, upper in zip(bonus.curve, bonus.curve[1:], strict=False):
        if upper.at <= lower.at:
            yield CURVE.at(upper.place, f"this point of {bonus.name} does not lie above the one before it")
        elif upper.pays < lower.pays:
            yield CURVE.at(upper.place, f"{bonus.name} pays less here than for a lower {bonus.metric}")
    if bonus.below > bonus.curve[0].pays:
        yield CURVE.at(bonus.key_at("below"), f"{bonus.name} pays more below its curve than where it begins")
    if bonus.above is not None and bonus.above < bonus.curve[-1].pays:
        yield CURVE.at(bonus.key_at("above"), f"{bonus.name} pays less above its curve than where it ends")


def _target(plan: Plan, metric: str, place: Place, what: str) -> Iterator[Finding]:
    if metric not in TARGETED:
        yield NO_TARGET.at(place, f"{what}: targets are set for nrr and grr, not for {metric}")
    elif plan.retention is None or not plan.retention.targets:
        help_ = "add  retention: {targets: [{segment: smb, nrr: 100%, grr: 80%}]}"
        yield NO_TARGET.at(place, f"{what} asks for a target of {metric}, and the plan sets none", help_)


def _passing(rule: Passing | None, what: str) -> Iterator[Finding]:
    if rule is not None and rule.at_least > len(set(rule.of)):
        message = f"{what} asks for {rule.at_least} of {len(set(rule.of))}: no signal ever passes"
        yield NEVER_PASSES.at(rule.key_at("at_least"), message)

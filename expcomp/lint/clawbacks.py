"""Clawbacks: none where they are needed, longer than what they rest on, or without anything to take back."""

from collections.abc import Iterator
from datetime import date, timedelta

from expcomp.diagnostics import Code, Finding
from expcomp.lint.reach import UNREACHED
from expcomp.lint.schedules import OF_EARNED, all_at_booking, at_booking
from expcomp.period import Duration, Unit
from expcomp.plan.model import Milestone, Plan

WINDOW = Code("W505", "clawback-window")

CENTURY = 1200


def check_clawbacks(plan: Plan) -> Iterator[Finding]:
    yield from _missing(plan)
    yield from _longer_than_last(plan)
    yield from _unreached(plan)
    yield from _of_earned(plan)
    if plan.leavers.recover == "final_pay":
        message = "what leavers owe is taken from their final pay in full: some places forbid that, so ask counsel"
        yield OF_EARNED.warning(
            plan.leavers.key_at("recover"), message, "write  recover: stop , or say who cleared it with  allow:"
        )


def _missing(plan: Plan) -> Iterator[Finding]:
    """Nothing needs to be taken back where everything waits until the customer has stayed."""
    milestones = [milestone for schedule in plan.payout for milestone in schedule.milestones if milestone.pays]
    if any(rule.event == "churn" for rule in plan.clawbacks) or all(m.on == "retained" for m in milestones):
        return
    message = "no clawback covers churn: what was paid for a customer who leaves next month stays paid"
    help_ = "add  clawbacks: [{name: early churn, event: churn, until: 90 days, recovers: 100%}]"
    yield WINDOW.warning(plan.place if not plan.clawbacks else plan.clawbacks[0].place, message, help_)


def _longer_than_last(plan: Plan) -> Iterator[Finding]:
    """Beyond the last milestone everything is earned. Milestones of unknown date may come at any time."""
    milestones = [m for schedule in plan.payout for m in schedule.milestones if m.pays]
    ends = [_latest(milestone) for milestone in milestones]
    if all_at_booking(plan) or any(end is None for end in ends):
        return
    last = max((end for end in ends if end is not None), key=lambda end: _days(end)[1])
    for rule in plan.clawbacks:
        if _days(rule.ends)[0] > _days(last)[1] + 1:
            message = (
                f"{rule.name} takes back until {rule.ends} after the close, and the last milestone is reached by "
                f"{last}: it takes what the plan has called earned"
            )
            yield WINDOW.warning(rule.key_at("until"), message, f"end it with the last milestone:  until: {last}")


def _latest(milestone: Milestone) -> Duration | None:
    return Duration(0, Unit.DAYS) if at_booking(milestone) else milestone.after or milestone.within


def _unreached(plan: Plan) -> Iterator[Finding]:
    """The first rule that fits an event and its day counts."""
    for number, rule in enumerate(plan.clawbacks):
        before = [other for other in plan.clawbacks[:number] if other.event == rule.event]
        cover = next((other for other in before if _days(rule.ends)[1] <= _days(other.ends)[0]), None)
        if cover is not None:
            message = f"{rule.name} ends no later than {cover.name} above it, which takes every {rule.event} first"
            yield UNREACHED.warning(rule.place, message, "put the shorter window first")
        if isinstance(rule.recovers, tuple) and rule.until is not None:
            for earlier, step in zip(rule.recovers, rule.recovers[1:], strict=False):
                if _days(earlier.until)[0] >= _days(rule.until)[1]:
                    message = f"{rule.name} ends after {rule.until}, before this step begins"
                    yield UNREACHED.warning(step.place, message, "let the rule end with its last step")


def _of_earned(plan: Plan) -> Iterator[Finding]:
    milestones = [milestone for schedule in plan.payout for milestone in schedule.milestones]
    advances = [milestone for milestone in milestones if milestone.status == "advance" and milestone.pays]
    for rule in plan.clawbacks:
        first = min((_days(_earliest(milestone))[0] for milestone in advances), default=None)
        if first is None or first >= _days(rule.ends)[1]:
            message = f"{rule.name} can recover nothing: " + (
                "every milestone is earned" if first is None else "no advance is paid before it ends"
            )
            yield OF_EARNED.warning(rule.place, message, "label what may be taken back  status: advance")


def _earliest(milestone: Milestone) -> Duration:
    return milestone.after or Duration(0, Unit.DAYS)


def _days(duration: Duration) -> tuple[int, int]:
    """The fewest and the most days that a duration after a close date lasts.

    Months step on the calendar, which repeats every 48 of them between 2000 and 2100.
    """
    if duration.unit is not Unit.MONTHS:
        days = duration.count * (7 if duration.unit is Unit.WEEKS else 1)
        return days, days
    if duration.count > CENTURY:
        return 28 * duration.count, 31 * duration.count
    spans = []
    for month in range(48):
        start, end = _first_of(month), _first_of(month + duration.count)
        too_long = (_first_of(month + 1) - start) - (_first_of(month + duration.count + 1) - end)
        spans += [(end - start).days, (end - start - max(too_long, timedelta(0))).days]
    return min(spans), max(spans)


def _first_of(month: int) -> date:
    """The first day of a month, counted from January 2028."""
    year, month = divmod(2028 * 12 + month, 12)
    return date(year, month + 1, 1)

"""Payout schedules: those that no deal finds, and pay that does not wait for the customer to stay."""

from collections.abc import Iterator

from expcomp.diagnostics import Code, Finding
from expcomp.lint.reach import UNREACHED, Reach
from expcomp.plan.model import Milestone, Plan

AT_BOOKING = Code("W504", "all-at-booking")
OF_EARNED = Code("W511", "clawback-of-what-is-earned")


def check_schedules(reach: Reach) -> Iterator[Finding]:
    plan = reach.plan
    for number, schedule in enumerate(plan.payout):
        if number not in reach.schedules:
            message = f"no deal finds the schedule {schedule.schedule}: those above it take every deal that fits it"
            yield UNREACHED.warning(schedule.place, message, "move it up, or leave it out")
    if all_at_booking(plan):
        message = "everything is paid at booking: nobody loses anything when the customer never goes live or leaves"
        help_ = "pay a part when it is activated, a part when it is retained"
        yield AT_BOOKING.warning(plan.payout[0].place, message, help_)
    for schedule in plan.payout:
        for milestone in schedule.milestones:
            if milestone.on == "retained" and milestone.status == "advance" and milestone.pays:
                message = (
                    f"{milestone.name} of {schedule.schedule} is paid when the customer has stayed, which earns it, "
                    "and is labelled an advance that may be taken back"
                )
                yield OF_EARNED.warning(milestone.key_at("status"), message, "write  status: earned , or ask counsel")


def at_booking(milestone: Milestone) -> bool:
    return milestone.on == "closed_won" or (milestone.after is not None and not milestone.after.count)


def all_at_booking(plan: Plan) -> bool:
    return all(at_booking(milestone) for s in plan.payout for milestone in s.milestones if milestone.pays)

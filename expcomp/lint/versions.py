"""The versions of one plan beside each other, and plans that are in force together."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import combinations, groupby

from expcomp.diagnostics import Code, Finding
from expcomp.lint.regions import all_deals, described
from expcomp.lint.values import meet
from expcomp.plan.model import Plan

OVERLAP = Code("W522", "versions-overlap")
GAP = Code("W523", "versions-gap")
NOT_RAISED = Code("W524", "version-not-raised")
BOTH_TAKE = Code("W525", "two-plans-take-a-deal")


def by_id(plans: Sequence[Plan]) -> list[list[Plan]]:
    """The versions of each id, in order of their first day."""
    ordered = sorted(plans, key=lambda plan: (plan.plan.id, plan.plan.effective.from_))
    return [list(versions) for _, versions in groupby(ordered, key=lambda plan: plan.plan.id)]


def check_versions(before: Plan, plan: Plan) -> Iterator[Finding]:
    """A version and the one before it. Two that begin on one day are an error already."""
    ends, begins = before.plan.effective.to, plan.plan.effective.from_
    if begins == before.plan.effective.from_:
        return
    if ends is not None and ends >= begins:
        message = f"{plan.label} begins on {begins}, and {before.path} runs until {ends}: it is cut short"
        yield OVERLAP.warning(
            plan.plan.effective.key_at("from"), message, "end the earlier version the day before, or leave  to:  out"
        )
    if ends is not None and ends < begins - timedelta(days=1):
        first, last = ends + timedelta(days=1), begins - timedelta(days=1)
        message = f"no version of {plan.plan.id} is in force from {first} to {last}: deals closed then pay nobody"
        yield GAP.warning(
            plan.plan.effective.key_at("from"), message, f"leave out  to:  in {before.path}, or begin on {first}"
        )
    if plan.plan.version <= before.plan.version:
        message = (
            f"this version follows {before.label} ({before.path}) and is numbered {plan.plan.version}: "
            "nobody can tell which one paid a line"
        )
        yield NOT_RAISED.warning(plan.plan.key_at("version"), message, f"write  version: {before.plan.version + 1}")


def check_together(versions: Sequence[Sequence[Plan]]) -> Iterator[tuple[Plan, Finding]]:
    """Plans of different ids whose `applies` let both take a deal; payout stops at such a deal."""
    for one, other in combinations(versions, 2):
        for first, second in ((a, b) for a in one for b in other if _same_days(a, b)):
            here, there = all_deals(first), all_deals(second)
            shared = {field: meet(here[field], there[field]) for field in here if field in there}
            if all(shared.values()):
                deal = described(shared, first)
                message = f"{first.label} ({first.path}) and this plan would both take some deals, for example: {deal}"
                yield (
                    second,
                    BOTH_TAKE.warning(second.plan.key_at("applies"), message, "tell their deals apart with  applies:"),
                )
                break


def _same_days(one: Plan, other: Plan) -> bool:
    mine, theirs = one.plan.effective, other.plan.effective
    return (mine.to is None or theirs.from_ <= mine.to) and (theirs.to is None or mine.from_ <= theirs.to)

"""Rates: those that no deal finds, deals that find none, and what the heights of rates ask people to do."""

from collections.abc import Iterator

from expcomp.diagnostics import Code, Finding, Place
from expcomp.lint.ownership import closes
from expcomp.lint.reach import UNREACHED, Reach, rate_of
from expcomp.lint.regions import TooTangled, all_deals, described, ways
from expcomp.lint.values import Words
from expcomp.money import percent
from expcomp.plan.model import Plan
from expcomp.sources.tables import MOTIONS

NO_UPSIDE = Code("W503", "no-upside")
NEW_LOGO = Code("W512", "new-logo-rate")
RATE_GAP = Code("W518", "rate-gap")

EXPANSION = ("upsell", "cross_sell", "usage", "multi_year")
FAR_ABOVE = 2
"""A new-logo rate of twice the best expansion rate is far above it."""


def check_rates(reach: Reach) -> Iterator[Finding]:
    plan = reach.plan
    used = {at for found in reach.rates.values() for at in found}
    for at, rate in enumerate(plan.rates):
        if at not in used:
            yield UNREACHED.warning(rate.place, f"no deal finds this rate of {rate.role}{_why(reach, rate.role)}")
    for (number, role), region in reach.no_rate.items():
        tier = plan.ownership[number].tier
        message = f"the tier {tier} credits {role}, and no rate fits some of its deals: {described(region, plan)}"
        help_ = f"end the rates of {role} with one that has no `when`; payout stops at such a deal"
        yield RATE_GAP.warning(_last_rate(plan, role), message, help_)
    for number in sorted(reach.tiers):
        yield from _no_upside(reach, number)
    for role in dict.fromkeys(rate.role for rate in plan.rates):
        yield from _new_logo(plan, role)


def _why(reach: Reach, role: str) -> str:
    if not any(role == credited for _, credited in reach.rates):
        return f": no tier credits {role}"
    return ": other rates above it, or the tiers that credit the role, leave it none"


def _last_rate(plan: Plan, role: str) -> Place:
    return [rate for rate in plan.rates if rate.role == role][-1].place


def _no_upside(reach: Reach, number: int) -> Iterator[Finding]:
    """A tier whose deals customer success closes must pay them for it."""
    plan, tier = reach.plan, reach.plan.ownership[number]
    credited = [role for role, share in tier.credit.items() if share]
    if any(closes(plan, role) for role in credited):
        return
    for role in credited:
        rates = reach.rates.get((number, role), frozenset())
        if all(plan.rates[at].rate == 0 for at in rates):
            message = f"{role} closes the deals of the tier {tier.tier} and is paid nothing for them: no rate above 0%"
            yield NO_UPSIDE.warning(tier.key_at("credit"), message, f"give {role} a rate for these deals")


def _new_logo(plan: Plan, role: str) -> Iterator[Finding]:
    if "new_logo" not in plan.plan.covers:
        return
    best = {family: _best(plan, role, family) for family in {*EXPANSION, "new_logo"} & set(plan.plan.covers)}
    new, expansion = best.pop("new_logo"), max((rate for rate, _ in best.values()), default=0)
    if expansion and new[0] >= FAR_ABOVE * expansion:
        message = (
            f"{role} earns {percent(new[0])} on a new logo and at most {percent(expansion)} on an expansion: people "
            "leave customers for prospects"
        )
        yield NEW_LOGO.warning(
            plan.rates[new[1]].key_at("rate"), message, "bring the two closer, or say why with  allow:"
        )


def _best(plan: Plan, role: str, family: str) -> tuple[int, int]:
    """The highest fixed rate that a deal of the family can find, in parts per million, and its position."""
    motions = Words(frozenset(motion for motion, of in MOTIONS.items() if of == family))
    try:
        found = ways({**all_deals(plan), "deal.motion": motions}, lambda deals: rate_of(plan, role, deals))
        rows = {at for at, _ in found if at is not None}
    except TooTangled:
        rows = set()
    return max(((plan.rates[at].rate or 0, at) for at in rows), default=(0, 0))

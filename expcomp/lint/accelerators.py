"""Accelerators: cliffs of whole mode, bands that nothing reaches or that pay nothing."""

from collections.abc import Iterator

from expcomp.diagnostics import Finding
from expcomp.lint.cliffs import CLIFF
from expcomp.lint.metrics import PAY_GAP
from expcomp.lint.reach import UNREACHED, Reach, tier_of
from expcomp.lint.regions import TooTangled, all_deals, ways
from expcomp.lint.values import END, Ranges
from expcomp.money import PPM, percent, rounded, to_text
from expcomp.plan.model import Accelerator, Band, Plan
from expcomp.plan.scalars import MULTIPLIER_UNIT

ASSUMED_QUOTA_MINOR = 100_000_00
"""The quota for which a jump at a share of it is worked out."""


def check_accelerators(reach: Reach) -> Iterator[Finding]:
    plan = reach.plan
    for rule in plan.accelerators:
        if plan.accelerator(rule.role) is not rule:
            message = f"the first accelerator of {rule.role} counts: this one is never used"
            yield UNREACHED.warning(rule.place, message)
        elif not reach.tiers_crediting(rule.role):
            message = f"no tier credits {rule.role}: this accelerator multiplies nothing"
            yield UNREACHED.warning(rule.place, message)
        else:
            yield from _bands(reach, rule)
            if rule.mode == "whole":
                yield from _whole(reach, rule)


def _bands(reach: Reach, rule: Accelerator) -> Iterator[Finding]:
    most = _most_in_a_deal(reach, rule) if rule.window == "deal" else END
    starts = 0
    for band in rule.bands:
        ends = band.below.value if band.below else END
        if ends <= 0 or starts >= most:
            message = f"no deal of {rule.role} can get into this band: it begins at what one deal can be credited"
            yield UNREACHED.warning(band.place, message if ends > 0 else "nothing lies below 0: this band is empty")
        elif not band.multiplier:
            below = f" below {shown_edge(reach.plan, band)}" if band.below else ""
            message = f"{rule.role} earns nothing{below}: credit in this band is multiplied by 0"
            yield PAY_GAP.warning(band.place, message, "give the band a multiplier above 0")
        starts = max(starts, ends)


def _most_in_a_deal(reach: Reach, rule: Accelerator) -> int:
    """The quota credit that one deal can give, by the ranges of value of the tiers; END where it has no bound."""
    plan, most = reach.plan, 0

    def quota_share(number: int | None) -> int:
        tier = plan.ownership[number] if number is not None else None
        return (tier.quota_credit or tier.credit).get(rule.role, 0) if tier else 0

    try:
        for number, region in ways(all_deals(plan, counted=True), lambda deals: tier_of(plan, deals)):
            values = region["deal.acv"]
            assert isinstance(values, Ranges)
            if share := quota_share(number):
                highest = values.parts[-1][1]
                most = max(most, END if highest == END else -(-(highest - 1) * share // PPM) + 1)
    except TooTangled:
        return END
    return most


def _whole(reach: Reach, rule: Accelerator) -> Iterator[Finding]:
    """The largest jump at an edge: all that was credited in the window moves to the next multiplier."""
    plan, rate = reach.plan, highest_rate(reach, rule.role)
    edges = [(edge_of(lower), lower, upper) for lower, upper in zip(rule.bands, rule.bands[1:], strict=False)]
    if not edges:
        return
    edge, lower, upper = max(edges, key=lambda at: abs(_paid(at[0], rate, at[2]) - _paid(at[0] - 1, rate, at[1])))
    below, at, above = _paid(edge - 1, rate, lower), _paid(edge, rate, upper), _paid(edge + 1, rate, upper)
    credit, *pays, jump = (
        to_text(minor, plan.plan.currency, grouped=True) for minor in (edge, below, at, above, at - below)
    )
    quota = to_text(ASSUMED_QUOTA_MINOR, plan.plan.currency, grouped=True)
    assumed = f"for a quota of {quota} and " if rule.measure == "attainment" else ""
    message = (
        f"whole mode moves all lines of {rule.role} in a {rule.window} to another multiplier at once: {assumed}at a "
        f"rate of {percent(rate)}, one cent below a credit of {credit} pays {pays[0]}, at it {pays[1]}, one cent above "
        f"{pays[2]}: a jump of {jump}"
    )
    yield CLIFF.warning(
        rule.key_at("mode"), message, "write  mode: marginal , where each band keeps its own multiplier"
    )


def edge_of(band: Band) -> int:
    """Where the band ends, in minor units of credit."""
    assert band.below is not None
    return rounded(ASSUMED_QUOTA_MINOR * band.below.value, PPM) if band.below.is_share else band.below.value


def highest_rate(reach: Reach, role: str) -> int:
    """In parts per million; 10 % where the payees' own rates hold."""
    found = [reach.plan.rates[at].rate for (_, of), rates in reach.rates.items() if of == role for at in rates]
    return max((rate for rate in found if rate is not None), default=PPM // 10)


def _paid(credit: int, rate: int, band: Band) -> int:
    return rounded(credit * rate * band.multiplier, PPM * MULTIPLIER_UNIT)


def shown_edge(plan: Plan, band: Band) -> str:
    assert band.below is not None
    edge = band.below.value
    return percent(edge) if band.below.is_share else to_text(edge, plan.plan.currency, grouped=True)

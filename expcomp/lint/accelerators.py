"""Accelerators: cliffs of whole mode, bands that nothing reaches or that pay nothing."""

from collections.abc import Iterator

from expcomp.diagnostics import Finding
from expcomp.lint.cliffs import CLIFF
from expcomp.lint.metrics import PAY_GAP
from expcomp.lint.overlays import percent
from expcomp.lint.reach import UNREACHED, Reach, tier_of
from expcomp.lint.regions import TooTangled, all_deals, ways
from expcomp.lint.values import END, Ranges
from expcomp.money import PPM, rounded, to_text
from expcomp.plan.model import Accelerator, Band, Edge, Plan
from expcomp.plan.scalars import MULTIPLIER_UNIT

ASSUMED_QUOTA_MINOR = 100_000_00
"""The quota that a share of it is worked out for where the examples of the plan name none."""


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
            below = f" below {_shown(reach.plan, band.below)}" if band.below else ""
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
    plan = reach.plan
    quota, said = _quota(plan, rule)
    rates = [plan.rates[at].rate for (_, role), found in reach.rates.items() if role == rule.role for at in found]
    rate = max((rate for rate in rates if rate is not None), default=PPM // 10)
    for lower, upper in zip(rule.bands, rule.bands[1:], strict=False):
        assert lower.below is not None
        edge = rounded(quota * lower.below.value, PPM) if lower.below.is_share else lower.below.value
        below, at, above = (_paid(edge + step, rate, band) for step, band in ((-1, lower), (0, upper), (1, upper)))
        money = [to_text(amount, plan.plan.currency, grouped=True) for amount in (below, at, above, at - below)]
        message = (
            f"whole mode: at {_shown(plan, lower.below)} all lines of {rule.role} in a {rule.window} move to "
            f"×{upper.multiplier / MULTIPLIER_UNIT:g}. {said}at {percent(rate)}, a credit of "
            f"{to_text(edge, plan.plan.currency, grouped=True)} pays {money[1]}, one cent less {money[0]}, one cent "
            f"more {money[2]}: a jump of {money[3]}"
        )
        yield CLIFF.warning(upper.place, message, "write  mode: marginal , where each band keeps its own multiplier")


def _paid(credit: int, rate: int, band: Band) -> int:
    return rounded(credit * rate * band.multiplier, PPM * MULTIPLIER_UNIT)


def _quota(plan: Plan, rule: Accelerator) -> tuple[int, str]:
    if rule.measure == "credited":
        return 0, ""
    quota = ASSUMED_QUOTA_MINOR
    return quota, f"For a quota of {to_text(quota, plan.plan.currency, grouped=True)} and "


def _shown(plan: Plan, edge: Edge) -> str:
    return percent(edge.value) if edge.is_share else to_text(edge.value, plan.plan.currency, grouped=True)

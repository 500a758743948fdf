"""What the deals of a plan reach: its tiers, rates, overlays and schedules, and where they find nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from expcomp.diagnostics import Code, Place
from expcomp.lint.regions import Deals, Patience, Region, TooTangled, all_deals, first_fitting, ways
from expcomp.plan.conditions import Condition, FieldType, Is, OneOf
from expcomp.plan.model import Overlay, Plan, Tier

UNREACHED = Code("W514", "nothing-reaches-it")

RENEWALS = (Condition("deal.family", FieldType.WORD, OneOf(frozenset({"renewal"})), "renewal", Place("")),)
QUALIFIED = (Condition("signal.qualified", FieldType.FLAG, Is(True), "true", Place("")),)

Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Reach:
    """Positions of tiers, rates and schedules that some deal reaches, names of overlays by tier; and the deals that
    find no tier, no rate (by tier and role) and no schedule. What is too tangled to follow counts as reached."""

    plan: Plan
    tiers: frozenset[int]
    no_tier: Region | None
    rates: dict[tuple[int, str], frozenset[int]] = field(default_factory=dict)
    no_rate: dict[tuple[int, str], Region] = field(default_factory=dict)
    overlays: dict[str, frozenset[int]] = field(default_factory=dict)
    schedules: frozenset[int] = frozenset()

    def tiers_crediting(self, role: str) -> list[Tier]:
        """Tiers with deals in them that pay a role for closing."""
        reached = (self.plan.ownership[number] for number in sorted(self.tiers))
        return [tier for tier in reached if tier.credit.get(role)]


def reach(plan: Plan) -> Reach:
    patience = Patience()
    tiers, no_tier = _tiers(plan, patience)
    rates, no_rate = _rates(plan, patience)
    overlays = {name: _overlay(plan, overlay, patience) for name, overlay in plan.overlays.items()}
    found = _followed(plan, patience, lambda deals: first_fitting(deals, [s.when for s in plan.payout]))
    schedules = range(len(plan.payout)) if found is None else {at for at, _ in found if at is not None}
    return Reach(plan, tiers, no_tier, rates, no_rate, overlays, frozenset(schedules))


def tier_of(plan: Plan, deals: Deals) -> int | None:
    return first_fitting(deals, (tier.when for tier in plan.ownership))


def credit_of(plan: Plan, tier: Tier, deals: Deals) -> dict[str, int]:
    """Who is credited for these deals of a tier."""
    if tier.renewal is not None and "renewal" in plan.plan.covers and deals.fit(RENEWALS):
        return tier.renewal
    return tier.credit


def rate_of(plan: Plan, role: str, deals: Deals) -> int | None:
    """The position of the first rate that fits."""
    rows = (number for number, rate in enumerate(plan.rates) if rate.role == role)
    return next((number for number in rows if deals.fit(plan.rates[number].when)), None)


def applies(overlay: Overlay, tier: Tier, deals: Deals) -> bool:
    qualified = overlay.requires is None or deals.fit(QUALIFIED)
    return qualified and overlay.applies_to(tier.tier) and deals.fit(overlay.when)


def _followed(
    plan: Plan, patience: Patience, follow: Callable[[Deals], Outcome], *, counted: bool = False
) -> list[tuple[Outcome, Region]] | None:
    """None where the plan is too tangled."""
    try:
        return list(ways(all_deals(plan, counted=counted), follow, patience))
    except TooTangled:
        return None


def _tiers(plan: Plan, patience: Patience) -> tuple[frozenset[int], Region | None]:
    found = _followed(plan, patience, lambda deals: tier_of(plan, deals), counted=True)
    if found is None:
        return frozenset(range(len(plan.ownership))), None
    missing = next((region for tier, region in found if tier is None), None)
    return frozenset(tier for tier, _ in found if tier is not None), missing


def _rates(
    plan: Plan, patience: Patience
) -> tuple[dict[tuple[int, str], frozenset[int]], dict[tuple[int, str], Region]]:
    """By tier and role: the rates that its deals find, and deals that find none."""
    reached: dict[tuple[int, str], set[int]] = {}
    missing: dict[tuple[int, str], Region] = {}
    for role in dict.fromkeys(rate.role for rate in plan.rates):
        found = _followed(plan, patience, lambda deals, role=role: _tier_and_rate(plan, role, deals))  # type: ignore[misc]
        for outcome, region in found if found is not None else _all_rates(plan, role):
            if outcome is None:
                continue
            tier, rate = outcome
            reached.setdefault((tier, role), set()).update(() if rate is None else (rate,))
            if rate is None and region:
                missing.setdefault((tier, role), region)
    return {key: frozenset(rates) for key, rates in reached.items()}, missing


def _tier_and_rate(plan: Plan, role: str, deals: Deals) -> tuple[int, int | None] | None:
    """None where the role is not credited."""
    number = tier_of(plan, deals)
    if number is None or role not in credit_of(plan, plan.ownership[number], deals):
        return None
    return number, rate_of(plan, role, deals)


def _all_rates(plan: Plan, role: str) -> Iterator[tuple[tuple[int, int | None] | None, Region]]:
    for number, tier in enumerate(plan.ownership):
        if role in tier.credit:
            yield from (((number, at), {}) for at, rate in enumerate(plan.rates) if rate.role == role)


def _overlay(plan: Plan, overlay: Overlay, patience: Patience) -> frozenset[int]:
    """The tiers in which some deal pays the overlay."""

    def follow(deals: Deals) -> int | None:
        number = tier_of(plan, deals)
        return number if number is not None and applies(overlay, plan.ownership[number], deals) else None

    found = _followed(plan, patience, follow)
    if found is None:
        return frozenset(n for n, tier in enumerate(plan.ownership) if overlay.applies_to(tier.tier))
    return frozenset(number for number, _ in found if number is not None)

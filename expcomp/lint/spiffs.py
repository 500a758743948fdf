"""SPIFFs, caps and guardrails that nothing can reach."""

from collections.abc import Iterator

from expcomp.diagnostics import Finding
from expcomp.lint.reach import UNREACHED, Reach, tier_of
from expcomp.lint.regions import Deals, TooTangled, all_deals, ways
from expcomp.plan.model import Guardrail, Plan, Spiff


def check_spiffs(reach: Reach) -> Iterator[Finding]:
    plan = reach.plan
    for spiff in plan.spiffs:
        if why := _never_paid(plan, spiff):
            yield UNREACHED.warning(spiff.place, f"nobody can earn the SPIFF {spiff.name}: {why}")
    for cap in plan.caps:
        if not reach.tiers_crediting(cap.role):
            yield UNREACHED.warning(cap.place, f"this cap holds nothing: no tier credits {cap.role}")
    for guardrail in plan.guardrails:
        if not _happens(plan, guardrail):
            yield UNREACHED.warning(guardrail.place, f"no deal fits the guardrail {guardrail.name}")


def _never_paid(plan: Plan, spiff: Spiff) -> str:
    head = plan.plan.effective
    if spiff.between.to < head.from_ or (head.to is not None and spiff.between.from_ > head.to):
        return "its dates lie outside those of the plan"

    def earns(deals: Deals) -> bool:
        number = tier_of(plan, deals)
        return number is not None and bool(plan.ownership[number].credit.get(spiff.role)) and deals.fit(spiff.when)

    try:
        if not any(earned for earned, _ in ways(all_deals(plan), earns)):
            return f"no deal that fits it credits {spiff.role}"
    except TooTangled:
        pass
    return "its budget is nothing" if spiff.budget == 0 else ""


def _happens(plan: Plan, guardrail: Guardrail) -> bool:
    try:
        return any(fits for fits, _ in ways(all_deals(plan), lambda deals: deals.fit(guardrail.when)))
    except TooTangled:
        return True

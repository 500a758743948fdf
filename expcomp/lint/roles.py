"""Roles: targets without the authority to reach them, and more levers than people can follow."""

from collections.abc import Iterator

from expcomp.diagnostics import Code, Finding
from expcomp.lint.reach import Reach
from expcomp.plan.model import Example, Plan

NO_AUTHORITY = Code("W502", "quota-without-authority")
LEVERS = Code("W513", "too-many-levers")

MOST_LEVERS = 3


def check_roles(reach: Reach) -> Iterator[Finding]:
    for role in reach.plan.roles:
        yield from _authority(reach, role)
        yield from _levers(reach.plan, role)


def _authority(reach: Reach, role: str) -> Iterator[Finding]:
    target = _target(reach.plan, role)
    if target and not reach.tiers_crediting(role):
        message = f"{role} has {target}, and no tier credits {role} with closing anything: a target out of reach"
        help_ = f"credit {role} in a tier, or give it a retention metric instead"
        yield NO_AUTHORITY.warning(reach.plan.roles[role].place, message, help_)


def _target(plan: Plan, role: str) -> str:
    """What asks a role for expansion revenue, in words."""
    rule = plan.accelerator(role)
    if rule is not None and rule.measure == "attainment":
        return "an accelerator over a quota"
    tier = next((tier for tier in plan.ownership if (tier.quota_credit or {}).get(role)), None)
    if tier is not None:
        return f"quota credit in the tier {tier.tier}"
    if any(rate.role == role and rate.rate is None for rate in plan.rates):
        return "a rate of target over quota"
    example = next((example for example in plan.examples if role in _with_quotas(example)), None)
    if example is not None:
        return f"a quota in the example {example.name}"
    bonus = next((bonus for bonus in plan.bonuses if bonus.role == role and bonus.metric == "expansion"), None)
    return f"the expansion bonus {bonus.name}" if bonus else ""


def _with_quotas(example: Example) -> set[str]:
    """Roles of the payees to whom an example gives a quota."""
    role_of = {row.get("payee_id", ""): row.get("role", "") for row in example.given.get("payees", ())}
    return {row.get("role") or role_of.get(row.get("payee_id", ""), "") for row in example.given.get("quotas", ())}


def _levers(plan: Plan, role: str) -> Iterator[Finding]:
    levers = [*_levers_of(plan, role)]
    if len(levers) > MOST_LEVERS:
        message = f"{role} is paid by {len(levers)} levers ({', '.join(levers)}): more than {MOST_LEVERS} pull nowhere"
        yield LEVERS.warning(plan.roles[role].place, message, "keep the three that matter most")


def _levers_of(plan: Plan, role: str) -> Iterator[str]:
    if any(tier.credit.get(role) for tier in plan.ownership):
        yield "commission"
    if plan.accelerator(role):
        yield "accelerator"
    yield from (f"overlay {name}" for name, overlay in plan.overlays.items() if overlay.role == role)
    yield from (f"bonus {bonus.name}" for bonus in plan.bonuses if bonus.role == role)
    yield from (f"modifier {modifier.name}" for modifier in plan.modifiers if role in modifier.roles)
    yield from (f"SPIFF {spiff.name}" for spiff in plan.spiffs if spiff.role == role)

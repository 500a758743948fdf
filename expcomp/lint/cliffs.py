"""Payout cliffs: where one more cent of a deal's value moves what somebody is paid for it by more than a stated amount.

At every value that a condition of the plan names, each kind of deal is paid one cent below, at it, and one cent
above (design page 3, steps 2 to 6 without accelerators; SPIFFs only where they ask for an amount). The rules alone
decide, no deal is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from expcomp.diagnostics import Code, Finding, Place
from expcomp.lint.reach import Reach, applies, credit_of, rate_of, tier_of
from expcomp.lint.regions import Deals, Patience, Region, TooTangled, all_deals, described, ways
from expcomp.money import PPM, rounded, to_text
from expcomp.plan.conditions import Between
from expcomp.plan.model import Plan
from expcomp.plan.versions import conditions_of

CLIFF = Code("W507", "payout-cliff")

STATED_MINOR = 1_000_00
"""A jump of more than this is told: 1,000.00 of a currency with two decimals."""

Pay = dict[str, int]
"""Minor units by role."""


DEAL, ACCOUNT = "deal.acv", "account.acv"

PROBED_MINOR = 100_000_00
"""The value of the deals that are looked at around a threshold of the account's value."""


@dataclass(frozen=True, slots=True)
class Jump:
    """What a role is paid one cent below, at, and one cent above a value, for the deals where it moves most."""

    role: str
    field: str
    value: int
    place: Place
    paid: tuple[int, int, int]
    region: Region

    @property
    def size(self) -> int:
        below, at, above = self.paid
        return max(abs(at - below), abs(above - at))


def check_cliffs(reach: Reach) -> Iterator[Finding]:
    for jump in jumps(reach.plan):
        if jump.size > STATED_MINOR:
            yield _finding(jump, reach.plan)


def jumps(plan: Plan, field: str = DEAL) -> list[Jump]:
    """The largest jump of each role at each value that a condition names: of the deal, or of its account."""
    found: list[Jump] = []
    patience = Patience()
    for value, place in sorted(_values(plan, field).items()):
        largest: dict[str, Jump] = {}
        try:
            for one in _at(plan, field, value, place, patience):
                if one.role not in largest or one.size > largest[one.role].size:
                    largest[one.role] = one
        except TooTangled:
            break
        found += list(largest.values())
    return found


def _finding(jump: Jump, plan: Plan) -> Finding:
    below, at, above, value, size, stated = (
        to_text(minor, plan.plan.currency, grouped=True) for minor in (*jump.paid, jump.value, jump.size, STATED_MINOR)
    )
    message = (
        f"{jump.role} is paid {at} for a deal of {value}, {below} for one cent less and {above} for one cent more: a "
        f"jump of {size}, more than {stated} ({described(jump.region, plan)})"
    )
    return CLIFF.warning(jump.place, message, "bring the two sides closer, or say why with  allow:")


def _values(plan: Plan, field: str) -> dict[int, Place]:
    """Each value above nothing at which a condition on the field changes, and where it stands first."""
    edges: dict[int, Place] = {}
    for condition in conditions_of(plan):
        if condition.field == field and isinstance(condition.test, tuple):
            for bound in condition.test:
                for value in _edges(bound):
                    edges.setdefault(value, condition.place)
    return {value: place for value, place in edges.items() if value > 0}


def _edges(bound: Between) -> Iterator[int]:
    yield from (value for value in (bound.low, bound.high) if value is not None)


def _at(plan: Plan, field: str, value: int, place: Place, patience: Patience) -> Iterator[Jump]:
    region = all_deals(plan)

    def follow(deals: Deals) -> tuple[Pay, Pay, Pay]:
        below, at, above = (_pay(plan, deals.worth({DEAL: PROBED_MINOR, field: value + step})) for step in (-1, 0, 1))
        return below, at, above

    for (below, at, above), part in ways(region, follow, patience):
        for role in dict.fromkeys((*below, *at, *above)):
            yield Jump(role, field, value, place, (below.get(role, 0), at.get(role, 0), above.get(role, 0)), part)


def _pay(plan: Plan, deals: Deals) -> Pay:
    """What the roles are paid for a deal of this value; a role without a fixed rate is left out."""
    number = tier_of(plan, deals)
    if number is None or any(g.action == "zero" and deals.fit(g.when) for g in plan.guardrails):
        return {}
    tier, acv = plan.ownership[number], deals.fixed[DEAL]
    lines: Pay = {}
    for role, credited in divided(acv, credit_of(plan, tier, deals)).items():
        at = rate_of(plan, role, deals)
        if at is not None and plan.rates[at].rate is not None:
            lines[role] = rounded(credited * (plan.rates[at].rate or 0), PPM, plan.plan.rounding)
    pay, gross = dict(lines), sum(lines.values())
    for overlay in plan.overlays.values():
        if not applies(overlay, tier, deals):
            continue
        basis = acv if overlay.pays.of == "value" else gross
        amount = overlay.pays.amount_minor or rounded(basis * overlay.pays.share_ppm, PPM, plan.plan.rounding)
        if overlay.funding == "carve_out":
            amount = min(amount, sum(lines.values()))
            for role, part in divided(amount, lines).items():
                lines[role] -= part
                pay[role] -= part
        pay[overlay.role] = pay.get(overlay.role, 0) + amount
    for spiff in plan.spiffs:
        at_an_amount = any(condition.field in deals.fixed for condition in spiff.when)
        if at_an_amount and spiff.role in lines and deals.fit(spiff.when):
            pay[spiff.role] += spiff.pays
    return pay


def divided(amount: int, weights: dict[str, int]) -> dict[str, int]:
    """`exact.divide` for one amount, without columns: largest remainder, ties to the smaller name."""
    whole = sum(weights.values())
    parts = {name: divmod(amount * weight, whole) for name, weight in weights.items()} if whole else {}
    spare = amount - sum(floor for floor, _ in parts.values()) if parts else 0
    upwards = sorted(parts, key=lambda name: (-parts[name][1], name))[:spare]
    return {name: floor + (name in upwards) for name, (floor, _) in parts.items()}

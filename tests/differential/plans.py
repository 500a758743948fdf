"""Random plans that are valid: trees of text, written as YAML by `to_yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from .blocks import (
    accelerators,
    activation,
    caps,
    clawbacks,
    guardrails,
    leavers,
    overlays,
    ownership,
    payout,
    rates,
    recovery,
    signals,
    spiffs,
)
from .conditions import FIELDS
from .dice import Dice

Tree = dict[str, Any]

FAMILIES = ("upsell", "cross_sell", "usage", "multi_year", "renewal", "new_logo")
SOURCES = {
    "csm": ("account.csm",),
    "ae": ("deal.owner",),
    "am": ("account.am", "account.coverer"),
    "boss": ("manager of ae", "manager of csm"),
    "closer": ("team.closer", "deal.closer"),
    "signaler": ("signal.logged_by", "signal.assigned_to"),
    "partner": ("deal.partner",),
}
CREDITED = ("csm", "ae", "am", "boss", "closer")


@dataclass(frozen=True)
class Ground:
    """What all plans of one project agree on."""

    currency: str
    zone: str
    year_starts: str
    value: str
    rounding: str


class _Plain(yaml.CSafeDumper):
    """Writes shared parts of a tree twice: plans know no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_yaml(tree: Tree) -> str:
    return yaml.dump(tree, Dumper=_Plain, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)


def make_plans(dice: Dice) -> tuple[Ground, list[Tree]]:
    """One plan, two versions of one, or two ids that share the deals."""
    ground = Ground(
        currency=dice.pick(("USD", "USD", "USD", "JPY", "EUR", "KWD")),
        zone=dice.pick(("America/New_York", "UTC", "Asia/Tokyo")),
        year_starts=dice.pick(("January", "January", "February", "April", "July", "October")),
        value=dice.pick(("acv", "acv", "arr", "amount")),
        rounding=dice.pick(("half_up", "half_up", "half_even")),
    )
    shape = dice.random.random()
    if shape < 0.70:
        return ground, [_plan(dice, ground, "expansion", 1, "2027-01-01")]
    if shape < 0.85:
        return ground, _versions(dice, ground)
    return ground, _ids(dice, ground)


def _versions(dice: Dice, ground: Ground) -> list[Tree]:
    """The second version is the first one changed here and there, or another plan altogether."""
    roles = _roles(dice)
    first = _plan(dice, ground, "expansion", 1, "2027-01-01", roles)
    begins = dice.pick(("2027-02-15", "2027-04-01", "2027-05-20", "2027-07-01", "2028-02-29"))
    second = _plan(dice, ground, "expansion", 2, begins, roles)
    if dice.maybe(0.7):
        kept = {block for block in second if dice.maybe(0.3)} | {"plan"}
        tied = {"ownership", "overlays"}  # overlays name tiers
        kept = kept | tied if kept & tied else kept
        second = {
            b: (second if b in kept else first)[b] for b in {**first, **second} if b in (second if b in kept else first)
        }
    if dice.maybe(0.15):
        first["plan"]["effective"]["to"] = dice.pick(("2027-01-31", "2027-03-30", begins))
    return [first, second]


def _ids(dice: Dice, ground: Ground) -> list[Tree]:
    one = _plan(dice, ground, "expansion", 1, "2027-01-01")
    other = _plan(dice, ground, "usage", 1, dice.pick(("2027-01-01", "2027-04-01")))
    agree = dice.maybe(0.2)
    for block in ("recovery", "leavers"):
        other.pop(block, None)
        if not agree:
            one.pop(block, None)
        elif block in one:
            other[block] = one[block]
    field, mine, theirs = dice.pick((
        ("account.segment", "enterprise", ["smb", "mid_market"]),
        ("deal.self_serve", "true", "false"),
        ("deal.family", ["usage", "upsell"], ["cross_sell", "multi_year", "new_logo", "renewal"]),
        ("deal.acv", "< 40000", ">= 40000"),
        ("account.acv", "0 .. 100000", ">= 100000"),
    ))  # fmt: skip
    one["plan"]["applies"], other["plan"]["applies"] = {field: mine}, {field: theirs}
    return [one, other]


def _plan(dice: Dice, ground: Ground, plan_id: str, version: int, begins: str, roles: Tree | None = None) -> Tree:
    roles = roles or _roles(dice)
    credited = [role for role in CREDITED if role in roles]
    tiers = ownership(dice, ground.currency, credited)
    plan: Tree = {"plan": _head(dice, ground, plan_id, version, begins), "roles": roles, "ownership": tiers}
    names = [tier["tier"] for tier in tiers]
    plan["overlays"] = overlays(dice, ground.currency, list(roles), names)
    plan["rates"] = rates(dice, ground.currency, credited)
    plan["accelerators"] = accelerators(dice, ground.currency, credited)
    plan["caps"] = caps(dice, ground.currency, credited)
    plan["payout"] = payout(dice, ground.currency)
    plan["activation"] = activation(dice, ground.currency)
    plan["guardrails"] = guardrails(dice, ground.currency)
    plan["clawbacks"] = clawbacks(dice)
    plan["recovery"] = recovery(dice)
    plan["leavers"] = leavers(dice)
    plan["spiffs"] = spiffs(dice, ground.currency, credited)
    plan["signals"] = signals(dice)
    return {block: content for block, content in plan.items() if content}


def _head(dice: Dice, ground: Ground, plan_id: str, version: int, begins: str) -> Tree:
    covers = ["upsell", "cross_sell", "usage", "multi_year"]
    if dice.maybe(0.1 if dice.steep else 0.4):
        covers = dice.some(FAMILIES, 3, 5)
    rest = [family for family in FAMILIES if family not in covers]
    head: Tree = {
        "id": plan_id, "version": str(version), "effective": {"from": begins}, "currency": ground.currency,
        "timezone": ground.zone, "fiscal_year_starts": ground.year_starts, "value": ground.value,
        "rounding": ground.rounding, "covers": covers,
        "counts_toward_quota": [family for family in rest if dice.maybe(0.5)],
        "fields": {name: kind for name, (kind, _) in FIELDS.items() if name.split(".")[1] in DECLARED},
    }  # fmt: skip
    return {key: value for key, value in head.items() if value}


DECLARED = ("partner_tier", "health_score", "margin", "list_price", "strategic", "grade")


def _roles(dice: Dice) -> Tree:
    names = ["csm", "ae", *dice.some(("am", "boss", "closer"), 0, 2), "signaler", "partner"]
    roles: Tree = {}
    for name in names:
        roles[name] = {"from": dice.pick(SOURCES[name])}
        roll = dice.random.random()
        if roll < 0.35 or (name == "boss" and roll < 0.9):
            roles[name]["vacant"] = "forfeit"
        elif roll < 0.55 and name not in ("ae", "csm", "boss"):
            roles[name]["vacant"] = f"to {dice.pick(('ae', 'csm'))}"
        elif roll < 0.6 and name == "csm" and roles.get("boss", {}).get("from") != "manager of csm":
            roles[name]["vacant"] = "to ae"
    return roles

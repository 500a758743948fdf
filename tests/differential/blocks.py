"""The blocks of a random plan, one function each, as trees of text."""

from __future__ import annotations

from typing import Any

from .conditions import when
from .dice import EDGES, Dice

Tree = dict[str, Any]

SHARES: dict[int, tuple[tuple[str, ...], ...]] = {
    1: (("100%",),),
    2: (("60%", "40%"), ("70%", "30%"), ("99.9999%", "0.0001%"), ("33.3333%", "66.6667%")),
    3: (("50%", "25%", "25%"), ("33.3333%", "33.3333%", "33.3334%"), ("70%", "15%", "15%")),
}
MILESTONE_SHARES = {
    1: (("100%",),),
    2: (("50%", "50%"), ("33.3333%", "66.6667%"), ("90%", "10%")),
    3: (("30%", "50%", "20%"), ("33.3333%", "33.3333%", "33.3334%")),
}
PERCENTS = ("8%", "10%", "5%", "12.5%", "8.25%", "33.3333%", "0.0001%", "2%", "150%")
AFTERS = ("1 month", "90 days", "3 months", "6 months", "12 months", "365 days", "26 weeks", "1 year", "0 days")
WITHINS = ("30 days", "60 days", "90 days", "180 days", "1 month", "3 months", "6 months")
UNTILS = ("30 days", "90 days", "180 days", "365 days", "1 month", "3 months", "6 months", "12 months")
WINDOWS = ("month", "quarter", "year")


def _credit(dice: Dice, roles: list[str]) -> Tree:
    chosen = dice.some(roles, 1, 3)
    return dict(zip(chosen, dice.pick(SHARES[len(chosen)]), strict=True))


def ownership(dice: Dice, currency: str, roles: list[str]) -> list[Tree]:
    tiers: list[Tree] = []
    for name in ["Product-led", "A", "C", "B"][-dice.number(1, 4) :]:
        tier: Tree = {"tier": name}
        if name != "B" or dice.maybe(0.1):
            tier["when"] = when(dice, currency)
        tier["credit"] = _credit(dice, roles)
        if dice.maybe(0.4):
            tier["quota_credit"] = _quota_credit(dice, list(tier["credit"]), roles)
        if dice.maybe(0.3):
            tier["renewal"] = _credit(dice, roles)
        if dice.maybe(0.35):
            tier["splits"] = "crm"
        tiers.append(tier)
    return tiers


def _quota_credit(dice: Dice, credited: list[str], roles: list[str]) -> Tree:
    roll = dice.random.random()
    if roll < 0.4:
        return dict.fromkeys(credited, "100%")
    if roll < 0.7:
        return _credit(dice, roles)
    return {role: dice.pick(("100%", "50%", "33.3333%", "150%", "0%")) for role in dice.some(roles, 1, 3)}


def overlays(dice: Dice, currency: str, roles: list[str], tiers: list[str]) -> Tree:
    found: Tree = {}
    for name in dice.some(("signal credit", "partner influence", "Überblick"), 0, 3):
        role = dice.pick({"signal credit": ["signaler"], "partner influence": ["partner"]}.get(name, roles))
        overlay: Tree = {
            "tiers": "all" if dice.maybe(0.5) else dice.some(tiers, 1, 2),
            "role": role,
            "pays": dice.pick((
                "25% of commission", "25% of base commission", "33.3333% of commission", "2% of value",
                "0.0001% of value", "100% of commission", "500", "40% of base commission",
            )),
            "funding": dice.pick(("additive", "carve_out")),
        }  # fmt: skip
        if dice.maybe(0.35):
            overlay["when"] = when(dice, currency, ("deal.partner_role", "deal.family", "deal.acv"), 1)
        if dice.maybe(0.5 if role == "signaler" else 0.1):
            overlay["requires"] = "qualified_signal"
        found[name] = overlay
    return found


def rates(dice: Dice, currency: str, roles: list[str]) -> list[Tree]:
    rows: list[Tree] = []
    for role in roles:
        if dice.maybe(0.4):
            rows.append({"role": role, "when": when(dice, currency), "rate": dice.pick(PERCENTS)})
        own = dice.maybe(0.12)
        rows.append({"role": role, "rate": "target_variable / quota" if own else dice.pick(PERCENTS)})
    return rows


def accelerators(dice: Dice, currency: str, roles: list[str]) -> list[Tree]:
    found = []
    for role in dice.some(roles, 0 if dice.maybe(0.4) else 1, 3):
        attainment = dice.maybe(0.6)
        edges = ["50%", "80%", "100%", "125%", "33.3333%"] if attainment else [f"{e // 1000}k" for e in EDGES]
        inner = sorted(dice.some(edges, 0 if dice.maybe(0.2) else 1, 3), key=lambda text: float(text.rstrip("%k")))
        bands: list[Tree] = [{"below": edge, "multiplier": dice.pick(("1", "1", "0.5", "1.5", "0"))} for edge in inner]
        mode = dice.pick(("marginal", "whole"))
        windows = ("month", "quarter", "year", "year") if mode == "whole" else WINDOWS
        rule: Tree = {
            "role": role,
            "measure": "attainment" if attainment else "credited",
            "window": dice.pick(windows if attainment else ("deal", *windows)),
            "mode": mode,
            "bands": [*bands, {"multiplier": dice.pick(("2", "1.3333", "1", "2.5"))}],
        }
        if dice.maybe(0.4):
            rule["no_quota"] = dice.pick(("base_rate", "base_rate", "error"))
        found.append(rule)
    return found


def caps(dice: Dice, currency: str, roles: list[str]) -> list[Tree]:
    limits = ("500", "3k", "5k", "7.5k", "60k", "0") if currency != "JPY" else ("500", "3k", "7_500", "60k")
    return [
        {"role": dice.pick(roles), "per": dice.pick(("deal", *WINDOWS)), "limit": dice.pick(limits)}
        for _ in range(dice.pick((0, 0, 1, 2, 3)))
    ]


def payout(dice: Dice, currency: str) -> list[Tree]:
    found: list[Tree] = []
    names = ["usage", "fast", "standard"][-dice.number(1, 3) :]
    for name in names:
        schedule: Tree = {"schedule": name}
        if name != names[-1]:
            schedule["when"] = when(dice, currency)
        shares = dice.pick(MILESTONE_SHARES[dice.number(1, 3)])
        schedule["milestones"] = [_milestone(dice, i, share) for i, share in enumerate(shares)]
        found.append(schedule)
    return found


def _milestone(dice: Dice, position: int, share: str) -> Tree:
    on = dice.pick(("closed_won", "activated", "paid", "retained", "date", "go_live", "training"))
    if position == 0 and dice.maybe(0.6):
        on = "closed_won"
    found: Tree = {"name": f"{on} {position + 1}", "pays": share, "on": on}
    if on in ("retained", "date"):
        found["after"] = dice.pick(AFTERS)
    if dice.maybe(0.3):
        found["within"] = dice.pick(WITHINS)
    if dice.maybe(0.5):
        found["status"] = dice.pick(("advance", "advance", "earned"))
    return found


def activation(dice: Dice, currency: str) -> Tree:
    fields = ("account.seat_utilization", "account.health_score", "account.health", "deal.family")
    return {"when": when(dice, currency, fields, 2)} if dice.maybe(0.7) else {}


def guardrails(dice: Dice, currency: str) -> list[Tree]:
    found = []
    for number in range(dice.pick((0, 0, 0, 1, 1, 2))):
        action = dice.pick(("hold", "hold", "hold", "zero", "warn"))
        fields: tuple[str, ...] = (
            "account.seat_utilization", "account.health", "account.health_score", "account.segment",
        )  # fmt: skip
        if action != "hold":
            fields = ("deal.bundled_with_renewal", "account.health", "deal.acv", "account.seat_utilization")
        condition = when(dice, currency, fields, 1)
        found.append({"name": f"guard {number + 1}", "when": condition, "action": action})
    return found


def clawbacks(dice: Dice) -> list[Tree]:
    found = []
    for number in range(dice.pick((0, 2, 2, 3, 4))):
        rule: Tree = {"name": f"rule {number + 1}", "event": dice.pick(("churn", "contraction"))}
        roll = dice.random.random()
        if roll < 0.4:
            rule |= {"until": dice.pick(UNTILS), "recovers": dice.pick(("100%", "100%", "50%", "33.3333%", "0%"))}
        elif roll < 0.7:
            rule |= {"until": dice.pick(UNTILS), "recovers": "linear"}
        else:
            steps = dice.pick((("30 days", "90 days"), ("1 month", "6 months", "12 months"), ("365 days",)))
            shares = ("100%", "50%", "12.5%")
            rule["recovers"] = [{"until": u, "share": s} for u, s in zip(steps, shares, strict=False)]
        found.append(rule)
    return found


def recovery(dice: Dice) -> Tree:
    found: Tree = {}
    if dice.maybe(0.5):
        found["at_most"] = dice.pick(("50%", "0%", "100%", "33.3333%"))
    if dice.maybe(0.4):
        found["carry_forward"] = dice.pick(("true", "false"))
    return found


def leavers(dice: Dice) -> Tree:
    found: Tree = {}
    if dice.maybe(0.5):
        found["unreached"] = dice.pick(("pay", "forfeit"))
    if dice.maybe(0.5):
        found["recover"] = dice.pick(("stop", "final_pay"))
    return found


def spiffs(dice: Dice, currency: str, roles: list[str]) -> list[Tree]:
    found = []
    for name in dice.some(("Spring", "Push"), 0, 2):
        spiff: Tree = {
            "name": name, "role": dice.pick(roles),
            "between": dice.pick((
                {"from": "2027-01-01", "to": "2027-03-31"}, {"from": "2027-04-01", "to": "2028-02-29"},
                {"from": "2027-01-01", "to": "2028-12-31"},
            )),
            "pays": dice.pick(("500", "333", "1k")),
        }  # fmt: skip
        if dice.maybe(0.4):
            spiff["when"] = when(dice, currency)
        if dice.maybe(0.6):
            spiff["budget"] = dice.pick(("1200", "500", "1k", "0", "250"))
        found.append(spiff)
    return found


def signals(dice: Dice) -> Tree:
    found: Tree = {}
    if dice.maybe(0.8):
        marks = ["budget", "named_buyer", "timeline", "product_fit"]
        found["qualified"] = {"at_least": str(dice.number(1, 3)), "of": dice.some(marks, 3, 4)}
    else:
        found["qualified"] = {"at_least": "3", "of": ["budget", "named_buyer", "timeline", "product_fit"]}
    if dice.maybe(0.5):
        found["lookback"] = dice.pick(("30 days", "90 days", "6 months", "180 days"))
    if dice.maybe(0.4):
        found["before"] = dice.pick(("closed", "created"))
    return found

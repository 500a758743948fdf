"""Reading plan files: every scalar arrives as text and gets its type here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from .amounts import Refused, number, plan_money, share
from .metric_rules import Bonus, Modifier, Retention, read_bonus, read_modifier, read_retention
from .periods import Calendar, Duration, duration, plan_day

When = dict[str, Any]
PERCENT_OF = re.compile(r"(.+%)\s+of\s+(base commission|commission|value)")
OWN_RATE = "target_variable/quota"


@dataclass
class Role:
    source: str
    vacant: str = "error"  # "error", "forfeit" or "to <role>"


@dataclass
class Tier:
    name: str
    when: When
    credit: dict[str, Fraction]
    quota_credit: dict[str, Fraction] | None
    renewal: dict[str, Fraction]
    crm_splits: bool


@dataclass
class Overlay:
    name: str
    tiers: list[str] | None  # None: all
    role: str
    when: When
    percent: Fraction
    basis: str  # "commission", "base commission", "value" or "amount"
    amount: int
    needs_signal: bool
    carve_out: bool


@dataclass
class Rate:
    role: str
    when: When
    rate: Fraction | None  # None: target_variable / quota


@dataclass
class Accelerator:
    role: str
    attainment: bool
    window: str
    whole: bool
    bands: list[tuple[Fraction | int | None, Fraction]]
    base_rate_without_quota: bool


@dataclass
class Milestone:
    name: str
    pays: Fraction
    evidence: str
    after: Duration | None
    within: Duration | None
    earned: bool


@dataclass
class Schedule:
    when: When
    milestones: list[Milestone]


@dataclass
class Clawback:
    name: str
    events: list[str]
    until: Duration | None
    share: Fraction | None
    linear: bool
    steps: list[tuple[Duration, Fraction]]


@dataclass
class Spiff:
    name: str
    role: str
    when: When
    start: date
    end: date
    pays: int
    budget: int | None


@dataclass
class Plan:
    """One version of one plan id."""

    id: str
    version: str
    start: date
    end: date | None
    currency: str
    zone: ZoneInfo
    calendar: Calendar
    value: str
    rounding: str
    covers: list[str]
    counts: list[str]
    applies: When
    fields: dict[str, str]
    roles: dict[str, Role] = field(default_factory=dict)
    tiers: list[Tier] = field(default_factory=list)
    overlays: list[Overlay] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    accelerators: list[Accelerator] = field(default_factory=list)
    caps: list[tuple[str, str, int]] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    activation: When | None = None
    guardrails: list[tuple[str, When, str]] = field(default_factory=list)
    clawbacks: list[Clawback] = field(default_factory=list)
    spiffs: list[Spiff] = field(default_factory=list)
    at_most: Fraction | None = None  # None: no recovery block
    carry_forward: bool = True
    forfeit_unreached: bool = False
    final_pay: bool = False
    has_recovery: bool = False
    has_leavers: bool = False
    qualified: tuple[int, list[str]] = (0, [])
    lookback: Duration = field(default_factory=lambda: Duration(180, "day"))
    before_created: bool = False
    signals: dict[str, Any] = field(default_factory=dict)
    churn_grace: int = 0
    retention: Retention = field(default_factory=lambda: read_retention(None))
    bonuses: list[Bonus] = field(default_factory=list)
    modifiers: list[Modifier] = field(default_factory=list)


def _yes(text: str) -> bool:
    if text not in ("true", "false"):
        raise Refused(f"not true or false: {text!r}")
    return text == "true"


def _shares(block: dict[str, str] | None, where: str, exact: bool) -> dict[str, Fraction]:
    shares = {role: share(text) for role, text in (block or {}).items()}
    if exact and sum(shares.values()) != 1:
        raise Refused(f"{where}: shares do not add up to 100%")
    return shares


def _tier(raw: dict[str, Any]) -> Tier:
    name = raw["tier"]
    credit = _shares(raw["credit"], f"tier {name}", True)
    quota = _shares(raw["quota_credit"], f"tier {name}", False) if "quota_credit" in raw else None
    renewal = _shares(raw["renewal"], f"tier {name} renewal", True) if "renewal" in raw else credit
    return Tier(name, raw.get("when") or {}, credit, quota, renewal, raw.get("splits") == "crm")


def _overlay(name: str, raw: dict[str, Any], currency: str) -> Overlay:
    tiers = None if raw["tiers"] == "all" else list(raw["tiers"])
    if raw["funding"] not in ("additive", "carve_out"):
        raise Refused(f"overlay {name}: funding must be additive or carve_out")
    found = PERCENT_OF.fullmatch(raw["pays"].strip())
    percent, basis, amount = Fraction(0), "amount", 0
    if found:
        percent, basis = share(found.group(1)), found.group(2)
    else:
        amount = plan_money(raw["pays"], currency)
    return Overlay(
        name, tiers, raw["role"], raw.get("when") or {}, percent, basis, amount,
        raw.get("requires") == "qualified_signal", raw["funding"] == "carve_out",
    )  # fmt: skip


def _accelerator(raw: dict[str, Any], currency: str) -> Accelerator:
    attainment = raw["measure"] == "attainment"
    bands: list[tuple[Fraction | int | None, Fraction]] = []
    for band in raw["bands"]:
        edge: Fraction | int | None = None
        if "below" in band:
            edge = share(band["below"]) if attainment else plan_money(band["below"], currency)
        bands.append((edge, number(band["multiplier"])))
    return Accelerator(
        raw["role"], attainment, raw["window"], raw["mode"] == "whole", bands,
        raw.get("no_quota", "error") == "base_rate",
    )  # fmt: skip


def _schedule(raw: dict[str, Any]) -> Schedule:
    milestones = []
    for item in raw["milestones"]:
        after = duration(item["after"]) if "after" in item else None
        if item["on"] in ("retained", "date") and after is None:
            raise Refused(f"milestone {item['name']}: `after` is missing")
        milestones.append(
            Milestone(
                item["name"],
                share(item["pays"]),
                item["on"],
                after,
                duration(item["within"]) if "within" in item else None,
                item.get("status", "advance") == "earned",
            )
        )
    if sum(m.pays for m in milestones) != 1:
        raise Refused(f"schedule {raw.get('schedule')}: milestones do not add up to 100%")
    return Schedule(raw.get("when") or {}, milestones)


def _clawback(raw: dict[str, Any]) -> Clawback:
    events = raw["event"] if isinstance(raw["event"], list) else [raw["event"]]
    until = duration(raw["until"]) if "until" in raw else None
    recovers = raw["recovers"]
    name = raw.get("name", "")
    if isinstance(recovers, list):
        steps = [(duration(step["until"]), share(step["share"])) for step in recovers]
        return Clawback(name, events, until, None, False, steps)
    if recovers == "linear":
        if until is None:
            raise Refused(f"clawback {name}: linear needs `until`")
        return Clawback(name, events, until, None, True, [])
    return Clawback(name, events, until, share(recovers), False, [])


def read_plan(text: str) -> Plan:
    raw = yaml.load(text, Loader=yaml.CBaseLoader)
    head = raw["plan"]
    currency = head["currency"]
    effective = head["effective"]
    plan = Plan(
        id=head["id"],
        version=head["version"],
        start=plan_day(effective["from"]),
        end=plan_day(effective["to"]) if "to" in effective else None,
        currency=currency,
        zone=ZoneInfo(head["timezone"]),
        calendar=Calendar(head.get("fiscal_year_starts", "January")),
        value=head.get("value", "acv"),
        rounding=head.get("rounding", "half_up"),
        covers=head.get("covers", ["upsell", "cross_sell", "usage", "multi_year"]),
        counts=head.get("counts_toward_quota", []),
        applies=head.get("applies") or raw.get("applies") or {},
        fields=head.get("fields") or raw.get("fields") or {},
    )
    for name, role in raw.get("roles", {}).items():
        plan.roles[name] = Role(role["from"].strip(), role.get("vacant", "error").strip())
    plan.tiers = [_tier(item) for item in raw.get("ownership", [])]
    plan.overlays = [_overlay(n, item, currency) for n, item in (raw.get("overlays") or {}).items()]
    for item in raw.get("rates", []):
        own = item["rate"].replace(" ", "") == OWN_RATE
        plan.rates.append(Rate(item["role"], item.get("when") or {}, None if own else share(item["rate"])))
    plan.accelerators = [_accelerator(item, currency) for item in raw.get("accelerators", [])]
    plan.caps = [(c["role"], c["per"], plan_money(c["limit"], currency)) for c in raw.get("caps", [])]
    plan.schedules = [_schedule(item) for item in raw.get("payout", [])]
    if "activation" in raw:
        plan.activation = raw["activation"].get("when") or None
    for item in raw.get("guardrails", []):
        plan.guardrails.append((item.get("name", ""), item.get("when") or {}, item["action"]))
    plan.clawbacks = [_clawback(item) for item in raw.get("clawbacks", [])]
    for item in raw.get("spiffs", []):
        plan.spiffs.append(
            Spiff(
                item["name"],
                item["role"],
                item.get("when") or {},
                plan_day(item["between"]["from"]),
                plan_day(item["between"]["to"]),
                plan_money(item["pays"], currency),
                plan_money(item["budget"], currency) if "budget" in item else None,
            )
        )
    _read_period_blocks(plan, raw)
    plan.retention = read_retention(raw.get("retention"))
    plan.bonuses = [read_bonus(item, currency, plan.retention) for item in raw.get("bonuses", [])]
    plan.modifiers = [read_modifier(item) for item in raw.get("modifiers", [])]
    return plan


def _read_period_blocks(plan: Plan, raw: dict[str, Any]) -> None:
    if "recovery" in raw:
        plan.has_recovery = True
        plan.at_most = share(raw["recovery"].get("at_most", "100%"))
        plan.carry_forward = _yes(raw["recovery"].get("carry_forward", "true"))
    if "leavers" in raw:
        plan.has_leavers = True
        plan.forfeit_unreached = raw["leavers"].get("unreached", "pay") == "forfeit"
        plan.final_pay = raw["leavers"].get("recover", "stop") == "final_pay"
    plan.signals = signals = raw.get("signals") or {}
    if "qualified" in signals:
        plan.qualified = (int(signals["qualified"]["at_least"]), list(signals["qualified"]["of"]))
    plan.lookback = duration(signals.get("lookback", "180 days"))
    plan.before_created = signals.get("before", "closed") == "created"
    grace = duration((raw.get("events") or {}).get("churn_grace", "0 days"))
    if grace.unit != "day":
        raise Refused("churn_grace must be in days")
    plan.churn_grace = grace.count


class Plans:
    """All plan files in force together."""

    def __init__(self, texts: list[str]) -> None:
        self.all = [read_plan(text) for text in texts]
        if not self.all:
            raise Refused("no plan")
        self.first = min(self.all, key=lambda p: (p.id, p.start))
        for plan in self.all:
            if plan.zone != self.first.zone or plan.calendar.first != self.first.calendar.first:
                raise Refused("plans disagree on timezone or fiscal_year_starts")
            if plan.currency != self.first.currency:
                raise Refused("plans of several currencies are not calculated here")
        self.zone = self.first.zone
        self.calendar = self.first.calendar
        self.currency = self.first.currency
        self.ids = sorted({plan.id for plan in self.all})
        for plan_id in self.ids:
            starts = [plan.start for plan in self.all if plan.id == plan_id]
            if len(set(starts)) != len(starts):
                raise Refused(f"plan {plan_id}: two versions begin on one day")

    def in_force(self, plan_id: str, day: date) -> Plan | None:
        """A version runs until the next version of the same id begins, or past its own end."""
        begun = [plan for plan in self.all if plan.id == plan_id and plan.start <= day]
        if not begun:
            return None
        newest = max(begun, key=lambda plan: plan.start)
        return None if newest.end is not None and day > newest.end else newest

    def for_period(self, plan_id: str, last_day: date) -> Plan:
        """The version whose period blocks hold; where none is in force, the last that was."""
        versions = sorted((p for p in self.all if p.id == plan_id), key=lambda p: p.start)
        begun = [plan for plan in versions if plan.start <= last_day]
        return begun[-1] if begun else versions[0]

    def paying_rules(self, last_day: date) -> tuple[Plan, Plan]:
        """(version with the recovery block, version with the leavers block) for one pay period."""
        versions = [self.for_period(plan_id, last_day) for plan_id in self.ids]
        recovery = [plan for plan in versions if plan.has_recovery] or versions
        leavers = [plan for plan in versions if plan.has_leavers] or versions
        return recovery[0], leavers[0]

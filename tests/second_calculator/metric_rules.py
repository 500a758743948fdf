"""Reading the blocks that pay by metrics: bonuses, modifiers, retention."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .amounts import Unsupported, number, plan_money, share
from .periods import Duration, duration

When = dict[str, Any]
KNOWN = ("nrr", "grr", "logo_retention", "expansion")
SPANS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
YEAR = Duration(12, "month")


@dataclass
class Retention:
    window: Duration
    min_accounts: int
    targets: dict[str, dict[str, Fraction]]  # by segment, "" for the rest


@dataclass
class Floor:
    """`>= 90%`, `> 90%`, `>= target`; None is the target of the segment."""

    value: Fraction | None
    strict: bool


@dataclass
class Bonus:
    name: str
    metric: str
    role: str
    who: When
    scope: str
    at_start: bool
    at_least: Duration | None
    window: Duration | str  # trailing, or a kind of fiscal period
    per: str
    amount: int | None
    of_target: Fraction
    by_days: bool
    by_target: bool
    curve: list[tuple[Fraction, Fraction]]
    below: Fraction
    above: Fraction
    to_date: bool
    gates: dict[str, Floor]


@dataclass
class Modifier:
    name: str
    roles: list[str]
    metric: str
    scope: str
    below: Fraction | None
    multiplier: Fraction
    window: str


def read_retention(raw: dict[str, Any] | None) -> Retention:
    raw = raw or {}
    for key in ("grr_path", "strict_lapse", "reactivation_reset", "pause", "escalator", "baseline_offset"):
        if key in raw:
            raise Unsupported(f"retention: {key} is not calculated here")
    targets = {
        row.get("segment", "").strip().casefold(): {name: share(row[name]) for name in ("nrr", "grr") if name in row}
        for row in raw.get("targets", [])
    }
    window = duration(raw["window"]) if "window" in raw else YEAR
    return Retention(window, int(raw.get("min_accounts", "1")), targets)


def read_bonus(raw: dict[str, Any], currency: str, retention: Retention) -> Bonus:
    if raw["metric"] not in KNOWN or any(metric not in KNOWN for metric in raw.get("gate", {})):
        raise Unsupported(f"the metric of {raw['name']} is not calculated here")
    found = re.fullmatch(r"(.+%)\s+of\s+target_variable", raw["pays"].strip())
    curve = [(share(point["at"]), share(point["pays"])) for point in raw["curve"]]
    portfolio = raw.get("portfolio") or {}
    return Bonus(
        name=raw["name"], metric=raw["metric"], role=raw.get("role", ""), who=raw.get("for") or {},
        scope=raw["scope"], at_start=portfolio.get("held_at", "end") == "start",
        at_least=duration(portfolio["at_least"]) if "at_least" in portfolio else None,
        window=_window(raw["window"]) if "window" in raw else retention.window, per=raw["per"],
        amount=None if found else plan_money(raw["pays"], currency),
        of_target=share(found.group(1)) if found else Fraction(0), by_days=raw["prorate"] == "days",
        by_target=raw.get("curve_on", "value") == "target", curve=curve,
        below=share(raw.get("below", "0%")), above=share(raw["above"]) if "above" in raw else curve[-1][1],
        to_date=raw.get("accrues", "each_period") == "year_to_date",
        gates={metric: _floor(text) for metric, text in (raw.get("gate") or {}).items()},
    )  # fmt: skip


def _window(text: str) -> Duration | str:
    if text in SPANS:
        return text
    words = text.removeprefix("trailing ")
    if quarters := re.fullmatch(r"(\d+) quarters?", words):
        return Duration(3 * int(quarters.group(1)), "month")
    return duration(words)


def _floor(text: str) -> Floor:
    strict = not text.startswith(">=")
    rest = text.lstrip(">= ").strip()
    return Floor(None if rest == "target" else share(rest), strict)


def read_modifier(raw: dict[str, Any]) -> Modifier:
    if raw["metric"] not in KNOWN:
        raise Unsupported(f"the metric of {raw['name']} is not calculated here")
    below = None if raw["below"] == "target" else share(raw["below"])
    return Modifier(
        raw["name"], list(raw["roles"]), raw["metric"], raw["scope"], below, number(raw["multiplier"]), raw["window"]
    )

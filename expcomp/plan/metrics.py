"""Blocks that pay or scale by a metric, and the definitions of retention they rest on."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from expcomp.period import Duration, Unit
from expcomp.plan.record import For, Metric, Record, Scope, Words
from expcomp.plan.scalars import (
    Count,
    Days,
    Flag,
    Multiplier,
    SharePpm,
    Word,
    currency_of,
    read_duration,
    read_money,
    read_share,
)

OF_TARGET = "of target_variable"
GATE = re.compile(r"(>=|>)\s*(.+)")


def _bonus_pays(text: str, info: ValidationInfo) -> str:
    """An amount of the plan's currency, or `60% of target_variable`; kept as written."""
    if text.endswith(OF_TARGET):
        read_share(text.removesuffix(OF_TARGET).strip())
    else:
        read_money(text, currency_of(info))
    return text


def _gate_limit(text: str) -> str:
    """`>= 90%` or `>= target`; kept as written."""
    match = GATE.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is no gate: write  ">= 90%"  or  ">= target"')
    _floor(match[2])
    return text


def _floor(text: str) -> str:
    """A share, or the target of the segment; kept as written."""
    if text != "target":
        read_share(text)
    return text


HELD = re.compile(r"hold (\d{1,4} ?(?:days?|weeks?|months?))", re.ASCII)


def _pause(text: str) -> str:
    """`zero`, or for how long a paused subscription keeps its value; kept as written."""
    if text != "zero" and not HELD.fullmatch(text):
        raise ValueError(f'"{text}" is no rule for pauses: write  zero  or  hold 90 days')
    return text


BonusPay = Annotated[Word, AfterValidator(_bonus_pays)]
GateLimit = Annotated[Word, AfterValidator(_gate_limit)]
Floor = Annotated[Word, AfterValidator(_floor)]
Pause = Annotated[Word, AfterValidator(_pause)]


class Portfolio(Record):
    held_at: Literal["start", "end"] = "end"
    at_least: Days | None = None


class CurvePoint(Record):
    at: SharePpm
    pays: SharePpm


class Bonus(Record):
    name: Word
    metric: Metric
    scope: Scope
    pays: BonusPay
    per: Literal["month", "quarter", "half", "year"]
    prorate: Literal["days", "none"]
    curve: tuple[CurvePoint, ...]
    role: Word = ""
    for_: For = Field(default=(), alias="for")
    portfolio: Portfolio | None = None
    window: Word = ""
    curve_on: Literal["value", "target"] = "value"
    below: SharePpm = 0
    above: SharePpm | None = None
    accrues: Literal["each_period", "year_to_date"] = "each_period"
    gate: dict[Metric, GateLimit] = Field(default_factory=dict)


class Modifier(Record):
    name: Word
    roles: Words
    metric: Metric
    scope: Scope
    below: Floor
    multiplier: Multiplier
    window: Literal["month", "quarter", "year"]


class RetentionTarget(Record):
    nrr: SharePpm
    grr: SharePpm
    segment: Word = ""


class Retention(Record):
    window: Days | None = None
    cohort: Literal["month", "quarter"] = "quarter"
    rollup: Literal["none", "parent", "ultimate_parent"] = "none"
    min_accounts: Count = 1
    targets: tuple[RetentionTarget, ...] = ()
    reactivation_reset: Days | None = None
    strict_lapse: Flag = False
    grr_path: Literal["endpoint", "running_min"] = "endpoint"
    pause: Pause = "zero"
    usage_basis: Literal["trailing_3m_avg", "flow_12m", "exclude"] = "trailing_3m_avg"
    escalator: Literal["include", "exclude"] = "include"
    baseline_offset: Count = 0

    @property
    def pause_holds(self) -> Duration:
        """How long a paused subscription keeps its value."""
        match = HELD.fullmatch(self.pause)
        return read_duration(match[1]) if match else Duration(0, Unit.DAYS)


class Losses(Record):
    """For losses derived from subscriptions."""

    churn_grace: Days | None = None

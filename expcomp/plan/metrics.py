"""Blocks that pay or scale by a metric, and the definitions of retention they rest on."""

from typing import Literal

from pydantic import Field

from expcomp.plan.record import For, Metric, Record, Scope, Words
from expcomp.plan.scalars import Count, Days, Flag, Multiplier, SharePpm, Word


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
    pays: Word
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
    gate: dict[Metric, Word] = Field(default_factory=dict)


class Modifier(Record):
    name: Word
    roles: Words
    metric: Metric
    scope: Scope
    below: Word
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
    reactivation_reset: Word = ""
    strict_lapse: Flag = False
    grr_path: Literal["endpoint", "running_min"] = "endpoint"
    pause: Word = "zero"
    usage_basis: Word = "trailing_3m_avg"
    escalator: Word = "include"
    baseline_offset: Count = 0


class Losses(Record):
    """For losses derived from subscriptions."""

    churn_grace: Days | None = None

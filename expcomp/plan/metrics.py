"""Blocks that pay or scale by a metric, and the definitions of retention they rest on."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, ValidationInfo

from expcomp.money import PPM
from expcomp.period import Duration, Span, Unit
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
TRAILING = re.compile(r"(?:trailing )?(\d{1,3}) (day|week|month|quarter|year)s?", re.ASCII)
UNITS = {
    "day": (Unit.DAYS, 1), "week": (Unit.WEEKS, 1), "month": (Unit.MONTHS, 1), "quarter": (Unit.MONTHS, 3),
    "year": (Unit.MONTHS, 12),
}  # fmt: skip


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
    _floor_of(text)
    return text


def _floor_of(text: str) -> int | None:
    return None if text == "target" else read_share(text)


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


class Limit(NamedTuple):
    """A floor: parts per million, None for the target of the segment; and whether meeting it exactly is enough."""

    floor: int | None
    met_at: bool = True


class Portfolio(Record):
    held_at: Literal["start", "end"] = "end"
    at_least: Days | None = None


EVERY = Portfolio.model_construct()
"""Accounts held on the window's last day, however long."""


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

    @property
    def of_target(self) -> int | None:
        """The share of target_variable that a whole year pays at 100% of the curve, None for an amount."""
        return read_share(self.pays.removesuffix(OF_TARGET).strip()) if self.pays.endswith(OF_TARGET) else None

    @property
    def gates(self) -> Iterator[tuple[Metric, Limit]]:
        for metric, written in self.gate.items():
            match = GATE.fullmatch(written)
            assert match is not None
            yield metric, Limit(_floor_of(match[2]), match[1] == ">=")

    @property
    def own_window(self) -> Duration | Span | None:
        """A trailing time, or the fiscal period of a span up to the end of the metric period; None: retention's own."""
        if not self.window:
            return None
        match = TRAILING.fullmatch(self.window)
        if match is None:
            return Span(self.window)
        unit, times = UNITS[match[2]]
        return Duration(int(match[1]) * times, unit)

    def stretch(self, metric: Fraction) -> tuple[CurvePoint, CurvePoint]:
        """The points of the curve that a metric on it lies between."""
        first = self.curve[0]
        return next(((low, high) for low, high in pairwise(self.curve) if metric * PPM <= high.at), (first, first))

    def share_at(self, metric: Fraction) -> Fraction:
        """What the curve pays at a metric, as a share of the target: straight lines between the points, exact."""
        at = metric * PPM
        first, last = self.curve[0], self.curve[-1]
        if at < first.at:
            return Fraction(self.below, PPM)
        if at > last.at:
            return Fraction(last.pays if self.above is None else self.above, PPM)
        low, high = self.stretch(metric)
        part = (at - low.at) / (high.at - low.at) if high.at > low.at else Fraction(0)
        return (low.pays + part * (high.pays - low.pays)) / PPM


class Modifier(Record):
    name: Word
    roles: Words
    metric: Metric
    scope: Scope
    below: Floor
    multiplier: Multiplier
    window: Literal["month", "quarter", "year"]

    @property
    def limit(self) -> Limit:
        return Limit(_floor_of(self.below))


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

    def target_of(self, segment: str) -> RetentionTarget | None:
        """Of a segment (trimmed and without case), else the one that names no segment."""
        by_segment = {row.segment.strip().casefold(): row for row in self.targets}
        return by_segment.get(segment.strip().casefold(), by_segment.get(""))

    def target(self, metric: Metric, segment: str) -> int | None:
        """The same of a metric, in parts per million."""
        row = self.target_of(segment)
        return None if row is None else {"nrr": row.nrr, "grr": row.grr}.get(metric)

    @property
    def pause_holds(self) -> Duration:
        """How long a paused subscription keeps its value."""
        match = HELD.fullmatch(self.pause)
        return read_duration(match[1]) if match else Duration(0, Unit.DAYS)


class Losses(Record):
    """For losses derived from subscriptions."""

    churn_grace: Days | None = None

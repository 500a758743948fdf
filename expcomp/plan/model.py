"""The plan as frozen records, one per block of the language; every record knows its place in the YAML.

Shares are parts per million (`_ppm`), multipliers ten-thousandths (`_e4`), amounts minor units of the
plan's currency (`_minor`). The schema is closed: an unknown key is an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationInfo,
)

from expcomp.money import Rounding
from expcomp.period import Duration, FiscalCalendar, Span
from expcomp.plan.metrics import Bonus, Losses, Modifier, Retention
from expcomp.plan.nodes import Text
from expcomp.plan.record import (
    MONTH_NAMES,
    Declared,
    Effective,
    Family,
    Month,
    Record,
    Shares,
    When,
    Window,
    Words,
    shape,
)
from expcomp.plan.scalars import (
    MONEY,
    SHARE,
    Count,
    Currency,
    Day,
    Days,
    Flag,
    MoneyMinor,
    Multiplier,
    SharePpm,
    Word,
    currency_of,
    read_money,
    read_share,
    spelled,
)
from expcomp.plan.signals import Signals


class Allowance(Record):
    """A warning silenced by name, with a reason and possibly an end."""

    code: Word
    why: Word
    until: Day | None = None


class Identity(Record):
    id: Word
    version: Count
    effective: Effective
    currency: Currency
    timezone: Word
    name: Word = ""
    published: Day | None = None
    approved_by: Word = ""
    fiscal_year_starts: Month = "January"
    value: Literal["acv", "arr", "amount"] = "acv"
    rounding: Rounding = Rounding.HALF_UP
    covers: tuple[Family, ...] = ("upsell", "cross_sell", "usage", "multi_year")
    counts_toward_quota: tuple[Family, ...] = ()
    applies: When = ()
    fields: dict[Word, Declared] = Field(default_factory=dict)
    allow: tuple[Allowance, ...] = ()


class Role(Record):
    """Where the holder is found, and what happens when there is none."""

    from_: Word = Field(alias="from")
    vacant: Word = "error"

    @property
    def falls_to(self) -> str:
        """The role whose holder is paid instead, with `vacant: to <role>`."""
        return self.vacant.removeprefix("to ").strip() if self.vacant.startswith("to ") else ""


class Tier(Record):
    tier: Word
    credit: Shares
    when: When = ()
    quota_credit: Shares | None = None
    renewal: Shares | None = None
    splits: Literal["crm"] | None = None


@dataclass(frozen=True, slots=True)
class OverlayPay:
    """`25% of commission`, `25% of base commission`, `2% of value`, or an amount."""

    of: str
    share_ppm: int = 0
    amount_minor: int = 0
    written: str = ""


SHARE_OF = re.compile(rf"(?:{SHARE.pattern}) of (commission|base commission|value)")


def _read_overlay_pay(value: Any, info: ValidationInfo) -> OverlayPay:
    if not isinstance(value, Text):
        raise ValueError("write 25% of commission, 25% of base commission, 2% of value, or an amount")
    share, _, base = str(value).partition(" of ")
    if base in ("commission", "base commission", "value"):
        return OverlayPay(base, share_ppm=read_share(share), written=str(value))
    return OverlayPay("amount", amount_minor=read_money(value, currency_of(info)), written=str(value))


class Overlay(Record):
    tiers: Annotated[Annotated[Literal["all"], Tag("word")] | Annotated[Words, Tag("list")], Discriminator(shape)]
    role: Word
    pays: Annotated[OverlayPay, BeforeValidator(_read_overlay_pay), spelled(SHARE_OF, MONEY, number=True)]
    funding: Literal["additive", "carve_out"]
    when: When = ()
    requires: Literal["qualified_signal"] | None = None

    def applies_to(self, tier: str) -> bool:
        return self.tiers == "all" or tier in self.tiers


OWN_RATE = "target_variable / quota"
OWN_RATE_FORM = re.compile(OWN_RATE.replace(" ", " *"))


def _read_rate(value: Any) -> int | None:
    """Parts per million, or None for the payee's own rate."""
    if not isinstance(value, Text):
        raise ValueError(f"write a share like 8%, or {OWN_RATE}")
    return None if value.replace(" ", "") == OWN_RATE.replace(" ", "") else read_share(value)


class Rate(Record):
    """`rate` is parts per million, or None for `target_variable / quota`: the payee's own rate."""

    role: Word
    rate: Annotated[int | None, BeforeValidator(_read_rate), spelled(SHARE, OWN_RATE_FORM)]
    when: When = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a band ends: parts per million of the quota, or minor units of credited value."""

    value: int
    is_share: bool


def _read_edge(value: Any, info: ValidationInfo) -> Edge:
    if not isinstance(value, Text):
        raise ValueError("write a share of quota like 100%, or an amount like 100k")
    if value.endswith("%"):
        return Edge(read_share(value), True)
    return Edge(read_money(value, currency_of(info)), False)


class Band(Record):
    """A multiplier up to, not including, its edge; the last band has none."""

    multiplier: Multiplier
    below: Annotated[Edge | None, BeforeValidator(_read_edge), spelled(SHARE, MONEY, number=True)] = None


class Accelerator(Record):
    role: Word
    measure: Literal["attainment", "credited"]
    window: Window
    mode: Literal["marginal", "whole"]
    bands: tuple[Band, ...]
    no_quota: Literal["error", "base_rate"] = "error"


class Cap(Record):
    role: Word
    per: Window
    limit: MoneyMinor


class Milestone(Record):
    name: Word
    pays: SharePpm
    on: Word
    after: Days | None = None
    within: Days | None = None
    status: Literal["advance", "earned"] = "advance"


class Schedule(Record):
    schedule: Word
    milestones: tuple[Milestone, ...]
    when: When = ()


class Activation(Record):
    when: When


class Guardrail(Record):
    name: Word
    when: When
    action: Literal["hold", "zero", "warn"]


class Step(Record):
    until: Days
    share: SharePpm


class Clawback(Record):
    """`recovers` is a share, `linear`, or steps of days."""

    name: Word
    event: Literal["churn", "contraction"]
    recovers: Annotated[
        Annotated[SharePpm, Tag("share")]
        | Annotated[Literal["linear"], Tag("linear")]
        | Annotated[tuple[Step, ...], Tag("list")],
        Discriminator(lambda value: "linear" if value == "linear" else shape(value, "share")),
    ]
    until: Days | None = None

    @property
    def ends(self) -> Duration:
        """The first day no longer covered: its own `until`, else the last step's."""
        if self.until is not None:
            return self.until
        if isinstance(self.recovers, tuple):
            return self.recovers[-1].until
        raise ValueError("a clawback without until reached the calculation")


class Recovery(Record):
    at_most: SharePpm = 1_000_000
    carry_forward: Flag = True


class Leavers(Record):
    unreached: Literal["pay", "forfeit"] = "pay"
    recover: Literal["stop", "final_pay"] = "stop"


class Dates(Record):
    from_: Day = Field(alias="from")
    to: Day


class Spiff(Record):
    name: Word
    role: Word
    between: Dates
    pays: MoneyMinor
    when: When = ()
    budget: MoneyMinor | None = None


class Expected(Record):
    payee: Word
    component: Word
    amount: Word
    milestone: Word = ""
    deal: Word = ""
    reason: Word = ""


class Example(Record):
    name: Word
    given: dict[Word, tuple[dict[Word, Word], ...]]
    period: Word
    expect: tuple[Expected, ...]
    as_of: Day | None = None


class Plan(Record):
    """One version of one plan: everything that decides who is paid what."""

    plan: Identity
    roles: dict[Word, Role]
    ownership: tuple[Tier, ...]
    payout: tuple[Schedule, ...]
    rates: tuple[Rate, ...] = ()
    overlays: dict[Word, Overlay] = Field(default_factory=dict)
    accelerators: tuple[Accelerator, ...] = ()
    caps: tuple[Cap, ...] = ()
    activation: Activation | None = None
    guardrails: tuple[Guardrail, ...] = ()
    clawbacks: tuple[Clawback, ...] = ()
    recovery: Recovery = Field(default_factory=Recovery.model_construct)
    leavers: Leavers = Field(default_factory=Leavers.model_construct)
    bonuses: tuple[Bonus, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    spiffs: tuple[Spiff, ...] = ()
    signals: Signals = Field(default_factory=Signals.model_construct)
    retention: Retention | None = None
    events: Losses | None = None
    examples: tuple[Example, ...] = ()
    allow: tuple[Allowance, ...] = ()

    _hash: str = PrivateAttr(default="")

    @property
    def label(self) -> str:
        return f"{self.plan.id} version {self.plan.version}"

    @property
    def hash(self) -> str:
        """SHA-256 of the bound rules: comments, examples and allowances do not change it (design page 6)."""
        return self._hash

    @property
    def path(self) -> str:
        return self.place.path

    @property
    def calendar(self) -> FiscalCalendar:
        return FiscalCalendar(MONTH_NAMES.index(self.plan.fiscal_year_starts) + 1)

    def accelerator(self, role: str) -> Accelerator | None:
        """The first accelerator of a role counts."""
        return next((a for a in self.accelerators if a.role == role), None)


SPANS: Mapping[str, Span] = {"month": Span.MONTH, "quarter": Span.QUARTER, "half": Span.HALF, "year": Span.YEAR}

"""All deals that some conditions leave: reasoning over a plan by following every way a deal may go through it.

A region is a block of deals: for each field the values that are still possible. `ways` runs a rule on a region as
if it were one deal; where a condition holds for some of the region only, the region is divided there and each part
goes its own way. So every outcome is found, with the deals that lead to it, and none by trying examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from expcomp.lint.values import Ranges, Values, Words, asked, beside, everything, meet
from expcomp.money import to_text
from expcomp.plan.conditions import FIELDS, Conditions, FieldType
from expcomp.plan.model import Plan
from expcomp.sources.tables import MOTIONS

Region = Mapping[str, Values]
Outcome = TypeVar("Outcome")

MOST_QUESTIONS = 50_000
"""Beyond so many a plan is too tangled to be followed to the end; then nothing is claimed of it."""

QUALIFIED = Words(frozenset({"true"}))


class Divided(Exception):
    """A condition holds for some of the deals of a region only."""

    def __init__(self, at: Region) -> None:
        super().__init__()
        self.at = at


class TooTangled(Exception):
    """The deals of a plan divide into more blocks than are followed."""


@dataclass(slots=True)
class Patience:
    """How many rules may still be asked whether they fit, by all that share it."""

    left: int = MOST_QUESTIONS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooTangled


@dataclass(frozen=True, slots=True)
class Deals:
    """The deals of a region, asked as if they were one. All of them have the `fixed` amounts, by field."""

    region: Region
    patience: Patience
    fixed: Mapping[str, int] = field(default_factory=dict)

    def worth(self, fixed: Mapping[str, int]) -> Deals:
        """The same deals with these amounts, `deal.acv` among them."""
        return Deals(self.region, self.patience, fixed)

    def fit(self, conditions: Conditions) -> bool:
        """Whether all conditions hold. Raises `Divided` where they hold for some of the deals."""
        self.patience.spend()
        inside = self._asked(conditions)
        if inside is None:
            return False
        met = {name: meet(self.region[name], values) for name, values in inside.items()}
        if not all(met.values()):
            return False
        if any(beside(self.region[name], values) for name, values in inside.items()):
            raise Divided(inside)
        return True

    def _asked(self, conditions: Conditions) -> Region | None:
        """What the conditions leave open; None where a fixed amount rules them out."""
        wanted: dict[str, Values] = {}
        for condition in conditions:
            name, values = asked(condition)
            if name in self.fixed:
                if not meet(values, Ranges(((self.fixed[name], self.fixed[name] + 1),))):
                    return None
                continue
            _narrow(wanted, name, values)
            if name.startswith("signal.") and name != "signal.qualified":
                _narrow(wanted, "signal.qualified", QUALIFIED)
        return wanted


def _narrow(region: dict[str, Values], field: str, values: Values) -> None:
    region[field] = meet(region[field], values) if field in region else values


def all_deals(plan: Plan, *, counted: bool = False) -> Region:
    """Every deal that a plan pays; with `counted`, also those that only fill quotas."""
    types = {**FIELDS, **{name: FieldType(kind) for name, kind in plan.plan.fields.items()}}
    region: dict[str, Values] = {field: everything(field, type_) for field, type_ in types.items()}
    families = {*plan.plan.covers, *(plan.plan.counts_toward_quota if counted else ())}
    region["deal.motion"] = Words(frozenset(motion for motion, family in MOTIONS.items() if family in families))
    for condition in plan.plan.applies:
        _narrow(region, *asked(condition))
    return region


def ways(
    region: Region, follow: Callable[[Deals], Outcome], patience: Patience | None = None
) -> Iterator[tuple[Outcome, Region]]:
    """Every outcome of following the deals of a region, with the deals that lead to it.

    Raises `TooTangled` when patience is at its end.
    """
    patience = patience or Patience()
    open_ = [region] if all(region.values()) else []
    while open_:
        part = open_.pop()
        try:
            outcome = follow(Deals(part, patience))
        except Divided as divided:
            open_.extend(_parts(part, divided.at))
            continue
        yield outcome, part


def _parts(region: Region, at: Region) -> Iterator[Region]:
    """The region cut into what lies in `at` and blocks beside it."""
    for name, values in at.items():
        if outside := beside(region[name], values):
            yield {**region, name: outside}
        region = {**region, name: meet(region[name], values)}
    yield region


def first_fitting(deals: Deals, rules: Iterable[Conditions]) -> int | None:
    """The position of the first rule whose conditions hold."""
    return next((number for number, when in enumerate(rules) if deals.fit(when)), None)


def described(region: Region, plan: Plan) -> str:
    """One deal of the region, by the fields in which it differs from any deal: `deal.motion renewal, …`."""
    whole = all_deals(plan, counted=True)
    parts = (f"{field} {_value(field, region[field], plan)}" for field in region if region[field] != whole[field])
    return ", ".join(parts) or "any deal"


def _value(field: str, values: Values, plan: Plan) -> str:
    if isinstance(values, Words):
        return values.one()
    first = values.first()
    if first is None:
        return "without a value"
    type_ = {**FIELDS, **plan.plan.fields}[field]
    below = next(high for _, high in values.parts if high > first)
    if first <= -(10**29):
        return f"below {_number(below, type_, plan)}"
    return _number(first, type_, plan)


def _number(position: int, type_: str, plan: Plan) -> str:
    if type_ == FieldType.MONEY:
        return to_text(position, plan.plan.currency, grouped=True)
    ppm = position // 2 if type_ == FieldType.SHARE else position
    share = f"{ppm / 10_000:g}%" if type_ == FieldType.SHARE else f"{ppm / 1_000_000:g}"
    return f"just over {share}" if type_ == FieldType.SHARE and position % 2 else share

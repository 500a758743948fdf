"""Which deals to imagine for a plan: some that each tier, rate and overlay takes, found by trying them out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from expcomp.describe.imagined import Deal, first_close
from expcomp.describe.try_out import by_name, try_out
from expcomp.money import decimals
from expcomp.plan.conditions import Between, Condition, Conditions, FieldType, Is, OneOf
from expcomp.plan.model import Plan
from expcomp.plan.versions import conditions_of
from expcomp.sources.tables import MOTIONS

VALUES = (40_000, 8_000, 100_000, 20_000, 4_000, 250_000)
"""Values of imagined deals, the most telling first, in whole units of the currency."""

ACCOUNT = 80_000
"""The recurring value of an imagined account, unless a condition asks for another one."""

MONTHLY_QUOTA = 100_000
"""The quota of an imagined payee, or ten times as much where one deal is worth more."""

Facts = Mapping[str, str]


@dataclass(frozen=True)
class Sample:
    """An imagined deal, the conditions it was made to fit, and what it came to (a frame of `try_out`)."""

    deal: Deal
    kind: str
    conditions: Conditions
    tranches: pd.DataFrame

    @property
    def tier(self) -> str:
        return str(self.tranches["tier"].iat[0])


@dataclass(frozen=True)
class _Wanted:
    """A candidate for a tier; with a component, one that must be paid on it."""

    tier: str
    made: Sample
    component: str = ""

    @property
    def purpose(self) -> tuple[str, str, str, Conditions]:
        return self.component, self.tier, self.made.kind, self.made.conditions

    def met_by(self, tranches: pd.DataFrame) -> bool:
        lands = str(tranches["tier"].iat[0]) == self.tier
        return lands and (not self.component or bool((tranches["component"] == self.component).any()))


def commission_samples(plan: Plan) -> list[Sample]:
    """For each tier, kind of deal and further condition of a rate or schedule, the first value that lands there."""
    asked = [(), *(rate.when for rate in plan.rates), *(schedule.when for schedule in plan.payout)]
    further = list(dict.fromkeys(_without_kind(when) for when in asked))
    wanted = [
        _Wanted(tier.tier, made)
        for tier, kind, more in product(plan.ownership, kinds(plan), further)
        for made in _candidates(plan, kind, (*tier.when, *more), more)
    ]
    return [sample for _, sample in _first_that_meet(plan, wanted)]


def overlay_samples(plan: Plan, names: Iterable[str]) -> dict[str, Sample]:
    """For each overlay one deal that it pays on, of the first of its tiers where one is found."""
    wanted = [
        _Wanted(tier.tier, replace(made, deal=replace(made.deal, extras=True)), f"overlay:{name}")
        for name, tier, kind in product(names, plan.ownership, kinds(plan))
        if plan.overlays[name].applies_to(tier.tier)
        for made in _candidates(plan, kind, (*tier.when, *plan.overlays[name].when), plan.overlays[name].when)
    ]
    found: dict[str, Sample] = {}
    for want, sample in _first_that_meet(plan, wanted):
        found.setdefault(want.component.removeprefix("overlay:"), sample)
    return found


def _first_that_meet(plan: Plan, wanted: list[_Wanted]) -> list[tuple[_Wanted, Sample]]:
    """Of the candidates for one purpose the first that the calculator puts where it is wanted."""
    deals = [replace(want.made.deal, name=f"d{n:05d}", team=f"t{n:05d}") for n, want in enumerate(wanted)]
    by_deal = by_name(try_out(plan, deals))
    found: dict[tuple[str, str, str, Conditions], tuple[_Wanted, Sample]] = {}
    for deal, want in zip(deals, wanted, strict=True):
        tranches = by_deal.get(deal.name)
        if tranches is not None and want.met_by(tranches):
            found.setdefault(want.purpose, (want, replace(want.made, deal=deal, tranches=tranches)))
    return list(found.values())


def kinds(plan: Plan) -> list[str]:
    """Families, or where the plan asks for motions, motions: those it covers."""
    covered = plan.plan.covers
    if not any(condition.field == "deal.motion" for condition in conditions_of(plan)):
        return list(covered)
    motions = {family: [motion for motion, of in MOTIONS.items() if of == family != motion] for family in covered}
    return [motion for family in covered for motion in motions[family] or [family]]


def _without_kind(conditions: Conditions) -> Conditions:
    """The kind of deal is varied anyhow."""
    return tuple(c for c in conditions if c.field not in ("deal.family", "deal.motion"))


def _candidates(plan: Plan, kind: str, conditions: Conditions, further: Conditions) -> Iterator[Sample]:
    conditions = (*plan.plan.applies, *conditions)
    if not all(_fits_kind(condition, kind) for condition in conditions):
        return
    values = list(_amounts("deal.acv", VALUES, conditions, plan))
    accounts = list(_amounts("account.acv", (ACCOUNT,), conditions, plan))
    facts: dict[str, str] = {"deal.motion": kind}
    for condition in _without_kind(conditions):
        if condition.field not in ("deal.acv", "account.acv"):
            facts[condition.field] = _value(condition)
    for account, value in product(accounts, values):
        unit = 10 ** decimals(plan.plan.currency)
        own = facts | {"account.acv": f"{account // unit}"}
        quota = MONTHLY_QUOTA * unit
        deal = Deal("", first_close(plan), value, own, "", quota if value <= quota else 10 * quota)
        yield Sample(deal, kind, further, pd.DataFrame())


def _fits_kind(condition: Condition, kind: str) -> bool:
    if not isinstance(condition.test, OneOf) or condition.field not in ("deal.family", "deal.motion"):
        return True
    return (MOTIONS[kind] if condition.field == "deal.family" else kind) in condition.test.words


def _amounts(name: str, usual: Iterable[int], conditions: Conditions, plan: Plan) -> Iterator[int]:
    """Usual amounts and bounds of the conditions, those that meet them all, in minor units."""
    unit = 10 ** decimals(plan.plan.currency)
    tests = [c.test for c in conditions if c.field == name and isinstance(c.test, tuple)]
    bounds = [end for test in tests for bound in test for end in _inside(bound, unit)]
    for value in dict.fromkeys([*(whole * unit for whole in usual), *bounds]):
        if value > 0 and all(any(_within(value, bound) for bound in test) for test in tests):
            yield value


def _inside(bound: Between, step: int) -> Iterator[int]:
    if bound.low is not None:
        yield from (bound.low, bound.low + step)
    if bound.high is not None:
        yield from (bound.high // 2, bound.high, bound.high - step)


def _within(value: int, bound: Between) -> bool:
    low = bound.low is None or value > bound.low or (bound.low_included and value == bound.low)
    high = bound.high is None or value < bound.high or (bound.high_included and value == bound.high)
    return low and high


def _value(condition: Condition) -> str:
    """Something that meets a condition, as an export writes it."""
    test = condition.test
    if isinstance(test, Is):
        return "true" if test.value else "false"
    if isinstance(test, OneOf):
        return min(test.words)
    middle = next((v for bound in test for v in _inside(bound, 1) if v >= 0 and _within(v, bound)), 0)
    if condition.type is FieldType.NUMBER:
        return f"{-(-middle // 1_000_000)}"
    return f"{middle}"

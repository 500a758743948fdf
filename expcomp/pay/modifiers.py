"""Modifiers: a metric that scales the commission of some roles for a window (design page 2).

Every tranche of the roles first reached in a window whose metric is too low is multiplied, after caps. What takes it
there is a line of its own beside it, which counts from the window's last day, when the metric is known; losses are
judged by the day of the tranche, so that the two always move together. Of several modifiers each works on what those
before it leave, the shorter window first, which is known first; and every line is rounded once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints, order_by, round_ratio, rounded, starts
from expcomp.lookups import NONE, group_of
from expcomp.money import Rounding
from expcomp.pay.deals import Deals
from expcomp.pay.measure import Meter, Reading, is_computed, window_of
from expcomp.pay.words import KIND, MODIFIER, REACHED, SPIFF, codes, components, pick, repeat
from expcomp.period import MONTHS, Period
from expcomp.plan.metrics import EVERY, Modifier
from expcomp.plan.model import SPANS, Plan
from expcomp.plan.record import Metric
from expcomp.plan.scalars import MULTIPLIER_UNIT
from expcomp.plan.versions import PlanSet
from expcomp.retention.rates import Rate, reaches
from expcomp.retention.terms import Terms

SCALED = [number for number, kind in enumerate(KIND.categories) if kind not in (SPIFF, MODIFIER)]
"""Kinds of lines that a modifier scales."""

WINDOW_BITS = 20


@dataclass(frozen=True, slots=True)
class Low:
    """A window in which the metric of a version's modifier (its position) is too low for some payees; `sets` are the
    sets of accounts in the reading that they are measured over, `floors` what each is held against."""

    version: int
    number: int
    period: Period
    reading: Reading
    payees: Ints
    sets: Ints
    floors: Ints

    def position(self, payee: int) -> int:
        return int(np.flatnonzero(self.payees == payee)[0])

    def value(self, metric: Metric, at: int) -> Rate:
        return self.reading.rate(metric, int(self.sets[at]))


@dataclass(frozen=True)
class Modifiers:
    """The low windows that have ended in time."""

    plans: PlanSet
    low: tuple[Low, ...]

    def lines(self, lines: pd.DataFrame) -> pd.DataFrame:
        """LINE of what every low window may take of a payee's lines on a deal, after these lines. basis_minor is what
        those pay in all, gross_minor what would be taken of all of it."""
        found = [lines]
        for version, number, plan, rule in self._rules():
            low = np.unique(self._windows(version, number) >> WINDOW_BITS)
            own = lines[_scaled(lines, version, rule) & np.isin(lines["payee"].to_numpy(), low)]
            group = group_of(own["deal"].to_numpy(), own["payee"].to_numpy())
            first = np.unique(group, return_index=True)[1]
            basis = np.zeros(len(first), dtype=np.int64)
            np.add.at(basis, group, own["gross_minor"].to_numpy())
            found.append(own.take(first).assign(
                kind=repeat(MODIFIER, len(first), KIND), rule=number, basis_minor=basis, credit=NONE,
                gross_minor=_taken(basis, 1, rule, plan.plan.rounding),
                component=pick([f"{MODIFIER}:{rule.name}"], np.zeros(len(first), np.int64), components(self.plans)),
            ))  # fmt: skip
        return pd.concat([frame for frame in found if len(frame)] or [lines], ignore_index=True)

    def tranches(self, tranches: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
        """The tranches with those of modifiers behind them, line by line. `judged` is the day by which the losses of a
        tranche are judged."""
        if not self.any:
            return tranches
        every = [tranches.assign(judged=tranches["reached"])]
        alive = np.flatnonzero((tranches["state"] == REACHED).to_numpy())
        before, left, unit = NONE, np.ones(len(alive), dtype=np.int64), 1
        for version, number, plan, rule in self._rules():
            if version != before:
                before, left, unit = version, np.ones(len(alive), dtype=np.int64), 1
            own = every[0].take(alive)
            window = plan.calendar.numbers(SPANS[rule.window], own["reached"].to_numpy())
            payee = lines["payee"].to_numpy()[own["line"]]
            hit = _scaled(lines, version, rule)[own["line"]]
            hit &= np.isin((payee << WINDOW_BITS) | window, self._windows(version, number))
            every.append(self._beside(own[hit], left[hit], unit, lines, version, number))
            left = np.where(hit, left * rule.multiplier, left * MULTIPLIER_UNIT).astype(object)
            unit *= MULTIPLIER_UNIT
        return pd.concat([frame for frame in every if len(frame)] or every[:1], ignore_index=True)

    @classmethod
    def of(cls, plans: PlanSet, meter: Meter, lines: pd.DataFrame, deals: Deals, as_of: int) -> "Modifiers":
        """Of the windows from the first deal on. `lines` are those that modifiers may scale."""
        low = []
        for version, plan in enumerate(plans.versions):
            own = lines[(lines["version"] == version).to_numpy()]
            for number, rule in enumerate(plan.modifiers):
                if not is_computed(rule):
                    continue
                mine = own[own["role"].isin(rule.roles).to_numpy()]
                first = int(deals.close[mine["deal"]].min(initial=as_of + 1))
                payees = np.unique(mine["payee"].to_numpy())
                low += [
                    _low(version, number, period, meter.at(period.last_day), payees)
                    for period in plan.calendar.ending(SPANS[rule.window], first, as_of)
                ]
        return cls(plans, tuple(one for one in low if len(one.payees)))

    def find(self, version: int, number: int, payee: int, window_end: int) -> tuple[Low, int]:
        """The low window of a modifier that ends on a day, and the position of a payee in it."""
        own = (low for low in self.low if (low.version, low.number) == (version, number))
        low = next(low for low in own if low.period.last_day == window_end)
        return low, low.position(payee)

    @property
    def any(self) -> bool:
        return any(plan.modifiers for plan in self.plans.versions)

    def _rules(self) -> Iterator[tuple[int, int, Plan, Modifier]]:
        for version, plan in enumerate(self.plans.versions):
            for number in sorted(range(len(plan.modifiers)), key=lambda at: MONTHS[SPANS[plan.modifiers[at].window]]):
                yield version, number, plan, plan.modifiers[number]

    def _windows(self, version: int, number: int) -> Ints:
        """Every payee and low window of a modifier, in one whole number each."""
        own = [low for low in self.low if (low.version, low.number) == (version, number)]
        return np.concatenate([np.zeros(0, np.int64), *(low.payees << WINDOW_BITS | low.period.number for low in own)])

    def _beside(
        self, scaled: pd.DataFrame, left: Ints, unit: int, lines: pd.DataFrame, version: int, number: int
    ) -> pd.DataFrame:
        """What a modifier takes of tranches of which earlier ones leave `left` ÷ `unit`."""
        plan = self.plans.versions[version]
        rule = plan.modifiers[number]
        line = self._line_of(scaled["line"].to_numpy(), lines, version, number)
        scaled = scaled.assign(line=line)
        order = order_by(line, scaled["piece"].to_numpy())
        beside = scaled.take(order)
        begins = starts(beside["line"].to_numpy()) | starts(beside["piece"].to_numpy())
        amount = _exact(beside["amount_minor"].to_numpy(), left[order], unit)
        whole = np.zeros(int(begins.sum()), dtype=amount.dtype)
        np.add.at(whole, np.cumsum(begins) - 1, amount)
        beside = beside[begins]
        ends = plan.calendar.last_days(SPANS[rule.window], beside["reached"].to_numpy())
        return beside.assign(amount_minor=_taken(whole, unit, rule, plan.plan.rounding), reached=ends)

    def _line_of(self, scaled: Ints, lines: pd.DataFrame, version: int, number: int) -> Ints:
        """The modifier's line beside each of these lines."""
        deal, payee = lines["deal"].to_numpy(), lines["payee"].to_numpy()
        mine = np.flatnonzero(
            (codes(lines["kind"]) == KIND.categories.get_loc(MODIFIER))
            & (lines["version"] == version).to_numpy()
            & (lines["rule"] == number).to_numpy()
        )
        key = group_of(np.append(deal[scaled], deal[mine]), np.append(payee[scaled], payee[mine]))
        at = np.empty(int(key.max(initial=-1)) + 1, dtype=np.int64)
        at[key[len(scaled) :]] = mine
        return at[key[: len(scaled)]]


def _low(version: int, number: int, period: Period, meter: Meter, payees: Ints) -> Low:
    """The payees whose metric is known in a window, and below the limit."""
    plan = meter.plans.versions[version]
    rule, terms = plan.modifiers[number], Terms.of(plan)
    reading = meter.read(version, rule.scope, EVERY, window_of(terms.window, period), payees, rule.roles)
    floors = np.full(len(payees), NONE)
    for at, (payee, of_set) in enumerate(zip(payees.tolist(), reading.set_of.tolist(), strict=True)):
        value, floor = reading.rate(rule.metric, of_set), rule.limit.floor
        if floor is None:
            floor = meter.floor(version, rule.metric, payee)
        if not value[1] or reading.count(of_set) < terms.rules.min_accounts:
            continue
        if floor is None:
            meter.doubt(rule.metric, payee)
        elif not reaches(value, floor):
            floors[at] = floor
    below = floors != NONE
    return Low(version, number, period, reading, payees[below], reading.set_of[below], floors[below])


def _scaled(lines: pd.DataFrame, version: int, rule: Modifier) -> Flags:
    of_kind = np.isin(codes(lines["kind"]), SCALED)
    return np.asarray(of_kind & (lines["version"] == version).to_numpy() & lines["role"].isin(rule.roles).to_numpy())


def _exact(amount: Ints, left: Ints, unit: int) -> Ints:
    """amount × left, as Python's own integers where they may be large."""
    return amount if unit == 1 else amount.astype(object) * left


def _taken(amount: Ints, unit: int, rule: Modifier, rounding: Rounding) -> Ints:
    """round(amount ÷ unit × (multiplier − 1))"""
    change = rule.multiplier - MULTIPLIER_UNIT
    if amount.dtype != object:
        return round_ratio((amount, change), (unit, MULTIPLIER_UNIT), rounding)
    exact = [rounded(int(whole) * change, unit * MULTIPLIER_UNIT, rounding) for whole in amount]
    return np.asarray(exact, dtype=np.int64)

"""Bonuses: what a metric pays each payee for each metric period (design page 2, bonuses; page 3, step 11).

A metric period counts once, on its last day, under the version of the plan in force on that day. What it pays is

    round(target × days employed ÷ days × what the curve pays at the metric),

and with `accrues: year_to_date` the same of all targets of the fiscal year so far, less what its earlier periods pay.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from expcomp.diagnostics import Code, Findings
from expcomp.exact import PPM, rounded
from expcomp.pay.measure import Meter, Reading, is_computed, window_of
from expcomp.pay.people import People
from expcomp.pay.tranches import forfeits
from expcomp.period import MONTHS, Period, Span
from expcomp.plan.metrics import EVERY, Bonus, Limit
from expcomp.plan.model import SPANS, Plan
from expcomp.plan.record import Metric
from expcomp.plan.scalars import read_money
from expcomp.plan.versions import PlanSet
from expcomp.retention.rates import Rate, reaches
from expcomp.retention.terms import Terms

NO_TARGET_VARIABLE = Code("D526", "no-target-variable")

FORFEITED, GATE_FAILED, BELOW_CURVE, INSUFFICIENT = "forfeited", "gate_failed", "below_curve", "insufficient_base"


@dataclass(frozen=True, slots=True)
class Award:
    """A bonus of a version (its position in the plan set) in one metric period."""

    version: int
    plan: Plan
    bonus: Bonus
    period: Period

    @property
    def component(self) -> str:
        return f"bonus:{self.bonus.name}"


@dataclass(frozen=True, slots=True)
class Gate:
    metric: Metric
    value: Rate
    limit: Limit
    floor: int

    @property
    def is_met(self) -> bool:
        return reaches(self.value, self.floor, met_at=self.limit.met_at)


@dataclass(frozen=True, slots=True)
class Earned:
    """What an award is worth to one payee, minor units; `reason` says why it is nothing.

    `days`: those employed, of those of the period. `target`: what the period, or the year so far, pays at 100% of the
    curve; None where the payee has no target_variable. `floor`: the retention target, where the curve is on that;
    `share`: what the curve pays; `before`: what earlier periods of the year pay, where those count.
    """

    award: Award
    payee: int
    reading: Reading
    set: int
    days: tuple[int, int]
    target: Fraction | None
    gates: tuple[Gate, ...] = ()
    floor: Fraction | None = None
    share: Fraction | None = None
    before: int = 0
    amount: int = 0
    reason: str = ""

    @property
    def metric(self) -> Rate:
        return self.reading.rate(self.award.bonus.metric, self.set)


@dataclass(frozen=True)
class Bonuses:
    """Works out every award payee by payee."""

    meter: Meter
    pay_span: Span

    @property
    def plans(self) -> PlanSet:
        return self.meter.plans

    @property
    def people(self) -> People:
        return self.meter.people

    def earned(self, since: int, until: int) -> list[Earned]:
        """Of metric periods that end after `since` and by `until`, in their order. Raises `Refused` with what keeps one
        from being known."""
        so_far = _SoFar(self.meter.findings, self.people)
        every = [
            one
            for award in self._awards(since, until)
            for one in replace(self, meter=self.meter.at(award.period.last_day))._of_award(award, so_far)
        ]
        self.meter.findings.check()
        return [one for one in every if one.award.period.last_day > since]

    def _awards(self, since: int, until: int) -> list[Award]:
        """By the last day of their periods; earlier ones of the fiscal year too, which may count for later ones."""
        year = self.plans.calendar.period_of(Span.YEAR, since + 1).first_day
        return sorted(
            (
                Award(version, plan, bonus, period)
                for version, (plan, (first, last)) in enumerate(zip(self.plans.versions, self.plans.spans, strict=True))
                for bonus in plan.bonuses
                if is_computed(bonus)
                for period in plan.calendar.ending(SPANS[bonus.per], max(first, year), min(last, until))
            ),
            key=lambda award: award.period.last_day,
        )

    def _of_award(self, award: Award, so_far: "_SoFar") -> Iterator[Earned]:
        bonus, period = award.bonus, award.period
        employed = self.people.employed(period.first_day, period.last_day)
        payees = np.flatnonzero(self.people.fitting(bonus.role, bonus.for_) & (employed > 0))
        window = window_of(bonus.own_window or Terms.of(award.plan).window, period)
        reading = self.meter.read(award.version, bonus.scope, bonus.portfolio or EVERY, window, payees)
        length = period.last_day - period.first_day + 1
        for payee, number in zip(payees.tolist(), reading.set_of.tolist(), strict=True):
            days = (int(employed[payee]) if bonus.prorate == "days" else length, length)
            one = Earned(award, payee, reading, number, days, self._target(award, payee, days))
            yield so_far.after(self._judged(one))

    def _target(self, award: Award, payee: int, days: tuple[int, int]) -> Fraction | None:
        """What the period pays at 100% of the curve, before rounding."""
        bonus, part = award.bonus, Fraction(*days)
        if bonus.of_target is None:
            return read_money(bonus.pays, award.plan.plan.currency) * part
        year = self.people.target(payee, award.period.last_day)
        if year is None:
            return None
        return Fraction(year * bonus.of_target, PPM) * Fraction(MONTHS[SPANS[bonus.per]], 12) * part

    def _judged(self, one: Earned) -> Earned:
        """With its gates, its share and, where there is one, the reason why it pays nothing."""
        plan = one.award.plan
        least = plan.retention.min_accounts if plan.retention else 1
        if self._forfeits(one):
            return replace(one, reason=FORFEITED)
        if not one.metric[1] or one.reading.count(one.set) < least:
            return replace(one, reason=INSUFFICIENT)
        one = replace(one, gates=tuple(self._gates(one)))
        if not all(gate.is_met for gate in one.gates):
            return replace(one, reason=GATE_FAILED)
        return self._shared(one)

    def _shared(self, one: Earned) -> Earned:
        """With what the curve pays, whatever the gates say."""
        bonus = one.award.bonus
        if bonus.curve_on == "target":
            floor = self.meter.needed_floor(one.award.version, bonus.metric, one.payee)
            one = replace(one, floor=Fraction(floor, PPM))
        share = bonus.share_at(Fraction(*one.metric) / (one.floor or 1))
        return replace(one, share=share, reason="" if share else BELOW_CURVE)

    def blocked(self, one: Earned) -> int:
        """What a gate that is not met keeps from its payee, minor units."""
        shared = self._shared(one)
        exact = (shared.target or Fraction(0)) * (shared.share or Fraction(0))
        return rounded(exact.numerator, exact.denominator, one.award.plan.plan.rounding) - one.before

    def _forfeits(self, one: Earned) -> bool:
        """Whether its payee had left before the period ended, and what is reached afterwards is forfeited."""
        day = one.award.period.last_day
        end = self.plans.calendar.period_of(self.pay_span, day).last_day
        return bool(self.people.last_day[one.payee] < day) and forfeits(self.plans, end)

    def _gates(self, one: Earned) -> Iterator[Gate]:
        for metric, limit in one.award.bonus.gates:
            floor = limit.floor
            if floor is None:
                floor = self.meter.needed_floor(one.award.version, metric, one.payee)
            yield Gate(metric, one.reading.rate(metric, one.set), limit, floor)


@dataclass(slots=True)
class _SoFar:
    """Targets and pay of a bonus name so far, by plan id, name, payee and fiscal year."""

    findings: Findings
    people: People
    target: dict[tuple[str, str, int, int], Fraction | None] = field(default_factory=dict)
    paid: dict[tuple[str, str, int, int], int] = field(default_factory=dict)

    def after(self, one: Earned) -> Earned:
        """With its amount, rounded once."""
        plan, period = one.award.plan, one.award.period
        year = period.calendar.period_of(Span.YEAR, period.last_day).number
        key = (plan.plan.id, one.award.bonus.name, one.payee, year)
        earlier = self.target.get(key, Fraction(0))
        self.target[key] = None if earlier is None or one.target is None else earlier + one.target
        before = self.paid.get(key, 0)
        if one.award.bonus.accrues == "year_to_date":
            one = replace(one, target=self.target[key], before=before)
        amount = 0 if one.share is None else self._rounded(one, one.share) - one.before
        self.paid[key] = before + amount
        return replace(one, amount=amount, reason="" if amount else one.reason)

    def _rounded(self, one: Earned, share: Fraction) -> int:
        if not share:
            return 0
        if one.target is None:
            who = self.people.id(one.payee)
            message = f'{who} is paid the bonus "{one.award.bonus.name}" as a share of target_variable, and has none'
            help_ = "give it in the payees table, or dated in the targets table"
            self.findings.add(NO_TARGET_VARIABLE.at(self.people.place(one.payee), message, help_))
            return 0
        exact = one.target * share
        return rounded(exact.numerator, exact.denominator, one.award.plan.plan.rounding)

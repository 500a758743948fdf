"""What retention means for people's pay: the portfolios that measure them, and what a missed gate keeps back."""

from dataclasses import dataclass

import numpy as np

from expcomp.diagnostics import Finding, Findings, Refused
from expcomp.pay.bonuses import GATE_FAILED, Bonuses, Gate
from expcomp.pay.measure import Meter
from expcomp.pay.scopes import Window
from expcomp.period import Period, Span
from expcomp.plan.metrics import EVERY
from expcomp.plan.versions import PlanSet
from expcomp.retention.rates import Retained
from expcomp.sources.book import Book


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The accounts that a payee holds in their role on the last day: as merged, never rolled up to a parent."""

    payee_id: str
    role: str
    retained: Retained


@dataclass(frozen=True, slots=True)
class Blocked:
    """A bonus that was not paid for a period, because a gate was not met; `amount_minor` is what it would have been."""

    payee_id: str
    component: str
    period: Period
    gates: tuple[Gate, ...]
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RetentionPay:
    """`findings` say what kept either from being known."""

    portfolios: tuple[Portfolio, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    findings: tuple[Finding, ...] = ()


def retention_pay(plans: PlanSet, book: Book, base: int, end: int, pay_span: Span) -> RetentionPay:
    """Portfolios over a window (its last days); what is blocked of the bonuses of the pay period that holds `end`."""
    findings = Findings()
    meter = Meter.of(plans, book, pay_span, findings)
    try:
        portfolios = _portfolios(meter, base, end)
        blocked = _blocked(Bonuses(meter, pay_span), end, pay_span)
    except Refused as refused:
        return RetentionPay(findings=refused.findings)
    return RetentionPay(tuple(portfolios), tuple(blocked), tuple(findings.items))


def _portfolios(meter: Meter, base: int, end: int) -> list[Portfolio]:
    """Of everybody who is there on the last day and holds an account that was worth anything at the base."""
    version = meter.plans.versions.index(meter.plans.about_period(end))
    payees = np.flatnonzero(meter.people.employed(end, end) > 0)
    reading = meter.read(version, "portfolio", EVERY, Window(base + 1, end + 1), payees)
    roles = meter.people.payees.frame["role"]
    return [
        Portfolio(meter.people.id(payee), str(roles.iat[payee]), reading.retained[number])
        for payee, number in zip(payees.tolist(), reading.set_of.tolist(), strict=True)
        if reading.count(number)
    ]


def _blocked(bonuses: Bonuses, end: int, pay_span: Span) -> list[Blocked]:
    first = bonuses.plans.calendar.period_of(pay_span, end).first_day
    return [
        Blocked(
            bonuses.people.id(one.payee),
            one.award.component,
            one.award.period,
            tuple(gate for gate in one.gates if not gate.is_met),
            bonuses.blocked(one),
        )
        for one in bonuses.earned(first - 1, end)
        if one.reason == GATE_FAILED
    ]

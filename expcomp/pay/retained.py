"""What retention means for people's pay: the portfolios that measure them, and what a missed floor keeps back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from expcomp.diagnostics import Finding, Findings, Refused, Severity
from expcomp.exact import Ints
from expcomp.pay.bonuses import GATE_FAILED, Bonuses, Gate
from expcomp.pay.drift import DRIFTED
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.measure import Meter, is_computed
from expcomp.pay.metric_pins import drifted
from expcomp.pay.modifiers import Low
from expcomp.pay.people import People
from expcomp.pay.scopes import Window
from expcomp.pay.words import KIND, MODIFIER, codes
from expcomp.period import Period, Span
from expcomp.plan.metrics import EVERY
from expcomp.plan.metrics import Portfolio as Rule
from expcomp.plan.model import Plan
from expcomp.plan.versions import PlanSet
from expcomp.retention.rates import Retained
from expcomp.sources.book import Book

Part = TypeVar("Part")

NAMED = 5
"""Facts that a message lists."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The accounts of a payee as their first bonus over a portfolio counts them, else those held on the last day: as
    merged, never rolled up to a parent."""

    payee_id: str
    role: str
    retained: Retained


@dataclass(frozen=True, slots=True)
class Blocked:
    """What was not paid for a period, because the floors in `gates` were not reached: a bonus, or the part of
    commission that a modifier takes. `segment` is the payee's own."""

    payee_id: str
    segment: str
    component: str
    period: Period
    gates: tuple[Gate, ...]
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RetentionPay:
    """`findings` say what kept any of it from being known, and which facts are others today than a close pinned."""

    portfolios: tuple[Portfolio, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    findings: tuple[Finding, ...] = ()

    def blocked_in(self, segment: str) -> list[Blocked]:
        """What was not paid to people of a segment, a word as words are compared."""
        name = segment.strip().casefold()
        return [each for each in self.blocked if each.segment.strip().casefold() == name]


Settles = Callable[[int], Entitlement]
"""What everybody deserves at a date. Raises `Refused` with what keeps it from being known."""


def retention_pay(plans: PlanSet, book: Book, base: int, end: int, pay_span: Span, settles: Settles) -> RetentionPay:
    """Portfolios over a window (its last days); what is blocked in the pay period that holds `end`, by then."""
    period = plans.calendar.period_of(pay_span, end)
    since, findings = period.first_day - 1, Findings()
    meter = Meter.of(plans, book, pay_span, findings)
    if meter.at(end) is not meter:
        findings.extend(_drift(plans, book, period))
    portfolios = _known(lambda: _portfolios(meter.at(end), base, end), findings)
    bonuses = _known(lambda: _bonuses(Bonuses(meter, pay_span), since, end), findings)
    modified = _known(lambda: _modified(settles(end), since) if _modifies(plans) else [], findings)
    return RetentionPay(tuple(portfolios), (*bonuses, *modified), tuple(dict.fromkeys(findings.items)))


def _known(work: Callable[[], list[Part]], findings: Findings) -> list[Part]:
    """Nothing, where it is refused; and the findings say why."""
    try:
        return work()
    except Refused as refused:
        findings.extend(refused.findings)
        return []


def _portfolios(meter: Meter, base: int, end: int) -> list[Portfolio]:
    """Of everybody who is there on the last day and holds an account that was worth anything at the base."""
    plan, people = meter.plans.about_period(end), meter.people
    version, window = meter.plans.versions.index(plan), Window(base + 1, end + 1)
    roles, found = people.payees.frame["role"], {}
    for rule, payees in _by_rule(plan, people, np.flatnonzero(people.employed(end, end) > 0)):
        reading = meter.read(version, "portfolio", rule, window, payees)
        for payee, number in zip(payees.tolist(), reading.set_of.tolist(), strict=True):
            if reading.count(number):
                found[payee] = Portfolio(people.id(payee), str(roles.iat[payee]), reading.retained[number])
    return [found[payee] for payee in sorted(found)]


def _by_rule(plan: Plan, people: People, payees: Ints) -> Iterator[tuple[Rule, Ints]]:
    """The payees, each with the rule by which accounts count for them."""
    for bonus in plan.bonuses:
        if bonus.scope == "portfolio" and is_computed(bonus):
            fits = people.fitting(bonus.role, bonus.for_)[payees]
            yield bonus.portfolio or EVERY, payees[fits]
            payees = payees[~fits]
    yield EVERY, payees


def _bonuses(bonuses: Bonuses, since: int, end: int) -> list[Blocked]:
    return [
        Blocked(
            bonuses.people.id(one.payee),
            _segment(bonuses.meter.at(one.award.period.last_day), one.payee),
            one.award.component,
            one.award.period,
            tuple(gate for gate in one.gates if not gate.is_met),
            bonuses.blocked(one),
        )
        for one in bonuses.earned(since, end)
        if one.reason == GATE_FAILED
    ]


def _modifies(plans: PlanSet) -> bool:
    return any(is_computed(rule) for plan in plans.versions for rule in plan.modifiers)


def _modified(source: Entitlement, since: int) -> list[Blocked]:
    """What modifiers take of the commission of windows that end after `since`, window by window and payee by payee."""
    tranches = source.tranches
    line = tranches["line"].to_numpy()
    is_modifiers = codes(source.lines["kind"])[line] == KIND.categories.get_loc(MODIFIER)
    own = tranches[is_modifiers & (tranches["reached"] > since).to_numpy()]
    keys = source.lines.take(own["line"].to_numpy())[["version", "rule", "payee"]].reset_index(drop=True)
    rows = keys.assign(ends=own["reached"].to_numpy(), minor=own["entitled_minor"].to_numpy())
    taken = rows.groupby(["version", "rule", "payee", "ends"])["minor"].sum()
    return [
        _by_modifier(source, *source.modifiers.find(*key), -minor)
        for key, minor in zip(taken.index.tolist(), taken.tolist(), strict=True)
        if minor
    ]


def _by_modifier(source: Entitlement, low: Low, at: int, minor: int) -> Blocked:
    rule = source.plans.versions[low.version].modifiers[low.number]
    payee = int(low.payees[at])
    return Blocked(
        source.meter.people.id(payee),
        _segment(source.meter.at(low.period.last_day), payee),
        f"{MODIFIER}:{rule.name}",
        low.period,
        (Gate(rule.metric, low.value(rule.metric, at), rule.limit, int(low.floors[at])),),
        minor,
    )


def _segment(meter: Meter, payee: int) -> str:
    return str(meter.people.payees.frame["segment"].iat[payee])


def _drift(plans: PlanSet, book: Book, period: Period) -> Iterator[Finding]:
    """One note of all facts that are others today than they were when the period was closed."""
    rows = drifted(book, plans, period)
    facts = [f"{fact} of {who}" if who else fact for who, fact in zip(rows["payee_id"], rows["fact"], strict=True)]
    if facts:
        more = f" and {len(facts) - NAMED:,} more" if len(facts) > NAMED else ""
        what = f"{len(facts):,} facts differ" if len(facts) > 1 else "1 fact differs"
        message = f"{what} today from what {period} pinned ({', '.join(facts[:NAMED])}{more}): what was pinned counts"
        yield DRIFTED.at(None, message, severity=Severity.NOTE)

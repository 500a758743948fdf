"""What the metrics of a bonus or a modifier stand at, over the accounts that each payee is measured by."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Findings, Place
from expcomp.exact import Ints
from expcomp.lookups import NONE, Names, folded
from expcomp.pay.metric_pins import as_pinned
from expcomp.pay.people import People
from expcomp.pay.portfolio import Portfolios
from expcomp.pay.roles import Payees
from expcomp.pay.scopes import Scopes, Window
from expcomp.period import Duration, Period, Span
from expcomp.plan.metrics import Bonus, Modifier, Portfolio
from expcomp.plan.record import Metric, Scope
from expcomp.plan.versions import PlanSet
from expcomp.retention.rates import Rate, Retained, retained_by
from expcomp.retention.terms import Terms
from expcomp.retention.trailing import trailing
from expcomp.sources.book import Book

NO_TARGET = Code("D527", "no-target-for-the-segment")

COMPUTED = frozenset({"nrr", "grr", "logo_retention", "expansion"})
"""The metrics that are read off the recurring value of accounts."""


@dataclass(frozen=True)
class Reading:
    """Retention over a window. `accounts` are the rows (of retention/trailing.py) of the accounts that count, one for
    each set that an account is in, and `sets` the set of each; `set_of` is the set of each payee who was asked for."""

    window: Window
    accounts: pd.DataFrame
    sets: Ints
    set_of: Ints
    retained: Sequence[Retained]

    def rate(self, metric: Metric, of_set: int) -> Rate:
        """Numerator and denominator, unrounded; the denominator is 0 where nothing was there at the base."""
        if of_set == NONE:
            return 0, 0
        own = self.retained[of_set]
        match metric:
            case "nrr":
                return own.nrr
            case "grr":
                return own.grr
            case "logo_retention":
                return own.logo
            case _:
                return own.expansion_minor, own.base_minor

    def count(self, of_set: int) -> int:
        """How many accounts were in the base."""
        return 0 if of_set == NONE else self.retained[of_set].accounts

    def of(self, of_set: int) -> pd.DataFrame:
        """The accounts of a set that were in the base."""
        found: pd.DataFrame = self.accounts[(self.sets == of_set) & (self.accounts["base_minor"] > 0).to_numpy()]
        return found


@dataclass(frozen=True)
class Meter:
    """Reads metrics, each window of each version once. What cannot be decided goes to `findings`."""

    plans: PlanSet
    book: Book
    people: People
    pay_span: Span
    findings: Findings
    _closed: dict[Period, "Meter"] = field(default_factory=dict)
    _portfolios: dict[int, Portfolios] = field(default_factory=dict)
    _trailing: dict[tuple[int, Window], pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def of(cls, plans: PlanSet, book: Book, pay_span: Span, findings: Findings) -> "Meter":
        return cls(plans, book, People(Payees.of(book), book["targets"]), pay_span, findings)

    def at(self, day: int) -> "Meter":
        """The one that reads windows which end on a day: by the facts that its pay period pinned, if it was closed."""
        period = self.plans.calendar.period_of(self.pay_span, day)
        if period not in self._closed:
            book = as_pinned(self.book, self.plans, period)
            same = book is self.book
            self._closed[period] = self if same else Meter.of(self.plans, book, self.pay_span, self.findings)
        return self._closed[period]

    def read(
        self, version: int, scope: Scope, rule: Portfolio, window: Window, payees: Ints, roles: Sequence[str] = ()
    ) -> Reading:
        """For these payees; a portfolio in any of the roles, without them in everybody's own."""
        frame = self._accounts(version, window)
        portfolios = self._portfolios_of(version)
        account = portfolios.accounts.codes(frame["account_id"])
        segments = Names.of(folded(frame["segment"]))
        segment = np.full(len(portfolios.accounts), NONE)
        segment[account] = segments.codes(folded(frame["segment"]))
        measured = Scopes(portfolios, rule, window, segment, segments).measured(scope, payees, roles)
        row = np.full(len(portfolios.accounts), NONE)
        row[account] = np.arange(len(frame))
        at = row[measured.accounts]
        known = (at != NONE) & (measured.sets != NONE)
        own, sets = frame.take(at[known]).reset_index(drop=True), measured.sets[known]
        groups = int(max(measured.set_of.max(initial=NONE), sets.max(initial=NONE))) + 1
        return Reading(window, own, sets, measured.set_of, retained_by(own, sets, groups))

    def floor(self, version: int, metric: Metric, payee: int) -> int | None:
        """The target of a payee's segment in parts per million; None where there is none."""
        retention = self.plans.versions[version].retention
        return retention.target(metric, self.people.segment[payee]) if retention else None

    def needed_floor(self, version: int, metric: Metric, payee: int) -> int:
        """The same where nothing can be paid without; a finding where there is none."""
        floor = self.floor(version, metric, payee)
        if not floor:
            self.findings.add(NO_TARGET.at(*self._no_floor(metric, payee, "is paid by")))
        return floor or 1

    def doubt(self, metric: Metric, payee: int) -> None:
        """A warning that a modifier cannot judge a payee, whose segment has no target."""
        self.findings.add(NO_TARGET.warning(*self._no_floor(metric, payee, "is not held against")))

    def _no_floor(self, metric: Metric, payee: int, what: str) -> tuple[Place, str, str]:
        segment = self.people.segment[payee]
        which = f'the segment "{segment}"' if segment else "a payee without segment"
        message = f"{self.people.id(payee)} {what} the target of {metric}, and the plan sets none for {which}"
        help_ = "name the payee's segment in the payees table, or add a row without segment to  retention: targets"
        return self.people.place(payee), message, help_

    def _accounts(self, version: int, window: Window) -> pd.DataFrame:
        if (version, window) not in self._trailing:
            terms = Terms.of(self.plans.versions[version])
            self._trailing[version, window] = trailing(self.book, terms, window.base - 1, window.last, rolled=False)
        return self._trailing[version, window]

    def _portfolios_of(self, version: int) -> Portfolios:
        if version not in self._portfolios:
            accounts = Names.of(self.book["accounts"]["account_id"], self.book["subscriptions"]["account_id"],
                                self.book["merges"]["to"])  # fmt: skip
            self._portfolios[version] = Portfolios(
                self.plans.versions[version], self.book, self.people.payees, accounts, self.findings
            )
        return self._portfolios[version]


def window_of(length: Duration | Span, period: Period) -> Window:
    """The window that ends with a metric period: a trailing time, or the fiscal period of a span up to then."""
    end = period.last_day + 1
    if isinstance(length, Duration):
        return Window(int(length.before(np.asarray([end]))[0]), end)
    return Window(period.calendar.period_of(length, period.last_day).first_day, end)


def is_computed(rule: Bonus | Modifier) -> bool:
    """Whether all metrics of a bonus or a modifier are read off the recurring value of accounts."""
    gates = rule.gate if isinstance(rule, Bonus) else ()
    return {rule.metric, *gates} <= COMPUTED

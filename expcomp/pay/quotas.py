"""A payee's quota for a window: the row of exactly that window, else the smaller periods that tile it.

A row that names the role wins over one of the same period that does not. Two ways to tile are an error;
a larger period is never prorated (design page 2, accelerators).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Findings
from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, folded, numbers
from expcomp.money import to_text
from expcomp.pay.roles import Payees
from expcomp.period import MONTHS, FiscalCalendar, Period, Span
from expcomp.places import place_of

TWO_TILINGS = Code("D520", "quota-tiled-twice")

SMALLER = {Span.YEAR: Span.HALF, Span.HALF: Span.QUARTER, Span.QUARTER: Span.MONTH}
SPAN_AT = {span: at for at, span in enumerate(Span)}
NUMBER_BITS = 20


@dataclass(frozen=True, slots=True)
class Ways:
    """How each window can be tiled: the number of ways (2 for more), and the first two sums in minor units."""

    count: Ints
    first: Ints
    second: Ints

    @classmethod
    def exactly(cls, has: Flags, amount: Ints) -> "Ways":
        return cls(has.astype(np.int64), amount, np.zeros_like(amount))

    def and_(self, part: "Ways") -> "Ways":
        """Each way of these with each way of a further part of the window."""
        second = np.where(part.count > 1, self.first + part.second, self.second + part.first)
        return Ways(np.minimum(self.count * part.count, 2), self.first + part.first, second)

    def or_(self, other: "Ways") -> "Ways":
        """These, then the others."""
        second = np.where(self.count == 0, other.second, np.where(self.count > 1, self.second, other.first))
        first = np.where(self.count > 0, self.first, other.first)
        return Ways(np.minimum(self.count + other.count, 2), first, second)


class Quotas:
    """Quotas by payee code, role and period, in minor units of the plan's currency."""

    def __init__(
        self, quotas: pd.DataFrame, payees: Payees, calendar: FiscalCalendar, currency: str, findings: Findings
    ) -> None:
        self._rows, self._calendar, self._currency, self._findings = quotas, calendar, currency, findings
        self._payee = payees.names.codes(quotas["payee_id"])
        self._role = folded(quotas["role"])
        self._amount = numbers(quotas["amount"])[0]
        self._window = self._windows()
        self._by_role: dict[str, tuple[Ints, Ints]] = {}

    def of(self, payee: Ints, role: str, span: Span, number: Ints) -> tuple[Ints, Flags]:
        """The quota of each payee for each window, 0 where there is none; and where there is one."""
        asked, at = np.unique((payee << NUMBER_BITS) | number, return_inverse=True)
        who, window = asked >> NUMBER_BITS, asked & ((1 << NUMBER_BITS) - 1)
        exact, tiled = self._row(who, role, span, window), self._tilings(who, role, span, window)
        twice = np.flatnonzero((exact.count == 0) & (tiled.count > 1))
        for pair in twice.tolist():
            self._refuse(int(who[pair]), Period(self._calendar, span, int(window[pair])), tiled, pair)
        found = exact.or_(tiled)
        return np.where(found.count > 0, found.first, 0)[at], (found.count > 0)[at]

    def _windows(self) -> Ints:
        """Span and number of each row's period in one whole number."""

        def window(text: str) -> int:
            period = self._calendar.parse(text)
            return (SPAN_AT[period.span] << NUMBER_BITS) | period.number

        at, texts = pd.factorize(self._rows["period"])
        return np.asarray([window(text) for text in texts], dtype=np.int64)[at]

    def _of_role(self, role: str) -> tuple[Ints, Ints]:
        """Key (payee, window) and amount of the rows that name a role, sorted by key."""
        if role not in self._by_role:
            self._by_role[role] = self._sorted(role)
        return self._by_role[role]

    def _sorted(self, role: str) -> tuple[Ints, Ints]:
        mine = np.flatnonzero((self._role == role).to_numpy() & (self._window != NONE) & (self._payee != NONE))
        key = (self._payee[mine] << (NUMBER_BITS + 2)) | self._window[mine]
        order = np.argsort(key, kind="stable")
        return key[order], self._amount[mine[order]]

    def _row(self, payee: Ints, role: str, span: Span, number: Ints) -> Ways:
        """The row of exactly this window: for the role, else for none."""
        found = self._named(payee, role.casefold(), span, number).or_(self._named(payee, "", span, number))
        return Ways.exactly(found.count > 0, found.first)

    def _named(self, payee: Ints, role: str, span: Span, number: Ints) -> Ways:
        keys, amounts = self._of_role(role)
        wanted = (payee << (NUMBER_BITS + 2)) | _packed(span, number)
        at = np.searchsorted(keys, wanted, side="right") - 1
        has = (at >= 0) & (np.append(keys, NONE)[at] == wanted)
        return Ways.exactly(has, np.where(has, np.append(amounts, 0)[at], 0))

    def _tilings(self, payee: Ints, role: str, span: Span, number: Ints) -> Ways:
        """Every way to cover the windows exactly once with smaller periods."""
        nothing = np.zeros_like(payee)
        if span not in SMALLER:
            return Ways(nothing, nothing, nothing)
        smaller, ways = SMALLER[span], Ways(nothing + 1, nothing, nothing)
        per = MONTHS[span] // MONTHS[smaller]
        for part in range(per):
            inside = number * per + part
            whole = self._row(payee, role, smaller, inside)
            ways = ways.and_(whole.or_(self._tilings(payee, role, smaller, inside)))
        return ways

    def _refuse(self, payee: int, window: Period, ways: Ways, pair: int) -> None:
        row = int(np.flatnonzero(self._payee == payee)[0])
        sums = (f"{to_text(int(way[pair]), self._currency)} {self._currency}" for way in (ways.first, ways.second))
        whose = self._rows["payee_id"].iloc[row]
        message = f"two sets of smaller periods add up to {whose}'s quota of {window}: {' and '.join(sums)}"
        help_ = "give the window's own quota, or only one set of smaller periods"
        self._findings.add(TWO_TILINGS.at(place_of(self._rows, row), message, help_))


def _packed(span: Span, number: Ints) -> Ints:
    return (SPAN_AT[span] << NUMBER_BITS) | number

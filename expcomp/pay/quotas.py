"""A payee's quota for a window: the row of exactly that window, else the smaller periods that tile it.

A row that names the role wins over one of the same period that does not. Two ways to tile are an error;
a larger period is never prorated (design page 2, accelerators).
"""

from collections.abc import Iterable
from functools import cache

import pandas as pd

from expcomp.diagnostics import Code, Findings
from expcomp.pay.lookups import numbers
from expcomp.pay.places import place_of
from expcomp.pay.roles import Payees
from expcomp.period import FiscalCalendar, Period, Span

TWO_TILINGS = Code("D520", "quota-tiled-twice")
WRONG_PERIOD = Code("D521", "quota-period")

SMALLER = {Span.YEAR: Span.HALF, Span.HALF: Span.QUARTER, Span.QUARTER: Span.MONTH}


class Quotas:
    """Quotas by payee code, role and period, in minor units of the plan's currency."""

    def __init__(self, quotas: pd.DataFrame, payees: Payees, calendar: FiscalCalendar, findings: Findings) -> None:
        self._calendar, self._findings = calendar, findings
        self._amount: dict[tuple[int, str, Period], int] = {}
        self._rows, self._first_row = quotas, dict[int, int]()
        payee = payees.names.codes(quotas["payee_id"]).tolist()
        role = quotas["role"].str.strip().str.casefold().tolist()
        amount = numbers(quotas["amount"])[0].tolist()
        periods: dict[str, Period] = {}
        for row, text in enumerate(quotas["period"]):
            if text not in periods:
                try:
                    periods[text] = calendar.parse(text)
                except ValueError as error:
                    findings.add(WRONG_PERIOD.at(place_of(quotas, row), str(error)))
                    continue
            self._amount[payee[row], role[row], periods[text]] = amount[row]
            self._first_row.setdefault(payee[row], row)

    def of(self, payees: Iterable[int], role: str, span: Span, numbers_: Iterable[int]) -> list[int | None]:
        """The quota of each payee for each window; None where there is none."""
        find = cache(self._find)
        windows = (Period(self._calendar, span, number) for number in numbers_)
        return [find(payee, role.casefold(), window) for payee, window in zip(payees, windows, strict=True)]

    def _find(self, payee: int, role: str, window: Period) -> int | None:
        exact = self._row(payee, role, window)
        if exact is not None:
            return exact
        ways = self._tilings(payee, role, window)
        if len(ways) > 1:
            message = f"two sets of smaller periods add up to {window} ({' and '.join(map(str, ways))} minor units)"
            help_ = "give the window's own quota, or only one set of smaller periods"
            self._findings.add(TWO_TILINGS.at(place_of(self._rows, self._first_row[payee]), message, help_))
        return ways[0] if ways else None

    def _row(self, payee: int, role: str, period: Period) -> int | None:
        return self._amount.get((payee, role, period), self._amount.get((payee, "", period)))

    def _tilings(self, payee: int, role: str, window: Period) -> list[int]:
        """Every sum of smaller periods that covers the window exactly once; at most two are of interest."""
        smaller = SMALLER.get(window.span)
        if smaller is None:
            return []
        sums = [0]
        for part in window.split(smaller):
            whole = self._row(payee, role, part)
            ways = ([] if whole is None else [whole]) + self._tilings(payee, role, part)
            sums = [total + way for total in sums for way in ways][:2]
        return sums

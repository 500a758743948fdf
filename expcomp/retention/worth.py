"""What accounts are worth a year at given instants, in the plan's currency; the one place where that is computed."""

from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.diagnostics import Refused
from expcomp.exact import Ints, round_ratio
from expcomp.fx import Rates
from expcomp.period import add_months
from expcomp.recurring import RATE_MISSING
from expcomp.retention.lines import Lines
from expcomp.retention.terms import Terms


class Worth:
    """Recurring value by account and instant (design page 5): a line counts at t when start ≤ t < end.

    An instant is the first of its day. `owner` maps an account's code to that of the customer it counts for.
    """

    def __init__(self, lines: Lines, owner: Ints, terms: Terms, fx: pd.DataFrame) -> None:
        self.lines, self.owner, self.terms = lines, owner, terms
        self._fx, self._rates = fx, Rates(fx)
        self.spells: dict[int, pd.DataFrame] = {}
        """What `spells.py` has found, by the day of the rates."""

    def at(self, instants: Ints, rate_days: Ints) -> Ints:
        """Minor units, a row per account and a column per instant (rising), each column at the rate of its day.

        All lines of an account in one currency are added before they are converted, which rounds once. Raises
        `Refused` (D408) where a rate is missing.
        """
        total = np.zeros((len(self.owner), len(instants)), np.int64)
        for currency, held, used in self._by_currency:
            total += self._converted(self._in_currency(held, used, instants), currency, rate_days)
        return total

    @cached_property
    def _by_currency(self) -> list[tuple[str, Lines, Lines]]:
        """Of each currency the lines that count by what they say, and those that count by use."""
        found = []
        for code, currency in enumerate(self.lines.currencies):
            mine = self.lines.where(self.lines.currency == code)
            if len(mine):
                found.append((currency, mine.where(~mine.usage), mine.where(mine.usage)))
        return found

    def _in_currency(self, held: Lines, used: Lines, instants: Ints) -> Ints:
        months = self.terms.usage_months
        value = self._held(held, instants)
        if len(used):
            summed = sum(self._held(used, add_months(instants, -back)) for back in range(1, months + 1))
            value += round_ratio((summed,), (months,), self.terms.rounding)
        return value

    def _held(self, lines: Lines, instants: Ints) -> Ints:
        """The sum of what is in force: each line enters at the first instant it covers and leaves at the first that it
        does not."""
        width = len(instants) + 1
        first, past = (np.searchsorted(instants, day, side="left") for day in (lines.start, lines.end))
        covers = first < past
        row = self.owner[lines.account[covers]] * width
        change = np.zeros(len(self.owner) * width, np.int64)
        np.add.at(change, row + first[covers], lines.annual[covers])
        np.subtract.at(change, row + past[covers], lines.annual[covers])
        return np.cumsum(change.reshape(-1, width), axis=1)[:, :-1]

    def without_escalators_after(self, instant: Ints) -> "Worth":
        """Escalators that begin after their customer's instant do not count."""
        late = self.lines.start > instant[self.owner[self.lines.account]]
        return Worth(self.lines.where(~(self.lines.escalator & late)), self.owner, self.terms, self._fx)

    def of_lines(self, rate_day: int) -> Ints:
        """Minor units of the plan's currency that each line is worth a year, at the rate of a day."""
        annual = self.lines.annual.copy()
        for code, currency in enumerate(self.lines.currencies):
            mine = self.lines.currency == code
            annual[mine] = self._converted(annual[mine][:, None], currency, np.asarray([rate_day]))[:, 0]
        return annual

    def _converted(self, value: Ints, currency: str, rate_days: Ints) -> Ints:
        if currency == self.terms.currency:
            return value
        row, column = np.nonzero(value)
        names = pd.Series([currency]).repeat(len(row)).astype("str").reset_index(drop=True)
        minor, faults = self._rates.convert(
            value[row, column], names, self.terms.currency, rate_days[column], self.terms.rounding
        )
        if faults:
            reasons = dict.fromkeys(faults.values())
            raise Refused([RATE_MISSING.at(None, f"subscriptions cannot be added up: {why}", HELP) for why in reasons])
        result = np.zeros_like(value)
        result[row, column] = minor
        return result


HELP = "add the rate to the fx file"

"""Amounts in another currency, at the newest rate on or before a day."""

from fractions import Fraction

import numpy as np
import pandas as pd

from expcomp.exact import Ints, round_ratio
from expcomp.money import Rounding, decimals
from expcomp.pay.lookups import NONE, Dated, Names, days
from expcomp.period import to_iso

MAX_AGE_DAYS = 31


class Rates:
    """The fx table. A rate is money of the plan's currency for one of the foreign (design page 3, step 1)."""

    def __init__(self, fx: pd.DataFrame) -> None:
        self._names = Names.of(fx["currency"])
        self._day = days(fx["date"])
        self._dated = Dated.of(self._names.codes(fx["currency"]), self._day)
        fractions = [Fraction(text) for text in fx["rate"]]
        self._top = np.asarray([f.numerator for f in fractions], dtype=np.int64)
        self._bottom = np.asarray([f.denominator for f in fractions], dtype=np.int64)

    def convert(
        self, minor: Ints, currency: pd.Series, to: str, day: Ints, rounding: Rounding
    ) -> tuple[Ints, dict[int, str]]:
        """Minor units of `to`, rounded once; and, by row, why a row could not be converted."""
        result = minor.copy()
        foreign = np.flatnonzero(((currency != to) & (currency != "")).to_numpy())
        row = self._dated.newest(self._names.codes(currency.iloc[foreign]), day[foreign])
        fresh = (row != NONE) & (day[foreign] - self._day[row] <= MAX_AGE_DAYS) if len(self._day) else row != NONE
        faults = {
            at: self._fault(str(currency.iat[at]), to, int(day[at]), rate)
            for at, rate in zip(foreign[~fresh].tolist(), row[~fresh].tolist(), strict=True)
        }
        good, row = foreign[fresh], row[fresh]
        scale = np.asarray([10 ** (4 + decimals(to) - decimals(c)) for c in currency.iloc[good]], dtype=np.int64)
        result[good] = round_ratio((minor[good], self._top[row], scale), (self._bottom[row], 10**4), rounding)
        return result, faults

    def _fault(self, currency: str, to: str, day: int, row: int) -> str:
        if row == NONE:
            return f"no rate from {currency} to {to} on or before {to_iso(day)}"
        newest = to_iso(self._day[row])
        age = f"more than {MAX_AGE_DAYS} days before {to_iso(day)}"
        return f"the newest rate from {currency} to {to} is of {newest}, {age}"

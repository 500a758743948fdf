"""Amounts in another currency, at the newest rate on or before a day."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pandas as pd

from expcomp.exact import Ints, round_ratio
from expcomp.lookups import NONE, Dated, Names, days
from expcomp.money import Rounding, decimals, rounded
from expcomp.period import to_iso

MAX_AGE_DAYS = 31
NO_RATES: Mapping[int, str] = MappingProxyType({})


class Rates:
    """The fx table. A rate is money of the plan's currency for one of the foreign (design page 3, step 1)."""

    def __init__(self, fx: pd.DataFrame) -> None:
        self._names, self._day = Names.of(fx["currency"]), days(fx["date"])
        self._dated = Dated.of(self._names.codes(fx["currency"]), self._day)
        self._texts: list[str] = fx["rate"].tolist()
        fractions = [Fraction(text) for text in self._texts]
        self._top = np.asarray([f.numerator for f in fractions], dtype=np.int64)
        self._bottom = np.asarray([f.denominator for f in fractions], dtype=np.int64)

    def convert(
        self,
        minor: Ints,
        currency: pd.Series,
        to: str,
        day: Ints,
        rounding: Rounding,
        pinned: Mapping[int, str] = NO_RATES,
    ) -> tuple[Ints, dict[int, str]]:
        """Minor units of `to`, rounded once; and, by row, why a row could not be converted. `pinned` are rates, by row,
        that stand whatever the table says."""
        if pinned:
            return self._convert_pinned(minor, currency, to, day, rounding, pinned)
        result = minor.copy()
        foreign = np.flatnonzero(((currency != to) & (currency != "")).to_numpy())
        code = self._names.codes(currency.iloc[foreign])
        row = self._dated.newest(code, day[foreign])
        fresh = (row != NONE) & (day[foreign] - self._day[row] <= MAX_AGE_DAYS) if len(self._day) else row != NONE
        faults = {
            at: self._fault(str(currency.iat[at]), to, int(day[at]), rate)
            for at, rate in zip(foreign[~fresh].tolist(), row[~fresh].tolist(), strict=True)
        }
        good, row = foreign[fresh], row[fresh]
        by_name = [10 ** (4 + decimals(to) - decimals(name)) for name in self._names.names.to_pylist()]
        scale = np.asarray(by_name, dtype=np.int64)[code[fresh]]
        result[good] = round_ratio((minor[good], self._top[row], scale), (self._bottom[row], 10**4), rounding)
        return result, faults

    def _convert_pinned(
        self, minor: Ints, currency: pd.Series, to: str, day: Ints, rounding: Rounding, pinned: Mapping[int, str]
    ) -> tuple[Ints, dict[int, str]]:
        of_table = currency.astype("str").to_numpy(object)
        of_table[list(pinned)] = to
        result, faults = self.convert(minor, pd.Series(of_table, dtype="str"), to, day, rounding)
        for row, rate in pinned.items():
            exact = int(minor[row]) * Fraction(rate) * Fraction(10) ** (decimals(to) - decimals(str(currency.iat[row])))
            result[row] = rounded(exact.numerator, exact.denominator, rounding)
        return result, faults

    def rate_of(self, currency: str, day: int) -> str:
        """The newest rate on or before a day, as the table writes it; "" where there is none."""
        code = self._names.codes(pd.Series([currency], dtype="str"))
        row = int(self._dated.newest(code, np.asarray([day]))[0])
        return "" if row == NONE else self._texts[row]

    def _fault(self, currency: str, to: str, day: int, row: int) -> str:
        if row == NONE:
            return f"no rate from {currency} to {to} on or before {to_iso(day)}"
        newest = to_iso(self._day[row])
        age = f"more than {MAX_AGE_DAYS} days before {to_iso(day)}"
        return f"the newest rate from {currency} to {to} is of {newest}, {age}"

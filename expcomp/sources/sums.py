"""Control totals of the money that rows carry, by file and currency: read = used + ignored + refused."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expcomp.exact import Flags
from expcomp.sources.book import Needs
from expcomp.sources.tables import TABLES

READ, USED, IGNORED, REFUSED = OUTCOMES = ("read", "used", "ignored", "refused")
LOW = 1 << 30


def money_field(table: str, needs: Needs, given: Iterable[str]) -> str:
    """The field whose amounts control totals add up: of deals what the plan pays on, of subscriptions what recurs;
    "" where the table has none. `given` are the fields that the files have a column for."""
    if table == "deals" and needs.value:
        return needs.value
    choices = {"deals": ("acv", "arr", "amount"), "subscriptions": ("mrr", "arr")}.get(table, (TABLES[table].money,))
    return next((name for name in choices if name in set(given)), choices[0])


@dataclass(slots=True)
class Sums:
    """Minor units by file, outcome and currency."""

    money: str
    currency: str
    found: dict[str, dict[str, Counter[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Counter)))

    def add(self, outcome: str, frame: pd.DataFrame, mask: Flags | None = None) -> None:
        """Count the amounts of the rows, or of those that `mask` marks. A row whose amount cannot be read adds
        nothing."""
        if not self.money or (mask is not None and not mask.any()):
            return
        rows = frame if mask is None else frame[mask]
        keys = [rows["input_file"].astype(str), self.currencies(rows)]
        for label, currency, minor in _totals(rows[self.money], keys):
            self.found[label][outcome][currency] += minor

    def currencies(self, frame: pd.DataFrame) -> "pd.Series[str]":
        if "currency" not in frame:
            return pd.Series(self.currency, frame.index, dtype="str")
        return frame["currency"].where(frame["currency"] != "", self.currency)

    def of(self, label: str) -> Mapping[str, Mapping[str, int]]:
        """By currency the sum of each outcome. Raises ValueError where they do not add up, a fault of the program."""
        outcomes = self.found[label]
        currencies = sorted({currency for sums in outcomes.values() for currency in sums})
        totals = {currency: {name: outcomes[name][currency] for name in OUTCOMES} for currency in currencies}
        for currency, sums in totals.items():
            if sums[READ] != sums[USED] + sums[IGNORED] + sums[REFUSED]:
                raise ValueError(f"{label}: what was read in {currency} is not what became of it: {sums}")
        return totals


def _totals(minor: "pd.Series[int]", keys: "list[pd.Series[str]]") -> Iterable[tuple[str, str, int]]:
    """File, currency and exact sum; high and low parts apart, so that no sum passes an int64."""
    whole = minor.fillna(0).to_numpy(np.int64)
    halves = pd.DataFrame({"high": whole // LOW, "low": whole % LOW})
    sums = halves.groupby([key.to_numpy(object) for key in keys], sort=True)[["high", "low"]].sum()
    for (label, currency), high, low in zip(sums.index, sums["high"], sums["low"], strict=True):
        yield str(label), str(currency), int(high) * LOW + int(low)

"""Control totals of the money that rows carry, by file and currency: read = used + ignored + refused."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.sources.book import OUTCOMES, Needs
from expcomp.sources.tables import TABLES
from expcomp.texts import encoded

READ, USED, IGNORED, REFUSED = OUTCOMES
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
        if not self.money or not len(frame) or (mask is not None and not mask.any()):
            return
        minor = frame[self.money].fillna(0).to_numpy(np.int64)
        counted = np.ones(len(frame), np.bool_) if mask is None else mask
        files, (currencies, codes) = frame["input_file"].cat, self.currencies(frame)
        for code, label in enumerate(files.categories):
            mine = counted & (files.codes.to_numpy() == code)
            for number, currency in enumerate(currencies):
                rows = mine & (codes == number)
                if rows.any():
                    self.found[str(label)][outcome][currency] += _exact_sum(minor[rows])

    def currencies(self, frame: pd.DataFrame) -> tuple[list[str], Ints]:
        """Currencies, and which of them each row's amounts are in."""
        if "currency" not in frame:
            return [self.currency], np.zeros(len(frame), np.int64)
        names, codes = encoded(frame["currency"])
        return [name or self.currency for name in names], codes

    def of(self, label: str) -> Mapping[str, Mapping[str, int]]:
        """By currency the sum of each outcome. Raises ValueError where they do not add up, a fault of the program."""
        outcomes = self.found[label]
        currencies = sorted({currency for sums in outcomes.values() for currency in sums})
        totals = {currency: {name: outcomes[name][currency] for name in OUTCOMES} for currency in currencies}
        for currency, sums in totals.items():
            if sums[READ] != sums[USED] + sums[IGNORED] + sums[REFUSED]:
                raise ValueError(f"{label}: what was read in {currency} is not what became of it: {sums}")
        return totals


def _exact_sum(minor: Ints) -> int:
    """High and low parts apart, so that no sum passes an int64."""
    return int((minor // LOW).sum()) * LOW + int((minor % LOW).sum())

"""Subscription lines as columns of whole numbers: whose they are, from when to when, and worth how much a year."""

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from expcomp.exact import SAFE, Flags, Ints
from expcomp.line_types import ESCALATOR, USAGE
from expcomp.lookups import Names, days
from expcomp.recurring import annual_value, recurring_lines, word
from expcomp.retention.terms import Terms
from expcomp.sources.book import Book

PAUSED = frozenset({"paused", "pause", "on hold", "on_hold"})


@dataclass(frozen=True, slots=True)
class Lines:
    """Recurring lines. `account` is a code into `families.names`; [start, end) in days; `annual` minor units a year of
    the line's currency (`currencies[currency]`). `usage` and `escalator` mark lines that count by their own rules."""

    account: Ints
    start: Ints
    end: Ints
    annual: Ints
    currency: Ints
    usage: Flags
    escalator: Flags
    currencies: tuple[str, ...]

    @classmethod
    def of(cls, book: Book, names: Names, terms: Terms) -> "Lines":
        """Raises `OverflowError` beyond an int64."""
        frame = recurring_lines(book["subscriptions"])
        type_, kind = frame["line_type"], word(frame, "kind")
        start, end, annual = days(frame["start"]), days(frame["end"]), annual_value(frame)
        if np.abs(annual.astype(np.float64)).sum() > SAFE:
            raise OverflowError("the recurring value of all subscriptions together is beyond any amount of money")
        paused = kind.isin(PAUSED).to_numpy()
        end[paused] = np.minimum(end[paused], terms.rules.pause_holds.after(start[paused]))
        currency, currencies = pd.factorize(frame["currency"].where(frame["currency"] != "", terms.currency), sort=True)
        lines = cls(
            names.codes(frame["account_id"]), start, end, annual, currency.astype(np.int64),
            type_.isin(USAGE).to_numpy(), (kind == ESCALATOR).to_numpy() | (type_ == ESCALATOR).to_numpy(),
            tuple(map(str, currencies)),
        )  # fmt: skip
        counted = (lines.start < lines.end) & (lines.annual != 0)
        return lines.where(counted & (~lines.usage | (terms.usage_months > 0)))

    def where(self, mask: npt.NDArray[np.bool_]) -> "Lines":
        if mask.all():
            return self
        columns = {field.name: getattr(self, field.name)[mask] for field in fields(self) if field.name != "currencies"}
        return replace(self, **columns)

    def __len__(self) -> int:
        return len(self.account)


def pauses_of(book: Book, names: Names) -> pd.DataFrame:
    """The times in which lines were paused: account (a code), start, end."""
    frame = book["subscriptions"]
    frame = frame[word(frame, "kind").isin(PAUSED).to_numpy()]
    return pd.DataFrame({
        "account": names.codes(frame["account_id"]), "start": days(frame["start"]), "end": days(frame["end"])
    })  # fmt: skip

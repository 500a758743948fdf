"""Facts without a date as a closed period pinned them, deal by deal: they stand, whatever today's export says."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Names
from expcomp.money import to_minor, to_text
from expcomp.period import to_day, to_iso
from expcomp.plan.conditions import FieldType

ROLE, ACCOUNT, TARGET, RATE, HELD = "role:", "account.", "target_variable", "fx:", "held"
"""What a fact is called: `role:ae`, `account.segment`, `target_variable`, `fx:EUR`, `held`."""


@dataclass(frozen=True)
class Pins:
    """`rows`: one standing row per fact (`sources/pinned.py`), with `deal`, the deal's row, NONE for a deal that is
    not there. `currency` is that of amounts without one of their own."""

    rows: pd.DataFrame
    count: int
    currency: str

    @classmethod
    def of(cls, rows: pd.DataFrame, deals: Names, currency: str) -> "Pins":
        return cls(rows.assign(deal=deals.codes(rows["deal_id"])), len(deals), currency)

    def __bool__(self) -> bool:
        return len(self.rows) > 0

    def none(self) -> "Pins":
        """Of the same deals, nothing pinned."""
        return replace(self, rows=self.rows.iloc[:0])

    def of_fact(self, fact: str) -> pd.DataFrame:
        """The rows of a fact about deals that are there."""
        return self.rows[((self.rows["fact"] == fact) & (self.rows["deal"] != NONE)).to_numpy()]

    def by_deal(self, fact: str) -> tuple[pd.Series, Ints]:
        """The values of a fact of which a deal has at most one, and for each deal the position of its own, or NONE."""
        rows = self.of_fact(fact)
        at = np.full(self.count, NONE)
        at[rows["deal"].to_numpy()] = np.arange(len(rows))
        return rows["value"], at

    def holders(self, role: str, exported: Ints, payees: Names) -> Ints:
        """Who holds a role on each deal: the payee pinned, else the one whom today's export names."""
        values, at = self.by_deal(ROLE + role)
        return np.where(at == NONE, exported, np.append(payees.codes(values), NONE)[at])

    def amounts(self, name: str, exported: Ints, given: Flags) -> tuple[Ints, Flags]:
        """An amount of the account of each deal, and where there is one."""
        values, at = self.by_deal(ACCOUNT + name)
        pinned = typed(values, FieldType.MONEY, self.currency)
        top, has = pinned.fillna(0).to_numpy(np.int64), pinned.notna().to_numpy()
        here = at != NONE
        return np.where(here, np.append(top, 0)[at], exported), np.where(here, np.append(has, False)[at], given)

    def targets(self, deal: Ints, payee_id: pd.Series) -> tuple[Ints, Flags]:
        """The annual target of a payee on a deal, line by line, and where one is pinned."""
        rows = self.of_fact(TARGET)
        keys = zip(rows["deal"].tolist(), rows["payee_id"], strict=True)
        pinned = dict(zip(keys, typed(rows["value"], FieldType.MONEY, self.currency), strict=True))
        top, has = np.zeros(len(deal), dtype=np.int64), np.zeros(len(deal), dtype=np.bool_)
        for at, key in enumerate(zip(deal.tolist(), payee_id, strict=True)):
            if key in pinned:
                top[at], has[at] = pinned[key], True
        return top, has

    def rates(self, rows: Ints, currency: pd.Series, day: Ints) -> dict[int, str]:
        """The rate of a deal's own day, by position among these deals: one of another day is no longer asked for."""
        of_rate = self.rows[self.rows["fact"].str.startswith(RATE).to_numpy(np.bool_)]
        if of_rate.empty:
            return {}
        pinned = {
            (deal, fact.removeprefix(RATE), value.partition(" ")[0]): value.partition(" ")[2]
            for deal, fact, value in zip(of_rate["deal"], of_rate["fact"], of_rate["value"], strict=True)
        }
        keys = zip(rows.tolist(), currency, map(to_iso, day.tolist()), strict=True)
        return {at: pinned[key] for at, key in enumerate(keys) if key in pinned}

    def held(self) -> dict[tuple[int, str], int]:
        """(deal, milestone) that a hold without a date kept back when a period was closed, and the day it then was."""
        rows = self.of_fact(HELD)
        days = (to_day(date.fromisoformat(text)) for text in rows["value"])
        return dict(zip(zip(rows["deal"].tolist(), rows["milestone"], strict=True), days, strict=True))


def typed(values: pd.Series, type_: FieldType, currency: str) -> pd.Series:
    """Texts of pinned values as the column of an export (`sources/tables.py`)."""
    match type_:
        case FieldType.WORD | FieldType.TEXT:
            return values.astype("str")
        case FieldType.FLAG:
            flags = {"true": True, "false": False}
            return pd.Series([flags.get(text, pd.NA) for text in values], dtype="boolean")
        case _:
            return pd.Series(list(_numbers(values, type_, currency)), dtype="Int64")


def _numbers(values: pd.Series, type_: FieldType, currency: str) -> Iterator[object]:
    for text in values:
        if text == "":
            yield pd.NA
        elif type_ is FieldType.MONEY:
            yield to_minor(text, currency)
        elif type_ is FieldType.SHARE:
            yield int(Decimal(text.removesuffix("%")).scaleb(4))
        else:
            yield int(Decimal(text).scaleb(6))


def written(column: pd.Series, type_: FieldType, currency: str) -> list[str]:
    """Values of an export's column as texts that `typed` reads back; "" for no value."""

    def text(value: Any) -> str:
        if pd.isna(value):
            return ""
        match type_:
            case FieldType.WORD | FieldType.TEXT:
                return str(value).strip()
            case FieldType.FLAG:
                return "true" if value else "false"
            case FieldType.MONEY:
                return to_text(int(value), currency)
            case FieldType.SHARE:
                return f"{Decimal(int(value)).scaleb(-4).normalize():f}%"
            case _:
                return f"{Decimal(int(value)).scaleb(-6).normalize():f}"

    return [text(value) for value in column]

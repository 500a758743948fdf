"""The lines of a pay period: what they pay and, when a reader asks, what each of them was made from."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Names, ranks
from expcomp.pay.difference import Moved, in_words
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.labels import choice
from expcomp.pay.metric_lines import METRIC, modifier_columns
from expcomp.pay.netting import Amounts, paid_for
from expcomp.pay.trace import EVENT, NAMES, TRACE, event_columns, trace
from expcomp.period import Period, Span
from expcomp.sources.book import Book
from expcomp.texts import look_up, taken_text

POSTING = [
    "period", "kind", "payee_id", "deal_id", "component", "milestone", "on", "period_earned", "amount_minor",
    "currency", "reason",
]  # fmt: skip
"""Who is paid what, from which day it counts, for what reason."""

LINE_COLUMNS = [*POSTING, *TRACE, *EVENT, *METRIC, "changed", "before", "after", *NAMES]

ORDER = ("payee_id", "deal_id", "component", "on", "milestone", "kind")

BLOCK = 1 << 17
"""Lines told at a time: memory stays bounded."""


def tell(found: pd.DataFrame, source: Entitlement) -> pd.DataFrame:
    """Differences (`difference.COLUMNS`) with TRACE and EVENT, blank where there is no tranche."""
    rows = [
        np.flatnonzero((found["tranche"] != NONE).to_numpy()),
        np.flatnonzero((found["tranche"] == NONE).to_numpy()),
    ]
    own, untold = (found.take(at).reset_index(drop=True) for at in rows)
    if len(own):
        own = pd.concat([own, *_made_from(source, own)], axis=1)
    return as_they_stood([own, untold], rows)


def _made_from(source: Entitlement, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    tranche, event = rows["tranche"].to_numpy(np.int64), rows.pop("event").to_numpy(np.int64)
    yield trace(source, tranche)
    yield event_columns(source, event)
    yield modifier_columns(source, tranche)


@dataclass(frozen=True)
class Lines:
    """The lines of a pay period. `at` are their places, in ORDER: a row of `moved` (numbers, of a `Moved`, in order;
    their tranches are of `source`) or, counted on behind those, a row of `told`, which has LINE_COLUMNS."""

    period: Period
    pay_span: Span
    source: Entitlement
    moved: pd.DataFrame
    told: pd.DataFrame
    at: Ints

    @classmethod
    def of(cls, period: Period, pay_span: Span, moved: Moved, further: Sequence[pd.DataFrame]) -> "Lines":
        """`further` are frames of lines whose story is complete."""
        if moved.before is not None:
            further = [tell(in_words(moved.gone, moved.before, pay_span), moved.before), *further]
        told, rows = _named(stack(further, period), moved.now.book), moved.in_order()
        lines = cls(period, pay_span, moved.now, rows, told, np.arange(len(rows) + len(told)))
        return replace(lines, at=_order(lines.postings)) if len(told) else lines

    def __len__(self) -> int:
        return len(self.at)

    @cached_property
    def postings(self) -> pd.DataFrame:
        """POSTING."""
        rows, own, told = self._parts()
        return _together([self._in_words(own)[POSTING], told[POSTING]], rows)

    def tell(self) -> pd.DataFrame:
        """LINE_COLUMNS."""
        rows, own, told = self._parts()
        return as_they_stood([tell(self._in_words(own), self.source), told], rows)[LINE_COLUMNS]

    def amounts(self) -> Amounts:
        """What each line pays to whom for what."""
        own, told = self.at[self.at < len(self.moved)], self._told()
        source, moved = self.source, self.moved
        line = source.tranches["line"].to_numpy()[moved["tranche"].to_numpy()[own]]
        payee, deal, version = (source.lines[name].to_numpy()[line] for name in ("payee", "deal", "version"))
        of_versions = pd.Series(source.plans.currencies, dtype="str")
        currencies = Names.of(of_versions)
        payees, payee = source.payees.names.followed_by(payee, told["payee_id"])
        names, currency = currencies.followed_by(currencies.codes(of_versions)[version], told["currency"])
        _, what = source.deals.names.followed_by(deal, paid_for(told))
        minor = [moved["amount_minor"].to_numpy()[own], told["amount_minor"].to_numpy(np.int64)]
        return Amounts(payee, currency, what, np.concatenate(minor), payees, names)

    def blocks(self) -> Iterator["Lines"]:
        """The same lines, a block at a time; at least one block."""
        for start in range(0, max(len(self), 1), BLOCK):
            yield replace(self, at=self.at[start : start + BLOCK])

    def of_payees(self, payees: Collection[str]) -> "Lines":
        return self.keep(self.postings["payee_id"].isin(payees).to_numpy())

    def keep(self, mask: Flags) -> "Lines":
        return replace(self, at=self.at[mask])

    def _parts(self) -> tuple[list[Ints], pd.DataFrame, pd.DataFrame]:
        """Where lines stand that moved and those of `told`, and their rows."""
        is_told = self.at >= len(self.moved)
        rows = [np.flatnonzero(~is_told), np.flatnonzero(is_told)]
        return rows, self.moved.take(self.at[rows[0]]), self._told()

    def _told(self) -> pd.DataFrame:
        return self.told.take(self.at[self.at >= len(self.moved)] - len(self.moved))

    def _in_words(self, own: pd.DataFrame) -> pd.DataFrame:
        return in_words(own, self.source, self.pay_span).assign(period=str(self.period))


def as_they_stood(parts: Sequence[pd.DataFrame], rows: Sequence[Ints]) -> pd.DataFrame:
    """Parts of a frame together again, complete, each row back in its place."""
    return _together([complete(part) for part in parts], rows)


def _together(parts: Sequence[pd.DataFrame], rows: Sequence[Ints]) -> pd.DataFrame:
    filled = [(part, at) for part, at in zip(parts, rows, strict=True) if len(part)]
    if len(filled) < 2:
        return (filled[0][0] if filled else parts[0]).reset_index(drop=True)
    together = pd.concat([part for part, _ in filled], ignore_index=True)
    return together.take(np.argsort(np.concatenate([at for _, at in filled]))).reset_index(drop=True)


def _order(postings: pd.DataFrame) -> Ints:
    """The rows by ORDER."""
    return np.lexsort([ranks(postings[name]) for name in reversed(ORDER)])


def _named(lines: pd.DataFrame, book: Book) -> pd.DataFrame:
    """Who is paid, for lines whose tranche does not tell it."""
    payees = book["payees"]
    return lines.assign(payee_name=taken_text(payees["name"], look_up(lines["payee_id"], payees["payee_id"])))


def stack(frames: Sequence[pd.DataFrame], period: Period) -> pd.DataFrame:
    """Lines one below the other, with LINE_COLUMNS."""
    filled = [complete(frame.assign(period=str(period)))[LINE_COLUMNS] for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=LINE_COLUMNS)


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    """Every column of a line, blank or zero where it does not apply, so that no amount ever meets a NaN."""
    wanted = {name: "int64" if name.endswith("_minor") else "str" for name in LINE_COLUMNS}
    blank: dict[str, Any] = {"int64": 0, "str": choice([], np.full(len(frame), NONE))}
    missing = {name: blank[dtype] for name, dtype in wanted.items() if name not in frame}
    other = {name: dtype for name, dtype in wanted.items() if name in frame and frame[name].dtype != dtype}
    return (frame.astype(other) if other else frame).assign(**missing)

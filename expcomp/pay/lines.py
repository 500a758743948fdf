"""The lines of a pay period: what they pay and, when a reader asks, what each of them was made from."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, ranks
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.labels import choice
from expcomp.pay.metric_lines import METRIC, modifier_columns
from expcomp.pay.trace import EVENT, NAMES, TRACE, event_columns, trace
from expcomp.period import Period
from expcomp.sources.book import Book
from expcomp.texts import arrow_text, look_up, taken_text

POSTING = [
    "period", "kind", "payee_id", "deal_id", "component", "milestone", "on", "period_earned", "amount_minor",
    "currency", "reason",
]  # fmt: skip
"""Who is paid what, from which day it counts, for what reason."""

LINE_COLUMNS = [*POSTING, *TRACE, *EVENT, *METRIC, "changed", "before", "after", *NAMES]

ORDER = ("payee_id", "deal_id", "component", "on", "milestone", "kind")

BLOCK = 1 << 17
"""Lines told at a time: memory stays bounded."""


@dataclass(frozen=True)
class Story:
    """The entitlements that lines were made from."""

    now: Entitlement
    before: Entitlement | None

    def tell(self, found: pd.DataFrame) -> pd.DataFrame:
        """Differences (`difference.COLUMNS`, `on` as text) with TRACE and EVENT, blank where there is no tranche."""
        has_tranche = (found["tranche"] != NONE).to_numpy()
        is_now = (found["standing_at"] == "now").to_numpy()
        parts: list[pd.DataFrame] = []
        rows = [
            np.flatnonzero(has_tranche & is_now),
            np.flatnonzero(has_tranche & ~is_now),
            np.flatnonzero(~has_tranche),
        ]
        for at, source in zip(rows, (self.now, self.before, None), strict=True):
            own = found.take(at).reset_index(drop=True)
            if source is not None and len(own):
                own = pd.concat([own, *self._columns(source, own)], axis=1)
            parts.append(own)
        return as_they_stood(parts, rows)

    def _columns(self, source: Entitlement, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
        tranche, event = rows["tranche"].to_numpy(np.int64), rows.pop("event").to_numpy(np.int64)
        yield trace(source, tranche)
        yield event_columns(source, event)
        yield modifier_columns(source, tranche)


@dataclass(frozen=True)
class Lines:
    """`postings`: POSTING in ORDER, and the tranche that tells a line's story or else its row in `told`, whose
    frame has LINE_COLUMNS."""

    postings: pd.DataFrame
    told: pd.DataFrame
    story: Story

    @classmethod
    def of(cls, period: Period, moved: pd.DataFrame, told: Sequence[pd.DataFrame], story: Story) -> "Lines":
        """`moved` are differences with a tranche each; `told` are frames of lines whose story is complete."""
        whole = _named(stack(told, period), story.now.book)
        own = moved.assign(period=str(period), told=NONE)
        further = whole[POSTING].assign(told=np.arange(len(whole)), tranche=NONE, event=NONE, standing_at="")
        both = pd.concat([own, further], ignore_index=True) if len(whole) else own
        return cls(_in_order(both), whole, story)

    def blocks(self) -> Iterator["Lines"]:
        """The same lines, a block at a time; at least one block."""
        for start in range(0, max(len(self.postings), 1), BLOCK):
            yield replace(self, postings=self.postings.iloc[start : start + BLOCK])

    def tell(self) -> pd.DataFrame:
        """LINE_COLUMNS."""
        told = self.postings["told"].to_numpy()
        rows = [np.flatnonzero(told == NONE), np.flatnonzero(told != NONE)]
        traced = self.story.tell(self.postings.take(rows[0]))
        return as_they_stood([traced, self.told.take(told[rows[1]])], rows)[LINE_COLUMNS]

    def of_payees(self, payees: Collection[str]) -> "Lines":
        return self.keep(self.postings["payee_id"].isin(payees).to_numpy())

    def keep(self, mask: Flags) -> "Lines":
        return replace(self, postings=self.postings[mask])


def as_they_stood(parts: Sequence[pd.DataFrame], rows: Sequence[Ints]) -> pd.DataFrame:
    """Parts of a frame together again, complete, each row back in its place."""
    filled = [(complete(part), at) for part, at in zip(parts, rows, strict=True) if len(part)]
    if not filled:
        return complete(parts[0])
    if len(filled) == 1:
        return filled[0][0].reset_index(drop=True)
    together = pd.concat([part for part, _ in filled], ignore_index=True)
    return together.take(np.argsort(np.concatenate([at for _, at in filled]))).reset_index(drop=True)


def _in_order(postings: pd.DataFrame) -> pd.DataFrame:
    """By ORDER; rows that stand so already, as those of a first run do, stay where they are."""
    if _stand_in_order(postings):
        return postings
    return postings.take(np.lexsort([ranks(postings[name]) for name in reversed(ORDER)])).reset_index(drop=True)


def _stand_in_order(postings: pd.DataFrame) -> bool:
    tie = np.ones(max(len(postings) - 1, 0), dtype=np.bool_)
    for name in ORDER:
        texts = arrow_text(postings[name])
        one, next_ = texts.slice(0, len(tie)), texts.slice(1)
        if (tie & pc.less(next_, one).to_numpy(zero_copy_only=False)).any():
            return False
        tie &= pc.equal(next_, one).to_numpy(zero_copy_only=False)
    return True


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
    nothing = choice([], np.full(len(frame), NONE))
    missing = {name: 0 if name.endswith("_minor") else nothing for name in LINE_COLUMNS if name not in frame}
    wanted = {name: "int64" if name.endswith("_minor") else "str" for name in LINE_COLUMNS if name not in missing}
    other = {name: dtype for name, dtype in wanted.items() if frame[name].dtype != dtype}
    return frame.astype(other).assign(**missing)

"""The sheet of a closed period: made of the frames that were kept when it was closed, and of its posted lines."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from expcomp.blocks import Block, Changed, told
from expcomp.diagnostics import Finding
from expcomp.pay.closed_book import book_frames, book_of, findings_of, notice_frame
from expcomp.pay.control import DealTotals
from expcomp.pay.lines import LINE_COLUMNS, POSTING, complete
from expcomp.pay.sheet import Sheet
from expcomp.pay.sheet_view import PlanUsed
from expcomp.period import FiscalCalendar, Period
from expcomp.sources.book import Book

PARTS = ("payees", "waiting", "not_paid", "unpaid_parts", "moved")
"""Frames of a sheet that are kept as they are."""

PLAN = ("id", "version", "path", "hash")

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class ClosedSheet:
    """`posted` are its lines, with no other columns than those it is given; `frames` are those of `frames_of`; `status`
    says where the period is posted."""

    period: Period
    posted: Callable[[Collection[str]], Iterable[Block]]
    frames: Frames
    status: str
    only: frozenset[str] | None = None

    is_draft = is_view = quarter_to_date = False

    @classmethod
    def of(cls, posted: Callable[[Collection[str]], Iterable[Block]], frames: Frames, status: str) -> "ClosedSheet":
        about = _about(frames)
        period = FiscalCalendar(int(about["fiscal_year_starts"])).parse(about["period"])
        return cls(period, posted, frames, status)

    @cached_property
    def about(self) -> dict[str, str]:
        return _about(self.frames)

    @property
    def as_of(self) -> int:
        return int(self.about["as_of"])

    @property
    def currency(self) -> str:
        return self.about["currency"]

    @property
    def compared_with(self) -> str:
        return self.about["compared_with"]

    @property
    def stands_on_posted(self) -> bool:
        return self.about["stands_on_posted"] == "yes"

    @property
    def plans_used(self) -> tuple[PlanUsed, ...]:
        return tuple(PlanUsed(*row) for row in zip(*(self.frames["plans"][name] for name in PLAN), strict=True))

    @cached_property
    def book(self) -> Book:
        return book_of(self.frames)

    @property
    def pay_periods(self) -> tuple[Period, ...]:
        return (self.period,)

    @property
    def payees(self) -> pd.DataFrame:
        return self._shown(self.frames["payees"])

    @cached_property
    def postings(self) -> pd.DataFrame:
        return self._told(POSTING)

    @cached_property
    def lines(self) -> pd.DataFrame:
        return self._told(LINE_COLUMNS)

    @property
    def moved(self) -> pd.DataFrame:
        return self._shown(self.frames["moved"])

    @property
    def waiting(self) -> pd.DataFrame:
        return self._shown(self.frames["waiting"])

    @property
    def not_paid(self) -> pd.DataFrame:
        return self.frames["not_paid"]

    @property
    def unpaid_parts(self) -> pd.DataFrame:
        return self.frames["unpaid_parts"]

    @property
    def deal_totals(self) -> DealTotals:
        frame = self.frames["deal_totals"]
        return DealTotals(frame, int(frame["rows"].sum()))

    @cached_property
    def notices(self) -> tuple[Finding, ...]:
        return findings_of(self.frames["notices"])

    def blocks(self) -> Iterator[Block]:
        return self._blocks(LINE_COLUMNS)

    def showing(self, payees: frozenset[str]) -> "ClosedSheet":
        return replace(self, only=payees)

    def _told(self, columns: list[str]) -> pd.DataFrame:
        frames = [*told(self._blocks(columns))]
        return pd.concat(frames or [complete(pd.DataFrame(columns=columns))[columns]], ignore_index=True)

    def _blocks(self, columns: list[str]) -> Iterator[Block]:
        """Complete: a column that came with a later version is blank."""
        return (Changed(block, lambda lines: self._shown(complete(lines)[columns])) for block in self.posted(columns))

    def _shown(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame if self.only is None else frame[frame["payee_id"].isin(self.only)]


def frames_of(sheet: Sheet) -> dict[str, pd.DataFrame]:
    """What `ClosedSheet.of` needs of a sheet beside its lines."""
    about = {
        "period": str(sheet.period),
        "as_of": str(sheet.as_of),
        "fiscal_year_starts": str(sheet.plans.calendar.starts_in_month),
        "currency": sheet.currency,
        "compared_with": sheet.compared_with,
        "stands_on_posted": "yes" if sheet.stands_on_posted else "no",
    }
    plans = [[getattr(plan, name) for name in PLAN] for plan in sheet.plans_used]
    begun = ["yes" if first <= sheet.period.last_day else "no" for first, _ in sheet.plans.spans]
    return {
        "about": pd.DataFrame({"name": list(about), "value": list(about.values())}),
        "plans": pd.DataFrame(plans, columns=list(PLAN)).assign(begun=begun),
        "deal_totals": sheet.deal_totals.frame,
        "notices": notice_frame(sheet.notices),
        **{name: getattr(sheet, name) for name in PARTS},
        **book_frames(sheet.book, sheet.unpaid_parts["deal_id"]),
    }


def _about(frames: Frames) -> dict[str, str]:
    return dict(zip(frames["about"]["name"], frames["about"]["value"], strict=True))

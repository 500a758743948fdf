"""What a view reads of a sheet, whether it was just computed or comes from the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from expcomp.blocks import Block
from expcomp.diagnostics import Finding
from expcomp.pay.control import DealTotals
from expcomp.period import Period
from expcomp.sources.book import Book


@dataclass(frozen=True, slots=True)
class PlanUsed:
    """A version of a plan as it was in force: its label, the path of its file, and the hash of its rules."""

    id: str
    version: str
    path: str
    hash: str

    @property
    def label(self) -> str:
        return f"{self.id} version {self.version}"


class SheetView(Protocol):
    """`book` holds at least payees, accounts and the deals that a view names, and the account of the files.

    `payees` has one row per pay period, payee and currency (amounts of netting.py); `lines`, and each of `blocks`, have
    LINE_COLUMNS. `compared_with` tells what was posted before, `status` whether the sheet may be paid by.
    """

    @property
    def period(self) -> Period: ...
    @property
    def as_of(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def plans_used(self) -> tuple[PlanUsed, ...]: ...
    @property
    def book(self) -> Book: ...
    @property
    def pay_periods(self) -> tuple[Period, ...]: ...
    @property
    def is_view(self) -> bool: ...
    @property
    def is_draft(self) -> bool: ...
    @property
    def quarter_to_date(self) -> bool: ...
    @property
    def stands_on_posted(self) -> bool: ...
    @property
    def compared_with(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def payees(self) -> pd.DataFrame: ...
    @property
    def postings(self) -> pd.DataFrame: ...
    @property
    def lines(self) -> pd.DataFrame: ...
    @property
    def moved(self) -> pd.DataFrame: ...
    @property
    def waiting(self) -> pd.DataFrame: ...
    @property
    def not_paid(self) -> pd.DataFrame: ...
    @property
    def unpaid_parts(self) -> pd.DataFrame: ...
    @property
    def deal_totals(self) -> DealTotals: ...
    @property
    def notices(self) -> tuple[Finding, ...]: ...
    def blocks(self) -> Iterable[Block]: ...
    def showing(self, payees: frozenset[str]) -> "SheetView": ...

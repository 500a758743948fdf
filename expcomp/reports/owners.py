"""Who had to answer: the AE who held the account at an instant, and that person's manager."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.pay.lookups import NONE, Dated, Names, days, folded
from expcomp.period import NEVER, to_iso
from expcomp.reports.moments import local_day
from expcomp.sources.book import Book

RESPONDS = "ae"
"""The role that answers signals: in the assignments table, and the accounts' column of that name."""

ABOVE_MANAGERS = frozenset({"cro", "chief revenue officer", "chief_revenue_officer"})
"""A breach is told to the manager of the owner and to nobody above."""


@dataclass(frozen=True)
class Owners:
    """Owners by account and day. Dated assignments decide; then whom the signal names, then the account's AE."""

    zone: ZoneInfo
    accounts: Names
    exported: pd.DataFrame
    people: Names
    payees: pd.DataFrame
    assignments: pd.DataFrame

    @classmethod
    def of(cls, book: Book, zone: ZoneInfo) -> "Owners":
        rows = book["assignments"]
        mine = rows[(folded(rows["role"]) == RESPONDS).to_numpy()].reset_index(drop=True)
        payees = book["payees"].sort_values("payee_id", ignore_index=True)
        accounts = book["accounts"]
        return cls(zone, Names.of(accounts["account_id"]), accounts, Names.of(payees["payee_id"]), payees, mine)

    def at(self, signals: pd.DataFrame, instant: Ints, worked: Ints) -> Ints:
        """The code of the owner of each signal (row by row) at an instant; NONE where nobody holds it, or the
        holder's last day lies before that of `worked`."""
        account = self.accounts.codes(signals["account_id"])
        held = self._assigned(account, local_day(instant, self.zone))
        named = self.people.codes(signals["assigned_to"])
        owner = np.where(held != NONE, held, named)
        owner = np.where((owner == NONE) & ~self._dated.has(account), self._of_account[account], owner)
        gone = self._last_day[owner] < local_day(worked, self.zone)
        return np.where(gone, NONE, owner)

    def manager_of(self, owner: Ints) -> Ints:
        return np.append(self.people.codes(self.payees["manager_id"]), NONE)[owner]

    def is_above(self, person: Ints) -> Flags:
        """Whether a person stands above those to whom breaches are told."""
        return np.append(folded(self.payees["role"]).isin(ABOVE_MANAGERS).to_numpy(), False)[person]

    def ids(self, codes: Ints) -> pd.Series:
        return self.people.text(codes)

    def changes_hands(self, signals: pd.DataFrame) -> Flags:
        """Whether the account of each signal has several assignments."""
        count = np.bincount(self.accounts.codes(self.assignments["account_id"]) + 1, minlength=len(self.accounts) + 1)
        return np.asarray(np.append(count[1:], 0)[self.accounts.codes(signals["account_id"])] > 1, np.bool_)

    def chain(self, account_id: str, first_us: int, last_us: int) -> str:
        """Every holder between two instants, `ana until 2027-02-14, then ben`; nothing where it is one or none."""
        code = self.accounts.codes(pd.Series([account_id], dtype="str"))[0]
        first, last = local_day(np.asarray([first_us, last_us]), self.zone)
        rows = self.assignments[(self.accounts.codes(self.assignments["account_id"]) == code)]
        begins, ends = days(rows["from"]), days(rows["to"])
        held = np.flatnonzero((begins <= last) & (ends >= first))
        held = held[np.argsort(begins[held], kind="stable")]
        if len(held) < 2:
            return ""
        payees = rows["payee"].tolist()
        told = [f"{payees[at]} until {to_iso(ends[at])}" if ends[at] < NEVER else payees[at] for at in held[:-1]]
        return ", ".join([*told, f"then {payees[held[-1]]}"])

    def _assigned(self, account: Ints, day: Ints) -> Ints:
        """The newest assignment that has begun and not ended by a day."""
        row = self._dated.newest(account, day)
        holds = (row != NONE) & (np.append(days(self.assignments["to"]), -1)[row] >= day)
        return np.where(holds, np.append(self.people.codes(self.assignments["payee"]), NONE)[row], NONE)

    @cached_property
    def _dated(self) -> Dated:
        return Dated.of(self.accounts.codes(self.assignments["account_id"]), days(self.assignments["from"]))

    @cached_property
    def _of_account(self) -> Ints:
        """The AE of each account by code; the last entry is for no account."""
        found = np.full(len(self.accounts) + 1, NONE)
        found[self.accounts.codes(self.exported["account_id"])] = self.people.codes(self.exported[RESPONDS])
        found[NONE] = NONE
        return found

    @cached_property
    def _last_day(self) -> Ints:
        """The last day worked by code; the last entry is for nobody."""
        return np.append(days(self.payees["end_date"]), NEVER)

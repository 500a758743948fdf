"""Who had to answer: the AE who held the account at an instant, and that person's manager."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Dated, Names, days, folded
from expcomp.period import NEVER, to_iso
from expcomp.reports.moments import local_day
from expcomp.sources.book import Book

RESPONDS = "ae"
"""The role that answers signals: in the assignments table, and the accounts' column of that name."""

ABOVE_MANAGERS = frozenset({"cro", "chief revenue officer", "chief_revenue_officer"})
"""A breach is told to the manager of the owner and to nobody above."""


@dataclass(frozen=True)
class Owners:
    """Owners by account and day. Dated assignments decide; then whom the signal names, then the account's AE.

    People and accounts are codes in the order of their ids; NONE is nobody.
    """

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
        accounts = book["accounts"].sort_values("account_id", ignore_index=True)
        return cls(zone, Names.of(accounts["account_id"]), accounts, Names.of(payees["payee_id"]), payees, mine)

    def at(self, account: Ints, named: Ints, instant: Ints, worked: Ints) -> Ints:
        """The owner of each account at an instant; `named` is whom the signal names. Nobody where the owner's last
        day lies before that of `worked`."""
        owner = named
        if len(self.assignments):
            held = self._assigned(account, local_day(instant, self.zone))
            owner = np.where(held != NONE, held, named)
        of_account = np.append(np.where(self._dated.has(np.arange(len(self.accounts))), NONE, self._of_account), NONE)
        owner = np.where(owner == NONE, of_account[account], owner)
        if (self._last_day == NEVER).all():
            return owner
        gone = self._last_day[owner] < local_day(worked, self.zone)
        return np.where(gone, NONE, owner)

    def manager_of(self, owner: Ints) -> Ints:
        return np.append(self.people.codes(self.payees["manager_id"]), NONE)[owner]

    def is_above(self, person: Ints) -> Flags:
        """Whether a person stands above those to whom breaches are told."""
        return np.append(folded(self.payees["role"]).isin(ABOVE_MANAGERS).to_numpy(), False)[person]

    def chain(self, account: int, first_us: int, last_us: int) -> str:
        """Every holder of an account between two instants, `ana until 2027-02-14, then ben`; nothing where it is
        one or none."""
        rows = self.assignments[self._assigned_account == account]
        first, last = local_day(np.asarray([first_us, last_us]), self.zone)
        begins, ends = days(rows["from"]), days(rows["to"])
        held = np.flatnonzero((begins <= last) & (ends >= first))
        held = held[np.argsort(begins[held], kind="stable")]
        if len(held) < 2:
            return ""
        payees = rows["payee"].tolist()
        told = [f"{payees[at]} until {to_iso(ends[at])}" if ends[at] < NEVER else payees[at] for at in held[:-1]]
        return ", ".join([*told, f"then {payees[held[-1]]}"])

    def changes_hands(self, account: Ints) -> Flags:
        """Whether an account has several assignments."""
        count = np.bincount(self._assigned_account + 1, minlength=len(self.accounts) + 1)
        return np.asarray(np.append(count[1:], 0)[account] > 1, np.bool_)

    def _assigned(self, account: Ints, day: Ints) -> Ints:
        """The newest assignment that has begun and not ended by a day."""
        row = self._dated.newest(account, day)
        holds = (row != NONE) & (np.append(days(self.assignments["to"]), -1)[row] >= day)
        return np.where(holds, np.append(self.people.codes(self.assignments["payee"]), NONE)[row], NONE)

    @cached_property
    def _assigned_account(self) -> Ints:
        return self.accounts.codes(self.assignments["account_id"])

    @cached_property
    def _dated(self) -> Dated:
        return Dated.of(self._assigned_account, days(self.assignments["from"]))

    @cached_property
    def _of_account(self) -> Ints:
        """The AE of each account."""
        return self.people.codes(self.exported[RESPONDS])

    @cached_property
    def _last_day(self) -> Ints:
        """The last day worked; the last entry is for nobody."""
        return np.append(days(self.payees["end_date"]), NEVER)

"""Who holds a role on a deal, on a day: accounts, assignments, deals, the CRM's team, signals, managers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Findings
from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Names, days, folded, pairs
from expcomp.pay.deals import Deals
from expcomp.pay.facts import Credited
from expcomp.period import NEVER
from expcomp.places import place_of
from expcomp.plan.model import Plan
from expcomp.sources.book import Book

TWO_HOLDERS = Code("D507", "two-holders-of-a-role")


@dataclass(frozen=True)
class Payees:
    """Everyone who can be paid, ordered by payee id; a payee's code is the position."""

    names: Names
    frame: pd.DataFrame

    @classmethod
    def of(cls, book: Book) -> "Payees":
        frame = book["payees"].sort_values("payee_id", ignore_index=True)
        return cls(Names.of(frame["payee_id"]), frame)

    @cached_property
    def last_day(self) -> Ints:
        """The last day worked; the last entry is for nobody."""
        return np.append(days(self.frame["end_date"]), NEVER)

    @cached_property
    def manager(self) -> Ints:
        return np.append(self.names.codes(self.frame["manager_id"]), NONE)

    @cached_property
    def role(self) -> pd.Series:
        return folded(self.frame["role"])


@dataclass(frozen=True, slots=True)
class Held:
    """The holder's payee code, NONE when nobody holds the role; `left` where the holder had left by then."""

    payee: Ints
    left: Flags


class Holders:
    """Holders of the roles of one plan on deals, at their close dates."""

    def __init__(
        self, plan: Plan, book: Book, deals: Deals, credited: Credited, payees: Payees, findings: Findings
    ) -> None:
        self._plan, self._book, self._deals, self._payees = plan, book, deals, payees
        self._credited, self._findings = credited, findings
        self._known: dict[str, Ints] = {}

    def of(self, role: str, rows: Ints) -> Held:
        payee = self._named(role)[rows]
        left = (payee != NONE) & (self._payees.last_day[payee] < self._deals.close[rows])
        return Held(np.where(left, NONE, payee), left)

    def _named(self, role: str) -> Ints:
        """Who the exports name for every deal, whether still employed or not."""
        if role not in self._known:
            self._known[role] = self._find(role)
        return self._known[role]

    def _find(self, role: str) -> Ints:
        """Facts without a date as they were pinned; assignments, which have one, over them."""
        exported, has_no_date = self.exported(role)
        pins = self._deals.facts.pins
        return np.where(has_no_date, pins.holders(role, exported, self._payees.names), exported) if pins else exported

    def exported(self, role: str) -> tuple[Ints, Flags]:
        """Who holds the role by today's exports, and for which deals that fact has no date: columns of deals and
        accounts, and who manages whom. Where the account has assignment rows for the role, those alone count."""
        source = self._plan.roles[role].from_
        every = np.ones(len(self._deals), dtype=np.bool_)
        if source.startswith("manager of "):
            below = self.of(source.removeprefix("manager of ").strip(), np.arange(len(self._deals)))
            return self._payees.manager[below.payee], every
        table, _, column = source.partition(".")
        match table:
            case "deal":
                return self._payees.names.codes(self._deals.frame[column]), every
            case "account":
                return self._on_account(role, column)
            case "team":
                return self._on_team(column), ~every
            case _:
                logged_by = self._payees.names.codes(self._book["signals"][column])
                return np.append(logged_by, NONE)[self._credited.signal], ~every

    def _on_account(self, role: str, column: str) -> tuple[Ints, Flags]:
        facts, accounts = self._deals.facts, self._book["accounts"]
        by_account = np.full(len(facts.accounts) + 1, NONE)
        by_account[facts.accounts.codes(accounts["account_id"])] = self._payees.names.codes(accounts[column])
        by_account[NONE] = NONE
        exported = by_account[facts.account]
        rows = self._book["assignments"]
        rows = rows[(folded(rows["role"]) == role.casefold()).to_numpy()].reset_index(drop=True)
        if rows.empty:
            return exported, np.ones(len(exported), dtype=np.bool_)
        account = facts.accounts.codes(rows["account_id"])
        assigned = np.isin(facts.account, account)
        return np.where(assigned, self._assigned(rows, account, role), exported), ~assigned

    def _assigned(self, rows: pd.DataFrame, account: Ints, role: str) -> Ints:
        """Who the assignment rows of the accounts name, on the close date of each deal."""
        facts = self._deals.facts
        deal, at = pairs(facts.account, account)
        first, last = days(rows["from"]), days(rows["to"])
        close = self._deals.close[deal]
        holds = (first[at] <= close) & (close <= last[at])
        deal, at = deal[holds], at[holds]
        self._refuse_two(deal, at, rows, role)
        held = np.full(len(facts.account), NONE)
        held[deal] = self._payees.names.codes(rows["payee"])[at]
        return held

    def _on_team(self, team_role: str) -> Ints:
        rows = self._book["team"]
        rows = rows[(folded(rows["role"]) == team_role.casefold()).to_numpy()].reset_index(drop=True)
        deal = self._deals.names.codes(rows["deal_id"])
        known = np.flatnonzero(deal != NONE)
        self._refuse_two(deal[known], known, rows, team_role)
        held = np.full(len(self._deals), NONE)
        held[deal[known]] = self._payees.names.codes(rows["payee"])[known]
        return held

    def _refuse_two(self, deal: Ints, at: Ints, rows: pd.DataFrame, role: str) -> None:
        order = np.argsort(deal, kind="stable")
        again = order[1:][deal[order][1:] == deal[order][:-1]]
        for k in again:
            if self._deals.version[deal[k]] == NONE:
                continue
            other = next(int(i) for i in order if deal[i] == deal[k] and i != k)
            first, second = rows["payee"].iat[at[other]], rows["payee"].iat[at[k]]
            message = (
                f"{self._deals.id(deal[k])} has two holders of {role} on its close date: {first} "
                f"({place_of(rows, at[other])}) and {second}"
            )
            self._findings.add(TWO_HOLDERS.at(place_of(rows, at[k]), message))

"""Whose account an account is: who holds it in a role, from which day to which (design page 2, bonuses).

An account with assignment rows for a role is held by them alone, else by the account's own column, always.
"""

from dataclasses import dataclass, field

import numpy as np

from expcomp.diagnostics import Findings, Place
from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Names, days, folded, group_of, joined_spans
from expcomp.pay.roles import TWO_HOLDERS, Payees
from expcomp.period import NEVER, to_iso
from expcomp.places import place_of
from expcomp.plan.model import Plan
from expcomp.sources.book import Book

Pairs = tuple[Ints, Ints]
"""Payees and accounts, row by row, as codes."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Unbroken times in which one payee holds one account: payee, account, first and last day, 0 to NEVER for
    always."""

    payee: Ints
    account: Ints
    first: Ints
    last: Ints

    def take(self, rows: Ints | Flags) -> "Stretches":
        return Stretches(self.payee[rows], self.account[rows], self.first[rows], self.last[rows])

    def merged(self) -> "Stretches":
        """Stretches of one payee and account that touch or overlap as one; those of nobody left out."""
        some = self.take((self.payee != NONE) & (self.first <= self.last))
        pair = group_of(some.account, some.payee)
        row_of = np.unique(pair, return_index=True)[1]
        pair, first, after = joined_spans(pair, some.first, some.last + 1)
        return Stretches(some.payee[row_of[pair]], some.account[row_of[pair]], first, after - 1)


@dataclass(frozen=True)
class Portfolios:
    """The portfolios of one plan's roles. Account codes are positions in `accounts`."""

    plan: Plan
    book: Book
    payees: Payees
    accounts: Names
    findings: Findings
    _held: dict[str, Stretches] = field(default_factory=dict)

    def held(self, role: str, day: int, first: int, last: int) -> Pairs:
        """Who holds which account on a day, and has it in hand from `first` to `last` without a break. Two who hold
        one account on the day are a finding."""
        stretches = self._stretches(role)
        there = stretches.take((stretches.first <= day) & (day <= stretches.last))
        self._refuse_two(role, there, day)
        whole = there.take((there.first <= first) & (last <= there.last))
        return whole.payee, whole.account

    def _stretches(self, role: str) -> Stretches:
        if role not in self._held:
            self._held[role] = self._find(role).merged()
        return self._held[role]

    def _find(self, role: str) -> Stretches:
        rule = {name.casefold(): rule for name, rule in self.plan.roles.items()}.get(role.casefold())
        source = rule.from_ if rule else ""
        if source.startswith("manager of "):
            below = self._stretches(source.removeprefix("manager of ").strip())
            return Stretches(self.payees.manager[below.payee], below.account, below.first, below.last)
        rows = self.book["assignments"]
        rows = rows[(folded(rows["role"]) == role.casefold()).to_numpy()]
        account, code = self.accounts.codes(rows["account_id"]), self.payees.names.codes
        table, _, column = source.partition(".")
        named = self.book["accounts"] if table == "account" else self.book["accounts"].iloc[:0]
        own = self.accounts.codes(named["account_id"])
        named, own = named[~np.isin(own, account)], own[~np.isin(own, account)]
        holder = code(named[column]) if len(named) else own
        return Stretches(
            np.concatenate([code(rows["payee"]), holder]),
            np.concatenate([account, own]),
            np.concatenate([days(rows["from"]), np.zeros_like(own)]),
            np.concatenate([days(rows["to"]), np.full_like(own, NEVER)]),
        )

    def _refuse_two(self, role: str, there: Stretches, day: int) -> None:
        order = np.argsort(there.account, kind="stable")
        again = order[1:][there.account[order][1:] == there.account[order][:-1]]
        for at in again.tolist():
            account = self.accounts.text(there.account[at : at + 1])[0]
            two = self.payees.names.text(there.payee[there.account == there.account[at]])
            message = f"{account} has two holders of {role} on {to_iso(day)}: {' and '.join(two)}"
            self.findings.add(TWO_HOLDERS.at(self._assigned(account, role), message))

    def _assigned(self, account: str, role: str) -> Place | None:
        rows = self.book["assignments"]
        mine = (rows["account_id"] == account).to_numpy() & (folded(rows["role"]) == role.casefold()).to_numpy()
        return place_of(rows, int(np.flatnonzero(mine)[-1])) if mine.any() else None

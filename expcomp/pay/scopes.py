"""Over which accounts a metric is measured for whom: a portfolio, a segment, a team, those who report, or all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from expcomp.exact import Ints
from expcomp.lookups import Names, days, folded, group_of, pairs
from expcomp.pay.portfolio import Pairs, Portfolios
from expcomp.plan.metrics import Portfolio
from expcomp.plan.record import Scope


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `base` up to `end`, which is the first day after it. Values are read at both instants."""

    base: int
    end: int

    @property
    def last(self) -> int:
        return self.end - 1


@dataclass(frozen=True, slots=True)
class Measured:
    """Which set of accounts each payee is measured over (NONE: none), and the accounts of the sets."""

    set_of: Ints
    sets: Ints
    accounts: Ints


@dataclass(frozen=True)
class Scopes:
    """`segment` is each account's, folded, at the base of the window."""

    portfolios: Portfolios
    rule: Portfolio
    window: Window
    segment: Ints
    segments: Names

    def measured(self, scope: Scope, payee: Ints, roles: Sequence[str] = ()) -> Measured:
        """For each of the payees; portfolios in any of these roles, without them in everybody's own."""
        if scope == "company":
            every = np.arange(len(self.portfolios.accounts))
            return Measured(np.zeros_like(payee), np.zeros_like(every), every)
        if scope == "segment":
            own = self.segments.codes(folded(self.portfolios.payees.frame["segment"]))[payee]
            return Measured(own, self.segment, np.arange(len(self.segment)))
        holders, accounts = {
            "portfolio": lambda: _once([self._held(role) for role in roles]) if roles else self._over(payee, payee),
            "team": lambda: self._over(*self._team_mates(payee)),
            "reports": lambda: self._over(self.portfolios.payees.manager[:-1], self._everybody()),
        }[scope]()
        return Measured(payee, holders, accounts)

    def _everybody(self) -> Ints:
        return np.arange(len(self.portfolios.payees.names))

    def _held(self, role: str) -> Pairs:
        """The portfolios of a role: on the first or the last day of the window, and for at least so long."""
        at_start, least = self.rule.held_at == "start", self.rule.at_least
        day = self.window.base if at_start else self.window.last
        first = last = day
        if least is not None and at_start:
            last = int(least.after(np.asarray([day]))[0]) - 1
        elif least is not None:
            first = int(least.before(np.asarray([day]))[0]) + 1
        return self.portfolios.held(role, day, min(first, day), max(last, day))

    def _over(self, head: Ints, member: Ints) -> Pairs:
        """The accounts of the members' portfolios, each in the member's own role, for the head of each."""
        payees, found = self.portfolios.payees, []
        for role in sorted(set(payees.role[member])):
            holder, account = self._held(role)
            own = (payees.role == role).to_numpy()[holder]
            at, of = pairs(member, holder[own])
            found.append((head[at], account[own][of]))
        return _once(found)

    def _team_mates(self, payee: Ints) -> Pairs:
        """Each payee with everybody who is in a team of theirs on the last day of the window, themselves included."""
        rows = self.portfolios.book["teams"]
        there = (days(rows["from"]) <= self.window.last) | rows["from"].isna().to_numpy()
        rows = rows[there & (self.window.last <= days(rows["to"]))]
        member = self.portfolios.payees.names.codes(rows["payee_id"])
        team = np.unique(folded(rows["team"]), return_inverse=True)[1]
        at, mine = pairs(payee, member)
        other, mate = pairs(team[mine], team)
        return payee[at][other], member[mate]


def _once(found: Sequence[Pairs]) -> Pairs:
    """All pairs together, each of them once."""
    heads, accounts = (np.concatenate([np.zeros(0, np.int64), *(part[n] for part in found)]) for n in (0, 1))
    first = np.unique(group_of(heads, accounts), return_index=True)[1]
    return heads[first], accounts[first]

"""What a metric stands at: the accounts it is measured over, and their value at both ends of a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .amounts import Refused, number, rounded
from .facts import Facts, Row, cell, word
from .metric_rules import Bonus, Modifier
from .periods import ONE_DAY, Duration, Period, add
from .plan import Plan

ONE_OFF = ("one_off", "one-off", "one off", "one_time", "one-time", "one time", "services", "non_recurring",
           "non-recurring", "nonrecurring")  # fmt: skip


@dataclass
class Value:
    """An account at the base and at the end of a window, in minor units of the plan's currency."""

    account: str
    base: int
    end: int


@dataclass
class Window:
    """From the first day up to `after`, the day after the last one; values are read at both."""

    first: date
    after: date

    @property
    def last(self) -> date:
        return self.after - ONE_DAY


def window_of(plan: Plan, length: Duration | str, period: Period) -> Window:
    after = period.end + ONE_DAY
    if isinstance(length, str):
        return Window(plan.calendar.around(period.end, length).start, after)
    return Window(add(after, length, -1), after)


class Meter:
    """Metrics of one plan version; facts dated after the window do not exist for it."""

    def __init__(self, facts: Facts, plan: Plan) -> None:
        self.facts, self.plan = facts, plan
        self._values: dict[tuple[date, date], dict[str, Value]] = {}

    # --- whose accounts

    def accounts(self) -> list[str]:
        return sorted(self.facts.accounts)

    def holder(self, account: str, role: str, day: date) -> str | None:
        """Who holds an account in a role on a day."""
        rule = next((rule for name, rule in self.plan.roles.items() if word(name) == word(role)), None)
        source = rule.source if rule else ""
        if source.startswith("manager of "):
            below = self.holder(account, source.removeprefix("manager of ").strip(), day)
            return cell(self.facts.payee(below), "manager_id") or None if below else None
        tables = self.facts.tables
        rows = [r for r in tables.get("assignments", [])
                if cell(r, "account_id") == account and word(cell(r, "role")) == word(role)]  # fmt: skip
        if rows:
            there = [cell(row, "payee") for row in rows if self._covers(row, day)]
            if len(there) > 1:
                raise Refused(f"account {account}: two people hold the role {role}")
            return there[0] if there else None
        if source.startswith("account."):
            return cell(self.facts.account(account), source.removeprefix("account.")) or None
        return None

    def _covers(self, row: Row, day: date) -> bool:
        last = cell(row, "to")
        return self.facts.day(cell(row, "from")) <= day and (not last or day <= self.facts.day(last))

    def portfolio(self, payee: str, role: str, window: Window, at_start: bool, at_least: Duration | None) -> set[str]:
        """Accounts held on the window's first or last day, and on every day of the time asked for."""
        day = window.first if at_start else window.last
        days = [day]
        if at_least is not None:
            until = add(day, at_least, 1 if at_start else -1)
            step = ONE_DAY if at_start else -ONE_DAY
            while days[-1] + step != until and until != day:
                days.append(days[-1] + step)
        return {
            account for account in self.accounts()
            if self.holder(account, role, day) == payee and all(self.holder(account, role, d) == payee for d in days)
        }  # fmt: skip

    def measured(self, rule: Bonus | Modifier, payee: str, window: Window) -> set[str]:
        """The accounts of a rule's scope for one payee. A portfolio is held in the payee's own role; that of a
        modifier in any of the roles it names."""
        at_start = isinstance(rule, Bonus) and rule.at_start
        at_least = rule.at_least if isinstance(rule, Bonus) else None

        def own(other: str, other_role: str) -> set[str]:
            return self.portfolio(other, other_role, window, at_start, at_least)

        people = self.facts.payees
        if rule.scope == "company":
            return set(self.accounts())
        if rule.scope == "segment":
            segment = word(cell(people[payee], "segment"))
            at_base = {a: word(self.facts.account_text(a, "segment", window.first - ONE_DAY)) for a in self.accounts()}
            return {account for account, there in at_base.items() if segment and there == segment}
        if rule.scope == "portfolio":
            roles = rule.roles if isinstance(rule, Modifier) else [cell(people[payee], "role")]
            return set().union(*(own(payee, role) for role in roles))
        if rule.scope == "reports":
            members = {other for other, row in people.items() if cell(row, "manager_id") == payee}
        else:
            members = self._team_mates(payee, window.last)
        return set().union(*(own(other, cell(people[other], "role")) for other in members)) if members else set()

    def _team_mates(self, payee: str, day: date) -> set[str]:
        rows = [row for row in self.facts.tables.get("teams", [])
                if (not cell(row, "from") or self.facts.day(cell(row, "from")) <= day)
                and (not cell(row, "to") or day <= self.facts.day(cell(row, "to")))]  # fmt: skip
        teams = {word(cell(row, "team")) for row in rows if cell(row, "payee_id") == payee}
        return {cell(row, "payee_id") for row in rows if word(cell(row, "team")) in teams}

    # --- what they are worth

    def values(self, accounts: set[str], window: Window) -> list[Value]:
        """Those of the accounts that were worth something at the base."""
        known = (window.first, window.after)
        if known not in self._values:
            self._values[known] = self._all_values(window)
        found = self._values[known]
        return [found[account] for account in sorted(accounts) if account in found and found[account].base > 0]

    def _all_values(self, window: Window) -> dict[str, Value]:
        """Both ends at the exchange rates of the day before the window, added up by currency and then rounded."""
        sums: dict[tuple[str, str], list[Fraction]] = {}
        for line in self.facts.tables.get("subscriptions", []):
            if word(cell(line, "line_type")) in ONE_OFF:
                continue
            currency = cell(line, "currency") or self.plan.currency
            both = sums.setdefault((cell(line, "account_id"), currency), [Fraction(0), Fraction(0)])
            for at, day in enumerate((window.first, window.after)):
                if self._counts(line, day):
                    both[at] += _a_year(line)
        found: dict[str, Value] = {}
        for (account, currency), both in sums.items():
            value = found.setdefault(account, Value(account, 0, 0))
            base, end = (self._in_plan_currency(amount, currency, window.first - ONE_DAY) for amount in both)
            value.base, value.end = value.base + base, value.end + end
        return found

    def _in_plan_currency(self, amount: Fraction, currency: str, day: date) -> int:
        if not amount:
            return 0
        one = self.facts.convert("1", currency, day, self.plan)
        return rounded(amount * one, self.plan.rounding)

    def _counts(self, line: Row, day: date) -> bool:
        """From its first day up to its end, which is no longer part of it."""
        end = cell(line, "end")
        return self.facts.day(cell(line, "start")) <= day and (not end or day < self.facts.day(end))


def _a_year(line: Row) -> Fraction:
    """In whole units of the line's currency."""
    return number(cell(line, "arr")) if cell(line, "arr") else 12 * number(cell(line, "mrr") or "0")


def ratio(metric: str, values: list[Value]) -> Fraction | None:
    """Of the accounts that were there at the base; None where there was nothing."""
    base = sum(v.base for v in values)
    if not base:
        return None
    if metric == "nrr":
        return Fraction(sum(v.end for v in values), base)
    if metric == "grr":
        return Fraction(sum(min(v.base, max(v.end, 0)) for v in values), base)
    if metric == "expansion":
        return Fraction(sum(max(v.end - v.base, 0) for v in values), base)
    return Fraction(sum(1 for v in values if v.end > 0), len(values))

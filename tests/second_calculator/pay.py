"""From entitlements to lines, and from lines to pay: differences, netting, views, the JSON shape."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from .amounts import decimals, money, number, rounded, show
from .entitlement import Calculator, Entitlement, Key, Posted
from .facts import Row, Tables, cell, is_won, once
from .lines import Line, differences
from .netting import Pay, balances, pay_of
from .periods import ONE_DAY, Period, read_day
from .plan import Plans


def calculate(
    plans: list[str],
    tables: Tables,
    period: str,
    as_of: date | None = None,
    pay_period: str = "quarter",
    posted: list[Row] | None = None,
) -> dict[str, Any]:
    """The `payout` object of the machine output, for one period or a view of several."""
    rules = Plans(plans)
    tables = {name: once(rows) for name, rows in tables.items()}
    asked = rules.calendar.period(period)
    until = as_of or min(asked.end, newest_fact(rules, tables, asked.end))
    engine = Calculator(rules, tables, pay_period)
    run = _Run(rules, tables, pay_period, engine, posted)
    own = rules.calendar.around(asked.start, pay_period)
    if (asked.start, asked.end) == (own.start, own.end):
        lines, pays = run.one(own, until)
    elif asked.end <= own.end:
        lines, pays = run.shorter(asked, until)
    else:
        lines, pays = run.longer(asked, until)
    state = engine.entitlement(until, run.known())
    return {
        "schema_version": 1,
        "command": "payout",
        "period": period,
        "as_of": until.isoformat(),
        "currency": rules.currency,
        "payees": [_payee(rules, payee, pays[payee]) for payee in sorted(pays)],
        "lines": [_line(line) for line in sorted(lines, key=_line_order)],
        "waiting": _waiting(rules, state),
        "not_paid": _not_paid(rules, state),
        "control_totals": [],
        "findings": _findings(rules, pays),
    }


def newest_fact(rules: Plans, tables: Tables, otherwise: date) -> date:
    """The newest close date of a won deal, event, evidence, usage or signal day in the exports."""
    days: list[date] = []
    dated = {
        "events": ["date"], "milestones": ["reached_on"], "receipts": ["date"], "usage": ["date"],
        "signals": [
            "identified_at", "routed_at", "acknowledged_at", "contacted_at", "outcome_at",
            "outcome_reported_at", "withdrawn_at",
        ],
    }  # fmt: skip
    for table, columns in dated.items():
        for row in tables.get(table, []):
            days += [read_day(cell(row, c), rules.zone) for c in columns if cell(row, c)]
    for row in tables.get("deals", []):
        if cell(row, "activated_on"):
            days.append(read_day(cell(row, "activated_on"), rules.zone))
        if is_won(row) and cell(row, "close_date"):
            days.append(read_day(cell(row, "close_date"), rules.zone))
    return max(days) if days else otherwise


class _Run:
    """One calculation: the posted rows it starts from and the columns it adds."""

    def __init__(
        self, rules: Plans, tables: Tables, pay_period: str, engine: Calculator, posted: list[Row] | None
    ) -> None:
        self.rules, self.tables, self.pay_period, self.engine = rules, tables, pay_period, engine
        self.has_ledger = posted is not None
        self.posted = [_posted_line(rules, row) for row in posted or []]

    def closed_end(self) -> date | None:
        ends = [self.rules.calendar.period(line.period).end for line in self.posted]
        return max(ends) if ends else None

    def known(self) -> dict[tuple[str, str], Posted]:
        """Per deal and milestone the day it was first posted for, and the end of the last period that posted it."""
        found: dict[tuple[str, str], Posted] = {}
        in_order = sorted(self.posted, key=lambda line: self.rules.calendar.period(line.period).start)
        for line in in_order:
            if line.reason in ("clawback", "cancelled") or line.on is None or line.key[2].startswith("modifier:"):
                continue
            end = self.rules.calendar.period(line.period).end
            milestone = (line.key[1], line.key[3])
            first = min(line.on, found[milestone].on) if milestone in found else line.on
            found[milestone] = Posted(first, end)
        return found

    def lines_of(self, period: Period, until: date) -> list[Line]:
        closed = self.closed_end()
        if self.has_ledger and closed is not None and period.end <= closed:
            return [line for line in self.posted if line.period == period.label]
        base = None if self.has_ledger and closed is None else min(period.start - ONE_DAY, until)
        posted = self.posted if self.has_ledger else None
        known = self.known()
        now = self.engine.entitlement(until, known)
        before = self.engine.entitlement(base, known)
        return differences(
            self.rules, self.tables, self.pay_period, period.label, now=now, before=before, posted=posted
        )

    def one(self, period: Period, until: date) -> tuple[list[Line], dict[str, Pay]]:
        lines = self.lines_of(period, until)
        brought = balances(self.rules, self.tables, self.posted, period) if self.has_ledger else {}
        return lines, pay_of(self.rules, self.tables, lines, period, brought)

    def shorter(self, period: Period, until: date) -> tuple[list[Line], dict[str, Pay]]:
        """Lines of a part of a pay period, by today's data and without recovery."""
        known = self.known()
        now = self.engine.entitlement(until, known)
        before = self.engine.entitlement(min(period.start - ONE_DAY, until), known)
        lines = differences(self.rules, self.tables, self.pay_period, period.label, now=now, before=before, posted=None)
        return lines, pay_of(self.rules, self.tables, lines, period, {}, recovery=False)

    def longer(self, period: Period, until: date) -> tuple[list[Line], dict[str, Pay]]:
        """The sum of its pay periods; recovery in each of them, never again for the view."""
        every: list[Line] = []
        total: dict[str, Pay] = {}
        kept = list(self.posted)
        for column in self.rules.calendar.inside(period, self.pay_period):
            if column.start > until:
                break
            last = column.end == period.end
            lines, pays = self.one(column, until if last else min(column.end, until))
            every += lines
            for payee, pay in pays.items():
                total[payee] = total[payee].then(pay, self.has_ledger) if payee in total else pay
            closed = self.closed_end()
            if self.has_ledger and (closed is None or column.end > closed):
                self.posted = self.posted + lines
        self.posted = kept
        return every, total


def _posted_line(rules: Plans, row: Row) -> Line:
    currency = cell(row, "currency") or rules.currency
    key = (
        cell(row, "payee_id"), cell(row, "deal_id"), cell(row, "component"), cell(row, "milestone"), currency
    )  # fmt: skip
    on = read_day(cell(row, "on"), rules.zone) if cell(row, "on") else None
    return Line(
        key, money(cell(row, "amount"), currency), cell(row, "period"), cell(row, "reason"), on,
        cell(row, "period_earned"), cell(row, "tier"), cell(row, "rule"),
    )  # fmt: skip


# --- the JSON shape


def _line_order(line: Line) -> tuple[Any, ...]:
    return (line.key, line.on or date.min, line.reason, line.amount)


def _line(line: Line) -> dict[str, str]:
    payee, deal_id, component, milestone, currency = line.key
    return {
        "payee_id": payee,
        "deal_id": deal_id,
        "component": component,
        "milestone": milestone,
        "on": line.on.isoformat() if line.on else "",
        "period_earned": line.period_earned,
        "amount": show(line.amount, currency),
        "currency": currency,
        "reason": line.reason,
        "tier": line.tier,
        "rule": line.rule,
        "source": f"deals:{deal_id}" if deal_id else "adjustments",
    }


def _payee(rules: Plans, payee: str, pay: Pay) -> dict[str, str]:
    return {
        "payee_id": payee,
        "gross": show(pay.gross, rules.currency),
        "recovered": show(pay.recovered, rules.currency),
        "brought_forward": show(pay.brought, rules.currency),
        "paid": show(pay.paid, rules.currency),
        "carried_forward": show(pay.carried, rules.currency),
    }


def _waiting(rules: Plans, state: Entitlement) -> list[dict[str, str]]:
    sums: dict[tuple[Key, str], int] = defaultdict(int)
    for key, tranches in state.tranches.items():
        for tranche in tranches:
            if tranche.state != "reached" and not tranche.forfeited:
                sums[(key, tranche.state)] += tranche.remaining
    return [
        {
            "payee_id": key[0],
            "deal_id": key[1],
            "component": key[2],
            "milestone": key[3],
            "amount": show(amount, key[4]),
            "state": kind,
        }
        for (key, kind), amount in sorted(sums.items())
        if amount
    ]


def _not_paid(rules: Plans, state: Entitlement) -> list[dict[str, str]]:
    found = []
    for unpaid in sorted(state.unpaid, key=lambda item: item.deal_id):
        text = cell(unpaid.row, unpaid.column)
        currency = cell(unpaid.row, "currency") or rules.currency
        value = ""
        if text:
            value = show(rounded(number(text) * 10 ** decimals(currency), "half_up"), currency)
        found.append({"deal_id": unpaid.deal_id, "reason": unpaid.reason, "value": value})
    return found


def _findings(rules: Plans, pays: dict[str, Pay]) -> list[dict[str, str]]:
    return [
        {"code": "written_off", "payee_id": payee, "amount": show(pay.written_off, rules.currency)}
        for payee, pay in sorted(pays.items())
        if pay.written_off
    ]

"""From lines to pay, for one payee and period: nets per deal, recovery, what is carried."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from .amounts import rounded
from .facts import Tables, cell
from .lines import Line
from .periods import Period, read_day
from .plan import Plans


@dataclass
class Pay:
    gross: int
    recovered: int
    brought: int
    paid: int
    carried: int
    written_off: int = 0

    def then(self, later: Pay, balance_runs_on: bool) -> Pay:
        """Two pay periods of one view; without a ledger each column carries for itself."""
        return Pay(
            self.gross + later.gross,
            self.recovered + later.recovered,
            self.brought,
            self.paid + later.paid,
            later.carried if balance_runs_on else self.carried + later.carried,
            self.written_off + later.written_off,
        )


def has_left(plans: Plans, tables: Tables, payee: str, period: Period) -> bool:
    """Gone for a period that begins after the end date."""
    for row in tables.get("payees", []):
        if cell(row, "payee_id") == payee and cell(row, "end_date"):
            return period.start > read_day(cell(row, "end_date"), plans.zone)
    return False


def pay_of(
    plans: Plans,
    tables: Tables,
    lines: list[Line],
    period: Period,
    brought: dict[str, int],
    *,
    recovery: bool = True,
) -> dict[str, Pay]:
    nets: dict[str, dict[tuple[str, ...], int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        payee, deal_id, component, milestone, _ = line.key
        group = (deal_id,) if deal_id else ("", component, milestone)
        nets[payee][group] += line.amount
    rules, leavers = plans.paying_rules(period.end)
    found = {}
    for payee in sorted(set(nets) | {p for p, amount in brought.items() if amount}):
        amounts = list(nets[payee].values()) if payee in nets else []
        before = brought.get(payee, 0)
        gross = sum(amount for amount in amounts if amount > 0)
        taken = sum(amount for amount in amounts if amount < 0) + before
        most = gross
        if rules.at_most is not None:
            most = rounded(rules.at_most * Fraction(gross), rules.rounding)
        if has_left(plans, tables, payee, period):
            most = gross if leavers.final_pay else 0
        if not recovery:
            most = 0
        recovered = min(-taken, most, gross)
        carried = taken + recovered
        written_off = 0
        if recovery and not rules.carry_forward:
            written_off, carried = carried, 0
        found[payee] = Pay(gross, recovered, before, gross - recovered, carried, written_off)
    return found


def balances(plans: Plans, tables: Tables, posted: list[Line], until: Period) -> dict[str, int]:
    """The open balance of each payee after folding every posted period before `until`, in order."""
    periods = {line.period: plans.calendar.period(line.period) for line in posted}
    brought: dict[str, int] = {}
    for period in sorted(periods.values(), key=lambda p: p.start):
        if period.start >= until.start:
            continue
        lines = [line for line in posted if line.period == period.label]
        pays = pay_of(plans, tables, lines, period, brought)
        brought = {payee: pay.carried for payee, pay in pays.items()}
    return brought

"""Worked example 17, and what pages 2 and 3 say of bonuses and modifiers, asked of the second calculator alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from . import calculate

PLAN = """
plan: {id: keep, version: 1, effective: {from: 2027-01-01}, currency: USD, timezone: America/New_York}
roles: {csm: {from: account.csm}}
ownership:
  - {tier: A, credit: {csm: 100%}}
rates:
  - {role: csm, rate: 5%}
payout:
  - schedule: at booking
    milestones: [{name: booking, pays: 100%, on: closed_won}]
"""
NRR_BONUS = """
bonuses:
  - name: NRR bonus
    role: csm
    metric: nrr
    scope: portfolio
    portfolio: {held_at: end, at_least: 30 days}
    window: trailing 12 months
    per: quarter
    pays: 60% of target_variable
    prorate: days
    curve: [{at: 95%, pays: 0%}, {at: 100%, pays: 50%}, {at: 110%, pays: 100%}, {at: 120%, pays: 150%}]
    gate: {grr: ">= 90%"}
"""
GUARD = """
modifiers:
  - {name: guard, roles: [csm], metric: grr, scope: portfolio, below: 90%, multiplier: 0.5, window: quarter}
"""


def book(grown: str, shrunk: str, **further: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Two accounts of 50,000; NRR and GRR are read off what they are worth from January on."""
    lines = []
    for account, later in (("A1", grown), ("A2", shrunk)):
        lines.append({"account_id": account, "start": "2026-01-01", "end": "2027-01-01", "arr": "50000"})
        lines.append({"account_id": account, "start": "2027-01-01", "arr": later})
    return {
        "payees": [{"payee_id": "cam", "role": "csm", "target_variable": "20000"}],
        "accounts": [{"account_id": "A1", "csm": "cam"}, {"account_id": "A2", "csm": "cam"}],
        "subscriptions": lines, "deals": [], **further,
    }  # fmt: skip


def lines(plan: str, tables: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """Amounts by component in 2027Q1."""
    result: dict[str, Any] = calculate([plan], tables, "2027Q1", date(2027, 3, 31))
    return {line["component"]: line["amount"] for line in result["lines"]}


def test_worked_example_17() -> None:
    """NRR (64 + 41) ÷ 100 = 105%, GRR (50 + 41) ÷ 100 = 91%: 75% of 3,000.00. With GRR 89.99% nothing."""
    assert lines(PLAN + NRR_BONUS, book("64000", "41000")) == {"bonus:NRR bonus": "2250.00"}
    assert lines(PLAN + NRR_BONUS, book("65010", "39990")) == {}


def test_a_gate_is_met_by_its_edge() -> None:
    assert lines(PLAN + NRR_BONUS, book("65000", "40000")) == {"bonus:NRR bonus": "2250.00"}


def test_a_modifier_takes_half_of_what_is_reached() -> None:
    deal = {"deal_id": "D1", "account_id": "A1", "motion": "tier", "acv": "1000", "close_date": "2027-02-10"}

    assert lines(PLAN + GUARD, book("64000", "39999", deals=[deal])) == {
        "credit:csm": "50.00",
        "modifier:guard": "-25.00",
    }
    assert lines(PLAN + GUARD, book("64000", "40000", deals=[deal])) == {"credit:csm": "50.00"}

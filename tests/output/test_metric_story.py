"""What a metric pays or takes, told: the fraction, the accounts, the gate, the curve, the target, the proration."""

import json

import pytest

from expcomp.diagnostics import Place
from expcomp.output.explain import explain_deal, explain_payee
from expcomp.output.machine import to_json
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import Span
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows

PLAN = """\
plan: {id: keep, version: 1, effective: {from: 2027-01-01}, currency: USD, timezone: America/New_York}
roles:
  csm: {from: account.csm}
ownership:
  - {tier: A, credit: {csm: 100%}}
rates:
  - {role: csm, rate: 5%}
payout:
  - schedule: at booking
    milestones: [{name: booking, pays: 100%, on: closed_won}]
bonuses:
  - name: growth
    role: csm
    metric: nrr
    scope: portfolio
    window: year
    per: quarter
    pays: 60% of target_variable
    prorate: days
    curve_on: target
    curve: [{at: 90%, pays: 0%}, {at: 100%, pays: 100%}, {at: 120%, pays: 200%}]
    accrues: year_to_date
    gate: {grr: ">= target"}
  - {name: logos, role: csm, metric: logo_retention, scope: company, per: quarter, pays: 900, prorate: none,
     curve: [{at: 0%, pays: 0%}, {at: 100%, pays: 100%}]}
modifiers:
  - {name: guard, roles: [csm], metric: grr, scope: portfolio, below: target, multiplier: 0.5, window: quarter}
retention:
  window: 3 months
  targets: [{segment: smb, nrr: 100%, grr: 80%}]
"""
START, LATER = {"start": "2026-01-01", "end": "2027-02-01"}, {"start": "2027-02-01"}
TABLES = {
    "payees": [
        {"payee_id": "cam", "role": "csm", "segment": "smb", "target_variable": "20000", "start_date": "2027-02-15"},
        {"payee_id": "dee", "role": "csm", "segment": "smb", "target_variable": "20000"},
    ],
    "accounts": [{"account_id": "A1", "csm": "cam", "name": "Acme"}, {"account_id": "B1", "csm": "dee"}],
    "subscriptions": [
        {"account_id": "A1", "arr": "9000", **START},
        {"account_id": "A1", "arr": "9750", **LATER},
        {"account_id": "B1", "arr": "9000", **START},
        {"account_id": "B1", "arr": "7000", **LATER},
    ],
    "deals": [
        {"deal_id": "D1", "account_id": "B1", "motion": "tier", "acv": "1000", "close_date": "2027-03-01"},
    ],
}


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    plans = plan_set([bind_plan(PLAN, "plans/keep.yaml")])
    book = book_from_rows(TABLES, needs_of(plans), Place("given"))
    return payout(plans, book, plans.calendar.parse("2027Q1"), Span.QUARTER, plans.calendar.parse("2027Q1").last_day)


def said(text: str) -> str:
    return " ".join(text.split())


def test_a_bonus_is_told_from_its_fraction_to_its_amount(sheet: Sheet) -> None:
    """9,750 ÷ 9,000 = 108.33% of a target of 100%: 100% + 8.33% × 5 = 17/12; 3,000 × 45/90 × 17/12 = 2,125."""
    told = said(explain_payee(sheet, "cam"))

    assert "nrr over the portfolio from 2027-01-01 to 2027-03-31: 9,750.00 ÷ 9,000.00 = 108.33%" in told
    assert "gate, grr at least 80%, the target of the segment: 9,000.00 ÷ 9,000.00 = 100.00%, met" in told
    assert "the curve pays 17/12 (about 141.67%) at 108.33% of the target 100%, between 100% → 100% and" in told
    assert "the year to date pays 1,500.00: 60% of target_variable, per quarter for 45 of 90 days" in told
    assert "1,500.00 × 17/12 = 2,125.00" in told
    assert "less 0.00 of earlier periods of the year: 2,125.00" in told
    assert "A1 Acme 9,000.00 9,750.00 9,000.00" in told
    assert "plans/keep.yaml:12" in told


def test_a_bonus_that_pays_nothing_says_why_and_by_which_accounts(sheet: Sheet) -> None:
    told = said(explain_payee(sheet, "dee"))

    assert "bonus:growth 2027Q1 0.00 gate_failed: the gate of the bonus was not met" in told
    assert "7,000.00 ÷ 9,000.00 = 77.78%, not met: nothing is paid" in told
    assert "B1 9,000.00 7,000.00 7,000.00" in told
    assert "logo_retention over the whole company from 2027-01-01 to 2027-03-31: 2 ÷ 2 = 100.00%" in told


def test_a_modifier_is_told_with_its_window(sheet: Sheet) -> None:
    told = said(explain_deal(sheet, "D1"))

    assert "× 0.5 while grr is below its target" in told
    assert (
        "2027Q1: grr over the portfolio from 2027-01-01 to 2027-03-31: 7,000.00 ÷ 9,000.00 = 77.78%, below 80%" in told
    )
    assert "booking, 100%: reached 2027-03-31 -25.00" in told


def test_the_trace_holds_the_fraction(sheet: Sheet) -> None:
    answer = json.loads(to_json(sheet))
    lines = {(line["payee_id"], line["component"]): line for line in answer["lines"]}
    bonus, guard = lines["cam", "bonus:growth"], lines["dee", "modifier:guard"]

    assert (bonus["deal_id"], bonus["milestone"], bonus["amount"], bonus["reason"]) == (
        "", "2027Q1", "2125.00", "commission",
    )  # fmt: skip
    assert bonus["trace"] | {"metric": "nrr", "numerator": "9750.00", "denominator": "9000.00", "base_accounts": "1",
                             "curve_share": "17/12", "of_target": "1500.00", "days_paid": "45/90",
                             "year_to_date": "0.00"} == bonus["trace"]  # fmt: skip
    assert (guard["amount"], guard["trace"]["numerator"], guard["trace"]["denominator"]) == (
        "-25.00", "7000.00", "9000.00",
    )  # fmt: skip
    assert answer["parts_not_paid"] == [
        {"deal_id": "", "payee_id": "dee", "component": "bonus:growth", "milestone": "2027Q1", "reason": "gate_failed",
         "amount": "3000.00", "currency": "USD"},
    ]  # fmt: skip

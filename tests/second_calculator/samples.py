"""Small plans and tables for the tests, cut from the example plan."""

from __future__ import annotations

from datetime import date

from . import calculate

HEAD = """
plan:
  id: expansion
  version: 1
  effective: {from: 2027-01-01}
  currency: USD
  timezone: America/New_York
roles:
  csm:      {from: account.csm}
  ae:       {from: deal.owner}
  signaler: {from: signal.logged_by}
  partner:  {from: deal.partner}
"""
TIERS = """
ownership:
  - tier: Product-led
    when: {deal.self_serve: true}
    credit: {csm: 100%}
  - tier: A
    when: {deal.acv: "< 10k", deal.family: [upsell, multi_year]}
    credit: {csm: 100%}
  - tier: C
    when: {account.acv: ">= 150k"}
    credit: {ae: 60%, csm: 40%}
    quota_credit: {ae: 100%, csm: 100%}
  - tier: B
    credit: {ae: 100%}
"""
OVERLAYS = """
overlays:
  signal credit:
    tiers: [B]
    role: signaler
    pays: 25% of base commission
    requires: qualified_signal
    funding: additive
signals:
  qualified: {at_least: 3, of: [budget, named_buyer, timeline, product_fit]}
"""
RATES = """
rates:
  - {role: ae,  when: {deal.family: cross_sell}, rate: 10%}
  - {role: ae,  rate: 8%}
  - {role: csm, when: {deal.family: usage}, rate: 3%}
  - {role: csm, rate: 5%}
"""
ACCELERATORS = """
accelerators:
  - role: ae
    measure: attainment
    window: quarter
    mode: marginal
    bands: [{below: 100%, multiplier: 1}, {below: 125%, multiplier: 1.5}, {multiplier: 2}]
"""
STANDARD = """
payout:
  - schedule: standard
    milestones:
      - {name: booking,    pays: 30%, on: closed_won, status: advance}
      - {name: activation, pays: 50%, on: activated, within: 180 days, status: advance}
      - {name: retention,  pays: 20%, on: retained, after: 12 months, status: earned}
activation:
  when: {account.seat_utilization: ">= 80%"}
"""
AT_BOOKING = """
payout:
  - schedule: at booking
    milestones: [{name: booking, pays: 100%, on: closed_won}]
"""
CLAWBACKS = """
clawbacks:
  - {name: early churn, event: churn, until: 90 days, recovers: 100%}
  - {name: churn in the first year, event: churn, until: 365 days, recovers: linear}
  - {name: contraction in the first year, event: contraction, until: 365 days, recovers: linear}
"""
HOLDS = """
guardrails:
  - {name: expansion before adoption, when: {account.seat_utilization: "< 40%"}, action: hold}
"""
RECOVERY = """
recovery: {at_most: 50%, carry_forward: true}
"""
SPIFF = """
spiffs:
  - name: Q1 cross-sell
    role: ae
    when: {deal.family: cross_sell}
    between: {from: 2027-01-01, to: 2027-03-31}
    pays: 500
    budget: 20k
"""
EXAMPLE = HEAD + TIERS + OVERLAYS + RATES + ACCELERATORS + STANDARD + CLAWBACKS + HOLDS + RECOVERY + SPIFF
PLAIN = HEAD + TIERS + RATES + AT_BOOKING + CLAWBACKS

PAYEES = [{"payee_id": "ana", "role": "ae"}, {"payee_id": "cam", "role": "csm"}]
QUOTAS = [{"payee_id": "ana", "period": f"2027Q{i}", "amount": "400000"} for i in (1, 2, 3, 4)]
QUOTAS.append({"payee_id": "ana", "period": "2028Q1", "amount": "400000"})
SIGNAL = {
    "signal_id": "S1", "account_id": "A1", "deal_id": "D1", "logged_by": "cam",
    "identified_at": "2027-01-18T10:00:00Z", "routed_at": "2027-01-20T15:00:00Z",
    "budget": "true", "named_buyer": "true", "timeline": "true", "product_fit": "true",
}  # fmt: skip


def deal(deal_id, acv, close, motion="adjacent", **more):
    row = {"deal_id": deal_id, "account_id": "A1", "motion": motion, "acv": acv, "close_date": close}
    return {**row, "won": "true", "owner": "ana", **more}


def given(*deals, acv="80000", **tables):
    base = {
        "payees": PAYEES,
        "quotas": QUOTAS,
        "accounts": [{"account_id": "A1", "acv": acv, "csm": "cam"}],
        "deals": list(deals),
    }
    return {**base, **tables}


def run(plan, tables, period, as_of=None, **more):
    day = date.fromisoformat(as_of) if as_of else None
    return calculate([plan], tables, period, day, **more)


def amounts(result):
    """{(payee, deal, component, milestone): amount}, one line each."""
    found = {}
    for line in result["lines"]:
        key = (line["payee_id"], line["deal_id"], line["component"], line["milestone"])
        assert key not in found
        found[key] = line["amount"]
    return found


def waiting(result):
    return {(w["payee_id"], w["component"], w["milestone"]): (w["amount"], w["state"]) for w in result["waiting"]}


def pay(result, payee):
    return next(row for row in result["payees"] if row["payee_id"] == payee)

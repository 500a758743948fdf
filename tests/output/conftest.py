"""A small company whose names try to become markup, formulas and escape sequences."""

from collections.abc import Callable

import pytest

from expcomp.diagnostics import Place
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import Span
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows

PLAN = """\
plan: {id: grow, version: 1, effective: {from: 2026-01-01}, currency: USD, timezone: America/New_York}
roles:
  ae:  {from: deal.owner}
  csm: {from: account.csm, vacant: forfeit}
ownership:
  - {tier: C, when: {account.acv: ">= 150k"}, credit: {ae: 60%, csm: 40%}}
  - {tier: B, credit: {ae: 100%}}
overlays:
  signal credit: {tiers: [B], role: csm, pays: 25% of base commission, funding: additive, requires: qualified_signal}
rates:
  - {role: ae, rate: 10%}
  - {role: csm, rate: 5%}
accelerators:
  - role: ae
    measure: attainment
    window: quarter
    mode: marginal
    no_quota: base_rate
    bands:
      - {below: 100%, multiplier: 1}
      - {multiplier: 2}
caps:
  - {role: ae, per: deal, limit: 20k}
payout:
  - schedule: standard
    milestones:
      - {name: booking, pays: 30%, on: closed_won}
      - {name: activation, pays: 70%, on: activated, within: 180 days}
guardrails:
  - {name: red account, when: {account.health: red}, action: hold}
clawbacks:
  - {name: early churn, event: churn, until: 365 days, recovers: linear}
recovery: {at_most: 50%}
"""

ESCAPE = "Eve\x1b[31m Red"
MARKUP = "Acme [/]"
FORMULA = "=1+1"

TABLES: dict[str, list[dict[str, str]]] = {
    "payees": [
        {"payee_id": "ana", "name": "Ana Reyes", "role": "ae"},
        {"payee_id": "cam", "name": ESCAPE, "role": "csm"},
    ],
    "quotas": [{"payee_id": "ana", "period": "2027Q1", "amount": "100000"}],
    "accounts": [
        {"account_id": "A1", "name": MARKUP, "acv": "80000", "csm": "cam", "health": "green"},
        {"account_id": "A2", "name": FORMULA, "acv": "500000", "csm": "cam", "health": "green"},
        {"account_id": "A3", "name": "Red & [/] Co", "acv": "10", "csm": "", "health": "red"},
    ],
    "deals": [
        {"deal_id": "D1-with-a-rather-long-id-0001", "account_id": "A1", "motion": "tier", "acv": "40000",
         "owner": "ana", "close_date": "2026-12-10", "activated_on": "2026-12-20"},
        {"deal_id": "D2", "account_id": "A2", "motion": "tier", "acv": "123456.78", "owner": "ana",
         "close_date": "2027-02-10", "activated_on": "2027-05-20"},
        {"deal_id": "D3", "account_id": "A3", "motion": "tier", "acv": "5000", "owner": "ana",
         "close_date": "2027-03-01"},
        {"deal_id": "D4", "account_id": "A1", "motion": "renewal", "acv": "9000", "owner": "ana",
         "close_date": "2027-03-02"},
    ],
    "events": [
        {"account_id": "A1", "date": "2027-03-05", "event": "churn", "deal_id": "D1-with-a-rather-long-id-0001"},
    ],
    "adjustments": [
        {"payee_id": "cam", "period": "2027Q1", "amount": "-20.00", "reason": "ticket", "requested_by": "tom",
         "approved_by": "lena", "reference": "ADJ-1"},
    ],
}  # fmt: skip

Build = Callable[..., Sheet]


def build_sheet(period: str = "2027Q1", posted: Posted | None = None, **tables: list[dict[str, str]]) -> Sheet:
    """A sheet of TABLES, with tables of one's own in their place; an empty one is left out."""
    plans = plan_set([bind_plan(PLAN, "plans/grow.yaml")])
    given = {name: rows for name, rows in {**TABLES, **tables}.items() if rows}
    book = book_from_rows(given, needs_of(plans), Place("given.yaml"))
    wanted = plans.calendar.parse(period)
    return payout(plans, book, wanted, Span.QUARTER, as_of=wanted.last_day, posted=posted)


@pytest.fixture(scope="session")
def build() -> Build:
    return build_sheet


@pytest.fixture(scope="session")
def sheet() -> Sheet:
    return build_sheet()

"""`payout --exposure` and `--accrual`: figures by hand, and the laws that tie them to what is paid."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from inprocess import expcomp

from expcomp.commands.make import make_sheet
from expcomp.diagnostics import Place
from expcomp.pay.accrual import PARTS, accrual
from expcomp.pay.exposure import exposure
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import Span, to_date, to_day
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows
from expcomp.sources.posted import posted_frame

ROOT = Path(__file__).parents[1]

PLAN = """\
plan: {id: flat, version: 1, effective: {from: 2027-01-01}, currency: USD, timezone: UTC}
roles: {ae: {from: deal.owner}}
ownership: [{tier: S, credit: {ae: 100%}}]
rates: [{role: ae, rate: 10%}]
payout:
  - schedule: standard
    milestones:
      - {name: booking, pays: 30%, on: closed_won}
      - {name: activation, pays: 50%, on: activated}
      - {name: retention, pays: 20%, on: retained, after: 12 months, status: earned}
clawbacks:
  - {name: early churn, event: churn, until: 90 days, recovers: 100%}
  - {name: churn in the first year, event: churn, until: 365 days, recovers: linear}
guardrails:
  - {name: red account, when: {account.health: red}, action: hold}
"""
KEYS = ["payee_id", "deal_id", "milestone"]
POSTED = ["period", "payee_id", "deal_id", "component", "milestone", "currency", "amount", "on", "reason"]
PLANS = plan_set([bind_plan(PLAN, "plan.yaml")])
TABLES = {
    "payees": [{"payee_id": "ana", "role": "ae"}, {"payee_id": "ben", "role": "ae"}],
    "accounts": [{"account_id": "A1"}, {"account_id": "A2"}, {"account_id": "A3", "health": "red"}],
    "deals": [
        {"deal_id": "D1", "account_id": "A1", "motion": "tier", "acv": "40000", "owner": "ana",
         "close_date": "2027-02-10", "activated_on": "2027-04-20", "term_months": "24"},
        {"deal_id": "D2", "account_id": "A2", "motion": "tier", "acv": "20000", "owner": "ben",
         "close_date": "2027-05-10", "term_months": "12"},
        {"deal_id": "D3", "account_id": "A3", "motion": "tier", "acv": "10000", "owner": "ben",
         "close_date": "2027-06-30", "term_months": "12"},
    ],
}  # fmt: skip


def sheet_of(as_of: str, posted: Posted | None = None, **tables: list[dict[str, str]]) -> Sheet:
    book = book_from_rows(TABLES | tables, needs_of(PLANS), Place("given"))
    day = to_day(pd.Timestamp(as_of).date())
    return payout(PLANS, book, PLANS.calendar.period_of(Span.QUARTER, day), Span.QUARTER, day, posted)


def test_exposure_by_hand() -> None:
    rows = exposure(sheet_of("2027-05-21").settled)

    told = rows[[*KEYS, "paid_minor", "at_risk_minor", "window", "window_until", "over_after"]].values.tolist()
    first_year = "churn in the first year"
    assert told == [
        # 21 May is day 100 of D1, 265 of 365 days are not yet served: 1,200 x 265 / 365 = 871.233, 2,000: 1,452.055
        ["ana", "D1", "activation", 2000_00, 1452_05, first_year, "2028-02-09", "2028-02-09"],
        ["ana", "D1", "booking", 1200_00, 871_23, first_year, "2028-02-09", "2028-02-09"],
        # day 11 of D2: all of 2,000 x 30 %, until day 89; day 364 is the last of any
        ["ben", "D2", "booking", 600_00, 600_00, "early churn", "2027-08-07", "2028-05-08"],
    ]


def test_whoever_leaves_on_the_day_of_the_deal_is_never_paid_for() -> None:
    rows = exposure(sheet_of("2027-05-10").settled)
    assert rows[rows["deal_id"] == "D2"]["at_risk_minor"].tolist() == [600_00]


def test_an_earned_tranche_is_at_no_risk_and_no_window_is_open_after_a_year() -> None:
    rows = exposure(sheet_of("2028-03-31").settled)
    assert set(rows["deal_id"]) == {"D2"}


@pytest.fixture(scope="module")
def company() -> Sheet:
    return make_sheet(ROOT, "2027Q1", None, None, None)


def test_exposure_is_what_a_churn_that_day_takes_back(company: Sheet) -> None:
    """Of every tenth account: the entitlement with a churn of that account alone, by the calculation itself."""
    rows = exposure(company.settled)
    at_risk = rows.groupby("account_id")["at_risk_minor"].sum()
    now = company.entitlement.tranches["entitled_minor"].sum()
    book, day = company.book, str(to_date(company.as_of))
    events = book["events"]
    for account in sorted(at_risk.index)[::10]:
        gone = events.iloc[:1].assign(
            account_id=account, event="churn", date=pd.Timestamp(day), known_on=pd.Timestamp(day), amount=pd.NA,
            product="", deal_id="",
        )  # fmt: skip
        left = replace(book, frames={**book.frames, "events": pd.concat([events, gone], ignore_index=True)})
        after = payout(company.plans, left, company.period, Span.QUARTER, company.as_of)
        assert now - after.entitlement.tranches["entitled_minor"].sum() == at_risk[account], account


def test_accrual_by_hand() -> None:
    first = sheet_of(
        "2027-03-31", Posted(posted_frame("period,payee_id,deal_id,component,milestone,currency,amount,on,reason\n"))
    )
    posted = first.lines.assign(period="2027Q1", amount="1200.00")[POSTED].to_csv(index=False)
    rows = accrual(sheet_of("2027-06-30", Posted(posted_frame(posted))))

    assert rows[[*KEYS, *PARTS, "expected_on", "term_months"]].values.tolist() == [
        ["ana", "D1", "activation", 0, 2000_00, 0, 0, "", "24"],  # 20 April: reached and unpaid
        ["ana", "D1", "booking", 1200_00, 0, 0, 0, "", "24"],  # posted in 2027Q1
        ["ana", "D1", "retention", 0, 0, 800_00, 0, "2028-02-10", "24"],
        ["ben", "D2", "activation", 0, 0, 1000_00, 0, "", "12"],
        ["ben", "D2", "booking", 0, 600_00, 0, 0, "", "12"],
        ["ben", "D2", "retention", 0, 0, 400_00, 0, "2028-05-10", "12"],
        ["ben", "D3", "activation", 0, 0, 500_00, 0, "", "12"],
        ["ben", "D3", "booking", 0, 0, 0, 300_00, "", "12"],  # the account is red
        ["ben", "D3", "retention", 0, 0, 200_00, 0, "2028-06-30", "12"],
    ]


def test_what_is_reached_and_unpaid_is_the_sheet(company: Sheet) -> None:
    rows = accrual(company)
    assert rows["reached_unpaid_minor"].sum() == company.lines["amount_minor"].sum()
    entitled = company.entitlement.tranches["entitled_minor"].sum()
    manual = company.lines.loc[company.lines["deal_id"] == "", "amount_minor"].sum()
    assert rows["paid_before_minor"].sum() + rows["reached_unpaid_minor"].sum() == entitled + manual


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("view", "amount"), [("exposure", "at_risk"), ("accrual", "total")])
def test_every_form_says_the_same(view: str, amount: str) -> None:
    command = ["payout", "--period", "2027Q1", f"--{view}"]
    table = expcomp(command).out
    rows = list(csv.DictReader(io.StringIO(expcomp([*command, "--format", "csv"]).out)))
    told = json.loads(expcomp([*command, "--format", "json"]).out)

    assert (told["view"], told["command"], told["as_of"]) == (view, "payout", "2027-03-31")
    assert [row[amount] for row in told["rows"]] == [row[amount] for row in rows]
    whole = sum(cents(row[amount]) for row in rows)
    assert whole == sum(cents(row[amount]) for row in told["sums"])
    assert f"{whole // 100:,}.{whole % 100:02}" in table
    assert expcomp([*command, "--format", "markdown"]).out.startswith("## ")


@pytest.mark.usefixtures("project")
def test_a_view_is_narrowed_and_written(tmp_path: Path) -> None:
    file = tmp_path / "ana.csv"
    done = expcomp(["payout", "--period", "2027Q1", "--accrual", "--payee", "ana", "-o", str(file)])
    assert (done.exit, done.out) == (0, "")
    assert {row["payee_id"] for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())} == {"ana"}


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))

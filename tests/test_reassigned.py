"""Fifty closed deals get a new owner, their accounts another segment and value, and the rates are restated."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from inprocess import expcomp
from properties.company import write

PLAN = """\
plan: {id: flat, version: 1, effective: {from: 2027-01-01}, currency: USD, timezone: UTC}
roles: {ae: {from: deal.owner}}
ownership:
  - {tier: Large, when: {account.acv: ">= 100k"}, credit: {ae: 100%}}
  - {tier: Small, credit: {ae: 100%}}
rates:
  - {role: ae, when: {account.segment: enterprise}, rate: 10%}
  - {role: ae, rate: 8%}
payout: [{schedule: at booking, milestones: [{name: booking, pays: 100%, on: closed_won}]}]
"""
DEALS = [f"D{number:02}" for number in range(50)]


def export(folder: Path, owner: str, segment: str, acv: str, rate: str, *more: dict[str, str]) -> None:
    deals = [
        {"deal_id": name, "account_id": f"A{name}", "motion": "tier", "acv": "1000", "currency": "EUR", "won": "true",
         "owner": owner, "close_date": "2027-02-10"} for name in DEALS
    ]  # fmt: skip
    accounts = [{"account_id": f"A{name}", "segment": segment, "acv": acv} for name in DEALS]
    write(folder, {
        "payees": [{"payee_id": "ana", "role": "ae"}, {"payee_id": "ben", "role": "ae"}],
        "accounts": accounts, "deals": [*deals, *more],
        "fx": [{"currency": "EUR", "date": day, "rate": rate} for day in ("2027-02-01", "2027-05-01")],
    })  # fmt: skip


def test_no_pay_moves_and_each_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    export(first, "ana", "enterprise", "50000", "1.08")
    new = {"deal_id": "NEW", "account_id": "AD00", "motion": "tier", "acv": "1000", "currency": "EUR", "won": "true",
           "owner": "ben", "close_date": "2027-05-10"}  # fmt: skip
    export(second, "ben", "mid-market", "200000", "1.20", new)
    for folder in (first, second):
        (folder / "plans").mkdir()
        (folder / "plans" / "plan.yaml").write_text(PLAN, encoding="utf-8")
        (folder / "expcomp.yaml").write_text("ledger: ../expcomp.ledger\nout: ../out\n", encoding="utf-8")

    monkeypatch.chdir(first)
    assert expcomp(["close", "--period", "2027Q1", "--prepared-by", "rae", "--opening", "none"]).exit == 0
    monkeypatch.chdir(second)
    told = json.loads(expcomp(["payout", "--period", "2027Q2", "--as-of", "2027-06-30", "--format", "json"]).out)

    # 1,000 EUR x 1.20 x 8 %, by what the exports say now, of the one deal that is new
    assert [(line["deal_id"], line["payee_id"], line["amount"]) for line in told["lines"]] == [("NEW", "ben", "96.00")]
    drift = [finding for finding in told["findings"] if finding["code"] == "D546"]
    facts = Counter(finding["help"].split(",keep,")[0].rpartition(",")[2] for finding in drift)
    assert facts == {"role:ae": 50, "account.segment": 50, "account.acv": 50, "fx:EUR": 50}

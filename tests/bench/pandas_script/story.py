"""All columns of a line: what it was made from beside what it pays."""

from pathlib import Path

import numpy as np
import pandas as pd

PLAN = "plans/bench.yaml:"
TIER_RULES = {"Enterprise": "20", "Mid-market": "23", "Velocity": "27"}
SHOWN_BY = {"go live": "milestones", "activation": "usage"}
WITHIN = {"go live": 120, "activation": 180}
MULTIPLIERS = {"ae": (1, 1.5, 2), "csm": (0.75, 1, 1.6)}
FACTS = ["deal_id", "account_id", "row", "tier", "family", "close_date", "value"]
OF_METRICS = [
    "metric", "scope", "window", "numerator", "denominator", "base_accounts", "gates", "curve_share", "of_target",
    "days_paid", "year_to_date",
]  # fmt: skip
COLUMNS = [
    "period", "kind", "payee_id", "deal_id", "component", "milestone", "on", "period_earned", "amount", "currency",
    "reason", "role", "account_id", "tier", "rule", "source", "plan", "plan_version", "tier_rule", "override_by",
    "close_date", "value", "share", "split_source", "credited", "quota_credit", "rate", "base", "running_total",
    "window_quota", "bands", "accelerated", "carved_out", "basis", "gross", "schedule_rule", "milestone_share",
    "tranche", "status", "state", "deadline", "held_from", "reached_on", "evidence", "lost_share", "earned", "entitled",
    "event", "event_rule", *OF_METRICS, "changed", "before", "after", "payee_name", "account_name",
]  # fmt: skip


def all_columns(data: Path, paid: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    payees = pd.read_csv(data / "payees.csv").rename(columns={"name": "payee_name"})
    accounts = pd.read_csv(data / "accounts.csv").rename(columns={"name": "account_name"})
    lines = paid.merge(deals[FACTS], on="deal_id")
    lines = lines.merge(payees[["payee_id", "payee_name"]], on="payee_id")
    lines = lines.merge(accounts[["account_id", "account_name"]], on="account_id")
    lines["bands"] = _bands(lines)
    amounts = ["credited", "running_total", "window_quota", "basis"]
    lines[amounts] = lines[amounts].fillna(0)
    lines["lost_share"] = [
        f"{lost * value * 100:.0f}/{value * 100:.0f}" if lost else ""
        for lost, value in zip(lines["lost"], lines["value"], strict=True)
    ]
    lines = lines.assign(
        period="2026Q4",
        kind="movement",
        currency="USD",
        plan="bench",
        plan_version=1,
        state="reached",
        carved_out=0.0,
        quota_credit=lines["credited"],
        accelerated=lines["gross"].where(lines["basis"] == 0, 0),
        period_earned=lines["reached"].dt.year.astype(str) + "Q" + lines["reached"].dt.quarter.astype(str),
        reached_on=lines["reached"],
        deadline=lines["close_date"] + pd.to_timedelta(lines["milestone"].map(WITHIN), unit="D"),
        status=np.where(lines["final"], "earned", "advance"),
        rule=PLAN + lines["rule"].astype(str),
        tier_rule=PLAN + lines["tier"].map(TIER_RULES),
        schedule_rule=np.where(lines["family"] == "cross_sell", PLAN + "70", PLAN + "76"),
        event_rule=PLAN + lines["event_rule"].astype("Int64").astype("string"),
        source="data/deals.csv:" + lines["row"].astype(str),
        evidence="data/"
        + lines["milestone"].map(SHOWN_BY).fillna("deals")
        + ".csv:"
        + lines["evidence_row"].astype(str),
        share=_percent(lines["share"]),
        rate=_percent(lines["rate"]),
        milestone_share=_percent(lines["end"] - lines["start"]),
    )
    return lines.reindex(columns=COLUMNS)  # what no line of this plan has stays empty


def _percent(share: pd.Series) -> pd.Series:
    return (share * 100).map("{:g}%".format, na_action="ignore")


def _bands(lines: pd.DataFrame) -> list[str]:
    """`20000.00 × 1 + 30000.00 × 1.5`; nothing where no accelerator applies."""
    middle = (lines["credited"] - lines["low"] - lines["high"]).round(2)
    return [
        " + ".join(
            f"{part:.2f} × {factor}" for part, factor in zip(parts, MULTIPLIERS.get(role, ()), strict=False) if part > 0
        )
        for role, *parts in zip(lines["role"], lines["low"].round(2), middle, lines["high"].round(2), strict=True)
    ]

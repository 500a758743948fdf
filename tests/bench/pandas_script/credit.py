"""Deals with their facts, and the credit and overlay lines made from them."""

from pathlib import Path

import numpy as np
import pandas as pd

FAMILY = {
    "tier": "upsell", "feature": "upsell", "capacity": "upsell", "adjacent": "cross_sell",
    "complementary": "cross_sell", "platform": "cross_sell", "usage": "usage", "multi_year": "multi_year",
    "renewal": "renewal", "new_logo": "new_logo",
}  # fmt: skip
SHARES = pd.DataFrame(
    [
        ("Enterprise", False, "ae", 0.60), ("Enterprise", False, "csm", 0.30), ("Enterprise", False, "manager", 0.10),
        ("Enterprise", True, "ae", 0.60), ("Enterprise", True, "csm", 0.30), ("Enterprise", True, "manager", 0.10),
        ("Mid-market", False, "ae", 0.70), ("Mid-market", False, "csm", 0.30),
        ("Mid-market", True, "ae", 0.35), ("Mid-market", True, "csm", 0.65),
        ("Velocity", False, "ae", 0.45), ("Velocity", False, "csm", 0.55),
        ("Velocity", True, "ae", 0.45), ("Velocity", True, "csm", 0.55),
    ],
    columns=["tier", "renewal", "role", "share"],
)  # fmt: skip
MARKS = ["budget", "named_buyer", "timeline", "product_fit"]
LINE = ["payee_id", "deal_id", "component", "gross"]
MADE_FROM = [
    "role",
    "share",
    "credited",
    "rate",
    "rule",
    "base",
    "running_total",
    "window_quota",
    "low",
    "high",
    "basis",
]


def read_deals(data: Path) -> pd.DataFrame:
    """Won deals with account, manager, tier and credited signal."""
    deals = pd.read_csv(data / "deals.csv", parse_dates=["close_date"])
    deals["row"] = deals.index + 2
    deals = deals[deals["stage"] == "Closed Won"].rename(columns={"acv": "value", "owner": "ae"})
    accounts = pd.read_csv(data / "accounts.csv")[["account_id", "acv", "csm"]]
    payees = pd.read_csv(data / "payees.csv")[["payee_id", "manager_id"]]
    deals = deals[["row", "deal_id", "account_id", "motion", "value", "close_date", "ae"]]
    deals = deals.merge(accounts, on="account_id")
    deals = deals.merge(payees, left_on="ae", right_on="payee_id").drop(columns="payee_id")
    deals = deals.rename(columns={"manager_id": "manager"})
    deals["family"] = deals["motion"].map(FAMILY)
    deals["renewal"] = deals["family"] == "renewal"
    deals["tier"] = np.select(
        [deals["acv"] >= 150_000, deals["acv"] >= 40_000], ["Enterprise", "Mid-market"], "Velocity"
    )
    return deals.merge(_signals(data, deals), on="deal_id", how="left")


def _signals(data: Path, deals: pd.DataFrame) -> pd.DataFrame:
    """Who logged the first qualified signal of a deal."""
    signals = pd.read_csv(data / "signals.csv", parse_dates=["routed_at"])
    signals = signals[signals[MARKS].sum(axis=1) >= 3].merge(deals[["deal_id", "close_date"]], on="deal_id")
    signals["routed"] = signals["routed_at"].dt.tz_convert("America/New_York").dt.tz_localize(None).dt.normalize()
    earliest = signals["close_date"] - pd.Timedelta(days=150)
    signals = signals[(signals["routed"] <= signals["close_date"]) & (signals["routed"] >= earliest)]
    signals = signals.sort_values(["routed", "signal_id"]).drop_duplicates("deal_id")
    return signals[["deal_id", "logged_by"]]


def make_lines(data: Path, deals: pd.DataFrame, everything: bool) -> pd.DataFrame:
    """One row per payee, deal and component with what its milestones share out, and all that it was made from."""
    credits = deals.merge(SHARES, on=["tier", "renewal"])
    credits["payee_id"] = np.select(
        [credits["role"] == "ae", credits["role"] == "csm"], [credits["ae"], credits["csm"]], credits["manager"]
    )
    credits["credited"] = (credits["value"] * credits["share"]).round(2)
    rates = [
        (credits["role"] == "ae") & (credits["family"] == "cross_sell"),
        (credits["role"] == "ae") & (credits["family"] == "renewal"),
        credits["role"] == "ae",
        (credits["role"] == "csm") & (credits["family"] == "usage"),
        credits["role"] == "csm",
    ]
    credits["rate"] = np.select(rates, [0.10, 0.0275, 0.0825, 0.03, 0.045], 0.0125)
    if everything:
        credits["rule"] = np.select(rates, [44, 45, 46, 47, 48], 49)
    credits["base"] = (credits["credited"] * credits["rate"]).round(2)
    credits = _accelerate(credits, pd.read_csv(data / "quotas.csv"), everything)
    credits = credits[credits["family"] != "new_logo"]
    credits["component"] = "credit:" + credits["role"]
    columns = LINE + MADE_FROM if everything else LINE
    return pd.concat([part.filter(columns) for part in (credits, *_overlays(deals, credits))], ignore_index=True)


def _accelerate(credits: pd.DataFrame, quotas: pd.DataFrame, everything: bool) -> pd.DataFrame:
    quotas["quarter"] = quotas["period"].str[-1].astype(int)
    yearly = quotas.groupby(["payee_id", "role"])["amount"].sum().rename("year_quota").reset_index()
    credits["quarter"] = credits["close_date"].dt.quarter
    credits = credits.merge(quotas[["payee_id", "role", "quarter", "amount"]], on=["payee_id", "role", "quarter"],
                            how="left").merge(yearly, on=["payee_id", "role"], how="left")  # fmt: skip
    credits = credits.sort_values(["payee_id", "close_date", "deal_id"])
    for role, window, quota, edges, multipliers in (
        ("ae", ["payee_id", "quarter"], "amount", (1.00, 1.25), (1, 1.5, 2)),
        ("csm", ["payee_id"], "year_quota", (0.80, 1.10), (0.75, 1, 1.6)),
    ):
        own = credits[credits["role"] == role]
        after = own.groupby(window)["credited"].cumsum()
        before = after - own["credited"]
        low = after.clip(upper=own[quota] * edges[0]) - before.clip(upper=own[quota] * edges[0])
        high = after.clip(lower=own[quota] * edges[1]) - before.clip(lower=own[quota] * edges[1])
        weighted = low * multipliers[0] + (own["credited"] - low - high) * multipliers[1] + high * multipliers[2]
        credits.loc[own.index, "gross"] = (weighted * own["rate"]).round(2)
        if everything:
            credits.loc[own.index, "running_total"] = before
            credits.loc[own.index, "window_quota"] = own[quota]
            credits.loc[own.index, "low"] = low
            credits.loc[own.index, "high"] = high
    credits["gross"] = credits["gross"].fillna(credits["base"])
    return credits


def _overlays(deals: pd.DataFrame, credits: pd.DataFrame) -> list[pd.DataFrame]:
    sums = credits.groupby("deal_id")[["base", "gross"]].sum().reset_index()
    paid = deals.merge(sums, on="deal_id")
    signals = paid[paid["logged_by"].notna()].rename(columns={"logged_by": "payee_id"})
    signals = signals.assign(component="overlay:signal credit", role="signaler", rule=31, base=0.0,
                             basis=signals["base"], gross=(signals["base"] * 0.25).round(2))  # fmt: skip
    managers = paid[paid["tier"] != "Enterprise"].rename(columns={"manager": "payee_id"})
    managers = managers.assign(component="overlay:team override", role="manager", rule=37, base=0.0,
                               basis=managers["gross"], gross=(managers["gross"] * 0.04).round(2))  # fmt: skip
    return [signals, managers]

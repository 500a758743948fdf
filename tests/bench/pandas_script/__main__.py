"""One run of the script:  python -m bench.pandas_script PROJECT OUTPUT   (in tests/)."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from .credit import make_lines, read_deals
from .losses import find_losses

BEFORE, AS_OF = pd.Timestamp("2026-09-30"), pd.Timestamp("2026-12-31")
KEY = ["payee_id", "deal_id", "component", "milestone"]


def milestone_days(data: Path, deals: pd.DataFrame) -> pd.DataFrame:
    """One row per deal and milestone: the day reached, and the shares of the line before and after it."""
    deals = deals[deals["family"] != "new_logo"]
    cross = deals["family"] == "cross_sell"
    adoption, standard = deals[cross], deals[~cross]
    return pd.concat([
        _milestone(adoption, "booking", adoption["close_date"], 0, 0.40),
        _milestone(adoption, "go live", _go_live(data, adoption), 0.40, 0.75),
        _milestone(adoption, "settled", adoption["close_date"] + pd.Timedelta(days=90), 0.75, 1),
        _milestone(standard, "booking", standard["close_date"], 0, 0.30),
        _milestone(standard, "activation", _activated(data, standard), 0.30, 0.80),
        _milestone(standard, "retention", standard["close_date"] + pd.DateOffset(months=6), 0.80, 1),
    ])  # fmt: skip


def _milestone(deals: pd.DataFrame, name: str, reached: pd.Series, start: float, end: float) -> pd.DataFrame:
    frame = pd.DataFrame({"deal_id": deals["deal_id"], "milestone": name, "reached": reached, "start": start,
                          "end": end, "earned": end == 1})  # fmt: skip
    return frame[frame["reached"] <= AS_OF]


def _go_live(data: Path, deals: pd.DataFrame) -> pd.Series:
    rows = pd.read_csv(data / "milestones.csv", parse_dates=["reached_on"])
    first = rows[rows["milestone"] == "go_live"].groupby("deal_id")["reached_on"].min()
    day: pd.Series = deals["deal_id"].map(first)
    day = day.where(day.isna() | (day >= deals["close_date"]), deals["close_date"])
    return day.where(day <= deals["close_date"] + pd.Timedelta(days=120))


def _activated(data: Path, deals: pd.DataFrame) -> pd.Series:
    usage = pd.read_csv(data / "usage.csv", parse_dates=["date"])
    usage = usage[usage["seats_active"] >= 0.8 * usage["seats_purchased"]].sort_values("date")
    ordered = deals[["deal_id", "account_id", "close_date"]].sort_values("close_date")
    found = pd.merge_asof(ordered, usage[["account_id", "date"]], left_on="close_date", right_on="date",
                          by="account_id", direction="forward")  # fmt: skip
    day: pd.Series = deals["deal_id"].map(found.set_index("deal_id")["date"])
    return day.where(day <= deals["close_date"] + pd.Timedelta(days=180))


def pay_out(lines: pd.DataFrame, days: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """Every line of the quarter: what it is worth at its end less what it was worth before."""
    tranches = lines.merge(days, on="deal_id")
    tranches["amount"] = (tranches["gross"] * tranches["end"]).round(2) - (tranches["gross"] * tranches["start"]).round(
        2
    )
    tranches["reason"] = np.where(tranches["milestone"] == "booking", "commission", "milestone")
    now, event = entitled(tranches, losses, AS_OF)
    before, _ = entitled(tranches[tranches["reached"] <= BEFORE], losses[losses["date"] <= BEFORE], BEFORE)
    change = (now - before.reindex(now.index, fill_value=0)).round(2)
    back = change < 0
    tranches = tranches.assign(amount=change, on=tranches["reached"].where(~back, event))
    tranches.loc[back, "reason"] = "clawback"
    return tranches[tranches["amount"] != 0]


def entitled(tranches: pd.DataFrame, losses: pd.DataFrame, as_of: pd.Timestamp) -> tuple[pd.Series, pd.Series]:
    """What each tranche is worth at a date, and the day of the newest event that took something back."""
    both = tranches.reset_index().merge(losses[losses["date"] <= as_of], on="deal_id")
    gone = both[both["date"] <= both["reached"]].groupby("index")["lost"].sum()
    earned = (tranches["amount"] * (1 - gone.reindex(tranches.index, fill_value=0))).round(2)
    late = both[(both["date"] > both["reached"]) & ~both["earned"]]
    taken = (late["amount"] * late["lost"] * late["back"]).round(2)
    worth = earned - taken.groupby(late["index"]).sum().reindex(tranches.index, fill_value=0)
    return worth.clip(lower=0), late.groupby("index")["date"].max().reindex(tranches.index)


def main() -> None:
    data, output = Path(sys.argv[1]) / "data", sys.argv[2]
    deals = read_deals(data)
    paid = pay_out(make_lines(data, deals), milestone_days(data, deals), find_losses(data, deals))
    paid = paid.sort_values(["payee_id", "deal_id", "component", "on", "milestone"])
    columns = [*KEY, "on", "amount", "reason"]
    paid[columns].to_csv(output, index=False, float_format="%.2f", date_format="%Y-%m-%d")


if __name__ == "__main__":
    main()

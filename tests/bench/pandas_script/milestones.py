"""When each milestone of each deal was reached, and the row that shows it."""

from pathlib import Path

import pandas as pd

BEFORE, AS_OF = pd.Timestamp("2026-09-30"), pd.Timestamp("2026-12-31")


def milestone_days(data: Path, deals: pd.DataFrame) -> pd.DataFrame:
    """One row per deal and milestone: the day reached, and the shares of the line before and after it."""
    deals = deals[deals["family"] != "new_logo"]
    cross = deals["family"] == "cross_sell"
    adoption, standard = deals[cross], deals[~cross]
    live, live_row = _go_live(data, adoption)
    active, active_row = _activated(data, standard)
    settled, retained = adoption["close_date"] + pd.Timedelta(days=90), standard["close_date"] + pd.DateOffset(months=6)
    return pd.concat([
        _milestone(adoption, "booking", adoption["close_date"], adoption["row"], 0, 0.40),
        _milestone(adoption, "go live", live, live_row, 0.40, 0.75),
        _milestone(adoption, "settled", settled, adoption["row"], 0.75, 1),
        _milestone(standard, "booking", standard["close_date"], standard["row"], 0, 0.30),
        _milestone(standard, "activation", active, active_row, 0.30, 0.80),
        _milestone(standard, "retention", retained, standard["row"], 0.80, 1),
    ])  # fmt: skip


def _milestone(
    deals: pd.DataFrame, name: str, reached: pd.Series, row: pd.Series, start: float, end: float
) -> pd.DataFrame:
    frame = pd.DataFrame({"deal_id": deals["deal_id"], "milestone": name, "reached": reached, "evidence_row": row,
                          "start": start, "end": end, "final": end == 1})  # fmt: skip
    return frame[frame["reached"] <= AS_OF].astype({"evidence_row": int})


def _go_live(data: Path, deals: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    rows = pd.read_csv(data / "milestones.csv", parse_dates=["reached_on"])
    rows["row"] = rows.index + 2
    live = rows[rows["milestone"] == "go_live"].sort_values("reached_on").drop_duplicates("deal_id")
    found = deals[["deal_id"]].merge(live, on="deal_id", how="left").set_index(deals.index)
    day: pd.Series = found["reached_on"]
    day = day.where(day.isna() | (day >= deals["close_date"]), deals["close_date"])
    return day.where(day <= deals["close_date"] + pd.Timedelta(days=120)), found["row"]


def _activated(data: Path, deals: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    usage = pd.read_csv(data / "usage.csv", parse_dates=["date"])
    usage["row"] = usage.index + 2
    usage = usage[usage["seats_active"] >= 0.8 * usage["seats_purchased"]].sort_values("date")
    ordered = deals[["deal_id", "account_id", "close_date"]].sort_values("close_date")
    found = pd.merge_asof(ordered, usage[["account_id", "date", "row"]], left_on="close_date", right_on="date",
                          by="account_id", direction="forward")  # fmt: skip
    found = found.set_index(ordered.index).reindex(deals.index)
    day: pd.Series = found["date"]
    return day.where(day <= deals["close_date"] + pd.Timedelta(days=180)), found["row"]

"""What churn and contraction take from each deal, event by event."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas as pd


def find_losses(data: Path, deals: pd.DataFrame) -> pd.DataFrame:
    """Per event and deal the share of the deal that is lost, what share of that is taken back, and by which rule."""
    events = pd.read_csv(data / "events.csv", parse_dates=["date"])
    row = (events.index + 2).astype(str)
    events["told"] = (
        events["event"] + " on " + events["date"].dt.strftime("%Y-%m-%d") + " (data/events.csv:" + row + ")"
    )
    events["order"] = events["event"].map({"contraction": 0, "churn": 1})
    events = events.sort_values(["date", "order", "amount"], ascending=[True, True, False])
    paid = deals[(deals["family"] != "new_logo") & deals["account_id"].isin(events["account_id"])]
    by_account: dict[str, list[dict[Any, Any]]] = defaultdict(list)
    newest_first = paid.sort_values(["close_date", "deal_id"], ascending=False)
    for deal in newest_first[["deal_id", "account_id", "close_date", "value"]].to_dict("records"):
        by_account[deal["account_id"]].append(deal | {"left": deal["value"]})
    losses = []
    for event in events.to_dict("records"):
        losses += _taken(event, by_account[event["account_id"]])
    return pd.DataFrame(losses, columns=["deal_id", "date", "lost", "back", "event", "event_rule"])


def _taken(event: dict[Any, Any], deals: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    room = float("inf") if event["event"] == "churn" else event["amount"]
    losses = []
    for deal in deals:
        if deal["close_date"] > event["date"] or deal["left"] <= 0 or room <= 0:
            continue
        taken = min(deal["left"], room)
        deal["left"] -= taken
        room -= taken
        days = (event["date"] - deal["close_date"]).days
        in_full = event["event"] == "churn" and days < 90
        losses.append({
            "deal_id": deal["deal_id"],
            "date": event["date"],
            "lost": taken / deal["value"],
            "back": 1.0 if in_full else max(365 - days, 0) / 365,
            "event": event["told"],
            "event_rule": 86 if in_full else 87 if event["event"] == "churn" else 88,
        })  # fmt: skip
    return losses

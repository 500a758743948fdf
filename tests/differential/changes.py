"""What happens to the data between two runs: amounts, dates and owners corrected, rows late or gone."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta

from .books import NUMBER, PEOPLE, Tables
from .dice import Dice, money
from .plans import Ground


def changed(dice: Dice, ground: Ground, tables: Tables) -> tuple[Tables, Tables]:
    """(tables as they were, tables as they are): the same rows, some of them different, late or cancelled."""
    earlier, today = deepcopy(tables), deepcopy(tables)
    kinds = [_amount, _date, _owner, _late, _late, _late, _cancel, _motion]
    kinds += [_quota, _quota] if dice.steep else []
    kinds += [_measured] * 4 if tables.get("teams") else []
    for _ in range(dice.pick((0, 1, 1, 2, 3))):
        dice.pick(kinds)(dice, ground, earlier, today)
    return ({k: v for k, v in earlier.items() if v}, {k: v for k, v in today.items() if v})


def _deal(dice: Dice, tables: Tables) -> dict[str, str]:
    return dice.pick(tables["deals"])


def _amount(dice: Dice, ground: Ground, earlier: Tables, today: Tables) -> None:
    row = _deal(dice, today)
    row[ground.value] = money(dice.amount(ground.currency), row.get("currency") or ground.currency)
    if row.get("currency") not in (None, "", ground.currency):
        row[ground.value] = "44000"


def _date(dice: Dice, ground: Ground, earlier: Tables, today: Tables) -> None:
    row = _deal(dice, today)
    moved = date.fromisoformat(row["close_date"]) + timedelta(days=dice.pick((-40, -5, -1, 1, 5, 31, 90)))
    row["close_date"] = moved.isoformat()


def _owner(dice: Dice, ground: Ground, earlier: Tables, today: Tables) -> None:
    _deal(dice, today)["owner"] = dice.pick(PEOPLE["ae"])


def _motion(dice: Dice, ground: Ground, earlier: Tables, today: Tables) -> None:
    _deal(dice, today)["motion"] = dice.pick(("tier", "adjacent", "usage", "renewal"))


def _quota(dice: Dice, ground: Ground, earlier: Tables, today: Tables) -> None:
    if today.get("quotas"):
        dice.pick(today["quotas"])["amount"] = dice.pick(("10000", "100001", "300000"))


METRIC_ROWS = ("subscriptions", "assignments", "teams")
LATE = ("events", "receipts", "usage", "milestones", "account_history", "signals", "adjustments")


def _late(dice: Dice, ground: Ground, earlier: Tables, today: Tables) -> None:
    """A row that was not there yet. (Deals may be late too, with all that names them.)"""
    tables = [table for table in LATE if earlier.get(table)]
    if tables:
        table = dice.pick(tables)
        gone = dice.pick(earlier[table])
        named = table == "signals" and any(r.get("signal_id") == gone["signal_id"] for r in earlier["deals"])
        if not named and (table != "events" or len(earlier[table]) > 1):
            earlier[table].remove(gone)


def _measured(dice: Dice, ground: Ground, earlier: Tables, today: Tables) -> None:
    """What a metric is measured by comes late or is another today."""
    table = dice.pick([table for table in METRIC_ROWS if earlier.get(table)])
    row = dice.pick(earlier[table])
    if table == "subscriptions" and "arr" in row and dice.maybe(0.6):
        row["arr"] = money(dice.amount(ground.currency), ground.currency)
    elif len(earlier[table]) > 1 and table != "assignments":
        earlier[table].remove(row)


def _cancel(dice: Dice, ground: Ground, earlier: Tables, today: Tables) -> None:
    row = _deal(dice, today)
    if any(other["deal_id"] == row["deal_id"] for other in today.get("cancellations", [])):
        return
    day = dice.near(date.fromisoformat(row["close_date"])).isoformat()
    cancelled = {"deal_id": row["deal_id"], "date": day, "reason": "void", NUMBER: f"late {row['deal_id']}"}
    today.setdefault("cancellations", []).append(cancelled)
    if dice.maybe(0.4):  # and the CRM dropped it
        today["deals"].remove(row)
        if not today["deals"]:
            today["deals"].append(row)
            return
        for table in ("splits", "team", "receipts", "milestones", "signals", "events"):
            kept = [r for r in today.get(table, []) if r.get("deal_id") != row["deal_id"]]
            today[table] = kept
        for other in today["deals"]:
            named = other.get("signal_id")
            if named and all(r["signal_id"] != named for r in today.get("signals", [])):
                other["signal_id"] = ""

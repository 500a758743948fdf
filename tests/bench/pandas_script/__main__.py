"""One run of the script:  python -m bench.pandas_script PROJECT OUTPUT [--all]   (in tests/)."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from .credit import make_lines, read_deals
from .losses import find_losses
from .milestones import AS_OF, BEFORE, milestone_days
from .story import all_columns

CORE = ["payee_id", "deal_id", "component", "milestone", "on", "amount", "reason"]


def pay_out(lines: pd.DataFrame, days: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """Every line of the quarter: what it is worth at its end less what it was worth before."""
    tranches = lines.merge(days, on="deal_id")
    tranches["tranche"] = (tranches["gross"] * tranches["end"]).round(2) - (
        tranches["gross"] * tranches["start"]
    ).round(2)
    now = entitled(tranches, losses, AS_OF)
    before = entitled(tranches[tranches["reached"] <= BEFORE], losses[losses["date"] <= BEFORE], BEFORE)
    amount = (now["entitled"] - before["entitled"].reindex(now.index, fill_value=0)).round(2)
    paid = tranches.join(now).assign(amount=amount)[amount != 0]
    back = paid["amount"] < 0
    paid["reason"] = np.where(paid["milestone"] == "booking", "commission", "milestone")
    paid.loc[back, "reason"] = "clawback"
    paid.loc[~back, ["event", "event_rule"]] = None
    return paid.assign(on=paid["reached"].where(~back, paid["date"]))


def entitled(tranches: pd.DataFrame, losses: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """What each tranche is worth at a date, and the newest event that took something back."""
    both = tranches.reset_index().merge(losses[losses["date"] <= as_of], on="deal_id")
    lost = both[both["date"] <= both["reached"]].groupby("index")["lost"].sum()
    lost = lost.reindex(tranches.index, fill_value=0)
    earned = (tranches["tranche"] * (1 - lost)).round(2)
    late = both[(both["date"] > both["reached"]) & ~both["final"]]
    taken = (late["tranche"] * late["lost"] * late["back"]).round(2)
    worth = earned - taken.groupby(late["index"]).sum().reindex(tranches.index, fill_value=0)
    newest = late.drop_duplicates("index", keep="last").set_index("index")[["date", "event", "event_rule"]]
    return pd.DataFrame({"lost": lost, "earned": earned, "entitled": worth.clip(lower=0)}).join(newest)


def write(data: Path, output: Path, *, everything: bool) -> None:
    deals = read_deals(data)
    lines = make_lines(data, deals, everything)
    paid = pay_out(lines, milestone_days(data, deals), find_losses(data, deals))
    paid = paid.sort_values(["payee_id", "deal_id", "component", "on", "milestone"])
    written = all_columns(data, paid, deals) if everything else paid[CORE]
    written.to_csv(output, index=False, float_format="%.2f", date_format="%Y-%m-%d")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pandas_script")
    parser.add_argument("project", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--all", action="store_true", help="also the columns that say what each line was made from")
    options = parser.parse_args()
    write(options.project / "data", options.output, everything=options.all)


if __name__ == "__main__":
    main()

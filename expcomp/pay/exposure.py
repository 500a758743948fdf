"""Clawback exposure: what would be taken back of each payee if each customer left on the as-of day."""

from dataclasses import replace

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.lookups import NONE
from expcomp.pay.clawbacks import recovering
from expcomp.pay.entitlement import Settled
from expcomp.pay.labels import each, of_version, rule_place
from expcomp.pay.losses import find_losses
from expcomp.pay.netting import PAYEE
from expcomp.pay.trace import outline
from expcomp.period import NEVER, to_iso
from expcomp.sources.book import Book

COLUMNS = [
    "payee_id", "account_id", "deal_id", "component", "milestone", "currency", "close_date", "reached_on",
    "paid_minor", "at_risk_minor", "window", "window_until", "over_after", "rule", "source",
]  # fmt: skip
"""paid: what is left of the tranche after the losses so far; window: the clawback rule that the day falls into, and the
last day it covers (blank: the tranche was reached on the day itself, and a customer who leaves then is never paid for);
over_after: the last day on which any rule takes something back."""


def exposure(settled: Settled) -> pd.DataFrame:
    """COLUMNS of every tranche of which anything would be taken back: the entitlement at the as-of day, less what it
    would be with a churn of every account on that day. Most at risk first within a payee."""
    now, after = settled.whole, replace(settled, losses=_losses_if_all_left(settled)).whole
    paid = now.tranches["entitled_minor"].to_numpy()
    at_risk = paid - after.tranches["entitled_minor"].to_numpy()
    at = np.flatnonzero(at_risk)
    rows = outline(now, at)
    deal = now.lines["deal"].to_numpy()[now.tranches["line"].to_numpy()[at]]
    found = rows.drop(columns="rule").assign(
        close_date=each(to_iso, settled.deals.close[deal]),
        reached_on=each(to_iso, now.tranches["reached"].to_numpy()[at]),
        paid_minor=paid[at],
        at_risk_minor=at_risk[at],
    )
    found = pd.concat([found, _windows(settled, deal)], axis=1)[COLUMNS]
    order = ["payee_id", "currency", "account_id", "deal_id", "component", "milestone"]
    return found.sort_values(order, ignore_index=True)


def _losses_if_all_left(settled: Settled) -> pd.DataFrame:
    book, deals = settled.book, settled.deals
    losses = find_losses(_all_left(book, settled.as_of), deals)
    return recovering(settled.plans, losses, deals)


def _all_left(book: Book, day: int) -> Book:
    """The same facts, and a churn of every account on a day."""
    ids = pd.concat([book["accounts"]["account_id"], book["deals"]["account_id"]]).drop_duplicates()
    events = book["events"]
    date = pd.Series(np.full(len(ids), day, dtype="datetime64[D]")).astype(events["date"].dtype)
    blank = {name: pd.Series([pd.NA if name == "amount" else ""] * len(ids), dtype=events[name].dtype)
             for name in ("amount", "product", "deal_id", "unknown")}  # fmt: skip
    gone = pd.DataFrame({
        "account_id": ids.to_numpy(), "event": "churn", "date": date, "known_on": date, **blank,
    })  # fmt: skip
    both = pd.concat([events[gone.columns], gone], ignore_index=True)
    return replace(book, frames={**book.frames, "events": both})


def _windows(settled: Settled, deal: Ints) -> pd.DataFrame:
    """For each deal the first rule about churn that covers the as-of day, the last day it covers, and the last day that
    any covers; blank where none does."""
    close, version = settled.deals.close[deal], settled.deals.version[deal]
    rule_at, until, over = np.full(len(deal), NONE), np.full(len(deal), NEVER), np.full(len(deal), NEVER)
    for index, plan in enumerate(settled.plans.versions):
        mine = version == index
        for number in reversed([n for n, rule in enumerate(plan.clawbacks) if rule.event == "churn"]):
            last = plan.clawbacks[number].ends.after(close) - 1
            covers = mine & (settled.as_of <= last)
            rule_at[covers], until[covers] = number, last[covers]
            over[covers] = np.where(over[covers] < NEVER, np.maximum(over[covers], last[covers]), last[covers])
    return pd.DataFrame({
        "window": of_version(settled.plans, version, rule_at, lambda plan: [rule.name for rule in plan.clawbacks]),
        "rule": of_version(settled.plans, version, rule_at, lambda p: [rule_place(r.place) for r in p.clawbacks]),
        "window_until": each(to_iso, until), "over_after": each(to_iso, over),
    })  # fmt: skip


def by_window(rows: pd.DataFrame) -> pd.DataFrame:
    """Per payee, currency and window: deals, accounts, paid_minor, at_risk_minor, and the first and the last day on
    which one of the windows ends."""
    keys = [*PAYEE, "window"]
    found = rows.groupby(keys, sort=True, as_index=False).agg(
        deals=("deal_id", "nunique"), accounts=("account_id", "nunique"), paid_minor=("paid_minor", "sum"),
        at_risk_minor=("at_risk_minor", "sum"), first=("window_until", "min"), last=("window_until", "max"),
    )  # fmt: skip
    ordered: pd.DataFrame = found.sort_values([*PAYEE, "last", "window"], ignore_index=True)
    return ordered


def by_account(rows: pd.DataFrame) -> pd.DataFrame:
    """Per account and currency, the most at risk first: deals, payees, at_risk_minor, over_after."""
    found = rows.groupby(["account_id", "currency"], sort=True, as_index=False).agg(
        deals=("deal_id", "nunique"), payees=("payee_id", "nunique"), at_risk_minor=("at_risk_minor", "sum"),
        over_after=("over_after", "max"),
    )  # fmt: skip
    ordered: pd.DataFrame = found.sort_values(
        ["currency", "at_risk_minor", "account_id"], ascending=[True, False, True]
    )
    return ordered.reset_index(drop=True)

"""What churn and contraction take from each deal (design page 3, step 9).

Events are taken account by account in order of date: contraction before churn on one day; contractions
naming a product first, by product, then the larger amount, then those naming a deal, by deal id. The n-th event
of every account is worked at once, so that the loop runs as often as the busiest account has events.
"""

import numpy as np
import pandas as pd

from expcomp.diagnostics import Refused
from expcomp.exact import Flags, Ints, position_in_group, running_total, within_limit
from expcomp.lookups import NONE, days, folded, is_among, numbers, pairs
from expcomp.pay.deals import Deals
from expcomp.places import cell, place_of
from expcomp.recurring import RATE_MISSING
from expcomp.sources.book import Book

COLUMNS = {
    "deal": "int64", "day": "int64", "known": "int64", "event": "int64", "churn": "bool", "top": "int64",
    "bottom": "int64",
}  # fmt: skip
"""known: the day from which the event counts; event: row of the events table; top / bottom: the share of the deal
that the event takes."""


def find_losses(book: Book, deals: Deals) -> pd.DataFrame:
    """One row per event and deal it takes from, in order of the events. Raises `Refused` (D408) for one that takes what
    cannot be told."""
    events = _read(book, deals)
    open_deals = np.flatnonzero(deals.covered & is_among(deals.facts.account, events["account"].to_numpy()))
    left = np.where(deals.value > 0, deals.value, 1)
    batches = [pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in COLUMNS.items()})]
    for _, round_ in events.groupby("nth", sort=True):
        batches.append(_take(round_.reset_index(drop=True), open_deals, left, deals))
    return pd.concat(batches, ignore_index=True)


def _read(book: Book, deals: Deals) -> pd.DataFrame:
    """Churns and contractions by `as_of`, in the order they are worked; `nth` counts within an account."""
    table = book["events"]
    word = folded(table["event"])
    amount, _ = numbers(table["amount"])
    frame = pd.DataFrame({
        "event": np.arange(len(table)), "account": deals.facts.accounts.codes(table["account_id"]),
        "day": days(table["date"]), "known": days(table["known_on"]),
        "churn": (word == "churn").to_numpy(), "amount": np.abs(amount),
        "product": deals.facts.products.codes(folded(table["product"])),
        "named_deal": deals.names.codes(table["deal_id"]),
        "names_deal": (table["deal_id"] != "").to_numpy(), "unknown": (table["unknown"] != "").to_numpy(),
    })  # fmt: skip
    works = word.isin(("churn", "contraction")).to_numpy() & (frame["known"] <= deals.facts.as_of).to_numpy()
    frame = frame[works & (frame["account"] != NONE).to_numpy()]
    order = np.lexsort((
        frame["event"], frame["named_deal"], ~frame["names_deal"], -frame["amount"], frame["product"],
        frame["product"] == NONE,
        frame["churn"], frame["day"], frame["account"],
    ))  # fmt: skip
    frame = frame.iloc[order]
    return frame.assign(nth=position_in_group(frame["account"].to_numpy()))


def _take(events: pd.DataFrame, open_deals: Ints, left: Ints, deals: Deals) -> pd.DataFrame:
    """One event per account: what it takes from each deal, subtracting from `left` in place."""
    account, product = deals.facts.account, deals.facts.product
    at, picked = pairs(events["account"].to_numpy(), account[open_deals])
    deal = open_deals[picked]
    event = {name: events[name].to_numpy()[at] for name in events.columns}
    same_product = product[deal] == event["product"]
    churn: Flags = event["churn"].astype(np.bool_)
    open_: Flags = (deals.close[deal] <= event["day"]) & (left[deal] > 0)
    open_ &= churn | (deals.value[deal] > 0)
    open_ &= ~event["names_deal"] | (deal == event["named_deal"])
    open_ &= ~churn | (event["product"] == NONE) | same_product | event["names_deal"]
    at, deal, churn, same_product = at[open_], deal[open_], churn[open_], same_product[open_]
    _refuse_unknown(events, at, deal, deals)
    first = same_product & (event["product"][open_] != NONE)
    order = np.lexsort((-deal, -deals.close[deal], ~first, at))
    at, deal, churn = at[order], deal[order], churn[order]
    limit = events["amount"].to_numpy()[at]
    taken = np.where(churn, left[deal], within_limit(left[deal], running_total(left[deal], at), limit))
    some = taken > 0
    at, deal, churn, taken = at[some], deal[some], churn[some], taken[some]
    left[deal] -= taken
    return pd.DataFrame({
        "deal": deal, "day": events["day"].to_numpy()[at], "known": events["known"].to_numpy()[at],
        "event": events["event"].to_numpy()[at], "churn": churn, "top": taken,
        "bottom": np.maximum(deals.value[deal], 1),
    })  # fmt: skip


def _refuse_unknown(events: pd.DataFrame, at: Ints, deal: Ints, deals: Deals) -> None:
    """A loss in a currency without a rate can be waited with until it takes from a deal. `at`: the row of `events` that
    takes from each `deal`."""
    table = deals.facts.book["events"]
    takes = events["unknown"].to_numpy()[at]
    rows, first = np.unique(events["event"].to_numpy()[at[takes]], return_index=True)
    help_ = "add the rate to the fx file, or give the churn and contraction as events.csv"
    found = [
        RATE_MISSING.at(
            place_of(table, row),
            f"what {cell(table, 'account_id', row)} lost, and {deals.id(of)} with it, cannot be told: "
            f"{cell(table, 'unknown', row)}",
            help_,
        )
        for row, of in zip(rows.tolist(), deal[takes][first].tolist(), strict=True)
    ]
    if found:
        raise Refused(found)

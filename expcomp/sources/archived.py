"""Deals that today's exports no longer hold, taken from the exports of the closed period that still had them."""

from collections.abc import Collection, Iterable
from dataclasses import replace

import pandas as pd
import pyarrow as pa
from pandas.api.types import union_categoricals

from expcomp.lookups import days
from expcomp.sources.book import Book
from expcomp.sources.order import order_by
from expcomp.sources.tables import TABLES

OF_DEAL = ("deals", "splits", "team", "milestones", "receipts")
OF_ACCOUNT = ("accounts", "assignments", "usage", "subscriptions", "account_history", "events")


def carry(
    book: Book, deals: Iterable[str], archived: Iterable[tuple[str, Book]], outside: Collection[str] = ()
) -> Book:
    """Today's Book with the rows of these deals, each from the first of the `archived` (period and Book, the newest
    first) that holds it, and with what newer ones tell of it; `carried` says which period that was. Of two rows with
    one key the newer counts; facts about an account are taken over only where today's exports do not hold it. Of
    `outside` only deals that closed outside the span of today's export are taken.
    """
    wanted, span = {*deals, *outside}, book.span()
    for period, old in archived:
        if not wanted:
            break
        gone = _inside(old, set(outside) & wanted, span)
        book = _with(book, old, wanted - gone, period)
        wanted -= {*book.carried, *gone}
    return book


def _inside(old: Book, deals: set[str], span: tuple[int, int] | None) -> set[str]:
    """Deals that today's export covers and does not hold: nobody was paid on them, and they are no more."""
    rows = old["deals"][old["deals"]["deal_id"].isin(deals).to_numpy()]
    close = days(rows["close_date"])
    return set(rows["deal_id"][(span[0] <= close) & (close <= span[1])]) if span else set()


def _with(book: Book, old: Book, deals: set[str], period: str) -> Book:
    rows = old["deals"][old["deals"]["deal_id"].isin(deals).to_numpy()]
    accounts, signals = set(rows["account_id"]) - set(book["accounts"]["account_id"]), old["signals"]
    linked = set(rows["signal_id"]) - {""}
    taken = {table: old[table]["deal_id"].isin(deals) for table in OF_DEAL}
    taken |= {table: old[table]["account_id"].isin(accounts) for table in OF_ACCOUNT}
    taken["signals"] = signals["deal_id"].isin(deals) | signals["signal_id"].isin(linked)
    frames = {table: _joined(table, book[table], old[table][mask.to_numpy()]) for table, mask in taken.items()}
    carried = {**book.carried, **dict.fromkeys(rows["deal_id"], period)}
    return replace(book, frames={**book.frames, **frames}, carried=carried)


def _joined(table: str, today: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """By the table's key; of two rows with one key today's."""
    key = list(TABLES[table].key)
    known = pd.MultiIndex.from_frame(today[key])
    rows = rows[~pd.MultiIndex.from_frame(rows[key]).isin(known)]
    if rows.empty:
        return today
    files = union_categoricals([today["input_file"], rows["input_file"]])
    both = pd.concat([frame.drop(columns="input_file") for frame in (today, rows)], ignore_index=True)
    both = both.assign(input_file=files)[today.columns]
    order, _ = order_by([pa.array(both[name].array) for name in key])
    return both.take(order).reset_index(drop=True)

"""Segments of accounts, frozen on a day."""

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.lookups import NONE, Dated, Names, days
from expcomp.sources.book import Book


def segments_at(book: Book, names: Names, accounts: Ints, day: int) -> pd.Series:
    """The segment of accounts (codes into `names`) on a day: the newest row of their history that tells one, else what
    is exported; words are the same without case, and written as the accounts export writes them first."""
    exported, history = book["accounts"], book["account_history"]
    now = _of(exported, names, names.codes(exported["account_id"]), accounts)
    told = (history["segment"] != "").to_numpy()
    by_account = Dated.of(names.codes(history["account_id"]), days(history["date"]), told)
    newest = by_account.newest(accounts, np.full(len(accounts), day))
    past = np.append(history["segment"].to_numpy(object), "")[newest]
    segment = np.where(newest != NONE, past, now)
    spelled = {word.strip().casefold(): word.strip() for word in reversed([*exported["segment"].unique(), ""])}
    written = {word: spelled.get(word.strip().casefold(), word.strip()) for word in pd.unique(segment)}
    return pd.Series(segment).map(written).astype("str")


def _of(exported: pd.DataFrame, names: Names, own: Ints, accounts: Ints) -> np.ndarray:
    row = np.full(len(names), NONE)
    row[own] = np.arange(len(own))
    return np.asarray(np.append(exported["segment"].to_numpy(object), "")[row[accounts]])

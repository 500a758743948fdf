"""What recurs of the subscriptions: the lines that count, until when, and their value for a year."""

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code
from expcomp.exact import Ints
from expcomp.line_types import ONE_OFF
from expcomp.texts import each_text

RATE_MISSING = Code("D408", "subscription-not-converted")

SNAPSHOT = "snapshot"
"""The kind of a line that tells what was worth on its day, and holds until the next day that snapshots tell of."""


def recurring_lines(subscriptions: pd.DataFrame) -> pd.DataFrame:
    """The lines whose value comes back every year; a snapshot ends where the next one of the file begins."""
    one_off = subscriptions["line_type"].isin(ONE_OFF).to_numpy()
    return _ended(subscriptions[~one_off] if one_off.any() else subscriptions)


def word(lines: pd.DataFrame, column: str) -> "pd.Series[str]":
    """A word of the lines as words are compared: trimmed and without case."""
    return pd.Series(each_text(lines[column], lambda text: text.strip().casefold()), index=lines.index)


def _ended(lines: pd.DataFrame) -> pd.DataFrame:
    """An account that the next snapshot does not name is worth nothing then; the last snapshot stays open."""
    taken = (word(lines, "kind") == SNAPSHOT).to_numpy() & lines["end"].isna().to_numpy()
    if not taken.any():
        return lines
    days = lines["start"].to_numpy("datetime64[D]")
    told = np.unique(days[taken])
    following = np.append(told[1:], np.datetime64("NaT"))[np.searchsorted(told, days[taken])]
    end = lines["end"].to_numpy().copy()
    end[taken] = following
    return lines.assign(end=end)


def annual_value(lines: pd.DataFrame) -> Ints:
    """Minor units a year in the line's own currency: `arr`, else twelve times `mrr`."""
    yearly = lines["arr"].fillna(0).to_numpy(np.int64)
    monthly = lines["mrr"].fillna(0).to_numpy(np.int64)
    return np.where(lines["arr"].notna().to_numpy(), yearly, monthly * 12)

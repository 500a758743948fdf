"""Cohorts: customers by the month or quarter in which they began, and what is left of each, period by period."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.period import FiscalCalendar, Span
from expcomp.retention.lives import lives
from expcomp.retention.recurring import Recurring
from expcomp.retention.spells import spells
from expcomp.retention.worth import Worth

COLUMNS = ("cohort", "k", "end_minor", "kept_minor", "base_minor", "stayed", "accounts", "mature")


@dataclass(frozen=True, slots=True)
class Periods:
    """Consecutive periods, and the first instant after each; the last one may still run at the end."""

    first: int
    instants: Ints
    complete: Flags

    @classmethod
    def until(cls, end: int, first: int, calendar: FiscalCalendar, span: Span) -> "Periods":
        last = calendar.period_of(span, end).number
        numbers = range(first, last + 1)
        instants = np.asarray([calendar.first_day(span, number + 1) for number in numbers], np.int64)
        return cls(first, np.minimum(instants, end + 1), instants <= end + 1)

    def __len__(self) -> int:
        return len(self.instants)


def cohorts_of(recurring: Recurring, base: int, end: int, span: Span) -> pd.DataFrame:
    """One row per cohort (the number of its period) and period `k` since it began, at the rates of the day `base`.

    Over the accounts that are worth anything at the end of the cohort's base period (its first, or `baseline_offset`
    later): what they are worth (`end_minor`), what of it was there at the base (`kept_minor`, of the last value or of
    the least on the way), how many are left. `mature`: the period has ended by the day `end`. A cohort without a base
    has no row.
    """
    terms, calendar = recurring.terms, recurring.terms.calendar
    worth = recurring.worth(end)
    begun = lives(spells(worth, base), terms.rules.reactivation_reset)
    begun = begun[begun["start"] <= end].reset_index(drop=True)
    if begun.empty:
        return pd.DataFrame(columns=list(COLUMNS), dtype="int64")
    number = calendar.numbers(span, begun["start"].to_numpy(np.int64))
    periods = Periods.until(end, int(number.min()), calendar, span)
    if terms.rules.escalator == "exclude":
        worth = worth.without_escalators_after(_bases(begun, number - periods.first, periods, recurring))
    value = _values(worth, begun, periods, base)
    return _cells(value, number - periods.first, periods, terms.rules.baseline_offset, terms.rules.grr_path)


def _bases(begun: pd.DataFrame, began: Ints, periods: Periods, recurring: Recurring) -> Ints:
    """The instant of the base of every customer's first life."""
    offset = np.minimum(began + recurring.terms.rules.baseline_offset, len(periods) - 1)
    instant = np.full(len(recurring.names), periods.instants[-1])
    instant[begun["customer"].to_numpy()[::-1]] = periods.instants[offset][::-1]
    return instant


def _values(worth: Worth, begun: pd.DataFrame, periods: Periods, base: int) -> Ints:
    """The value of each life at the end of each period; nothing outside of the life."""
    value = worth.at(periods.instants, np.full(len(periods), base))
    customer, start, until = (begun[name].to_numpy(np.int64) for name in ("customer", "start", "until"))
    if (np.bincount(customer) <= 1).all():
        return np.asarray(value[customer], np.int64)
    at = periods.instants[None, :]
    return np.asarray(np.where((start[:, None] <= at) & (at < until[:, None]), value[customer], 0), np.int64)


def _cells(value: Ints, began: Ints, periods: Periods, offset: int, path: str) -> pd.DataFrame:
    order = np.argsort(began, kind="stable")
    frames = []
    for cohort in np.unique(began).tolist():
        low, high = np.searchsorted(began[order], [cohort, cohort + 1])
        rows = value[order[low:high], cohort + offset :]
        rows = rows[rows[:, 0] > 0] if rows.shape[1] else rows[:0]
        if len(rows):
            frames.append(_row_of(rows, cohort + periods.first, offset, periods.complete[cohort + offset :], path))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS), dtype="int64")


def _row_of(rows: Ints, cohort: int, offset: int, complete: Flags, path: str) -> pd.DataFrame:
    base = rows[:, :1]
    low = np.minimum.accumulate(rows, axis=1) if path == "running_min" else rows
    count = rows.shape[1]
    return pd.DataFrame({
        "cohort": np.full(count, cohort), "k": np.arange(count) + offset, "end_minor": rows.sum(axis=0),
        "kept_minor": np.minimum(base, np.maximum(low, 0)).sum(axis=0), "base_minor": np.full(count, base.sum()),
        "stayed": (rows > 0).sum(axis=0), "accounts": np.full(count, len(rows)), "mature": complete,
    })  # fmt: skip


def averages(cells: pd.DataFrame) -> pd.DataFrame:
    """The last rows of a triangle, by `k`: sums over the mature cohorts, and over those of them that were mature one
    period earlier as well (`like_…` now and `before_…` then), so that a change is no change of who is counted."""
    mature = cells[cells["mature"].astype(bool)]
    summed = ["end_minor", "kept_minor", "base_minor", "stayed", "accounts"]
    total = mature.groupby("k", sort=True)[summed].sum()
    total.insert(0, "cohorts", mature.groupby("k")["cohort"].size())
    earlier = mature.assign(k=mature["k"] + 1).set_index(["cohort", "k"])[summed].add_prefix("before_")
    both = mature.set_index(["cohort", "k"])[summed].add_prefix("like_").join(earlier, how="inner")
    return total.join(both.groupby("k", sort=True).sum()).astype("Int64").reset_index()

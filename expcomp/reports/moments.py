"""Columns of instants between frames and microseconds, and the days and weeks they fall on in a zone."""

from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from expcomp.exact import Ints
from expcomp.reports.business_time import NEVER_US

THURSDAY = 3
"""1970-01-01 was one: weeks begin on the Monday before."""


def microseconds(column: pd.Series, as_of: int | Ints = NEVER_US) -> Ints:
    """An INSTANT column; `NEVER_US` where it is blank, or later than `as_of` (of the row)."""
    stamps = column.dt.tz_localize(None).to_numpy("datetime64[us]")
    us = stamps.view(np.int64)
    return np.where(np.isnat(stamps) | (us > as_of), NEVER_US, us)


def stamps(us: Ints) -> pd.DatetimeIndex:
    """The column of such instants; NaT for never."""
    naive = np.where(us >= NEVER_US, np.iinfo(np.int64).min, us).view("datetime64[us]")
    return pd.DatetimeIndex(naive).tz_localize("UTC")


def local_day(us: Ints, zone: ZoneInfo) -> Ints:
    """The day (number since 1970) on which each instant falls; no instant may be never."""
    wall = stamps(us).tz_convert(zone).tz_localize(None).to_numpy("datetime64[D]")
    return np.asarray(wall.astype(np.int64))


def end_of_day(day: Ints, zone: ZoneInfo) -> Ints:
    """The instant at which each day (number since 1970) is over in a zone."""
    midnight = pd.DatetimeIndex((day + 1).astype("datetime64[D]").astype("datetime64[s]"))
    local = midnight.tz_localize(zone, ambiguous=np.ones(len(day), np.bool_), nonexistent="shift_forward")
    return np.asarray(local.as_unit("us").asi8)


def week_of(day: Ints) -> Ints:
    """The number of the ISO week of each day; weeks are numbered from the one of 1970-01-01."""
    return (day + THURSDAY) // 7


def week_name(week: int) -> str:
    """`2027-W12`"""
    thursday = np.datetime64(week * 7, "D").astype(object)
    year, number, _ = thursday.isocalendar()
    return f"{year}-W{number:02d}"


def wall_text(us: Ints, zone: ZoneInfo, form: str = "%Y-%m-%d %H:%M") -> npt.NDArray[np.object_]:
    """`2027-03-12 16:30`, the clock of a zone; "" for never."""
    distinct, at = np.unique(us, return_inverse=True)
    shown = stamps(distinct).tz_convert(zone).strftime(form)
    return np.where(us >= NEVER_US, "", np.asarray(shown, dtype=object)[at])

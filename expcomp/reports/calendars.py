"""A plan's working calendars as open windows on the line of instants, correct across daylight saving.

Each window is built from wall-clock times of its zone and both ends become instants: 22:00-06:00 is 7 hours in
the night the clocks go forward and 9 in the night they go back. A wall-clock time that does not exist counts with
the offset before the change; one that happens twice is the first of the two.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from expcomp.exact import Ints
from expcomp.period import Duration, Unit, to_date
from expcomp.plan.signals import WEEKDAY_NAMES, Sync, WorkingCalendar
from expcomp.plan.working_hours import OpenWindow, by_weekday
from expcomp.reports.business_time import SECOND_US, OpenHours

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US = 86_400 * SECOND_US
WEEK_US = 7 * DAY_US


def for_region(calendars: Iterable[WorkingCalendar], region: str) -> list[WorkingCalendar]:
    """The calendars of a region (folded), else those of no region, by their first days."""
    own = [c for c in calendars if region in {name.casefold() for name in c.regions}]
    return sorted(own or [c for c in calendars if not c.regions], key=_first_day)


def open_hours(calendars: Sequence[WorkingCalendar], first: int, last: int) -> OpenHours:
    """The open windows between two days (numbers since 1970): on each day those of the newest calendar in force.

    A window belongs to the day it opens on.
    """
    edges = np.asarray([*_edges(calendars, first - 2, last + 2)], np.int64).reshape(-1, 2)
    return OpenHours.of(edges[:, 0], edges[:, 1])


def last_day_needed(calendars: Sequence[WorkingCalendar], end_us: int, longest_us: int) -> int:
    """A day by which `longest_us` of open time has passed since an instant: so many of the shortest weeks, and a
    week more for every holiday and short day, which takes no more than a week's hours away."""
    weekly = [sum(w.closes - w.opens for day in by_weekday(c.hours) for w in day) for c in calendars]
    shortest = min((minutes * 60 * SECOND_US for minutes in weekly if minutes), default=WEEK_US)
    closed = sum(len(c.holidays) + len(c.short_days) for c in calendars)
    weeks = -(-longest_us // min(shortest, WEEK_US)) + closed + 2
    return end_us // DAY_US + 7 * weeks


def business_day_us(calendar: WorkingCalendar) -> int:
    """Open time of one working day; the plan's check has seen to it that they are equally long."""
    usual = next(windows for windows in by_weekday(calendar.hours) if windows)
    return sum(window.closes - window.opens for window in usual) * 60 * SECOND_US


def clock_us(limit: Duration, calendars: Sequence[WorkingCalendar]) -> int:
    """A limit in microseconds of its clock."""
    hours = {Unit.HOURS: 1, Unit.DAYS: 24, Unit.WEEKS: 168}
    if limit.unit is Unit.BUSINESS_DAYS:
        return limit.count * business_day_us(calendars[0])
    return limit.count * hours[limit.unit] * 3600 * SECOND_US


def syncs(sync: Sync, zone: ZoneInfo, first: int, last: int) -> Ints:
    """The instants of every sync between two days and of one more after them."""
    every = sync.every.count * (7 if sync.every.unit is Unit.WEEKS else 1)
    weekday = WEEKDAY_NAMES.index(sync.weekday)
    anchor = (sync.anchor - EPOCH.date()).days if sync.anchor else first + (weekday - to_date(first).weekday()) % 7
    begin = first + (anchor - first) % every - every
    days = range(begin, last + 2 * every + 1, every)
    return np.asarray([_instant(to_date(day), sync.at, zone) for day in days], np.int64)


def _edges(calendars: Sequence[WorkingCalendar], first: int, last: int) -> Iterator[tuple[int, int]]:
    weeks = [by_weekday(calendar.hours) for calendar in calendars]
    closed = [frozenset(calendar.holidays) for calendar in calendars]
    zones = [ZoneInfo(calendar.timezone) for calendar in calendars]
    for number in range(first, last + 1):
        day = to_date(number)
        at = _in_force(calendars, day)
        if at is None or day in closed[at]:
            continue
        windows: Sequence[OpenWindow] = calendars[at].short_days.get(day, weeks[at][day.weekday()])
        for window in windows:
            opens, closes = (_instant(day, minutes, zones[at]) for minutes in (window.opens, window.closes))
            if closes > opens:
                yield opens, closes


def _in_force(calendars: Sequence[WorkingCalendar], day: date) -> int | None:
    """The position of the newest calendar that holds on a day; they stand in the order of their first days."""
    for at in range(len(calendars) - 1, -1, -1):
        effective = calendars[at].effective
        if effective is None or (effective.from_ <= day and (effective.to is None or day <= effective.to)):
            return at
    return None


def _first_day(calendar: WorkingCalendar) -> date:
    return calendar.effective.from_ if calendar.effective else date.min


def _instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock, which the next line places
    wall = midnight + timedelta(minutes=minutes)
    return (wall.replace(tzinfo=zone) - EPOCH) // timedelta(seconds=1) * SECOND_US

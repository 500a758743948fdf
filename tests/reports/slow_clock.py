"""An exact, slow clock: days walked one by one, windows intersected one by one. Shares no code with the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

Stretch = tuple[int, int]
"""From, to: microseconds since 1970."""


@dataclass
class Hours:
    """`weekly`: per weekday (Monday 0) windows in minutes after midnight, beyond 24:00 for the next day."""

    zone: ZoneInfo
    weekly: dict[int, list[tuple[int, int]]]
    holidays: set[date] = field(default_factory=set)
    short: dict[date, list[tuple[int, int]]] = field(default_factory=dict)
    first_day: date = date.min
    known: dict[date, list[Stretch]] = field(default_factory=dict)


def us(day: date, minutes: int, zone: ZoneInfo) -> int:
    """A wall-clock time as an instant; fold 0, as Python reads one that is missing or comes twice."""
    at = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    return (at.replace(tzinfo=zone).astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


class SlowClock:
    """Several calendars, of which the newest that has begun holds for a day."""

    def __init__(self, versions: list[Hours]) -> None:
        self.versions = sorted(versions, key=lambda hours: hours.first_day)
        self.by_day: dict[date, list[Stretch]] = {}

    def of_day(self, day: date) -> list[Stretch]:
        if day not in self.by_day:
            self.by_day[day] = self._of_day(day)
        return self.by_day[day]

    def _of_day(self, day: date) -> list[Stretch]:
        begun = [hours for hours in self.versions if hours.first_day <= day]
        if not begun or day in begun[-1].holidays:
            return []
        hours = begun[-1]
        windows = hours.short.get(day, hours.weekly.get(day.weekday(), []))
        return [(us(day, first, hours.zone), us(day, last, hours.zone)) for first, last in windows]

    def windows(self, first: int, last: int) -> list[Stretch]:
        """Open windows that touch a stretch, joined where they overlap."""
        day, end = (EPOCH + timedelta(microseconds=first)).date() - 3 * DAY, EPOCH + timedelta(microseconds=last)
        found: list[Stretch] = []
        while day <= end.date() + 3 * DAY:
            found += [window for window in self.of_day(day) if window[0] < window[1]]
            day += DAY
        return joined(found)

    def business(self, first: int, last: int, pauses: list[Stretch]) -> int:
        windows, still = self.windows(first, last), joined(pauses)
        return sum(
            overlap((max(opens, first), min(closes, last)), still) for opens, closes in windows
        )  # fmt: skip

    def due(self, start: int, limit: int, pauses: list[Stretch], horizon: int) -> int | None:
        """Walk window by window, and within a window from pause to pause, until the limit is used up."""
        left = limit
        for opens, closes in self.windows(start, horizon):
            for begins, ends in without((max(opens, start), closes), joined(pauses)):
                if ends - begins >= left:
                    return begins + left
                left -= ends - begins
        return None


def elapsed(first: int, last: int, pauses: list[Stretch]) -> int:
    return overlap((first, last), joined(pauses))


def elapsed_due(start: int, limit: int, pauses: list[Stretch]) -> int:
    left = limit
    for begins, ends in without((start, 2**60), joined(pauses)):
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    raise AssertionError("no end")


def joined(stretches: list[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged


def without(stretch: Stretch, holes: list[Stretch]) -> list[Stretch]:
    """What is left of a stretch outside of the holes, which lie apart and in order."""
    begins, end = stretch
    rest: list[Stretch] = []
    for first, last in holes:
        if last <= begins or first >= end:
            continue
        if first > begins:
            rest.append((begins, first))
        begins = max(begins, last)
    return [*rest, (begins, end)] if begins < end else rest


def overlap(stretch: Stretch, holes: list[Stretch]) -> int:
    return sum(ends - begins for begins, ends in without(stretch, holes)) if stretch[0] < stretch[1] else 0

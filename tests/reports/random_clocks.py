"""Random calendars, starts, answers and pauses over four years and three zones, thick around the days clocks change."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from expcomp.plan.load import bind_plan
from expcomp.reports.business_time import AllHours, Pauses, counted, due
from expcomp.reports.calendars import DAY_US, last_day_needed, open_hours

from .slow_clock import EPOCH, Hours, SlowClock, Stretch, elapsed, elapsed_due
from .telling import USUAL, plan_text

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Sydney")
FIRST, DAYS = datetime(2025, 1, 1, tzinfo=UTC), 4 * 365
CHANGES = [
    "2025-03-09", "2025-11-02", "2026-03-08", "2026-11-01", "2027-03-14", "2027-11-07", "2028-03-12", "2028-11-05",
    "2025-03-30", "2025-10-26", "2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31", "2028-03-26", "2028-10-29",
    "2025-04-06", "2025-10-05", "2026-04-05", "2026-10-04", "2027-04-04", "2027-10-03", "2028-04-02", "2028-10-01",
]  # fmt: skip
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHAPES = [
    {"Mon-Fri": ["09:00-17:00"]},
    {"Mon-Fri": ["08:30-12:00", "13:00-17:15"], "Sat": ["10:00-12:00"]},
    {"Mon-Sun": ["22:00-06:00"]},
    {"Sun-Thu": ["20:00-04:30"], "Fri": ["00:00-24:00"]},
    {"Mon-Sun": ["00:00-24:00"]},
    {"Sat-Sun": ["01:15-03:45"], "Wed": ["23:00-02:30", "01:00-05:00"]},
]


@dataclass
class Case:
    start: int
    end: int
    limit: int
    pauses: list[Stretch]


def differences(chance: random.Random, calendars: int, cases: int) -> int:
    """Compares so many cases of so many calendars to the microsecond; the number compared. Raises at a difference."""
    for _ in range(calendars):
        written, slow = _calendar(chance)
        plan = bind_plan(plan_text(USUAL, calendars=written), "plan")
        drawn = [_case(chance) for _ in range(cases)]
        _compare(list(plan.signals.all_calendars), slow, drawn)
    return calendars * cases


def _compare(calendars: list, slow: SlowClock, drawn: list[Case]) -> None:  # type: ignore[type-arg]
    start, end, limit = (np.array([getattr(case, name) for case in drawn]) for name in ("start", "end", "limit"))
    row = np.array([at for at, case in enumerate(drawn) for _ in case.pauses], np.int64)
    begins, ends = (np.array([p[k] for case in drawn for p in case.pauses], np.int64) for k in (0, 1))
    pauses = Pauses.of(row, begins, ends)
    ordered = sorted(calendars, key=lambda c: c.effective.from_ if c.effective else date.min)
    latest = max(int(end.max()), int(ends.max(initial=0)))
    last = last_day_needed(ordered, latest, int(limit.max()))
    hours = open_hours(ordered, int(start.min()) // DAY_US, last)
    wall = AllHours()
    fast = zip(counted(wall, start, end, pauses), due(wall, start, limit, pauses),
               counted(hours, start, end, pauses), due(hours, start, limit, pauses), strict=True)  # fmt: skip
    for case, found in zip(drawn, fast, strict=True):
        exact = (
            elapsed(case.start, case.end, case.pauses),
            elapsed_due(case.start, case.limit, case.pauses),
            slow.business(case.start, case.end, case.pauses),
            slow.due(case.start, case.limit, case.pauses, int(found[3]) + 2 * DAY_US),
        )
        assert tuple(map(int, found)) == exact, f"{case}\nfast {found}\nslow {exact}\n{calendars}"


def _case(chance: random.Random) -> Case:
    if chance.random() < 0.4:
        change = datetime.fromisoformat(chance.choice(CHANGES)).replace(tzinfo=UTC)
        start = change + timedelta(seconds=chance.randrange(-3 * 86_400, 2 * 86_400))
    else:
        start = FIRST + timedelta(seconds=chance.randrange(DAYS * 86_400))
    first = (start - EPOCH) // timedelta(microseconds=1)
    if chance.random() < 0.2:
        first += chance.randrange(1_000_000)
    length = chance.choice((86_400, 3 * 86_400, 14 * 86_400))
    end = first + chance.randrange(length) * 1_000_000
    limit = chance.choice((1, 4, 24, 72)) * 3_600_000_000 + (chance.randrange(60) * 1_000_000)
    pauses = []
    for _ in range(chance.choice((0, 0, 0, 1, 2, 3))):
        begins = first + chance.randrange(-86_400, length) * 1_000_000
        pauses.append((begins, begins + chance.randrange(1, 2 * 86_400) * 1_000_000))
    return Case(first, end, limit, pauses)


def _calendar(chance: random.Random) -> tuple[list[dict], SlowClock]:  # type: ignore[type-arg]
    """One or two versions of a calendar, as a plan writes them and for the slow clock."""
    zone, versions, written = chance.choice(ZONES), [], []
    for number in range(chance.choice((1, 1, 2))):
        shape = chance.choice(SHAPES)
        days = [FIRST.date() + timedelta(days=chance.randrange(DAYS)) for _ in range(30)]
        holidays, short = days[:20], {day.isoformat(): ["09:00-12:30"] for day in days[20:]}
        first = FIRST.date() + timedelta(days=chance.randrange(DAYS)) if number else date.min
        written.append({
            "timezone": zone, "hours": shape, "holidays": [day.isoformat() for day in holidays], "short_days": short,
            **({"effective": {"from": first.isoformat()}} if number else {}),
        })  # fmt: skip
        weekly = {day: [_minutes(w) for w in windows] for name, windows in shape.items() for day in _days(name)}
        versions.append(Hours(
            ZoneInfo(zone), weekly, set(holidays), {day: [(540, 750)] for day in days[20:]}, first
        ))  # fmt: skip
    return written, SlowClock(versions)


def _days(name: str) -> list[int]:
    first, _, last = name.partition("-")
    begin, end = NAMES.index(first), NAMES.index(last or first)
    return [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]


def _minutes(window: str) -> tuple[int, int]:
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in window.split("-"))
    return first, last if last > first else last + 1440

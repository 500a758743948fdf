"""The hours a calendar is open, read from text: weekdays like `Mon-Fri`, windows like `09:00-17:00`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from expcomp.plan.nodes import Items, Text
from expcomp.plan.scalars import Day, spelled

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
CLOCK = re.compile(r"(\d\d):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """Minutes after midnight; `closes` lies beyond 24:00 where the window crosses midnight."""

    opens: int
    closes: int

    def __str__(self) -> str:
        """`22:00-06:00`"""
        closes = self.closes if self.closes <= DAY_MINUTES else self.closes - DAY_MINUTES
        return f"{clock_text(self.opens)}-{clock_text(closes)}"


def read_clock(text: Any) -> int:
    """`09:30` → minutes after midnight; `24:00` is the day's end."""
    match = CLOCK.fullmatch(text) if isinstance(text, Text) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise ValueError(f'"{text}" is not a time of day: write it like 09:00')
    return minutes


def clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def read_windows(value: Any) -> tuple[OpenWindow, ...]:
    """`09:00-17:00`, or a list of such windows; one that closes before it opens crosses midnight."""
    return tuple(_window(text) for text in (value if isinstance(value, Items) else [value]))


def _window(text: Any) -> OpenWindow:
    opens, dash, closes = text.partition("-") if isinstance(text, Text) else ("", "", "")
    if not dash:
        raise ValueError(f'"{text}" is not a window of hours: write it like 09:00-17:00')
    first, last = (read_clock(Text(clock.strip())) for clock in (opens, closes))
    if first == last:
        raise ValueError(f'"{text}" opens and closes at once: a whole day is 00:00-24:00')
    return OpenWindow(first, last if last > first else last + DAY_MINUTES)


def read_weekdays(text: str) -> tuple[int, ...]:
    """`Mon-Fri`, `Sat`, `Mon, Wed-Fri` → days of the week, Monday 0; `Sat-Mon` runs over the week's end."""
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        begin, end = (_weekday(name.strip(), text) for name in (first, last or first))
        days += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    return tuple(days)


def weekdays_text(days: tuple[int, ...]) -> str:
    """`Mon-Fri`, or each day by itself."""
    if len(days) > 2 and all((later - day) % 7 == 1 for day, later in pairwise(days)):
        return f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in days)


def _weekday(name: str, text: str) -> int:
    if name not in WEEKDAYS:
        raise ValueError(f'"{text}" names no days of the week: write Mon-Fri, Sat, or Mon, Wed-Fri')
    return WEEKDAYS.index(name)


SPAN = {"type": "string", "pattern": rf"^{CLOCK.pattern}\s*-\s*{CLOCK.pattern}$"}
SPANS = {"anyOf": [SPAN, {"type": "array", "items": SPAN, "minItems": 1}]}
BY_DAY = WithJsonSchema({"type": "object", "additionalProperties": SPANS})

ClockMinutes = Annotated[int, BeforeValidator(read_clock), spelled(CLOCK)]
Windows = Annotated[tuple[OpenWindow, ...], BeforeValidator(read_windows)]
Weekdays = Annotated[tuple[int, ...], BeforeValidator(read_weekdays)]
Hours = Annotated[dict[Weekdays, Windows], BY_DAY]
ShortDays = Annotated[dict[Day, Windows], BY_DAY]


def by_weekday(hours: Mapping[tuple[int, ...], tuple[OpenWindow, ...]]) -> tuple[tuple[OpenWindow, ...], ...]:
    """The windows of each day of the week, Monday first."""
    return tuple(
        tuple(window for days, windows in hours.items() if day in days for window in windows) for day in range(7)
    )

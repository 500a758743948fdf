"""Days, durations and periods of the fiscal calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from .amounts import Refused

MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
DURATION = re.compile(r"(\d+)\s*(day|week|month|year)s?")
ONE_DAY = timedelta(days=1)


def read_day(text: str, zone: ZoneInfo) -> date:
    """A date stays; an instant becomes its day in the plan's zone; one without a zone is local."""
    cleaned = text.strip()
    try:
        if len(cleaned) == 10:
            return date.fromisoformat(cleaned)
        instant = datetime.fromisoformat(cleaned)
    except ValueError:
        raise Refused(f"not a date: {text!r}") from None
    if instant.tzinfo is not None:
        instant = instant.astimezone(zone)
    return instant.date()


def plan_day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"not a date: {text!r}") from None


@dataclass(frozen=True)
class Duration:
    count: int
    unit: str  # "day" or "month"


def duration(text: str) -> Duration:
    found = DURATION.fullmatch(text.strip())
    if not found:
        raise Refused(f"not a duration in days or months: {text!r}")
    count, unit = int(found.group(1)), found.group(2)
    if unit == "week":
        return Duration(count * 7, "day")
    if unit == "year":
        return Duration(count * 12, "month")
    return Duration(count, unit)


def add_months(day: date, count: int) -> date:
    """Months step on the calendar and clamp to the month's end."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add(day: date, length: Duration, sign: int = 1) -> date:
    if length.unit == "day":
        return day + timedelta(days=sign * length.count)
    return add_months(day, sign * length.count)


@dataclass(frozen=True)
class Period:
    label: str
    start: date
    end: date  # the last day, included

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


class Calendar:
    """Fiscal periods; a fiscal year is named by the year in which it ends."""

    def __init__(self, first_month: str) -> None:
        name = first_month.strip().lower()
        found = [i + 1 for i, month in enumerate(MONTHS) if name in (month, month[:3])]
        if not found:
            raise Refused(f"not a month: {first_month!r}")
        self.first = found[0]

    def _year_start(self, year: int) -> date:
        return date(year if self.first == 1 else year - 1, self.first, 1)

    def _span(self, label: str, start: date, months: int) -> Period:
        return Period(label, start, add_months(start, months) - ONE_DAY)

    def period(self, label: str) -> Period:
        text = label.strip()
        if found := re.fullmatch(r"(\d{4})Q([1-4])", text):
            year, quarter = int(found.group(1)), int(found.group(2))
            return self._span(text, add_months(self._year_start(year), 3 * (quarter - 1)), 3)
        if found := re.fullmatch(r"(\d{4})H([12])", text):
            year, half = int(found.group(1)), int(found.group(2))
            return self._span(text, add_months(self._year_start(year), 6 * (half - 1)), 6)
        if found := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text):
            return self._span(text, date(int(found.group(1)), int(found.group(2)), 1), 1)
        if re.fullmatch(r"\d{4}", text):
            return self._span(text, self._year_start(int(text)), 12)
        raise Refused(f"not a period: {label!r} (2027Q1, 2027-03, 2027H1, 2027)")

    def around(self, day: date, kind: str) -> Period:
        """The month, quarter, half or year that holds the day."""
        if kind == "month":
            return self.period(f"{day.year:04d}-{day.month:02d}")
        year = day.year if self.first == 1 or day.month < self.first else day.year + 1
        if kind == "year":
            return self.period(str(year))
        if kind == "quarter":
            months = (day.month - self.first) % 12
            return self.period(f"{year}Q{months // 3 + 1}")
        if kind == "half":
            months = (day.month - self.first) % 12
            return self.period(f"{year}H{months // 6 + 1}")
        raise Refused(f"not a window: {kind!r}")

    def inside(self, period: Period, kind: str) -> list[Period]:
        """The months or quarters a period is made of."""
        found = []
        day = period.start
        while day <= period.end:
            part = self.around(day, kind)
            found.append(part)
            day = part.end + ONE_DAY
        return found

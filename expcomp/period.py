"""Days, months, fiscal periods and durations.

Days are whole numbers (days since 1970-01-01) in columns; `NEVER` stands for a day that has not come,
so that `reached <= as_of` needs no special case. numpy is imported where columns are asked for: a plan is
read without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expcomp.exact import Ints

EPOCH = date(1970, 1, 1)
NEVER = 2**40


def to_day(value: date) -> int:
    return (value - EPOCH).days


def to_date(day: int) -> date:
    return EPOCH + timedelta(days=int(day))


def to_iso(day: int) -> str:
    """`2027-03-31`, or nothing for a day that has not come."""
    return "" if day >= NEVER else to_date(day).isoformat()


def month_index(days: Ints) -> Ints:
    """Months since January of year 0 of the proleptic calendar: year × 12 + month − 1."""
    import numpy as np

    return np.asarray(days, "datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def add_months(days: Ints, months: int) -> Ints:
    """Step on the calendar and clamp to the month's end: 31 January + 1 month = 28 or 29 February."""
    import numpy as np

    day = np.asarray(days, dtype="datetime64[D]")
    month = day.astype("datetime64[M]")
    in_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - first
    return np.asarray(first + np.minimum(in_month, length - 1), dtype=np.int64)


def months_between(first: int, last: int) -> Ints:
    """The first day, the same day of every month after it, and the last day."""
    import numpy as np

    count = (last - first) // 28 + 2
    steps = np.asarray([int(add_months(np.asarray([first]), k)[0]) for k in range(count)])
    return np.append(steps[steps < last], last)


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Duration:
    """`90 days`, `12 months`: different types, since months step on the calendar."""

    count: int
    unit: Unit

    def after(self, days: Ints) -> Ints:
        """The day that lies this duration after each day (hours are for clocks, not for days)."""
        if self.unit is Unit.MONTHS:
            return add_months(days, self.count)
        import numpy as np

        per_unit = {Unit.DAYS: 1, Unit.WEEKS: 7}[self.unit]
        return np.asarray(days, dtype=np.int64) + self.count * per_unit

    def before(self, days: Ints) -> Ints:
        return Duration(-self.count, self.unit).after(days)

    def __str__(self) -> str:
        return f"{self.count} {self.unit if self.count != 1 else self.unit.removesuffix('s')}"


class Span(StrEnum):
    """Kinds of period, shortest first. Month, quarter, half and year follow the fiscal calendar."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF: 6, Span.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One month, quarter, half or year of a fiscal calendar; `number` counts periods of its span."""

    calendar: FiscalCalendar
    span: Span
    number: int

    @property
    def first_day(self) -> int:
        return self.calendar.first_day(self.span, self.number)

    @property
    def last_day(self) -> int:
        return self.calendar.first_day(self.span, self.number + 1) - 1

    def next(self) -> Period:
        return Period(self.calendar, self.span, self.number + 1)

    def previous(self) -> Period:
        return Period(self.calendar, self.span, self.number - 1)

    def contains(self, day: int) -> bool:
        return self.first_day <= day <= self.last_day

    def split(self, span: Span) -> list[Period]:
        """The periods of a shorter (or the same) span that tile this one."""
        per = MONTHS[self.span] // MONTHS[span]
        return [Period(self.calendar, span, self.number * per + k) for k in range(per)]

    def __str__(self) -> str:
        return self.calendar.label(self.span, self.number)


@dataclass(frozen=True, slots=True, order=True)
class FiscalCalendar:
    """A fiscal year is named by the calendar year in which it ends; `2027Q1` is fiscal, `2027-03` a month."""

    starts_in_month: int = 1

    @property
    def _shift(self) -> int:
        return 0 if self.starts_in_month == 1 else 13 - self.starts_in_month

    def numbers(self, span: Span, days: Ints) -> Ints:
        """The number of the period that holds each day; rising with time."""
        return (month_index(days) + self._shift) // MONTHS[span]

    def period_of(self, span: Span, day: int) -> Period:
        at = to_date(day)
        return Period(self, span, (at.year * 12 + at.month - 1 + self._shift) // MONTHS[span])

    def ending(self, span: Span, first: int, last: int) -> Iterator[Period]:
        """The periods whose last day lies from `first` to `last`, in their order."""
        period = self.period_of(span, first)
        while period.last_day <= last:
            yield period
            period = period.next()

    def first_day(self, span: Span, number: int) -> int:
        year, month = divmod(number * MONTHS[span] - self._shift, 12)
        return to_day(date(year, month + 1, 1))

    def last_days(self, span: Span, days: Ints) -> Ints:
        """The last day of the period that holds each day."""
        import numpy as np

        numbers, at = np.unique(self.numbers(span, days), return_inverse=True)
        ends = [self.first_day(span, int(number) + 1) - 1 for number in numbers]
        return np.asarray(ends, dtype=np.int64)[at]

    def label(self, span: Span, number: int) -> str:
        if span is Span.MONTH:
            year, month = divmod(number - self._shift, 12)
            return f"{year:04d}-{month + 1:02d}"
        per_year = 12 // MONTHS[span]
        year, part = divmod(number, per_year)
        return f"{year:04d}" + {Span.YEAR: "", Span.HALF: f"H{part + 1}", Span.QUARTER: f"Q{part + 1}"}[span]

    def parse(self, text: str) -> Period:
        """`2027Q1`, `2027-03`, `2027H1`, `2027`. ValueError says which forms there are."""
        match = PERIOD.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" is not a period: write 2027Q1, 2027-03, 2027H1 or 2027')
        year = int(match["year"])
        if match["month"]:
            return self.period_of(Span.MONTH, to_day(date(year, int(match["month"]), 1)))
        if match["quarter"]:
            return Period(self, Span.QUARTER, year * 4 + int(match["quarter"]) - 1)
        if match["half"]:
            return Period(self, Span.HALF, year * 2 + int(match["half"]) - 1)
        return Period(self, Span.YEAR, year)


PERIOD = re.compile(
    r"(?P<year>20\d\d|210[01])(?:-(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12]))?",
    re.ASCII,
)

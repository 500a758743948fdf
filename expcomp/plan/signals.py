"""The signals block: what qualifies a signal, how long it counts, and the clocks of its answer."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from expcomp.period import Duration, Unit
from expcomp.plan.record import Effective, Record, Words
from expcomp.plan.scalars import DURATION, Count, Day, Days, SharePpm, Word, read_duration, spelled
from expcomp.plan.working_hours import ClockMinutes, Hours, ShortDays

Mark = Literal["budget", "timeline", "named_buyer", "product_fit"]
Urgency = Literal["hot", "warm", "watch"]


class Passing(Record):
    """So many of these marks."""

    at_least: Count
    of: tuple[Mark, ...]


class Response(Record):
    """How long an answer may take: hours, days of 24 hours, weeks, or business days."""

    acknowledge: Days
    contact: Days


class Review(Record):
    review: Literal["next sync"]
    backstop: Days | None = None


Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAY_NAMES: tuple[str, ...] = Weekday.__args__  # type: ignore[attr-defined]


class Sync(Record):
    """The meeting of Sales and CS. `anchor` is the day of one of them, where it is not held every week."""

    every: Days
    weekday: Weekday
    at: ClockMinutes
    anchor: Day | None = None


def _read_close_loop(value: Any) -> Duration:
    text, _, after = str(value).partition(" after ")
    if after.strip() != "outcome":
        raise ValueError(f'"{value}" says nothing: write it like 5 days after outcome')
    return read_duration(text.strip())


AFTER_OUTCOME = re.compile(rf"(?:{DURATION.pattern}) after outcome", re.ASCII)
CloseLoop = Annotated[Duration, BeforeValidator(_read_close_loop), spelled(AFTER_OUTCOME)]


class Sla(Record):
    """`contact_scope: account`: the first contact with an account answers all of its open signals."""

    clock: Literal["elapsed", "business"]
    hot: Response | None = None
    warm: Response | None = None
    watch: Review | None = None
    sync: Sync | None = None
    at_risk: SharePpm = 800_000
    close_loop: CloseLoop | None = None
    contact_scope: Literal["signal", "account"] = "signal"

    @property
    def responses(self) -> Mapping[str, Response | None]:
        return {"hot": self.hot, "warm": self.warm}


class WorkingCalendar(Record):
    """Open hours in a zone, for the accounts of some regions or for all others. `short_days` have hours of their
    own; of several calendars for a region, each holds from its own first day."""

    timezone: Word
    hours: Hours
    holidays: tuple[Day, ...] = ()
    short_days: ShortDays = Field(default_factory=dict)
    regions: Words = ()
    effective: Effective | None = None


class Signals(Record):
    routed: Passing | None = None
    qualified: Passing | None = None
    lookback: Days = Duration(180, Unit.DAYS)
    before: Literal["closed", "created"] = "closed"
    sla: Sla | None = None
    calendar: WorkingCalendar | None = None
    calendars: tuple[WorkingCalendar, ...] = ()

    @property
    def all_calendars(self) -> tuple[WorkingCalendar, ...]:
        return ((self.calendar,) if self.calendar else ()) + self.calendars

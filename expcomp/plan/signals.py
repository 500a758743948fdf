"""The signals block: what qualifies a signal, how long it counts, and the clocks of its answer."""

from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from expcomp.period import Duration, Unit
from expcomp.plan.record import Effective, Record, Words, shape
from expcomp.plan.scalars import Count, Day, Days, SharePpm, Word

Mark = Literal["budget", "timeline", "named_buyer", "product_fit"]
ClockTime = Word


class Passing(Record):
    """So many of these marks."""

    at_least: Count
    of: tuple[Mark, ...]


class Response(Record):
    acknowledge: Days
    contact: Days


class Review(Record):
    review: Literal["next sync"]
    backstop: Days | None = None


class Sync(Record):
    every: Days
    weekday: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    at: ClockTime


class Sla(Record):
    clock: Literal["elapsed", "business"]
    hot: Response | None = None
    warm: Response | None = None
    watch: Review | None = None
    sync: Sync | None = None
    at_risk: SharePpm = 800_000
    close_loop: Word = ""


class WorkingCalendar(Record):
    timezone: Word
    hours: dict[Word, Annotated[Annotated[Word, Tag("word")] | Annotated[Words, Tag("list")], Discriminator(shape)]]
    holidays: tuple[Day, ...] = ()
    effective: Effective | None = None


class Signals(Record):
    routed: Passing | None = None
    qualified: Passing | None = None
    lookback: Days = Duration(180, Unit.DAYS)
    before: Literal["closed", "created"] = "closed"
    sla: Sla | None = None
    calendar: WorkingCalendar | None = None
    calendars: tuple[WorkingCalendar, ...] = ()

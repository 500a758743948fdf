"""Checks of the signals block: clocks that can run, calendars that are open, meetings that can be dated."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from expcomp.diagnostics import Code, Finding, Place
from expcomp.period import Duration, Unit
from expcomp.plan.signals import WEEKDAY_NAMES, Review, Signals, Sla, Sync, WorkingCalendar
from expcomp.plan.working_hours import by_weekday

DURATION = Code("E310", "wrong-duration")
ZONE = Code("E312", "unknown-timezone")
NO_CALENDAR = Code("E330", "clock-without-calendar")
NO_SYNC = Code("E331", "review-without-sync")
SYNC = Code("E332", "sync-without-anchor")
CALENDARS = Code("E333", "calendars-overlap")
UNEQUAL = Code("E334", "business-days-unequal")
NEVER_OPEN = Code("E335", "calendar-never-open")

CLOCK_UNITS = (Unit.HOURS, Unit.DAYS, Unit.WEEKS)


def check_signals(signals: Signals) -> Iterator[Finding]:
    for calendar in signals.all_calendars:
        try:
            ZoneInfo(calendar.timezone)
        except (KeyError, ValueError, OSError):
            yield ZONE.at(calendar.place, f'"{calendar.timezone}" is no time zone', "write it like America/New_York")
        if not any(by_weekday(calendar.hours)):
            yield NEVER_OPEN.at(calendar.place, "this calendar is never open", 'write  hours: {Mon-Fri: "09:00-17:00"}')
    yield from _overlapping(signals.all_calendars)
    if signals.sla:
        yield from _sla(signals, signals.sla)


def _sla(signals: Signals, sla: Sla) -> Iterator[Finding]:
    by_clock = sla.clock == "business"
    for response in filter(None, sla.responses.values()):
        for limit in (response.acknowledge, response.contact):
            yield from _limit(limit, response.place)
            if limit.unit is Unit.BUSINESS_DAYS:
                by_clock = True
                yield from _unequal(signals.all_calendars, response.place)
    if sla.close_loop:
        yield from _limit(sla.close_loop, sla.place, units=CLOCK_UNITS)
    if by_clock and all(calendar.regions for calendar in signals.all_calendars):
        message = "business time is counted here, and no calendar holds for all regions"
        yield NO_CALENDAR.at(sla.place, message, 'add  calendar: {timezone: …, hours: {Mon-Fri: "09:00-17:00"}}')
    if sla.watch:
        yield from _watch(sla.watch, sla.sync)
    if sla.sync:
        yield from _sync(sla.sync)


def _limit(
    limit: Duration, place: Place, units: Sequence[Unit] = (*CLOCK_UNITS, Unit.BUSINESS_DAYS)
) -> Iterator[Finding]:
    if limit.unit not in units:
        yield DURATION.at(place, f"{limit} is no measure of a clock: write {', '.join(units)}")
    elif not limit.count:
        yield DURATION.at(place, f"{limit} leaves no time to answer")


def _watch(watch: Review, sync: Sync | None) -> Iterator[Finding]:
    if watch.backstop:
        yield from _limit(watch.backstop, watch.place, units=CLOCK_UNITS)
    elif not sync:
        message = "a review at the next sync needs to know when that is"
        yield NO_SYNC.at(watch.place, message, 'add  sync: {every: 1 week, weekday: Monday, at: "10:00"}')


def _sync(sync: Sync) -> Iterator[Finding]:
    days = sync.every.count * (7 if sync.every.unit is Unit.WEEKS else 1)
    if sync.every.unit not in (Unit.DAYS, Unit.WEEKS) or not days or days % 7:
        yield DURATION.at(sync.place, f"a sync on {sync.weekday}s is held every so many weeks, not {sync.every}")
    elif sync.anchor and WEEKDAY_NAMES[sync.anchor.weekday()] != sync.weekday:
        weekday = WEEKDAY_NAMES[sync.anchor.weekday()]
        yield SYNC.at(sync.place, f"the anchor {sync.anchor} is a {weekday}, and the sync is held on {sync.weekday}s")
    elif days > 7 and not sync.anchor:
        message = f"every {sync.every}: which weeks these are is not said"
        yield SYNC.at(sync.place, message, "add  anchor:  the day of one of these meetings")


def _overlapping(calendars: Sequence[WorkingCalendar]) -> Iterator[Finding]:
    """Of calendars for one region (or for all others), each begins on a day of its own."""
    seen: set[tuple[str, object]] = set()
    for calendar in calendars:
        first = calendar.effective.from_ if calendar.effective else None
        for region in {region.casefold() for region in calendar.regions} or {""}:
            if (region, first) in seen:
                what = f"the region {region}" if region else "all other regions"
                message = f"two calendars hold for {what} from the same day"
                yield CALENDARS.at(calendar.place, message, "give each its  regions:  or its  effective: {from: …}")
            seen.add((region, first))


def _unequal(calendars: Sequence[WorkingCalendar], place: Place) -> Iterator[Finding]:
    days = [windows for calendar in calendars for windows in by_weekday(calendar.hours) if windows]
    if len({sum(window.closes - window.opens for window in windows) for windows in days}) > 1:
        message = "business days are counted here, and the working days of the calendar are not equally long"
        yield UNEQUAL.at(place, message, "write the limit in hours")

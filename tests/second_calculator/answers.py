"""Whether a signal was answered in time by a close date: design page 5, target by target, window by window."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.slow_clock import EPOCH, Hours, SlowClock, Stretch, elapsed, us

from .amounts import Unsupported
from .plan import Plan, Plans

Row = dict[str, str]
HOUR_US = 3_600_000_000
UNITS = {"h": 1, "hour": 1, "day": 24, "week": 168}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT = tuple(name[:3] for name in WEEKDAYS)


def sla_met(plans: Plans, pauses: list[Row], row: Row, close: date) -> bool | None:
    """True: every target was met by the end of the close date; False: one was missed; None: neither."""
    until = us(close + timedelta(days=1), 0, plans.zone)
    routed, acknowledged, contacted, outcome, withdrawn = (
        _instant(row.get(name, ""), plans.zone, until)
        for name in ("routed_at", "acknowledged_at", "contacted_at", "outcome_at", "withdrawn_at")
    )
    plan = None if routed is None else _plan_of(plans, routed)
    if plan is None or routed is None:
        return None
    contact = _first(contacted, outcome)
    answers = {
        "acknowledge": _first(acknowledged, contact),
        "contact": contact,
        "review": _first(acknowledged, contact),
    }
    still = [stretch for each in pauses if each["signal_id"] == row["signal_id"]
             for stretch in _pause(each, plans.zone, until)]  # fmt: skip
    found = []
    for target, limit in _limits(plan, row.get("urgency", "").strip().lower(), routed).items():
        answer = answers[target]
        stop = _first(answer, withdrawn)
        end = max(routed, until if stop is None else stop)
        used = _used(plan, target, routed, end, [each for each in still if stop is None or each[0] < stop])
        void = stop is not None and stop != answer
        found.append(False if used > limit else True if stop is not None and not void else None)
    if False in found:
        return False
    return True if found and None not in found else None


def _first(*instants: int | None) -> int | None:
    return min((at for at in instants if at is not None), default=None)


def _instant(text: str, zone: ZoneInfo, until: int) -> int | None:
    """Microseconds since 1970; nothing for a blank, and for what comes later."""
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    at = (aware - EPOCH) // timedelta(microseconds=1)
    return at if at < until else None


def _pause(row: Row, zone: ZoneInfo, until: int) -> list[Stretch]:
    begins, ends = _instant(row["from"], zone, until), _instant(row.get("to", ""), zone, 2**62)
    return [] if begins is None else [(begins, 2**61 if ends is None else ends)]


def _plan_of(plans: Plans, routed: int) -> Plan | None:
    """The first plan with response times in force on the day of the routing."""
    day = (EPOCH + timedelta(microseconds=routed)).astimezone(plans.zone).date()
    in_force = [plans.in_force(plan_id, day) for plan_id in plans.ids]
    return next((plan for plan in in_force if plan is not None and "sla" in plan.signals), None)


def _limits(plan: Plan, urgency: str, routed: int) -> dict[str, int]:
    sla = plan.signals["sla"]
    rule: dict[str, str] = sla.get(urgency) or {}
    if urgency != "watch":
        return {target: _length(text) for target, text in rule.items()}
    ends = [routed + _length(rule["backstop"])] if "backstop" in rule else []
    if rule and "sync" in sla:
        ends.append(_next_sync(plan, sla["sync"], routed))
    return {"review": min(ends) - routed} if rule else {}


def _length(text: str) -> int:
    count, unit = (text[:-1], "h") if text.endswith("h") else text.split()
    if unit.rstrip("s") not in UNITS:
        raise Unsupported(f"{text} is not calculated here")
    return int(count) * UNITS[unit.rstrip("s")] * HOUR_US


def _next_sync(plan: Plan, sync: dict[str, str], routed: int) -> int:
    if sync["every"] not in ("1 week", "7 days"):
        raise Unsupported("only a weekly sync is calculated here")
    calendar = plan.signals.get("calendar") or {"timezone": str(plan.zone)}
    zone, hour, minute = ZoneInfo(calendar["timezone"]), *map(int, sync["at"].split(":"))
    day = (EPOCH + timedelta(microseconds=routed)).date() - timedelta(days=2)
    while True:
        if WEEKDAYS[day.weekday()] == sync["weekday"] and us(day, hour * 60 + minute, zone) > routed:
            return us(day, hour * 60 + minute, zone)
        day += timedelta(days=1)


def _used(plan: Plan, target: str, start: int, end: int, still: list[Stretch]) -> int:
    if target == "review" or plan.signals["sla"]["clock"] == "elapsed":
        return elapsed(start, end, still)
    return _clock(plan.signals["calendar"]).business(start, end, still)


def _clock(calendar: dict[str, Any]) -> SlowClock:
    weekly: dict[int, list[tuple[int, int]]] = {}
    for name, windows in calendar["hours"].items():
        first, _, last = name.partition("-")
        for day in range(SHORT.index(first), SHORT.index(last or first) + 1):
            weekly[day] = [_window(text) for text in ([windows] if isinstance(windows, str) else windows)]
    holidays = {date.fromisoformat(text) for text in calendar.get("holidays", [])}
    return SlowClock([Hours(ZoneInfo(calendar["timezone"]), weekly, holidays)])


def _window(text: str) -> tuple[int, int]:
    first, last = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
    return first, last if last > first else last + 1440

"""Signals: when one earns credit, and how fast it must be answered."""

from collections.abc import Iterator

from expcomp.describe.document import Grid, Part, Points, Sentences
from expcomp.describe.view import View, by_signal
from expcomp.describe.wording import clock, listed
from expcomp.money import percent
from expcomp.plan.signals import Passing, Review, Sla, WorkingCalendar
from expcomp.plan.working_hours import clock_text, weekdays_text
from expcomp.reports.qualification import THREE_OF_FOUR


def signals(view: View) -> Iterator[Part]:
    rules = view.plan.signals
    if not _matters(view):
        return
    yield Points(tuple(_credited(view)))
    if rules.sla is not None:
        yield from _sla(rules.sla)
    for calendar in rules.all_calendars:
        yield Sentences(_calendar(calendar))


def _matters(view: View) -> bool:
    plan = view.plan
    used = any(by_signal(plan.roles[name].from_) for name in view.roles) or any(
        overlay.requires for overlay in plan.overlays.values()
    )
    return used or plan.signals.sla is not None or plan.signals.qualified is not None


def _credited(view: View) -> Iterator[str]:
    rules = view.plan.signals
    yield f"A signal is qualified with {_marks(rules.qualified or THREE_OF_FOUR)}."
    if rules.routed:
        yield f"It is routed to an AE with {_marks(rules.routed)}."
    made = ", and identified no later than the day the deal was created" if rules.before == "created" else ""
    routed = f"on or before the close date, at most {rules.lookback} before it"
    if rules.before == "created":
        routed = f"at most {rules.lookback} before the close date"
    yield (
        f"The deal's credited signal is the qualified signal linked to it, routed {routed}{made}. Of several, the one "
        "routed first counts."
    )


def _marks(rule: Passing) -> str:
    marks = listed(mark.replace("_", " ") for mark in rule.of)
    return f"at least {rule.at_least} of these {len(rule.of)}: {marks}"


def _sla(sla: Sla) -> Iterator[Part]:
    rows = [
        (urgency, f"acknowledge within {clock(rule.acknowledge)}", f"contact the customer within {clock(rule.contact)}")
        for urgency, rule in (("hot", sla.hot), ("warm", sla.warm))
        if rule is not None
    ]
    if rows:
        yield Grid(("signal", "the AE must", "and must"), tuple(rows), "How fast signals are answered")
    yield Points(tuple(_further(sla)))


def _further(sla: Sla) -> Iterator[str]:
    yield (
        "Time is counted in business hours only."
        if sla.clock == "business"
        else "Every hour counts, at night and on weekends too."
    )
    if sla.watch:
        yield _watch(sla.watch)
    if sla.sync:
        every = str(sla.sync.every).removeprefix("1 ")
        yield f"The account sync takes place every {every} on {sla.sync.weekday} at {clock_text(sla.sync.at)}."
    yield f"A signal counts as at risk once {percent(sla.at_risk)} of its time is used."
    if sla.close_loop:
        yield f"The outcome is reported back within {sla.close_loop} after outcome."
    if sla.contact_scope == "account":
        yield "The first contact with an account answers all of its open signals."


def _watch(rule: Review) -> str:
    backstop = f", and not later than after {rule.backstop}" if rule.backstop else ""
    return f"A watch signal is reviewed at the {rule.review}{backstop}."


def _calendar(calendar: WorkingCalendar) -> str:
    hours = listed(f"{weekdays_text(days)} {listed(map(str, spans))}" for days, spans in calendar.hours.items())
    short = listed(f"{day} {listed(map(str, spans))}" for day, spans in calendar.short_days.items())
    where = f" of accounts in {listed(calendar.regions)}" if calendar.regions else ""
    effective = calendar.effective
    dates = f", from {effective.from_}" + (f" through {effective.to}" if effective.to else "") if effective else ""
    days = f" Holidays: {listed(map(str, calendar.holidays))}." if calendar.holidays else ""
    days += f" Short days: {short}." if short else ""
    return f"Business hours{where}: {hours} ({calendar.timezone}{dates}).{days}"

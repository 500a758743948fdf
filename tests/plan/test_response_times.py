"""Clocks that cannot run are refused with the plan, at their place."""

import pytest
from reports.telling import USUAL, plan_text

from expcomp.diagnostics import Refused
from expcomp.plan.load import bind_plan
from expcomp.plan.working_hours import read_weekdays

NINE_TO_FIVE = {"timezone": "America/New_York", "hours": {"Mon-Fri": "09:00-17:00"}}


def refused(sla: dict, **signals: object) -> list[str]:  # type: ignore[type-arg]
    with pytest.raises(Refused) as caught:
        bind_plan(plan_text({**USUAL, **sla}, **signals), "plan.yaml")
    return [str(finding).partition(" ")[2] for finding in caught.value.findings]


@pytest.mark.parametrize(("sla", "signals", "said"), [
    ({"clock": "business"}, {}, "E330 clock-without-calendar: business time is counted here, and no calendar holds"),
    ({"clock": "business"}, {"calendar": {**NINE_TO_FIVE, "regions": ["EMEA"]}}, "E330 clock-without-calendar"),
    ({"hot": {"acknowledge": "1 business day", "contact": "24h"}}, {}, "E330 clock-without-calendar"),
    ({"hot": {"acknowledge": "4h", "contact": "1 month"}}, {}, "E310 wrong-duration: 1 month is no measure of a clock"),
    ({"hot": {"acknowledge": "0h", "contact": "24h"}}, {}, "E310 wrong-duration: 0 hours leaves no time to answer"),
    ({"close_loop": "5 business days after outcome"}, {}, "E310 wrong-duration"),
    ({"close_loop": "5 days"}, {}, "E203 wrong-value: \"5 days\" says nothing: write it like 5 days after outcome"),
    ({"sync": {"every": "2 weeks", "weekday": "Monday", "at": "10:00"}}, {}, "E332 sync-without-anchor: every 2 weeks"),
    ({"sync": {"every": "10 days", "weekday": "Monday", "at": "10:00"}}, {}, "E310 wrong-duration: a sync on Mondays"),
    ({"sync": {"every": "2 weeks", "weekday": "Monday", "at": "10:00", "anchor": "2026-05-05"}}, {},
     "E332 sync-without-anchor: the anchor 2026-05-05 is a Tuesday"),
    ({"sync": {"every": "1 week", "weekday": "Monday", "at": "25:00"}}, {}, "E203 wrong-value: \"25:00\" is not"),
    ({}, {"calendar": {**NINE_TO_FIVE, "timezone": "New York"}}, "E312 unknown-timezone: \"New York\" is no time zone"),
    ({}, {"calendar": {**NINE_TO_FIVE, "hours": {"Mon-Fry": "09:00-17:00"}}}, "E203 wrong-value: \"Mon-Fry\" names no"),
    ({}, {"calendar": {**NINE_TO_FIVE, "hours": {"Mon-Fri": "9-17"}}}, "E203 wrong-value: \"9\" is not a time of day"),
    ({}, {"calendar": {**NINE_TO_FIVE, "hours": {"Mon": "09:00-09:00"}}}, "E203 wrong-value: \"09:00-09:00\" opens"),
    ({}, {"calendar": {**NINE_TO_FIVE, "hours": {}}}, "E335 calendar-never-open"),
    ({}, {"calendars": [NINE_TO_FIVE, NINE_TO_FIVE]}, "E333 calendars-overlap: two calendars hold for all"),
    ({"hot": {"acknowledge": "1 business day", "contact": "24h"}},
     {"calendar": {**NINE_TO_FIVE, "hours": {"Mon-Thu": "09:00-17:00", "Fri": "09:00-13:00"}}},
     "E334 business-days-unequal"),
])  # fmt: skip
def test_refused(sla: dict, signals: dict, said: str) -> None:  # type: ignore[type-arg]
    assert any(told.startswith(said) for told in refused(sla, **signals)), refused(sla, **signals)


def test_a_review_without_a_meeting_or_an_end() -> None:
    sla = {name: value for name, value in USUAL.items() if name != "sync"} | {"watch": {"review": "next sync"}}
    with pytest.raises(Refused, match="E331 review-without-sync"):
        bind_plan(plan_text(sla), "plan.yaml")


@pytest.mark.parametrize(("text", "days"), [
    ("Mon-Fri", (0, 1, 2, 3, 4)), ("Sat", (5,)), ("Mon, Wed-Thu", (0, 2, 3)), ("Sat-Mon", (5, 6, 0)),
])  # fmt: skip
def test_weekdays(text: str, days: tuple[int, ...]) -> None:
    assert read_weekdays(text) == days

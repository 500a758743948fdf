"""Days and instants, without guessing."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from expcomp.period import to_day
from expcomp.sources import dates

NEW_YORK, UTC_ZONE, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


def us(*parts: int) -> int:
    return int((datetime(*parts, tzinfo=UTC) - dates.EPOCH).total_seconds()) * 1_000_000  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "order", "form", "moment"),
    [
        ("2027-02-10", "", dates.Form.DAY, us(2027, 2, 10)),
        ("2027-02-10 15:30", "", dates.Form.LOCAL, us(2027, 2, 10, 15, 30)),
        ("2027-02-10T15:30:05", "", dates.Form.LOCAL, us(2027, 2, 10, 15, 30, 5)),
        ("2027-02-10T15:30:00.000Z", "", dates.Form.INSTANT, us(2027, 2, 10, 15, 30)),
        ("2027-02-10T15:30:00-05:00", "", dates.Form.INSTANT, us(2027, 2, 10, 20, 30)),
        ("2027-02-10T15:30:00+0530", "", dates.Form.INSTANT, us(2027, 2, 10, 10, 0)),
        ("3/1/2027", "month_first", dates.Form.DAY, us(2027, 3, 1)),
        ("3/1/2027", "day_first", dates.Form.DAY, us(2027, 1, 3)),
        ("01.03.2027", "day_first", dates.Form.DAY, us(2027, 3, 1)),
        ("3/1/2027, 10:15 PM", "month_first", dates.Form.LOCAL, us(2027, 3, 1, 22, 15)),
        ("3/1/2027 12:05 AM", "month_first", dates.Form.LOCAL, us(2027, 3, 1, 0, 5)),
    ],
)
def test_a_moment_is_read(text: str, order: str, form: dates.Form, moment: int) -> None:
    moments = dates.read_moments([text], order)
    assert (moments.form[0], moments.us[0]) == (form, moment)


@pytest.mark.parametrize(
    "text",
    [
        *("2027-02-30", "2027-2-1", "20270210", "45631", "10 Feb 2027", "1/18/27", "3/1/2027", "TBD", "n/a"),
        *("-", "2027-02-10T25:00:00Z", "2027-02-10 15", "1795000000000"),
    ],
)
def test_anything_else_is_no_moment(text: str) -> None:
    assert dates.read_moments([text], "").form[0] == dates.Form.BAD


def test_the_fast_reader_agrees_with_the_slow_one() -> None:
    days = [f"2027-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)] * 4
    blank = [day if number % 3 else "" for number, day in enumerate(days)]
    for texts in (days, blank, [f"{day}T10:00:30Z" for day in days], [f"{day} 23:59:59" for day in days]):
        fast, slow = dates.read_moments(texts, ""), dates.read_moments([*texts[:999]], "")
        assert len(texts) >= 1000
        assert (fast.us[:999] == slow.us).all()
        assert (fast.form[:999] == slow.form).all()


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2027-01-01"], ""),
        (["1/13/2027", "2/3/2027"], "month_first"),
        (["13/1/2027", "2/3/2027"], "day_first"),
        (["1/2/2027", "3/4/2027"], "ambiguous"),
        (["1/13/2027", "13/1/2027"], "conflicting"),
    ],
)
def test_the_order_of_a_column_is_proved_or_asked_for(texts: list[str], order: str) -> None:
    assert dates.order_of(texts) == order


def test_an_instant_becomes_the_day_it_is_in_the_plans_zone() -> None:
    moments = dates.read_moments(["2027-01-01T02:00:00Z", "2027-01-01", "2027-01-01 00:00", "2027-01-01 02:00"], "")
    days, missing = dates.to_days(moments, UTC_ZONE, NEW_YORK)
    december, january = to_day(date(2026, 12, 31)), to_day(date(2027, 1, 1))
    assert days.tolist() == [december, january, january, december]
    assert not missing.any()


def test_a_wall_clock_is_put_into_its_zone_and_a_gap_is_told() -> None:
    moments = dates.read_moments(["2027-03-28 02:30", "2027-03-28 03:30", "2027-10-31 02:30"], "")
    instants, missing = dates.to_instants(moments, BERLIN)
    assert missing.tolist() == [True, False, False]
    assert instants[1:].tolist() == [us(2027, 3, 28, 1, 30), us(2027, 10, 31, 0, 30)]


def test_dates_outside_the_bounds_are_told() -> None:
    moments = dates.read_moments(["1999-12-31", "2000-01-01", "2100-12-31", "2101-01-01"], "")
    assert np.flatnonzero(moments.out_of_bounds()).tolist() == [0, 3]

"""Periods follow the fiscal calendar; months clamp to the month's end."""

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from expcomp.period import Duration, FiscalCalendar, Span, Unit, add_months, to_date, to_day

JANUARY, FEBRUARY = FiscalCalendar(1), FiscalCalendar(2)


def days(*texts: str) -> np.ndarray:
    return np.asarray([to_day(date.fromisoformat(text)) for text in texts], dtype=np.int64)


@pytest.mark.parametrize(
    ("calendar", "text", "first", "last"),
    [
        (JANUARY, "2027Q1", "2027-01-01", "2027-03-31"),
        (JANUARY, "2027", "2027-01-01", "2027-12-31"),
        (JANUARY, "2028-02", "2028-02-01", "2028-02-29"),
        (JANUARY, "2027H2", "2027-07-01", "2027-12-31"),
        # a fiscal year is named by the year in which it ends
        (FEBRUARY, "2027Q1", "2026-02-01", "2026-04-30"),
        (FEBRUARY, "2027", "2026-02-01", "2027-01-31"),
        (FEBRUARY, "2027-03", "2027-03-01", "2027-03-31"),
    ],
)
def test_periods(calendar: FiscalCalendar, text: str, first: str, last: str) -> None:
    period = calendar.parse(text)
    assert (to_date(period.first_day).isoformat(), to_date(period.last_day).isoformat()) == (first, last)
    assert str(period) == text


@pytest.mark.parametrize("text", ["Q1-2027", "2027q1", "2027Q5", "2027-13", "27Q1", "", "2027 Q1"])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period: write 2027Q1, 2027-03, 2027H1 or 2027"):
        JANUARY.parse(text)


@example(7, date(2100, 12, 31), Span.YEAR)  # the fiscal year 2101
@given(st.integers(1, 12), st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.sampled_from(Span))
def test_a_day_lies_in_exactly_the_period_that_claims_it(month: int, day: date, span: Span) -> None:
    period = FiscalCalendar(month).period_of(span, to_day(day))
    assert period.contains(to_day(day))
    assert period.next().first_day == period.last_day + 1
    assert FiscalCalendar(month).parse(str(period)) == period


def test_a_year_splits_into_its_quarters() -> None:
    assert [str(q) for q in FEBRUARY.parse("2027").split(Span.QUARTER)] == ["2027Q1", "2027Q2", "2027Q3", "2027Q4"]


def test_months_clamp_to_the_end_of_the_month() -> None:
    # 31 January + 1 month; 29 February + 12 months; 31 March − 1 month
    got = [
        *add_months(days("2027-01-31", "2028-01-31"), 1),
        *add_months(days("2028-02-29"), 12),
        *add_months(days("2027-03-31"), -1),
    ]
    assert [to_date(day).isoformat() for day in got] == ["2027-02-28", "2028-02-29", "2029-02-28", "2027-02-28"]


def test_days_and_months_are_different_durations() -> None:
    start = days("2027-01-31")
    assert to_date(Duration(30, Unit.DAYS).after(start)[0]).isoformat() == "2027-03-02"
    assert to_date(Duration(1, Unit.MONTHS).after(start)[0]).isoformat() == "2027-02-28"

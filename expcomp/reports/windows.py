"""Trailing windows: the plan's window quarter by quarter, and other lengths to the same end."""

from dataclasses import dataclass

from expcomp.diagnostics import Refused
from expcomp.period import Duration, Span, Unit
from expcomp.reports.retention import RetentionReport
from expcomp.retention.rates import Retained
from expcomp.retention.trailing import trailing_of

QUARTERS_TOLD = 8
LENGTHS = (1, 3, 6, 12, 24)
"""Months of the other windows."""


@dataclass(frozen=True, slots=True)
class Window:
    """`retained` is None where an exchange rate of that time is missing."""

    length: Duration
    base: int
    end: int
    retained: Retained | None


def quarters(report: RetentionReport) -> list[Window]:
    """The plan's window to the end of each quarter before the end, the oldest first; those with anybody in the base."""
    period = report.terms.calendar.period_of(Span.QUARTER, report.end)
    ends = [report.end]
    while len(ends) < QUARTERS_TOLD:
        period = period.previous()
        ends.append(period.last_day)
    return _filled([_window(report, report.terms.window, end) for end in reversed(ends)])


def lengths(report: RetentionReport) -> list[Window]:
    """Other windows to the same end."""
    durations = (Duration(months, Unit.MONTHS) for months in LENGTHS)
    return _filled([_window(report, length, report.end) for length in durations])


def _window(report: RetentionReport, length: Duration, end: int) -> Window:
    base = report.terms.base_before(end, length)
    try:
        retained = Retained.of(trailing_of(report.recurring, base, end))
    except Refused:
        return Window(length, base, end, None)
    return Window(length, base, end, retained)


def _filled(windows: list[Window]) -> list[Window]:
    return [window for window in windows if window.retained is None or window.retained.accounts]

"""What the metrics of a bonus or a modifier stand at, over the accounts that each payee is measured by."""

import numpy as np

from expcomp.diagnostics import Code
from expcomp.pay.scopes import Window
from expcomp.period import Duration, Period, Span

NO_TARGET = Code("D527", "no-target-for-the-segment")

Ratio = tuple[int, int]
"""A metric as it stands, unrounded: numerator and denominator."""


def window_of(length: Duration | Span, period: Period) -> Window:
    """The window that ends with a metric period: a trailing time, or the fiscal period of a span up to then."""
    end = period.last_day + 1
    if isinstance(length, Duration):
        return Window(int(length.before(np.asarray([end]))[0]), end)
    return Window(period.calendar.period_of(length, period.last_day).first_day, end)

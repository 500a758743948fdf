"""Business time of random stretches in three zones, per row: ours, and pandas' CustomBusinessHour.

python -m bench.business_hours [ROWS]; pandas adds hours row by row, so it is given few of them.
"""

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from expcomp.plan.load import load_plan
from expcomp.reports.business_time import NO_PAUSES, OpenHours, counted, due
from expcomp.reports.calendars import last_day_needed, open_hours

from .columns import YEAR_START

PLAN = Path(__file__).with_name("sla_plan.yaml")
DAY_US = 86_400_000_000
LIMIT_US = 4 * 3_600_000_000
FEW = 2_000


def main(rows: int) -> None:
    rng = np.random.default_rng(1)
    start = YEAR_START * DAY_US + rng.integers(0, 300 * 86_400, rows) * 1_000_000
    end = start + rng.integers(0, 14 * 86_400, rows) * 1_000_000
    plan = load_plan(PLAN, PLAN.name)
    zone = rng.integers(0, 3, rows)
    made, hours = _timed(lambda: [
        open_hours([calendar], int(start.min()) // DAY_US, last_day_needed([calendar], int(end.max()), LIMIT_US))
        for calendar in plan.signals.all_calendars
    ])  # fmt: skip
    elapsed, _ = _timed(lambda: [_of_zone(hours[z], start[zone == z], end[zone == z]) for z in range(3)])
    falls_due, _ = _timed(lambda: [_due(hours[z], start[zone == z]) for z in range(3)])
    few = start[zone == 0][:FEW]
    offset, theirs = _pandas(few, plan.signals.all_calendars[0].holidays)
    same = int((theirs == _due(hours[0], few)).sum())
    sys.stdout.write(
        f"{rows:,} rows in 3 zones, holidays: business time {elapsed / rows * 1e6:.3f} µs a row, due instant "
        f"{falls_due / rows * 1e6:.3f} µs a row, the open windows of a year once {made * 1000:.0f} ms\n"
        f"CustomBusinessHour, which knows no time between two instants, adds 4 h in {offset / len(few) * 1e6:.0f} µs a "
        f"row ({len(few):,} rows of New York; {same:,} of its instants are ours)\n"
    )


def _of_zone(hours: OpenHours, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    return counted(hours, start, end, NO_PAUSES)


def _due(hours: OpenHours, start: np.ndarray) -> np.ndarray:
    return due(hours, start, np.full(len(start), LIMIT_US), NO_PAUSES)


def _pandas(start: np.ndarray, holidays: tuple[date, ...]) -> tuple[float, np.ndarray]:
    offset = pd.offsets.CustomBusinessHour(n=4, start="09:00", end="17:00", holidays=list(holidays))
    local = pd.to_datetime(start, unit="us", utc=True).tz_convert("America/New_York")
    took, found = _timed(lambda: [each + offset for each in local])
    return took, np.asarray(pd.DatetimeIndex(found).tz_convert("UTC").tz_localize(None).as_unit("us").asi8)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

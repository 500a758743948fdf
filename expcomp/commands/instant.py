"""What `--as-of`, `--base`, `--week` … name: a day, an instant, the week of a year."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from expcomp.diagnostics import Code, Refused

WRONG_DATE = Code("C303", "not-a-date")
WRONG_INSTANT = Code("C307", "not-an-instant")
WRONG_WEEK = Code("C308", "not-a-week")

WEEK = re.compile(r"(20\d\d)-?[Ww](\d{1,2})", re.ASCII)
SECOND_US = 1_000_000


def now_us() -> int:
    """The clock of this machine, in microseconds since 1970."""
    return int(datetime.now(UTC).timestamp()) * SECOND_US


def read_day(option: str, text: str) -> date:
    """Raises `Refused` (C303)."""
    from expcomp.plan.scalars import read_date

    try:
        return read_date(text)
    except ValueError as error:
        raise Refused(WRONG_DATE.at(None, f"{option}: {error}")) from None


def read_instant(text: str, zone: ZoneInfo) -> int:
    """`2027-03-31` (the day's last second), `2027-03-31T17:00` (the clock of the zone), `2027-03-31T21:00Z`."""
    from expcomp.sources.dates import DAY_US, Form, read_moments, to_instants

    moments = read_moments([text.strip()], "")
    days = moments.form == Form.DAY
    moments.us[days] += DAY_US
    us, missing = to_instants(moments, zone)
    if moments.form[0] == Form.BAD or missing[0] or moments.out_of_bounds()[0]:
        message = f'--as-of: "{text}" is no instant of {zone.key}: write 2027-03-31, 2027-03-31T17:00 or …T21:00Z'
        raise Refused(WRONG_INSTANT.at(None, message))
    return int(us[0]) - (SECOND_US if days[0] else 0)


def read_week(text: str) -> int:
    """`2027-W12` → the number of the week (`reports.moments.week_of`)."""
    from expcomp.period import to_day
    from expcomp.reports.moments import week_of

    match = WEEK.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        monday = to_day(date.fromisocalendar(int(match[1]), int(match[2]), 1))
    except ValueError:
        raise Refused(WRONG_WEEK.at(None, f'--week: "{text}" is no week of a year: write it like 2027-W12')) from None
    import numpy as np

    return int(week_of(np.asarray([monday]))[0])

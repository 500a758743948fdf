"""Columns of days and instants: one order of day and month for a whole column, and clocks put into zones."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code
from expcomp.exact import Flags, Ints
from expcomp.sources import dates
from expcomp.sources.cells import Cells, Problem, Problems
from expcomp.sources.column import Converted, Job

DATE_BAD = Code("D313", "date-not-a-date")
DATE_UNCLEAR = Code("D314", "date-order-unclear")
DATE_BOUNDS = Code("D315", "date-out-of-bounds")
TIME_MISSING = Code("D316", "time-does-not-exist")
MIDNIGHT = Code("D330", "dates-written-as-instants")
SERIALS = Code("D332", "dates-are-day-numbers")
ORDER_PROVED = Code("D331", "date-order-proved")

LONGEST_DAY = len("2026-12-31")
NAT = np.iinfo(np.int64).min


def convert_days(job: Job) -> Converted:
    moments, codes, converted = _moments(job, dates.Form.DAY, dates.Form.INSTANT)
    days, gaps = dates.to_days(moments, job.settings.zone, job.settings.plan_zone)
    _refuse_gaps(job, gaps, converted)
    instants = moments.form == dates.Form.INSTANT
    moved = (days[instants] * dates.DAY_US != moments.us[instants]).any()
    if moved and dates.all_midnight_utc(moments):
        message = f"every time is midnight UTC and became the day it is in {job.settings.plan_zone.key}"
        converted.notes.append((MIDNIGHT, message, "export the column as a date if it holds days"))
    known = (moments.form != dates.Form.BAD) & ~gaps
    converted.values = _stamps(days, known, codes, "s")
    return converted


def convert_instants(job: Job) -> Converted:
    moments, codes, converted = _moments(job, dates.Form.INSTANT)
    us, gaps = dates.to_instants(moments, job.settings.zone)
    _refuse_gaps(job, gaps, converted)
    if ((moments.form == dates.Form.LOCAL) | (moments.form == dates.Form.DAY)).any():
        converted.how += f", clock of {job.settings.zone.key}"
    known = (moments.form != dates.Form.BAD) & ~gaps
    naive = _stamps(us, known, codes, "us")
    converted.values = pd.DatetimeIndex(naive).tz_localize("UTC").array
    return converted


def _moments(job: Job, *certain: dates.Form) -> tuple[dates.Moments, Ints | slice, Converted]:
    """Moments, and which of them each row holds; everything that cannot be read becomes a problem.

    A column of nothing but plain ISO of one form that needs no zone is read at once; one of days, of which there
    are few, by its different texts.
    """
    few = job.cells.longest <= LONGEST_DAY
    fast = None if job.cells.values or few else dates.read_plain_iso(job.cells.column)
    if (
        fast is not None
        and set(np.unique(fast.form).tolist()) <= {dates.Form.BAD, *certain}
        and not fast.out_of_bounds().any()
    ):
        return fast, slice(None), Converted(None, [], "date, ISO")
    moments, converted = _different_moments(job)
    return moments, job.cells.codes, converted


def _different_moments(job: Job) -> tuple[dates.Moments, Converted]:
    """One moment for each different text."""
    cells, problems = job.cells, Problems()
    if dates.are_serials(cells.texts):
        return _numbered_moments(job)
    order = job.settings.dates if job.settings.dates != "iso" else ""
    proved = dates.order_of(cells.texts) if not job.settings.dates else ""
    if proved in ("ambiguous", "conflicting"):
        _refuse_order(cells, proved, problems)
    order = order or (proved if proved.endswith("first") else "")
    moments = dates.read_moments(cells.texts, order)
    skip = set(_slashed(cells)) if proved in ("ambiguous", "conflicting") else set()
    for code in np.flatnonzero(moments.form == dates.Form.BAD):
        if cells.texts[code] and code not in skip:
            help = "write YYYY-MM-DD; or say  dates: month_first  or  dates: day_first  for the source"
            problems.add(DATE_BAD, cells.written[code], "is not a date", help, cells.rows_of(int(code)))
    _refuse_outside(cells, moments, problems)
    converted = Converted(None, problems.items, "date" + (f", {order.replace('_', ' ')}" if order else ", ISO"))
    if proved.endswith("first"):
        message = f"dates read {order.replace('_', ' ')}: only that order fits every value"
        converted.notes.append((ORDER_PROVED, message, f"say  dates: {order}  for the source to keep it so"))
    return moments, converted


def _numbered_moments(job: Job) -> tuple[dates.Moments, Converted]:
    """A column of nothing but a spreadsheet's day numbers."""
    since_1904 = job.settings.since_1904
    problems = Problems()
    moments = dates.read_serials(job.cells.texts, since_1904=since_1904)
    _refuse_outside(job.cells, moments, problems)
    converted = Converted(None, problems.items, "date, a spreadsheet's day numbers")
    calendar = "1904" if since_1904 else "1900"
    first = next(code for code, text in enumerate(job.cells.texts) if text)
    shown = np.datetime64(int(moments.us[first]), "us").astype("datetime64[D]")
    message = (
        f"day numbers of a spreadsheet ({calendar} calendar) were read as dates: {job.cells.texts[first]} is {shown}"
    )
    converted.notes.append((SERIALS, message, "export the column as dates"))
    return moments, converted


def _refuse_outside(cells: Cells, moments: dates.Moments, problems: Problems) -> None:
    outside = moments.out_of_bounds()
    for code in np.flatnonzero(outside):
        message = "lies outside 2000-2100"
        problems.add(DATE_BOUNDS, cells.written[code], message, "correct the date", cells.rows_of(int(code)))
    moments.form[outside] = dates.Form.BAD


def _slashed(cells: Cells) -> list[int]:
    return [code for code, text in enumerate(cells.texts) if dates.SLASHED.fullmatch(text)]


def _refuse_order(cells: Cells, proved: str, problems: Problems) -> None:
    slashed = _slashed(cells)
    rows = np.sort(np.concatenate([cells.rows_of(code) for code in slashed]))
    first = next(code for code in slashed if rows[0] in cells.rows_of(code))
    both = proved == "ambiguous"
    message = (
        "fits both month-first and day-first, like every value of the column"
        if both
        else ("is in a column of which some values fit only month-first and some only day-first")
    )
    help = "say  dates: month_first  or  dates: day_first  for the source in expcomp.yaml"
    problems.add(DATE_UNCLEAR, cells.written[first], message, help if both else "write every date as YYYY-MM-DD", rows)


def _refuse_gaps(job: Job, gaps: Flags, converted: Converted) -> None:
    for code in np.flatnonzero(gaps):
        message = f"does not exist in {job.settings.zone.key}: clocks were set forward"
        help = "say the zone of these clocks with  timezone:  for the source"
        rows = job.cells.rows_of(int(code))
        converted.problems.append(Problem(TIME_MISSING, job.cells.written[code], message, help, rows))


def _stamps(ticks: Ints, known: Flags, codes: Ints | slice, unit: Literal["s", "us"]) -> Any:
    """Days (unit s) or microseconds (unit us) as a column; NaT where not known."""
    whole = np.where(known, ticks * (86_400 if unit == "s" else 1), NAT)
    return pd.DatetimeIndex(whole.view(f"datetime64[{unit}]")[codes]).array

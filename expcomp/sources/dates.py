"""Days and instants, read without guessing: ISO, or one order of day and month that a whole column fits.

A text becomes microseconds of the wall clock it names, with a form: a day, a time of no zone, an instant.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.exact import Flags, Ints
from expcomp.period import to_day
from expcomp.sources.cells import to_numpy
from expcomp.texts import LARGE, letters_of

ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:(?:T| +)(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?)?",
    re.ASCII,
)
SLASHED = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:,? +(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AaPp])\.?[Mm]\.?)?)?",
    re.ASCII,
)

SERIAL = re.compile(r"(\d{5})(?:\.(\d+))?", re.ASCII)
"""A spreadsheet's number of a day, with its part that has passed."""

DAY_US = 86_400_000_000
FIRST_US, END_US = (to_day(date(year, 1, 1)) * DAY_US for year in (2000, 2101))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Form(IntEnum):
    BAD = 0
    DAY = 1
    LOCAL = 2
    INSTANT = 3


@dataclass(frozen=True, slots=True)
class Moments:
    """One entry a text: microseconds since 1970 (UTC for instants, else the wall clock) and the form."""

    us: Ints
    form: npt.NDArray[np.int8]

    def out_of_bounds(self) -> Flags:
        outside: Flags = (self.form != Form.BAD) & ((self.us < FIRST_US) | (self.us >= END_US))
        return outside


def order_of(texts: Sequence[str]) -> str:
    """`month_first`, `day_first`, `ambiguous`, `conflicting`; nothing when no text is of the slashed kind."""
    slashed = [match for match in map(SLASHED.fullmatch, texts) if match]
    if not slashed:
        return ""
    month_first = all(int(match[1]) <= 12 for match in slashed)
    day_first = all(int(match[3]) <= 12 for match in slashed)
    if month_first and day_first:
        return "ambiguous"
    if month_first or day_first:
        return "month_first" if month_first else "day_first"
    return "conflicting"


def read_moments(texts: Sequence[str], order: str) -> Moments:
    """ISO texts and, where `order` is month_first or day_first, slashed ones; anything else is BAD."""
    fast = read_plain_iso(pa.array(texts, LARGE))
    if fast is not None:
        return fast
    read = [_read(text, order) for text in texts]
    us = np.fromiter((us for us, _ in read), np.int64, len(read))
    return Moments(us, np.fromiter((form for _, form in read), np.int8, len(read)))


def read_plain_iso(column: pa.Array | pa.ChunkedArray) -> Moments | None:
    """Arrow's own parser, where each text is blank (and BAD) or of one of the three usual ISO shapes."""
    if len(column) < 1000:
        return None
    blank = pc.equal(column, "")
    filled_at = pc.index(blank, False).as_py()
    first = column.slice(filled_at, 1).to_pylist() if filled_at >= 0 else []
    day, time = r"^\d{4}-\d{2}-\d{2}", r"[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?"
    for form, shape in (
        (Form.DAY, day + "$"),
        (Form.LOCAL, day + time + "$"),
        (Form.INSTANT, day + time + "Z$"),
    ):
        if not all(re.match(shape, text) for text in first):
            continue
        if not (_same_letters(column, first[0]) or pc.all(pc.match_substring_regex(column, f"{shape}|^$")).as_py()):
            return None
        kind = pa.timestamp("us", tz="UTC" if form is Form.INSTANT else None)
        try:
            filled = pc.if_else(blank, pa.scalar(None, column.type), column) if pc.any(blank).as_py() else column
            us = to_numpy(filled.cast(kind).cast(pa.int64()).fill_null(0))
        except pa.ArrowInvalid:
            return None
        return Moments(us, np.where(to_numpy(blank), Form.BAD, form).astype(np.int8))
    return None


def are_serials(texts: Sequence[str]) -> bool:
    """Whether every text that is not blank is the number of a day, and there is one."""
    filled = [text for text in texts if text]
    return bool(filled) and all(map(SERIAL.fullmatch, filled))


def read_serials(texts: Sequence[str], *, since_1904: bool) -> Moments:
    """Numbers of days since the end of 1899, or since 1904; a part of a day is a time of no zone, to the second."""
    first = to_day(date(1904, 1, 1) if since_1904 else date(1899, 12, 30))
    us, form = np.zeros(len(texts), np.int64), np.full(len(texts), Form.BAD, np.int8)
    for number, text in enumerate(texts):
        if match := SERIAL.fullmatch(text):
            part = int((match[2] or "0").ljust(9, "0")[:9])
            seconds = (part * 86_400 + 500_000_000) // 1_000_000_000
            us[number] = (int(match[1]) + first) * DAY_US + seconds * 1_000_000
            form[number] = Form.LOCAL if part else Form.DAY
    return Moments(us, form)


def _same_letters(column: pa.Array | pa.ChunkedArray, example: str) -> bool:
    """Whether all texts are as long as the example and have its signs where it has no digit. The digits of a text that
    passes are still to be read."""
    pieces = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    size = pc.min_max(pc.binary_length(column)).as_py()
    if size["min"] != len(example) or size["max"] != len(example):
        return False
    signs = [(place, ord(sign)) for place, sign in enumerate(example) if not sign.isdigit()]
    tables = (letters_of(piece).reshape(len(piece), len(example)) for piece in pieces)
    return all((table[:, place] == sign).all() for table in tables for place, sign in signs)


def _read(text: str, order: str) -> tuple[int, Form]:
    match = ISO.fullmatch(text)
    if match:
        year, month, day, hour, minute, second, part, zone = match.groups()
        form = Form.DAY if hour is None else Form.INSTANT if zone else Form.LOCAL
        clock = (hour or "0", minute or "0", second or "0")
        us = int((part or "").ljust(6, "0")[:6])
        return _moment((year, month, day), clock, form, us - _offset_us(zone or "Z"))
    match = SLASHED.fullmatch(text)
    if match and order in ("month_first", "day_first"):
        first, _, second_part, year, hour, minute, second, half = match.groups()
        month, day = (first, second_part) if order == "month_first" else (second_part, first)
        form = Form.DAY if hour is None else Form.LOCAL
        clock = (_hour_of_24(hour, half) if hour else "0", minute or "0", second or "0")
        return _moment((year, month, day), clock, form, 0)
    return 0, Form.BAD


def _moment(day: tuple[str, str, str], clock: tuple[str, str, str], form: Form, us: int) -> tuple[int, Form]:
    try:
        year, month, date_, hour, minute, second = map(int, (*day, *clock))
        since = datetime(year, month, date_, hour, minute, second, tzinfo=UTC) - EPOCH
    except ValueError:
        return 0, Form.BAD
    return since // timedelta(microseconds=1) + us, form


def _hour_of_24(hour: str, half: str | None) -> str:
    if not half:
        return hour
    return str(int(hour) % 12 + (12 if half in "Pp" else 0)) if 1 <= int(hour) <= 12 else "99"


def _offset_us(zone: str) -> int:
    if zone in ("Z", "UTC"):
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return minutes * 60_000_000 * (-1 if zone[0] == "-" else 1)


def to_instants(moments: Moments, zone: ZoneInfo) -> tuple[Ints, Flags]:
    """Microseconds of UTC, and which wall-clock times do not exist in `zone` (a gap of daylight saving).

    A time that happens twice is taken the first time round.
    """
    local = (moments.form == Form.DAY) | (moments.form == Form.LOCAL)
    if not local.any():
        return moments.us, np.zeros(len(local), np.bool_)
    wall = pd.DatetimeIndex(moments.us[local].view("datetime64[us]"))
    aware = wall.tz_localize(zone, ambiguous=np.ones(len(wall), np.bool_), nonexistent="NaT")
    us, missing = moments.us.copy(), np.zeros(len(local), np.bool_)
    gaps = np.asarray(aware.isna())
    missing[local] = gaps
    us[local & ~missing] = aware[~gaps].as_unit("us").asi8
    return us, missing


def to_days(moments: Moments, source_zone: ZoneInfo, zone: ZoneInfo) -> tuple[Ints, Flags]:
    """Days since 1970 in `zone`, and which wall-clock times do not exist in the source's zone.

    A day stays the day it is. So does a midnight of no zone: it is how a day is written by systems that only
    know times. Every other time is an instant, and becomes the day it is in `zone`.
    """
    days = moments.us // DAY_US
    midnight = moments.us % DAY_US == 0
    timed = ((moments.form == Form.LOCAL) & ~midnight) | (moments.form == Form.INSTANT)
    if not timed.any():
        return days, np.zeros(len(days), np.bool_)
    us, missing = to_instants(Moments(moments.us[timed], moments.form[timed]), source_zone)
    there = pd.DatetimeIndex(us.view("datetime64[us]")).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    days[timed] = there.as_unit("us").asi8 // DAY_US
    gaps = np.zeros(len(days), np.bool_)
    gaps[timed] = missing
    return days, gaps


def all_midnight_utc(moments: Moments) -> bool:
    """Whether there are instants and each is 00:00 UTC: probably days that a system wrote as instants."""
    instants = moments.us[moments.form == Form.INSTANT]
    return bool(len(instants)) and not (instants % DAY_US).any()

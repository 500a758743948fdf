"""Strict converters, one per kind of field: a column of text becomes a typed column or a list of problems."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code
from expcomp.sources import amounts, dates, words
from expcomp.sources.cells import (
    CELL_ERROR,
    ERROR_TEXTS,
    Cells,
    Problem,
    Problems,
    integers,
    taken_integers,
    taken_text,
    text_array,
    to_numpy,
)
from expcomp.sources.ids import SUSPECT, Damaged, read_id
from expcomp.sources.tables import MOTIONS, Field, Kind

NUMBER_BAD = Code("D310", "number-not-a-number")
AMBIGUOUS_NUMBER = Code("D303", "decimal-sign-unclear")
SHARE_UNCLEAR = Code("D308", "share-unclear")
SHARE_BAD = Code("D309", "share-not-a-share")
FLAG_BAD = Code("D311", "flag-not-a-flag")
WORD_UNKNOWN = Code("D312", "word-unknown")
DATE_BAD = Code("D313", "date-not-a-date")
DATE_UNCLEAR = Code("D314", "date-order-unclear")
DATE_BOUNDS = Code("D315", "date-out-of-bounds")
TIME_MISSING = Code("D316", "time-does-not-exist")
CURRENCY_UNKNOWN = Code("D307", "currency-unknown")
PERIOD_BAD = Code("D320", "period-not-a-period")
RATE_BAD = Code("D321", "rate-not-a-rate")
MIDNIGHT = Code("D330", "dates-written-as-instants")
ORDER_CHOSEN = Code("D331", "date-order-proved")

TO_NUMBER = {Kind.NUMBER: NUMBER_BAD, Kind.RATE: RATE_BAD, Kind.SHARE: SHARE_BAD}


@dataclass(frozen=True, slots=True)
class Settings:
    """How one source writes things: the zone of its clocks, its order of dates, its decimal sign, its words."""

    zone: ZoneInfo
    plan_zone: ZoneInfo
    dates: str = ""
    decimal: str = ""
    values: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Converted:
    """A typed column (`None` where the kind waits for others), what is wrong, and how it was read."""

    values: object
    problems: list[Problem] = field(default_factory=list)
    how: str = ""
    notes: list[tuple[Code, str, str]] = field(default_factory=list)


def convert(cells: Cells, table: str, wanted: Field, settings: Settings, style: str) -> Converted:
    """The column as `tables.py` shapes it. Amounts need their currency too: see `monies.py`."""
    return CONVERTERS[wanted.kind](_Job(cells, table, wanted, settings, style))


@dataclass(frozen=True, slots=True)
class _Job:
    cells: Cells
    table: str
    field: Field
    settings: Settings
    style: str


def _text(job: _Job) -> Converted:
    cells, problems = job.cells, Problems()
    known = words.VOCABULARY.get((job.table, job.field.name))
    if known:
        return _fixed_words(job, known)
    if cells.values:
        return Converted(taken_text(cells.texts, cells.codes), _cell_errors(cells), "text, mapped by values")
    problems.items += _cell_errors(cells)
    return Converted(text_array(cells.column), problems.items, "text")


def _fixed_words(job: _Job, known: tuple[str, ...]) -> Converted:
    problems = Problems()
    refuse = _refusal(job.cells, problems, WORD_UNKNOWN, lambda text: _map_help(job, text, known))
    read = job.cells.convert(lambda text: words.read_fixed_word(text, known), refuse, "")
    return Converted(taken_text(read, job.cells.codes), problems.items, "one of " + ", ".join(known))


def _motion(job: _Job) -> Converted:
    problems = Problems()
    refuse = _refusal(job.cells, problems, WORD_UNKNOWN, lambda text: _map_help(job, text, MOTIONS))
    read = job.cells.convert(words.read_motion, refuse, "")
    return Converted(taken_text(read, job.cells.codes), problems.items, "motion")


def _map_help(job: _Job, text: str, known: Mapping[str, str] | tuple[str, ...]) -> str:
    close = words.did_you_mean(words.slug(text), known)
    line = f'map it in expcomp.yaml:  values: {{{singular(job.table)}.{job.field.name}: {{"{text}": …}}}}'
    return f"{close} {line}".strip()


def singular(table: str) -> str:
    """`deals` → `deal`: how config keys and conditions name a table's row."""
    return table if table in ("usage", "team", "fx") else table.removesuffix("s")


def _id(job: _Job) -> Converted:
    cells = job.cells
    suspects = to_numpy(pc.match_substring_regex(cells.column, SUSPECT))
    if not suspects.any() and not cells.values:
        return Converted(text_array(cells.column), _cell_errors(cells), "id, exact")
    problems = Problems()
    read = cells.convert(read_id, _id_refusal(cells, problems), "")
    return Converted(taken_text(read, cells.codes), problems.items + _cell_errors(cells), "id, exact")


def _id_refusal(cells: Cells, problems: Problems) -> Callable[[int, ValueError], None]:
    def refuse(code: int, error: ValueError) -> None:
        assert isinstance(error, Damaged)
        problems.add(error.code, cells.written[code], str(error), error.help, cells.rows_of(code))

    return refuse


def _flag(job: _Job) -> Converted:
    problems = Problems()
    help = "write true or false, or map the word with  values:  in expcomp.yaml"
    refuse = _refusal(job.cells, problems, FLAG_BAD, lambda _: help)
    read = job.cells.convert(words.read_flag, refuse, None)
    known = np.array([flag is not None for flag in read], np.bool_)
    flags = np.array([bool(flag) for flag in read], np.bool_)
    codes = job.cells.codes
    return Converted(pd.arrays.BooleanArray(flags[codes], ~known[codes]), problems.items, "true or false")


def _number(job: _Job) -> Converted:
    return _numeric(job, lambda text, style: amounts.to_millionths(text, style), "number")


def _numeric(job: _Job, read: Callable[[str, str], int], how: str) -> Converted:
    problems = Problems()
    style = job.style or amounts.POINT
    refuse = _refusal(job.cells, problems, TO_NUMBER[job.field.kind], number_help)
    values = job.cells.convert(lambda text: read(text, style), refuse, None)
    return Converted(taken_integers(values, job.cells.codes), problems.items, f"{how}, decimal {style}")


def number_help(text: str) -> str:
    """What to write instead."""
    if amounts.ABBREVIATED.fullmatch(text.strip()):
        return "write the number out: 12500, not 12.5k"
    return "write digits like 12500 or 12500.50; say  decimal: comma  for the source when it uses one"


def _share(job: _Job) -> Converted:
    cells, problems = job.cells, Problems()
    percent = bare_share_form(cells.texts)
    if percent is None:
        bare = [code for code, text in enumerate(cells.texts) if text and not text.endswith("%")]
        rows = np.sort(np.concatenate([cells.rows_of(code) for code in bare]))
        message = "the column's numbers could be percents or fractions"
        problems.add(SHARE_UNCLEAR, cells.written[bare[0]], message, "write shares with their sign, like 25%", rows)
        empty = integers(np.zeros(len(cells), np.int64), np.zeros(len(cells), np.bool_))
        return Converted(empty, problems.items, "share")
    how = "share, bare numbers are " + ("percents" if percent else "fractions")
    converted = _numeric(job, lambda text, style: amounts.to_ppm(text, style, percent=percent), how)
    return converted


def bare_share_form(texts: list[str]) -> bool | None:
    """Whether numbers without `%` are percents; None when they could be either.

    All above 1 (or 0): percents. None above 1 and one of them between 0 and 1: fractions.
    """
    bare = [text.replace(",", ".") for text in texts if text and not text.endswith("%")]
    sizes = {_size(text) for text in bare if amounts.PLAIN_NUMBER.fullmatch(text)}
    if sizes <= {"zero"}:
        return True if not sizes else None
    if "above" in sizes and not sizes & {"below", "one"}:
        return True
    return False if "below" in sizes and "above" not in sizes else None


def _size(number: str) -> str:
    """Where a plain number lies: zero, below one, one, above one. Text only, no float."""
    whole, _, part = number.partition(".")
    units, rest = whole.strip("0"), part.strip("0")
    if not units:
        return "below" if rest else "zero"
    return "one" if int(whole) == 1 and not rest else "above"


def _rate(job: _Job) -> Converted:
    problems = Problems()
    refuse = _refusal(job.cells, problems, RATE_BAD, lambda _: "write an exact rate like 1.085")
    style = job.settings.decimal or amounts.POINT
    read = job.cells.convert(lambda text: amounts.to_rate(text, style), refuse, "")
    return Converted(taken_text(read, job.cells.codes), problems.items, f"exact rate, decimal {style}")


def _currency(job: _Job) -> Converted:
    problems = Problems()
    help = 'map it in expcomp.yaml:  values: {deal.currency: {"US Dollar": USD}}'
    refuse = _refusal(job.cells, problems, CURRENCY_UNKNOWN, lambda _: help)
    read = job.cells.convert(words.read_currency, refuse, "")
    return Converted(taken_text(read, job.cells.codes), problems.items, "currency")


def _period(job: _Job) -> Converted:
    problems = Problems()
    refuse = _refusal(job.cells, problems, PERIOD_BAD, lambda _: "")
    read = job.cells.convert(words.read_period, refuse, "")
    return Converted(taken_text(read, job.cells.codes), problems.items, "period")


def _day(job: _Job) -> Converted:
    moments, converted = _moments(job)
    days, gaps = dates.to_days(moments, job.settings.zone, job.settings.plan_zone)
    _refuse_gaps(job, gaps, converted)
    if dates.all_midnight_utc(moments) and (days[moments.form == dates.Form.INSTANT] * dates.DAY_US
                                            != moments.us[moments.form == dates.Form.INSTANT]).any():
        message = f"every time is midnight UTC and became the day it is in {job.settings.plan_zone.key}"
        converted.notes.append((MIDNIGHT, message, "export the column as a date if it holds days"))
    converted.values = _as_dates(days, (moments.form != dates.Form.BAD) & ~gaps, job.cells.codes, "s", 86_400)
    return converted


def _instant(job: _Job) -> Converted:
    moments, converted = _moments(job)
    us, gaps = dates.to_instants(moments, job.settings.zone)
    _refuse_gaps(job, gaps, converted)
    known = (moments.form != dates.Form.BAD) & ~gaps
    local = ((moments.form == dates.Form.LOCAL) | (moments.form == dates.Form.DAY)).any()
    converted.how += f", clock of {job.settings.zone.key}" if local else ""
    naive = _as_dates(us, known, job.cells.codes, "us", 1)
    converted.values = pd.DatetimeIndex(naive).tz_localize("UTC").array
    return converted


def _moments(job: _Job) -> tuple[dates.Moments, Converted]:
    """One moment for each different text; everything that cannot be read becomes a problem."""
    cells, problems = job.cells, Problems()
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
    outside = moments.out_of_bounds()
    for code in np.flatnonzero(outside):
        message = "lies outside 2000-2100"
        problems.add(DATE_BOUNDS, cells.written[code], message, "correct the date", cells.rows_of(int(code)))
    moments.form[outside] = dates.Form.BAD
    converted = Converted(None, problems.items, "date" + (f", {order.replace('_', ' ')}" if order else ", ISO"))
    if proved.endswith("first"):
        message = f"dates read {order.replace('_', ' ')}: only that order fits every value"
        converted.notes.append((ORDER_CHOSEN, message, f"say  dates: {order}  for the source to keep it so"))
    return moments, converted


def _slashed(cells: Cells) -> list[int]:
    return [code for code, text in enumerate(cells.texts) if dates.SLASHED.fullmatch(text)]


def _refuse_order(cells: Cells, proved: str, problems: Problems) -> None:
    slashed = _slashed(cells)
    rows = np.sort(np.concatenate([cells.rows_of(code) for code in slashed]))
    first = next(code for code in slashed if rows[0] in cells.rows_of(code))
    both = proved == "ambiguous"
    message = "fits both month-first and day-first, like every value of the column" if both else (
        "is in a column of which some values fit only month-first and some only day-first"
    )
    help = "say  dates: month_first  or  dates: day_first  for the source in expcomp.yaml"
    problems.add(DATE_UNCLEAR, cells.written[first], message, help if both else "write every date as YYYY-MM-DD", rows)


def _refuse_gaps(job: _Job, gaps: np.ndarray, converted: Converted) -> None:
    for code in np.flatnonzero(gaps):
        message = f"does not exist in {job.settings.zone.key}: clocks were set forward"
        help = "say the zone of these clocks with  timezone:  for the source"
        rows = job.cells.rows_of(int(code))
        converted.problems.append(Problem(TIME_MISSING, job.cells.written[code], message, help, rows))


def _as_dates(ticks: np.ndarray, known: np.ndarray, codes: np.ndarray, unit: str, factor: int) -> object:
    stamps = (ticks * factor).view(f"datetime64[{unit}]")
    stamps = np.where(known, stamps, np.datetime64("NaT", unit))
    return pd.array(stamps[codes], dtype=f"datetime64[{unit}]")


def _cell_errors(cells: Cells) -> list[Problem]:
    """Spreadsheet errors in columns where any text is welcome."""
    wrong = to_numpy(pc.is_in(cells.column, value_set=pa.array(ERROR_TEXTS)))
    if not wrong.any():
        return []
    rows = np.flatnonzero(wrong)
    return [Problem(CELL_ERROR, cells.column[rows[0]].as_py(), "is a spreadsheet's error", CORRECT_CELL, rows)]


CORRECT_CELL = "correct the formula, or clear the cell"


def _refusal(
    cells: Cells, problems: Problems, code: Code, help: Callable[[str], str]
) -> Callable[[int, ValueError], None]:
    def refuse(number: int, error: ValueError) -> None:
        text = cells.written[number]
        if text in ERROR_TEXTS:
            problems.add(CELL_ERROR, text, "is a spreadsheet's error", CORRECT_CELL, cells.rows_of(number))
        else:
            problems.add(code, text, str(error), help(text), cells.rows_of(number))

    return refuse


CONVERTERS: dict[Kind, Callable[[_Job], Converted]] = {
    Kind.ID: _id,
    Kind.ACCOUNT: _id,
    Kind.PERSON: _id,
    Kind.TEXT: _text,
    Kind.WORD: _text,
    Kind.MOTION: _motion,
    Kind.PERIOD: _period,
    Kind.CURRENCY: _currency,
    Kind.RATE: _rate,
    Kind.SHARE: _share,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.DAY: _day,
    Kind.INSTANT: _instant,
}

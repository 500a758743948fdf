"""Strict converters, one per kind of field: a column of text becomes a typed column or a list of problems."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code
from expcomp.sources import words
from expcomp.sources.cells import BLANK, DELETE, Cells, Problems
from expcomp.sources.column import Converted, Job, cell_errors, refusal
from expcomp.sources.ids import SHORT_OF_SUSPECT, SUSPECT, IdError, read_id, salesforce_ids_checked
from expcomp.sources.moments import convert_days, convert_instants
from expcomp.sources.quantities import convert_numbers, convert_rates, convert_shares
from expcomp.sources.tables import MOTIONS, Kind, singular
from expcomp.suggest import did_you_mean
from expcomp.texts import text_array

CURRENCY_UNKNOWN = Code("D307", "currency-unknown")
FLAG_BAD = Code("D311", "flag-not-a-flag")
WORD_UNKNOWN = Code("D312", "word-unknown")
LISTED = 12

PERIOD_BAD = Code("D320", "period-not-a-period")


def convert(job: Job) -> Converted:
    """The column as `tables.py` shapes it. Amounts need their currency too: see `monies.py`."""
    return CONVERTERS[job.field.kind](job)


def _text(job: Job) -> Converted:
    cells, problems = job.cells, Problems()
    known = words.VOCABULARY.get((job.table, job.field.name))
    if known:
        return _fixed_words(job, known)
    if cells.values:
        return Converted(cells.read_as(cells.texts), cell_errors(cells), "text, mapped by values")
    problems.items += cell_errors(cells)
    values = cells.as_written()
    return Converted(values, problems.items, "text")


def _fixed_words(job: Job, known: tuple[str, ...]) -> Converted:
    problems = Problems()
    refuse = refusal(job.cells, problems, WORD_UNKNOWN, lambda text: _nearest(text, known))
    read = job.cells.convert(lambda text: words.read_fixed_word(text, known), refuse, "")
    _tell_how_to_map(job, problems)
    return Converted(job.cells.read_as(read), problems.items, words.one_of(known))


def _motion(job: Job) -> Converted:
    problems = Problems()
    refuse = refusal(job.cells, problems, WORD_UNKNOWN, lambda text: _nearest(text, MOTIONS))
    read = job.cells.convert(words.read_motion, refuse, "")
    _tell_how_to_map(job, problems)
    return Converted(job.cells.read_as(read), problems.items, "motion")


def _nearest(text: str, known: Mapping[str, str] | tuple[str, ...]) -> str:
    return did_you_mean(words.slug(text), known)


def _tell_how_to_map(job: Job, problems: Problems) -> None:
    """With the first unknown word the line that maps them all, which can be written only once."""
    unknown = [problem for problem in problems.items if problem.code is WORD_UNKNOWN]
    if unknown:
        some = ", ".join(f'"{problem.text}": …' for problem in unknown[:LISTED])
        more = ", …" if len(unknown) > LISTED else ""
        line = f"values: {{{singular(job.table)}.{job.field.name}: {{{some}{more}}}}}"
        first = problems.items.index(unknown[0])
        help = f"{unknown[0].help} map {'them' if len(unknown) > 1 else 'it'} in expcomp.yaml:  {line}".strip()
        problems.items[first] = replace(unknown[0], help=help)


def _id(job: Job) -> Converted:
    cells = job.cells
    if not cells.values and not _any_suspect(cells):
        values = cells.read_as(cells.written) if job.field.kind is Kind.PERSON else cells.as_written()
        return Converted(values, cell_errors(cells), "id, exact")
    if not cells.values and (checked := _checked(cells)) is not None:
        return Converted(text_array(checked), [], "Salesforce id, 18 characters")
    problems = Problems()
    read = cells.convert(read_id, _id_refusal(cells, problems), "")
    return Converted(cells.read_as(read), problems.items + cell_errors(cells), "id, exact")


def _any_suspect(cells: Cells) -> bool:
    """Whether `read_id` could change or refuse a cell; mostly told by its length and its letters alone."""
    smallest, largest = cells.bytes_between
    plain = cells.longest < SHORT_OF_SUSPECT and smallest >= BLANK and largest < DELETE
    if plain and not cells.holds(".") and not cells.holds("+"):
        return False
    return bool(pc.any(pc.match_substring_regex(cells.contents, SUSPECT)).as_py())


def _checked(cells: Cells) -> pa.Array | None:
    """The column where it holds nothing but sound Salesforce ids of one length, and blanks."""
    filled = cells.column.filter(pa.array(~cells.blank))
    ids = salesforce_ids_checked(pa.concat_arrays(filled.chunks)) if len(filled) else None
    if ids is None or len(ids) == len(cells):
        return ids
    return pc.replace_with_mask(pa.concat_arrays(cells.column.chunks), pa.array(~cells.blank), ids)


def _id_refusal(cells: Cells, problems: Problems) -> Callable[[int, ValueError], None]:
    def refuse(code: int, error: ValueError) -> None:
        assert isinstance(error, IdError)
        problems.add(error.code, cells.written[code], str(error), error.help, cells.rows_of(code))

    return refuse


def _flag(job: Job) -> Converted:
    problems = Problems()
    help = "write true or false, or map the word with  values:  in expcomp.yaml"
    refuse = refusal(job.cells, problems, FLAG_BAD, lambda _: help)
    read = job.cells.convert(words.read_flag, refuse, None)
    known = np.array([flag is not None for flag in read], np.bool_)
    flags = np.array([bool(flag) for flag in read], np.bool_)
    codes = job.cells.codes
    return Converted(pd.arrays.BooleanArray(flags[codes], ~known[codes]), problems.items, "true or false")


def _currency(job: Job) -> Converted:
    problems = Problems()
    help = 'map it in expcomp.yaml:  values: {deal.currency: {"US Dollar": USD}}'
    refuse = refusal(job.cells, problems, CURRENCY_UNKNOWN, lambda _: help)
    read = job.cells.convert(words.read_currency, refuse, "")
    return Converted(job.cells.read_as(read), problems.items, "currency")


def _period(job: Job) -> Converted:
    problems = Problems()
    refuse = refusal(job.cells, problems, PERIOD_BAD, lambda _: "")
    read = job.cells.convert(words.read_period, refuse, "")
    return Converted(job.cells.read_as(read), problems.items, "period")


CONVERTERS: dict[Kind, Callable[[Job], Converted]] = {
    Kind.ID: _id,
    Kind.ACCOUNT: _id,
    Kind.PERSON: _id,
    Kind.TEXT: _text,
    Kind.WORD: _text,
    Kind.MOTION: _motion,
    Kind.PERIOD: _period,
    Kind.CURRENCY: _currency,
    Kind.RATE: convert_rates,
    Kind.SHARE: convert_shares,
    Kind.NUMBER: convert_numbers,
    Kind.FLAG: _flag,
    Kind.DAY: convert_days,
    Kind.INSTANT: convert_instants,
}

"""Columns of numbers, shares and rates."""

from collections.abc import Callable

import numpy as np

from expcomp.diagnostics import Code
from expcomp.sources import amounts
from expcomp.sources.cells import Problems, integers, taken_integers
from expcomp.sources.column import Converted, Job, refusal

SHARE_UNCLEAR = Code("D308", "share-unclear")
SHARE_BAD = Code("D309", "share-not-a-share")
NUMBER_BAD = Code("D310", "number-not-a-number")
RATE_BAD = Code("D321", "rate-not-a-rate")


def convert_numbers(job: Job) -> Converted:
    return _numeric(job, amounts.to_millionths, NUMBER_BAD, "number")


def convert_shares(job: Job) -> Converted:
    cells, problems = job.cells, Problems()
    percent = bare_share_form(cells.texts)
    if percent is None:
        bare = [code for code, text in enumerate(cells.texts) if text and not text.endswith("%")]
        rows = np.sort(np.concatenate([cells.rows_of(code) for code in bare]))
        message = "could be a percent or a fraction, like every number of the column"
        problems.add(SHARE_UNCLEAR, cells.written[bare[0]], message, "write shares with their sign, like 25%", rows)
        empty = integers(np.zeros(len(cells), np.int64), np.zeros(len(cells), np.bool_))
        return Converted(empty, problems.items, "share")
    how = "share, bare numbers are " + ("percents" if percent else "fractions")
    return _numeric(job, lambda text, style: amounts.to_ppm(text, style, percent=percent), SHARE_BAD, how)


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


def _numeric(job: Job, read: Callable[[str, str], int], code: Code, how: str) -> Converted:
    problems = Problems()
    style = job.style or amounts.POINT
    refuse = refusal(job.cells, problems, code, number_help)
    values = job.cells.convert(lambda text: read(text, style), refuse, None)
    return Converted(taken_integers(values, job.cells.codes), problems.items, f"{how}, decimal {style}")


def number_help(text: str) -> str:
    """What to write instead."""
    if amounts.ABBREVIATED.fullmatch(text.strip()):
        return "write the number out: 12500, not 12.5k"
    return "write digits like 12500 or 12500.50; say  decimal: comma  for the source when it uses one"


def convert_rates(job: Job) -> Converted:
    problems = Problems()
    refuse = refusal(job.cells, problems, RATE_BAD, lambda _: "write an exact rate like 1.085")
    style = job.settings.decimal or amounts.POINT
    read = job.cells.convert(lambda text: amounts.to_rate(text, style), refuse, "")
    return Converted(job.cells.read_as(read), problems.items, f"exact rate, decimal {style}")

"""A worksheet's values as text: numbers exactly as a spreadsheet shows them, dates as ISO."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import compress
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.texts import LARGE

SHORTEST = 1e10
"""Below it a number of hundredths is told from its neighbours by 15 significant digits, and Arrow writes it without an
exponent."""


def cell_text(cell: Any, decimal: str = "") -> str:
    """The text of a cell; `decimal` is the decimal sign that the file's texts have."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return number_text(cell, decimal)
    return moment_text(cell)


def cell_texts(cells: Sequence[Any], decimal: str = "") -> pa.Array:
    """The text of every cell; of those that are no amounts each different value is written once."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return pa.array(cells, LARGE)
    amounts = _amounts(cells, decimal) if float in kinds else pa.nulls(len(cells), LARGE)
    others = amounts.is_null()
    rest = list(compress(cells, others.to_numpy(zero_copy_only=False)))
    if {bool, int} <= kinds:  # True and 1 are one key, and two texts
        written = [cell_text(cell, decimal) for cell in rest]
    else:
        texts = {cell: cell_text(cell, decimal) for cell in set(rest)}
        written = list(map(texts.__getitem__, rest))
    return pc.replace_with_mask(amounts, others, pa.array(written, LARGE))


def _amounts(cells: Sequence[Any], decimal: str) -> pa.Array:
    """The texts of whole hundredths, null for all other cells: `number_text` gives them their shortest text, and so
    does Arrow."""
    values = np.array([cell if type(cell) is float else np.nan for cell in cells], np.float64)
    plain = np.abs(values) < SHORTEST
    plain[plain] = np.rint(values[plain] * 100) / 100 == values[plain]
    texts = pa.array(values + 0.0, mask=~plain).cast(LARGE)  # -0.0 becomes 0.0
    return pc.replace_substring(texts, ".", ",") if decimal == "comma" else texts


def number_text(number: float, decimal: str = "") -> str:
    """The number as a spreadsheet holds it, 15 significant digits, never in scientific notation.

    Written with the file's declared decimal sign; three decimals get a zero, so that none looks like a group.
    """
    if not isfinite(number):
        return "#NUM!"
    text = f"{number:.15g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    whole, point, part = text.partition(".")
    if not point:
        return "0" if text == "-0" else text
    return f"{whole}{',' if decimal == 'comma' else '.'}{part}{'0' if len(part) == 3 else ''}"


def moment_text(cell: date | datetime | time | timedelta) -> str:
    """ISO. A time of day or a length of time is no date, and stays what it is for the message."""
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0).isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)

"""A worksheet's values as text: numbers exactly as a spreadsheet shows them, dates as ISO."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

import numpy as np

EXACT = 1e12
"""Below it a number of hundredths is told from its neighbours by 15 significant digits."""


def cell_text(cell: Any, decimal: str = "") -> str:
    """The text of a cell; `decimal` is the decimal sign that the file's texts have."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return number_text(cell, decimal)
    return moment_text(cell)


def cell_texts(cells: Sequence[Any], decimal: str = "") -> Sequence[str]:
    """The text of every cell; each different value is written once."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return cells
    if bool in kinds and kinds & {int, float}:  # True and 1 are one key, and two texts
        return [cell_text(cell, decimal) for cell in cells]
    different = set(cells)
    written = _hundredths([cell for cell in different if type(cell) is float], decimal)
    written.update((cell, cell_text(cell, decimal)) for cell in different if cell not in written)
    return list(map(written.__getitem__, cells))


def _hundredths(numbers: list[float], decimal: str) -> dict[Any, str]:
    """Those that are whole hundredths, as amounts are: `number_text` gives them their shortest text, so that does."""
    values = np.array(numbers, np.float64)
    plain = np.abs(values) < EXACT
    plain[plain] = np.rint(values[plain] * 100) / 100 == values[plain]
    amounts = (values[plain] + 0.0).tolist()  # -0.0 becomes 0.0
    texts = [repr(amount).removesuffix(".0") for amount in amounts]
    if decimal == "comma":
        texts = [text.replace(".", ",") for text in texts]
    return dict(zip(amounts, texts, strict=True))


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

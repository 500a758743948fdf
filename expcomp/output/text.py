"""Text from data and amounts as every form shows them: nothing invisible, nothing that acts, nothing shortened."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from expcomp import visible
from expcomp.exact import Ints
from expcomp.money import rounded, to_text

Texts = npt.NDArray[np.object_]
Values: TypeAlias = "Sequence[Any] | pd.Series[Any] | pd.Index[Any] | npt.NDArray[Any]"

HIDDEN, INVISIBLE, clean = visible.HIDDEN, visible.INVISIBLE, visible.clean
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula."""
    return text.startswith(FORMULA_STARTS)


def csv_text(text: str) -> str:
    """A text cell of a CSV: an apostrophe keeps a spreadsheet from calculating it."""
    return f"'{clean(text)}" if starts_formula(text) else clean(text)


def money(minor: int, currency: str) -> str:
    """`-1,234.50`, for people."""
    return to_text(minor, currency, grouped=True)


def accounted(minor: int, currency: str) -> str:
    """The same with `-` for nothing, so that a table shows where the money is."""
    return money(minor, currency) if minor else "-"


def percent(ppm: int) -> str:
    """`70.6%`, rounded half up."""
    return f"{one_decimal(ppm)}%"


def rate(value: Fraction | str, places: int = 2) -> str:
    """An exact fraction as `105.30%`, rounded half up once; a text as it is."""
    if isinstance(value, str):
        return value
    shown = rounded(value.numerator * 100 * 10**places, value.denominator)
    whole, part = divmod(abs(shown), 10**places)
    return f"{'-' if shown < 0 else ''}{whole}{f'.{part:0{places}d}' if places else ''}%"


def heat(value: Fraction | str) -> str:
    """The same in a heat map: `105.3`."""
    return rate(value, 1).removesuffix("%")


def points(change: Fraction) -> str:
    """A difference of two rates in percentage points: `+1.3`."""
    shown = heat(change)
    return shown if shown.startswith("-") or shown == "0.0" else f"+{shown}"


def one_decimal(ppm: int) -> str:
    """Parts per million as hundredths with one decimal: `-3.6`."""
    tenths = (abs(ppm) + 500) // 1000
    return f"{'-' if ppm < 0 and tenths else ''}{tenths // 10}.{tenths % 10}"


def length(seconds: int) -> str:
    """`65h00`, hours and whole minutes; `1s` below a minute."""
    if 0 < seconds < 60:
        return f"{seconds}s"
    return f"{seconds // 3600}h{seconds % 3600 // 60:02d}"


def spoken_length(seconds: int) -> str:
    """The same to be read aloud: `13h45`, `8 days` from two days on."""
    days = seconds // 86_400
    return f"{days} days" if days >= 2 else length(seconds)


def each(values: Values, render: Callable[[Any], str]) -> Texts:
    """Render every distinct value once, however many rows there are."""
    codes, distinct = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=False)
    rendered = np.asarray([*map(render, distinct), ""], dtype=object)
    return rendered[codes]


def by_currency(minor: Values, currency: Values, render: Callable[[int, str], str], blank: str = "") -> Texts:
    """A column of amounts as text, each in the currency of its row; `blank` where there is no amount."""
    amounts, currencies = pd.Series(minor), np.asarray(currency, dtype=object)
    given = amounts.notna().to_numpy()
    whole = (
        np.where(given, amounts.to_numpy(object), 0).astype(np.int64) if not given.all() else amounts.to_numpy(np.int64)
    )
    result = np.full(len(whole), blank, dtype=object)
    for code in pd.unique(currencies):
        mine = given & (currencies == code)
        result[mine] = _rendered(whole[mine], str(code), render)
    return result


def _rendered(amounts: Ints, currency: str, render: Callable[[int, str], str]) -> Texts:
    distinct, at = np.unique(amounts, return_inverse=True)
    return np.asarray([render(minor, currency) for minor in distinct.tolist()], dtype=object)[at]

"""Exact numbers: reading, rounding, dividing, sequencing and printing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction


class Refused(Exception):
    """The plan or the data cannot be used; the message says why."""


class Unsupported(NotImplementedError):
    """A rule this calculator leaves out on purpose."""


NO_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
PLAIN = re.compile(r"-?\d+(\.\d+)?")


def decimals(currency: str) -> int:
    if currency in NO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def number(text: str) -> Fraction:
    """A plain decimal number; thousands may be set off by underscores."""
    cleaned = text.strip().replace("_", "")
    if not PLAIN.fullmatch(cleaned):
        raise Refused(f"not a number: {text!r}")
    return Fraction(cleaned)


def share(text: str) -> Fraction:
    """A share or rate of the plan: it must carry the percent sign."""
    cleaned = text.strip()
    if not cleaned.endswith("%"):
        raise Refused(f"a share needs a percent sign: {text!r}")
    return number(cleaned[:-1].strip()) / 100


def data_share(text: str) -> Fraction:
    """A share in an export: '50%', or a plain number (up to 1 a fraction, above it percent)."""
    if text.strip().endswith("%"):
        return share(text)
    plain = number(text)
    return plain if abs(plain) <= 1 else plain / 100


def units(value: Fraction, currency: str, text: str) -> int:
    """A whole number of minor units, or refusal."""
    scaled: Fraction = value * 10 ** decimals(currency)
    if scaled.denominator != 1:
        raise Refused(f"more decimals than {currency} has: {text!r}")
    return scaled.numerator


def money(text: str, currency: str) -> int:
    """Money of an export."""
    return units(number(text), currency, text)


def plan_money(text: str, currency: str) -> int:
    """Money of the plan: 10000, 10_000, 10k, 1.5M."""
    cleaned = text.strip()
    factor = 1
    if cleaned[-1:] in ("k", "K"):
        factor, cleaned = 1000, cleaned[:-1]
    elif cleaned[-1:] == "M":
        factor, cleaned = 1_000_000, cleaned[:-1]
    return units(number(cleaned) * factor, currency, text)


def show(amount: int, currency: str) -> str:
    places = decimals(currency)
    sign = "-" if amount < 0 else ""
    digits = str(abs(amount)).rjust(places + 1, "0")
    if places == 0:
        return sign + digits
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def rounded(value: Fraction | int, mode: str) -> int:
    """Half up, away from zero and the same for negatives; or half to even."""
    exact = Fraction(value)
    size = abs(exact)
    whole = size.numerator // size.denominator
    rest = size - whole
    half = Fraction(1, 2)
    to_even = mode == "half_even" and whole % 2 == 0
    if rest > half or (rest == half and not to_even):
        whole += 1
    return -whole if exact < 0 else whole


def divide(amount: int, parts: Sequence[tuple[Fraction | int, str, str]]) -> list[int]:
    """Largest remainder on minor units. Each part is (weight, payee id, role); ties in that order."""
    if amount < 0:
        return [-piece for piece in divide(-amount, parts)]
    total = sum((Fraction(weight) for weight, _, _ in parts), Fraction(0))
    if total == 0:
        if amount != 0:
            raise Refused("an amount cannot be divided by shares that are all zero")
        return [0 for _ in parts]
    exact = [amount * Fraction(weight) / total for weight, _, _ in parts]
    pieces = [value.numerator // value.denominator for value in exact]
    order = sorted(
        range(len(parts)),
        key=lambda i: (-(exact[i] - pieces[i]), parts[i][1], parts[i][2]),
    )
    for i in order[: amount - sum(pieces)]:
        pieces[i] += 1
    return pieces


def sequence(amount: int, cumulative: Sequence[Fraction], mode: str) -> list[int]:
    """Line k = round(amount x cumulative share k) less the earlier lines."""
    lines: list[int] = []
    for reached in cumulative:
        lines.append(rounded(amount * reached, mode) - sum(lines))
    return lines

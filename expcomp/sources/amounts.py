"""Amounts, numbers, shares and rates as people write them; which of `.` and `,` is the decimal sign."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from expcomp.exact import PPM
from expcomp.money import CURRENCIES

MILLION = 1_000_000
POINT, COMMA, EITHER, MIXED, NEUTRAL = "point", "comma", "either", "mixed", ""
DECIMAL_SIGN = {POINT: ".", COMMA: ","}

SYMBOLS = {
    "$": "$", "¥": "¥", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "S$": "SGD", "HK$": "HKD", "R$": "BRL", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₪": "ILS",
    "zł": "PLN", "Kč": "CZK",
}  # fmt: skip
SHARED_SYMBOLS = {
    "$": frozenset(["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD"]),
    "¥": frozenset(["JPY", "CNY"]),
}
"""A symbol that several currencies use decides nothing, but excludes the others."""

BLANKS = "\u00a0\u202f\u2009\u2007"
MARKS = str.maketrans({"\u2212": "-", "\u2019": "'", **dict.fromkeys(BLANKS, " ")})
FRONT = re.compile(r"(?P<sign>[-+])|(?P<money>[A-Z]{3}(?![A-Za-z])|[A-Za-zł]{0,2}[$]|[€£¥₹₩₪])", re.ASCII)
BACK = re.compile(r"(?P<sign>[-+])$|(?P<money>(?<![A-Za-z])[A-Z]{3}|[€£¥₹₩₪$]|zł|Kč)$")
PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
ABBREVIATED = re.compile(r"[\d.,]+\s?(?:k|m|mm|mn|bn|b|tsd|mio)\.?", re.IGNORECASE | re.ASCII)

NUMBER = {
    style: re.compile(
        rf"(?P<whole>\d{{1,3}}(?P<group>[{groups}])\d{{3}}(?:(?P=group)\d{{3}})*|\d+)(?:{sign}(?P<part>\d+))?",
        re.ASCII,
    )
    for style, groups, sign in ((POINT, ",' ", r"\."), (COMMA, ".' ", ","))
}
GROUP_SIGNS = re.compile(r"[,.' ]")


@dataclass(frozen=True, slots=True)
class Written:
    """A number taken apart: `digits` still hold their signs of grouping and decimals."""

    negative: bool
    digits: str
    currency: str = ""


def take_apart(text: str) -> Written:
    """Strips signs, parentheses and a currency from both ends, each at most once. ValueError else."""
    rest = text.translate(MARKS).strip()
    negatives, money = 0, []
    if rest.startswith("(") and rest.endswith(")"):
        rest, negatives = rest[1:-1].strip(), 1
    for pattern in (FRONT, FRONT, BACK, BACK):
        match = pattern.match(rest) if pattern is FRONT else pattern.search(rest)
        if match is None:
            continue
        rest = (rest[match.end() :] if pattern is FRONT else rest[: match.start()]).strip()
        negatives += match["sign"] == "-"
        money += [match["money"]] if match["money"] else []
    if rest.startswith("(") and rest.endswith(")"):
        rest, negatives = rest[1:-1].strip(), negatives + 1
    if negatives > 1 or len(money) > 1 or not rest[:1].isdigit():
        raise ValueError(not_a_number(text))
    return Written(bool(negatives), rest, _currency(money[0]) if money else "")


def not_a_number(text: str) -> str:
    return "write it in full" if ABBREVIATED.fullmatch(text.strip()) else "is not a number"


def _currency(written: str) -> str:
    known = SYMBOLS.get(written) or (written if written in CURRENCIES else "")
    if not known:
        raise ValueError(f'"{written}" is not a currency')
    return known


def style_of(digits: str) -> str:
    """Which decimal sign these digits prove: point, comma, either reading possible, or nothing to decide."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return POINT if digits.rfind(".") > digits.rfind(",") else COMMA
    if points + commas == 0:
        return NEUTRAL
    sign, own, other = (".", POINT, COMMA) if points else (",", COMMA, POINT)
    if points + commas > 1:
        return other
    whole, _, part = digits.partition(sign)
    could_group = len(part) == 3 and 1 <= len(whole) <= 3 and whole != "0"
    return EITHER if could_group else own


def decide_style(styles: Iterable[str]) -> str:
    """The one style of a column: point, comma, either (ambiguous), `mixed`, or neutral."""
    seen = set(styles)
    if {POINT, COMMA} <= seen:
        return MIXED
    return next((style for style in (POINT, COMMA, EITHER) if style in seen), NEUTRAL)


def plain(written: Written, style: str) -> str:
    """`(1,234.50)` → `-1234.50`: digits and a point only. ValueError where the style does not fit."""
    match = NUMBER[style].fullmatch(written.digits)
    if match is None:
        raise ValueError("is not a number")
    whole = GROUP_SIGNS.sub("", match["whole"]).lstrip("0") or "0"
    number = f"{whole}.{match['part']}" if match["part"] else whole
    return f"-{number}" if written.negative else number


def scaled(number: str, scale: int) -> int:
    """A plain number times a power of ten, exactly. ValueError when decimals are left over."""
    whole, _, part = number.lstrip("-").partition(".")
    places = len(str(scale)) - 1
    if len(part.rstrip("0")) > places:
        raise ValueError(f"has more than {places} decimals")
    value = int(whole + part[:places].ljust(places, "0"))
    return -value if number.startswith("-") else value


def to_millionths(text: str, style: str) -> int:
    written = take_apart(text)
    if written.currency:
        raise ValueError("is not a number")
    return scaled(plain(written, style), MILLION)


def to_ppm(text: str, style: str, *, percent: bool) -> int:
    """`25%` or, where the column says so, a bare 25 or 0.25 → 250000 parts per million."""
    bare = text.removesuffix("%").strip()
    number = plain(take_apart(bare), style)
    return scaled(number, PPM // 100 if percent or bare != text else PPM)


def to_rate(text: str, style: str) -> str:
    """Exact decimal text. No grouping, so that 1.085 is never ambiguous."""
    if not re.fullmatch(rf"\d+(?:{re.escape(DECIMAL_SIGN[style])}\d+)?", text, re.ASCII):
        raise ValueError("is not a rate")
    number = text.replace(",", ".")
    if not number.strip("0."):
        raise ValueError("is not a rate above 0")
    return number


def agrees(found: str, currency: str) -> bool:
    """Whether the currency written in a cell can be the row's."""
    return found in ("", currency) or currency in SHARED_SYMBOLS.get(found, frozenset())

"""The plan language's values: shares, money, multipliers, durations, dates, booleans, read from text.

A number says what it is. `25` for a share is refused as ambiguous and both ways to write it are shown.
Each reader takes the text as written and returns a whole number of a stated unit, or raises `ValueError`.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from expcomp.exact import PPM
from expcomp.money import CURRENCIES, to_minor
from expcomp.period import Duration, Unit

MULTIPLIER_UNIT = 10_000
NUMBER_UNIT = 1_000_000

SHARE = re.compile(r"(\d{1,6})(?:\.(\d{1,4}))?%", re.ASCII)
BARE_NUMBER = re.compile(r"-?\d[\d_]*(?:\.\d+)?", re.ASCII)
MONEY = re.compile(r"(\d[\d_]*)(?:\.(\d+))?([kM]?)", re.ASCII)
MULTIPLIER = re.compile(r"(\d{1,12})(?:\.(\d{1,4}))?", re.ASCII)
DECIMAL = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,6}))?", re.ASCII)
COUNT = re.compile(r"[1-9]\d{0,8}|0", re.ASCII)
DURATION = re.compile(r"(\d{1,5}) ?(h|hours?|days?|business days?|weeks?|months?|years?)", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

UNITS = {
    "h": (Unit.HOURS, 1),
    "hour": (Unit.HOURS, 1),
    "day": (Unit.DAYS, 1),
    "business day": (Unit.BUSINESS_DAYS, 1),
    "week": (Unit.WEEKS, 1),
    "month": (Unit.MONTHS, 1),
    "year": (Unit.MONTHS, 12),
}


def ambiguous(message: str) -> PydanticCustomError:
    return PydanticCustomError("ambiguous_number", "{message}", {"message": message})


def read_share(text: str) -> int:
    """`8.25%` → 82500 parts per million; at most 4 decimals."""
    match = SHARE.fullmatch(text)
    if match:
        return int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0"))
    if BARE_NUMBER.fullmatch(text):
        number = text.replace("_", "")
        raise ambiguous(f'"{text}" could mean {number}% or {_as_percent(number)}%: write a share with its %')
    raise ValueError(f'"{text}" is not a share: write it like 25% or 8.25% (at most 4 decimals)')


def _as_percent(number: str) -> str:
    """The number read as a fraction: 0.25 → 25."""
    whole, _, part = number.partition(".")
    shifted = f"{whole}{part[:2].ljust(2, '0')}.{part[2:]}".rstrip(".")
    return shifted.lstrip("0") or "0"


def read_money(text: str, currency: str) -> int:
    """`10000`, `10_000`, `10k`, `1.5M` → minor units of the plan's currency."""
    match = MONEY.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not an amount: write it like 10000, 10_000, 10k or 1.5M')
    places = {"": 0, "k": 3, "M": 6}[match[3]]
    whole, part = match[1].replace("_", ""), match[2] or ""
    moved = part[:places].ljust(places, "0")
    rest = part[places:]
    return to_minor(f"{whole}{moved}" + (f".{rest}" if rest else ""), currency)


def read_multiplier(text: str) -> int:
    """`1.5` → 15000 ten-thousandths; at most 4 decimals."""
    match = MULTIPLIER.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a multiplier: write it like 1 or 1.5 (at most 4 decimals)')
    return int(match[1]) * MULTIPLIER_UNIT + int((match[2] or "").ljust(4, "0"))


def read_number(text: str) -> int:
    """`12` or `-0.5` → millionths."""
    match = DECIMAL.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a number')
    millionths = int(match[2]) * NUMBER_UNIT + int((match[3] or "").ljust(6, "0"))
    return -millionths if match[1] else millionths


def read_count(text: str) -> int:
    if not COUNT.fullmatch(text):
        raise ValueError(f'"{text}" is not a whole number')
    return int(text)


def read_duration(text: str) -> Duration:
    match = DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a duration: write it like 4h, 90 days, 12 months or 5 business days')
    unit, factor = UNITS[match[2] if match[2] == "h" else match[2].removesuffix("s")]
    return Duration(int(match[1]) * factor, unit)


def read_date(text: str) -> date:
    if not DATE.fullmatch(text):
        raise ValueError(f'"{text}" is not a date: write it like 2027-01-31')
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is not a day of the calendar') from None


def read_flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f'"{text}" is not true or false')
    return text == "true"


def read_word(text: str) -> str:
    if not text.strip():
        raise ValueError("a value is missing here")
    return str(text).strip()


def currency_of(info: ValidationInfo) -> str:
    """The plan's currency, read from the tree before the schema is applied."""
    return str((info.context or {}).get("currency", "USD"))


def _reads(reader: Any) -> BeforeValidator:
    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("one value is expected here, not a list or a block")
        return reader(value)

    return BeforeValidator(validate)


def _read_plan_money(value: Any, info: ValidationInfo) -> int:
    if not isinstance(value, str):
        raise ValueError("one amount is expected here, not a list or a block")
    return read_money(value, currency_of(info))


def _read_currency(text: str) -> str:
    if text not in CURRENCIES:
        raise ValueError(f'"{text}" is not a currency: write its three letters, like USD')
    return str(text)


def spelled(*forms: re.Pattern[str], number: bool = False) -> WithJsonSchema:
    """What an editor accepts where text is read: one of these forms, or also a YAML number."""
    pattern = "|".join(form.pattern for form in forms)
    schema: dict[str, Any] = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return WithJsonSchema(schema | {"type": ["number", "string"], "minimum": 0} if number else schema)


SharePpm = Annotated[int, _reads(read_share), spelled(SHARE)]
Multiplier = Annotated[int, _reads(read_multiplier), spelled(MULTIPLIER, number=True)]
Count = Annotated[int, _reads(read_count), spelled(COUNT, number=True)]
Days = Annotated[Duration, _reads(read_duration), spelled(DURATION)]
Day = Annotated[date, _reads(read_date), spelled(DATE)]
Flag = Annotated[bool, _reads(read_flag), WithJsonSchema({"type": "boolean"})]
Word = Annotated[str, _reads(read_word), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Currency = Annotated[str, _reads(_read_currency), WithJsonSchema({"enum": sorted(CURRENCIES)})]
MoneyMinor = Annotated[int, BeforeValidator(_read_plan_money), spelled(MONEY, number=True)]

WHOLE = PPM
"""100 %, in parts per million."""

"""Money is a whole number of minor units of a named currency; this module reads, rounds and prints it."""

import re
from enum import StrEnum

DECIMALS_OTHER_THAN_TWO = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
"""ISO 4217 minor units, where they are not two."""

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
    CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
    GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
    LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
    PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER
    ZAR ZMW ZWG
    """.split()
)
"""ISO 4217 codes in circulation."""

MINOR_MAX = 10**13
"""Largest amount read from a file, in minor units (design page 4, bounds)."""

PPM = 1_000_000
"""Shares and rates are whole parts per million."""

PLAIN = re.compile(r"(-?)(\d+)(?:\.(\d+))?", re.ASCII)


class Rounding(StrEnum):
    """Half up is away from zero, the same for negatives, so that a reversal mirrors its origin."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


def rounded(top: int, bottom: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """The scalar form: `top / bottom` to a whole number, once; `bottom` > 0. Mirrors in sign."""
    whole, rest = divmod(abs(top), bottom)
    tie_goes_up = rounding is Rounding.HALF_UP or whole % 2 == 1
    up = 2 * rest > bottom or (2 * rest == bottom and tie_goes_up)
    return (whole + up) * (1 if top >= 0 else -1)


def decimals(currency: str) -> int:
    """Digits after the point that `currency` has: 2 for USD, 0 for JPY, 3 for KWD."""
    return DECIMALS_OTHER_THAN_TWO.get(currency, 2)


def to_minor(text: str, currency: str) -> int:
    """`"1234.5"` USD → 123450. Plain digits only; ValueError when the currency has fewer decimals."""
    match = PLAIN.fullmatch(text)
    if match is None:
        raise ValueError("not a plain amount")
    sign, whole, part = match.groups(default="")
    places = decimals(currency)
    if len(part.rstrip("0")) > places:
        raise ValueError(f"more decimals than {currency} has ({places})")
    minor = int(whole + part[:places].ljust(places, "0"))
    return -minor if sign else minor


def to_text(minor: int, currency: str, *, grouped: bool = False) -> str:
    """123450 USD → `"1234.50"`, or `"1,234.50"` grouped. Never rounds, never shortens."""
    places = decimals(currency)
    whole, part = divmod(abs(minor), 10**places)
    sign = "-" if minor < 0 else ""
    head = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{head}.{part:0{places}d}" if places else f"{sign}{head}"


def percent(ppm: int) -> str:
    """250000 parts per million → `25%`, with as many decimals as it has."""
    whole, part = divmod(ppm, 10_000)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".") + "%"

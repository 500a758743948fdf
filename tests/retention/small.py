"""Small books of subscriptions, written in a line or two, and what is retained of them."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from expcomp.diagnostics import Place
from expcomp.money import Rounding
from expcomp.period import Duration, FiscalCalendar, Unit, to_day
from expcomp.plan.metrics import Retention
from expcomp.retention.rates import Rate, Retained
from expcomp.retention.recurring import Recurring
from expcomp.retention.terms import Terms
from expcomp.retention.trailing import trailing_of
from expcomp.sources.book import Needs
from expcomp.sources.given import book_from_rows

BASE, END = "2025-06-30", "2026-06-30"
FIELDS = ("account_id", "start", "end", "arr", "line_type", "kind", "currency")


def line(text: str) -> dict[str, str]:
    """`A1 2025-01-01 - 1200 usage`: account, start, end (`-`: open), a year's value, line type, kind, currency."""
    return {name: cell for name, cell in zip(FIELDS, text.split(), strict=False) if cell != "-"}


def recurring(lines: Sequence[str], grace: int = 0, tables: dict[str, Any] | None = None, **rules: Any) -> Recurring:
    given = {"subscriptions": [line(text) for text in lines], **(tables or {})}
    book = book_from_rows(given, Needs(ZoneInfo("UTC"), "USD"), Place("given"))
    terms = Terms(
        "USD", Rounding.HALF_UP, FiscalCalendar(), Retention.model_construct(**rules), Duration(grace, Unit.DAYS)
    )
    return Recurring.of(book, terms)


def day(text: str) -> int:
    return to_day(date.fromisoformat(text))


def frame(lines: Sequence[str], *, base: str = BASE, end: str = END, **more: Any) -> pd.DataFrame:
    return trailing_of(recurring(lines, **more), day(base), day(end)).set_index("account_id")


def retained(lines: Sequence[str], **more: Any) -> Retained:
    return Retained.of(frame(lines, **more).reset_index())


def moved(*pairs: tuple[int, int]) -> Retained:
    """Accounts that are worth so much a year at the base, and so much at the end."""
    lines = []
    for number, (before, after) in enumerate(pairs):
        lines += [f"A{number} 2025-01-01 2026-01-01 {before}"] if before else []
        lines += [f"A{number} 2026-01-01 - {after}"] if after else []
    return retained(lines)


def percent(rate: Rate) -> str:
    """Rounded half up to hundredths, from the exact fraction."""
    hundredths = int(Fraction(*rate) * 10_000 + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02d}"

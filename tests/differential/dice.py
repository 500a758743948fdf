"""One seeded source of chance, and the odd values that plans and books are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")

DECIMALS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
EDGES = (1_000, 10_000, 25_000, 40_000, 60_000, 100_000, 125_000, 150_000)
"""Amounts in whole units of currency that plans draw their edges from and books aim at."""

HUGE = 10**13
"""The largest amount a file may hold, in minor units."""

LENGTHS = (1, 28, 29, 30, 31, 59, 60, 89, 90, 91, 92, 179, 180, 181, 182, 364, 365, 366)
FIRST_DAY, LAST_DAY = date(2026, 12, 1), date(2028, 6, 30)
ODD_DAYS = tuple(
    date.fromisoformat(text)
    for text in (
        "2026-12-31", "2027-01-01", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-01", "2027-06-30",
        "2027-07-01", "2027-08-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-28", "2028-02-29",
        "2028-03-01", "2028-03-31",
    )
)  # fmt: skip


class Dice:
    """Choices of a seeded generator, in the words of the files that use them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def pick(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def some(self, options: Sequence[T], low: int, high: int) -> list[T]:
        """Between `low` and `high` different options, in any order."""
        return self.random.sample(options, min(len(options), self.number(low, high)))

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def day(self, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
        """Any day, often the end or the beginning of a month."""
        odd = [day for day in ODD_DAYS if first <= day <= last]
        if odd and self.maybe(0.35):
            return self.pick(odd)
        return first + timedelta(days=self.number(0, max(0, (last - first).days)))

    def near(self, day: date) -> date:
        """A day at or beside a duration that plans use, or any later day."""
        if self.maybe(0.5):
            return day + timedelta(days=self.pick(LENGTHS) + self.number(-1, 1))
        return day + timedelta(days=self.number(0, 420))

    def amount(self, currency: str) -> int:
        """Minor units: on an edge, beside one, or anything; sometimes nothing or a very large number."""
        one = 10 ** DECIMALS[currency]
        roll = self.random.random()
        if roll < 0.30:
            return max(0, self.pick(EDGES) * one + self.number(-1, 1))
        if roll < 0.36:
            return self.pick((0, 1, 3, 5, 10, 50, 99, 9_999))
        if roll < 0.39:
            return HUGE - self.number(0, 1)
        if roll < 0.60:
            return self.pick(EDGES) * one
        if roll < 0.75:
            return self.number(1, 200) * 1_000 * one
        return self.number(1, 200_000 * one)


def money(minor: int, currency: str) -> str:
    """Minor units as a file writes them."""
    places = DECIMALS[currency]
    sign, size = ("-" if minor < 0 else ""), str(abs(minor)).rjust(places + 1, "0")
    return f"{sign}{size[:-places]}.{size[-places:]}" if places else f"{sign}{size}"

"""A table before it takes a form: named columns of texts, counts, minor units, shares, rates or lengths of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
import pandas as pd

from expcomp.output.text import Texts, Values


class Kind(StrEnum):
    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    RATE = "rate"
    HEAT = "heat"
    TIME = "time"


class Scale(StrEnum):
    """How a heat map is coloured: both ways from 100 %, or the more the less there is left."""

    DIVERGING = "diverging"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True)
class Column:
    """`values`: texts, whole numbers, minor units of the row's currency, parts per million, exact fractions (or a text
    that stands for one), or seconds; None is blank. In a `quiet` column nothing is shown as `-`. Cells of a HEAT
    column are rates, coloured by a `scale`."""

    name: str
    values: Texts
    kind: Kind = Kind.TEXT
    adds_up: bool = False
    quiet: bool = False
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`currency` is that of each row's amounts; the first `keys` columns name a row. Where a row is too wide,
    the columns named in `parts` are shown apart, else each row becomes a block, `packed` or as a list. A table of
    `panels` is cut into as many as it takes, each with the keys and as many further columns as fit."""

    title: str
    columns: tuple[Column, ...]
    currency: Sequence[str] = ()
    keys: int = 1
    parts: tuple[tuple[str, ...], ...] = ()
    packed: bool = False
    panels: bool = False
    empty: str = "nothing"
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.columns[0].values)

    @property
    def currencies(self) -> list[str]:
        return sorted(set(self.currency))

    def totals(self, currency: str) -> dict[str, int]:
        """The sum of every column that adds up, over the rows of one currency."""
        mine = np.asarray(self.currency, dtype=object) == currency
        return {
            column.name: int(sum(value or 0 for value in column.values[mine]))
            for column in self.columns
            if column.adds_up
        }


def texts(name: str, values: Values) -> Column:
    return Column(name, np.asarray(values, dtype=object))


def counts(name: str, values: Values, *, adds_up: bool = False) -> Column:
    return Column(name, np.asarray(values, dtype=object), Kind.COUNT, adds_up)


def shares(name: str, ppm: Values) -> Column:
    """Parts per million; None and NA are blank."""
    return Column(name, _blank_or_whole(ppm), Kind.SHARE)


def rates(name: str, values: Sequence[Fraction | str | None]) -> Column:
    """Exact fractions, shown as a percentage with two decimals; a text stands where there is none to show."""
    return Column(name, np.asarray(values, dtype=object), Kind.RATE)


def heat(name: str, values: Sequence[Fraction | str | None], scale: Scale) -> Column:
    """As `rates`, with one decimal and no sign: the cells of a triangle."""
    return Column(name, np.asarray(values, dtype=object), Kind.HEAT, scale=scale)


def times(name: str, seconds: Values) -> Column:
    """Lengths of time in seconds; None and NA are blank."""
    return Column(name, _blank_or_whole(seconds), Kind.TIME)


def amounts(name: str, values: Values, *, adds_up: bool = False, quiet: bool = False) -> Column:
    """Minor units; None and NA are blank."""
    return Column(name, _blank_or_whole(values), Kind.MONEY, adds_up, quiet)


def _blank_or_whole(values: Values) -> Texts:
    whole = np.array(values, dtype=object)
    whole[pd.isna(whole)] = None
    return whole

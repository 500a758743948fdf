"""Sets of values that one field may have, with the differences and meetings that reasoning over conditions needs.

No value is a value of its own here: conditions never hold for it, what they leave over contains it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from expcomp.plan.conditions import Between, Condition, FieldType, Is, OneOf
from expcomp.sources.tables import MOTIONS

BLANK = ""
START, END = -(10**30), 10**30
BLANK_AT = START - 1
"""Where a range of numbers keeps "no value": below every number."""


@dataclass(frozen=True, slots=True)
class Words:
    """These words, or all but these."""

    words: frozenset[str]
    all_but: bool = False

    def __and__(self, other: Words) -> Words:
        if self.all_but and other.all_but:
            return Words(self.words | other.words, all_but=True)
        if self.all_but:
            return Words(other.words - self.words)
        return Words(self.words - other.words if other.all_but else self.words & other.words)

    def __sub__(self, other: Words) -> Words:
        return self & Words(other.words, not other.all_but)

    def __bool__(self) -> bool:
        return self.all_but or bool(self.words)

    def one(self) -> str:
        """A value of the set, for people."""
        if self.all_but:
            named = ", ".join(sorted(self.words - {BLANK}))
            return f"other than {named}" if named else "any"
        filled = sorted(self.words - {BLANK})
        return filled[0] if filled else "without a value"


@dataclass(frozen=True, slots=True)
class Ranges:
    """Half-open ranges of positions, rising and apart. A share stands at twice its parts per million, so that
    what lies between two of them has a position too; everything else is whole."""

    parts: tuple[tuple[int, int], ...]

    def __and__(self, other: Ranges) -> Ranges:
        met = ((max(a, c), min(b, d)) for a, b in self.parts for c, d in other.parts)
        return Ranges(tuple(sorted((low, high) for low, high in met if low < high)))

    def __sub__(self, other: Ranges) -> Ranges:
        parts = self.parts
        for low, high in other.parts:
            pieces = (piece for a, b in parts for piece in ((a, min(b, low)), (max(a, high), b)))
            parts = tuple((a, b) for a, b in pieces if a < b)
        return Ranges(parts)

    def __bool__(self) -> bool:
        return bool(self.parts)

    def first(self) -> int | None:
        """The smallest position; None where only "no value" is left."""
        return next((max(low, START) for low, high in self.parts if high > START), None)


Values = Words | Ranges


def meet(one: Values, other: Values) -> Values:
    """What both hold. Two plans may declare one field as text and as number: then nothing is known of it."""
    if isinstance(one, Words) and isinstance(other, Words):
        return one & other
    return one & other if isinstance(one, Ranges) and isinstance(other, Ranges) else one


def beside(one: Values, other: Values) -> Values:
    """What the first holds and the other does not."""
    if isinstance(one, Words) and isinstance(other, Words):
        return one - other
    return one - other if isinstance(one, Ranges) and isinstance(other, Ranges) else one


FLAG_WORDS = {True: "true", False: "false"}


def everything(field: str, type_: FieldType) -> Values:
    """All that a field may have, no value among it."""
    if field == "deal.motion":
        return Words(frozenset(MOTIONS))
    if type_ is FieldType.FLAG:
        always = {"signal.qualified"}
        return Words(frozenset(FLAG_WORDS.values()) | (frozenset() if field in always else {BLANK}))
    if type_ in (FieldType.WORD, FieldType.TEXT):
        return Words(frozenset(), all_but=True)
    if field == "deal.acv":
        return Ranges(((0, END),))
    lowest = 0 if type_ is FieldType.SHARE else START
    return Ranges(((BLANK_AT, START), (lowest, END)))


@cache
def asked(condition: Condition) -> tuple[str, Values]:
    """The field that a condition is about and the values for which it holds. A family is its motions."""
    match condition.test:
        case OneOf(words):
            if condition.field == "deal.family":
                return "deal.motion", Words(frozenset(m for m, family in MOTIONS.items() if family in words))
            return condition.field, Words(words)
        case Is(value):
            return condition.field, Words(frozenset({FLAG_WORDS[value]}))
        case bounds:
            parts = (positions(bound, condition.type) for bound in bounds)
            return condition.field, _joined([part for part in parts if part[0] < part[1]])


def positions(bound: Between, type_: FieldType) -> tuple[int, int]:
    scale = 2 if type_ is FieldType.SHARE else 1
    low = START if bound.low is None else bound.low * scale + (0 if bound.low_included else 1)
    high = END if bound.high is None else bound.high * scale + (1 if bound.high_included else 0)
    return low, high


def _joined(parts: Iterable[tuple[int, int]]) -> Ranges:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(parts):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return Ranges(tuple(joined))

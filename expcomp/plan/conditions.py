"""Conditions: which field, what must hold, and where the plan says so.

`red` equals · `[upsell, usage]` any of · `"< 10k"` `">= 150k"` · `"10k .. 150k"` from, below · `true`.
Texts compare trimmed and without case. Numbers are whole units of the field's type: minor units, parts
per million, millionths.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from expcomp.diagnostics import Code, Finding, Findings, Place
from expcomp.plan.nodes import Block, Items, Node, Text
from expcomp.plan.scalars import read_flag, read_money, read_number, read_share
from expcomp.sources.tables import MOTIONS
from expcomp.suggest import did_you_mean

UNKNOWN_FIELD = Code("E305", "unknown-field")
WRONG_CONDITION = Code("E205", "wrong-condition")


class FieldType(StrEnum):
    MONEY = "money"
    WORD = "word"
    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"
    FLAG = "yes/no"


FIELDS: dict[str, FieldType] = {
    "deal.acv": FieldType.MONEY,
    "deal.motion": FieldType.WORD,
    "deal.family": FieldType.WORD,
    "deal.product": FieldType.TEXT,
    "deal.source": FieldType.TEXT,
    "deal.partner_role": FieldType.TEXT,
    "deal.term_months": FieldType.NUMBER,
    "deal.self_serve": FieldType.FLAG,
    "deal.bundled_with_renewal": FieldType.FLAG,
    "account.acv": FieldType.MONEY,
    "account.segment": FieldType.TEXT,
    "account.region": FieldType.TEXT,
    "account.health": FieldType.TEXT,
    "account.seat_utilization": FieldType.SHARE,
    "signal.category": FieldType.WORD,
    "signal.urgency": FieldType.WORD,
    "signal.qualified": FieldType.FLAG,
    "signal.sla_met": FieldType.FLAG,
}
PAYEE_FIELDS: dict[str, FieldType] = {"payee.segment": FieldType.TEXT, "payee.role": FieldType.TEXT}

VOCABULARY: dict[str, frozenset[str]] = {
    "deal.motion": frozenset(MOTIONS),
    "deal.family": frozenset(MOTIONS.values()),
    "signal.category": frozenset({"product", "relationship", "behavioural"}),
    "signal.urgency": frozenset({"hot", "warm", "watch"}),
}

DECLARED_TYPES: dict[str, FieldType] = {
    "text": FieldType.TEXT,
    "word": FieldType.WORD,
    "number": FieldType.NUMBER,
    "money": FieldType.MONEY,
    "share": FieldType.SHARE,
    "yes/no": FieldType.FLAG,
}


@dataclass(frozen=True, slots=True)
class OneOf:
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Is:
    value: bool


@dataclass(frozen=True, slots=True)
class Between:
    """low ≤ x < high, each end open or closed as its comparison says; None is no bound."""

    low: int | None = None
    high: int | None = None
    low_included: bool = True
    high_included: bool = False


Test = OneOf | Is | tuple[Between, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    type: FieldType
    test: Test
    written: str
    place: Place

    def __str__(self) -> str:
        return f"{self.field} {self.written}"


Conditions = tuple[Condition, ...]

COMPARISON = re.compile(r"(<=|>=|<|>)\s*(.+)")
RANGE = re.compile(r"(.+?)\s*\.\.\s*(.+)")


def read_conditions(node: Any, fields: Mapping[str, FieldType], currency: str, findings: Findings) -> Conditions:
    """All conditions of a `when` block; what is wrong goes to `findings` with its place."""
    if not isinstance(node, Block):
        raise ValueError("conditions are a block of fields, like {account.segment: enterprise}")
    conditions = []
    for name, value in node.items():
        type_ = fields.get(name)
        if type_ is None:
            findings.add(_unknown(name, fields, node.keys_at[name]))
            continue
        try:
            test = _test(name, type_, value, currency)
        except ValueError as error:
            findings.add(WRONG_CONDITION.at(value.place, f"{name}: {error}"))
            continue
        conditions.append(Condition(name, type_, test, _written(value), value.place))
    return tuple(conditions)


def _unknown(name: str, fields: Mapping[str, FieldType], place: Place) -> Finding:
    help_ = did_you_mean(name, fields) or "further export columns are declared under plan: fields:"
    return UNKNOWN_FIELD.at(place, f'there is no field "{name}" to put a condition on', help_)


def _written(value: Node) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, Items) else str(value)


def _test(field: str, type_: FieldType, value: Node, currency: str) -> Test:
    options = list(value) if isinstance(value, Items) else [value]
    if not options or not all(isinstance(option, Text) for option in options):
        raise ValueError("write a value, a list of values, or a comparison")
    texts = [str(option).strip() for option in options]
    if type_ is FieldType.FLAG:
        if len(texts) != 1:
            raise ValueError("write true or false")
        return Is(read_flag(texts[0]))
    if type_ in (FieldType.WORD, FieldType.TEXT):
        return OneOf(frozenset(_word(field, text) for text in texts))
    return tuple(_between(text, type_, currency) for text in texts)


def _word(field: str, text: str) -> str:
    if not text:
        raise ValueError("a value is missing here")
    if COMPARISON.match(text):
        raise ValueError(f'"{text}" compares, but this field is a text')
    folded = text.casefold()
    known = VOCABULARY.get(field)
    if known is not None and folded not in known:
        raise ValueError(f'"{text}" is not a word of its vocabulary ({", ".join(sorted(known))})')
    return folded


def _between(text: str, type_: FieldType, currency: str) -> Between:
    def amount(part: str) -> int:
        if type_ is FieldType.MONEY:
            return read_money(part, currency)
        return read_share(part) if type_ is FieldType.SHARE else read_number(part)

    if match := COMPARISON.fullmatch(text):
        bound = amount(match[2])
        return {
            "<": Between(high=bound),
            "<=": Between(high=bound, high_included=True),
            ">": Between(low=bound, low_included=False),
            ">=": Between(low=bound),
        }[match[1]]
    if match := RANGE.fullmatch(text):
        low, high = amount(match[1]), amount(match[2])
        if low >= high:
            raise ValueError(f'"{text}" holds nothing: a range runs from the lower to the higher end')
        return Between(low, high)
    exactly = amount(text)
    return Between(exactly, exactly, high_included=True)

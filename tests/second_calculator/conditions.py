"""Fields and conditions."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

from .amounts import Refused, data_share, money, number, plan_money, share
from .answers import sla_met
from .facts import Deal, Facts, cell, is_won, word, yes_no
from .plan import Plan

Value = str | bool | int | Fraction | None
BUILT_IN = {
    "deal.acv": "money", "deal.motion": "text", "deal.family": "text", "deal.product": "text",
    "deal.source": "text", "deal.partner_role": "text", "deal.term_months": "number",
    "deal.self_serve": "yes/no", "deal.bundled_with_renewal": "yes/no",
    "account.acv": "money", "account.segment": "text", "account.region": "text",
    "account.health": "text", "account.seat_utilization": "share",
    "signal.category": "text", "signal.urgency": "text",
    "signal.qualified": "yes/no", "signal.sla_met": "yes/no",
}  # fmt: skip
OTHER_NAMES = {"word": "text", "boolean": "yes/no", "bool": "yes/no", "flag": "yes/no", "percent": "share"}
COMPARED = re.compile(r"(<=|>=|<|>)\s*(.+)")


def kind_of(name: str, plan: Plan) -> str:
    declared = plan.fields.get(name)
    if declared is not None:
        return OTHER_NAMES.get(declared, declared)
    if name not in BUILT_IN:
        raise Refused(f"unknown field {name!r}")
    return BUILT_IN[name]


def read_text(text: str, kind: str, plan: Plan) -> Value:
    """A cell of the data as a value of the field's kind; blank is no value."""
    if not text:
        return None
    if kind == "money":
        return money(text, plan.currency)
    if kind == "number":
        return number(text)
    if kind == "share":
        return data_share(text)
    if kind == "yes/no":
        return yes_no(text)
    return word(text)


def field_value(facts: Facts, deal: Deal, name: str, on: date) -> Value:  # noqa: PLR0911  one per field
    kind = kind_of(name, deal.plan)
    table, column = name.split(".", 1)
    if name == "deal.acv":
        return deal.value
    if name == "deal.motion":
        return deal.motion
    if name == "deal.family":
        return deal.family
    if name == "account.acv":
        return facts.account_acv(deal)
    if name == "account.seat_utilization":
        return facts.seat_use(deal, on)
    if name == "signal.sla_met":
        pauses = facts.tables.get("pauses", [])
        return sla_met(facts.plans, pauses, deal.signal, deal.close) if deal.signal else None
    if name == "signal.qualified":
        return deal.signal is not None
    if table == "deal":
        return read_text(cell(deal.row, column), kind, deal.plan)
    if table == "account":
        return read_text(facts.account_text(deal.account, column, on), kind, deal.plan)
    if table == "signal":
        return read_text(cell(deal.signal, column), kind, deal.plan) if deal.signal else None
    raise Refused(f"unknown field {name!r}")


def read_expected(text: str, kind: str, plan: Plan) -> Any:
    if kind == "money":
        return plan_money(text, plan.currency)
    if kind == "number":
        return number(text)
    if kind == "share":
        return share(text)
    if kind == "yes/no":
        return text.strip() == "true"
    return word(text)


def fits(value: Value, expected: Any, kind: str, plan: Plan) -> bool:
    if value is None:
        return False
    if isinstance(expected, list):
        return any(fits(value, one, kind, plan) for one in expected)
    text = expected.strip()
    if kind in ("money", "number", "share"):
        found = COMPARED.fullmatch(text)
        if found:
            edge: Any = read_expected(found.group(2), kind, plan)
            here: Any = value
            return bool({"<": here < edge, "<=": here <= edge, ">": here > edge, ">=": here >= edge}[found.group(1)])
        if ".." in text:
            low, high = (read_expected(part.strip(), kind, plan) for part in text.split("..", 1))
            return bool(low <= value < high)
    return bool(value == read_expected(text, kind, plan))


def holds(facts: Facts, deal: Deal, when: dict[str, Any], on: date) -> bool:
    """All conditions hold; a field with no value makes its condition false."""
    for name, expected in when.items():
        kind = kind_of(name, deal.plan)
        if not fits(field_value(facts, deal, name, on), expected, kind, deal.plan):
            return False
    return True


def take(facts: Facts, row: dict[str, str]) -> Deal | None:
    """The deal under the one plan version that takes it, or None where none does."""
    taken = []
    close = facts.day(cell(row, "close_date"))
    for plan_id in facts.plans.ids:
        plan = facts.plans.in_force(plan_id, close)
        if plan is None:
            continue
        deal = Deal(facts, row, plan)
        if holds(facts, deal, plan.applies, close):
            taken.append(deal)
    if len(taken) > 1:
        raise Refused(f"deal {cell(row, 'deal_id')}: more than one plan takes it")
    return taken[0] if taken else None


def won_deals(facts: Facts) -> list[Deal]:
    """Won deals that a plan takes, in order of close date and id."""
    found = []
    for row in facts.deal_rows():
        if is_won(row):
            deal = take(facts, row)
            if deal is not None:
                found.append(deal)
    return sorted(found, key=lambda deal: (deal.close, deal.id))

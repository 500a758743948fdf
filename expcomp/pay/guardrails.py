"""Guardrails judged at the close date: deals that pay nothing, and deals to look at."""

import numpy as np

from expcomp.exact import Flags, Ints
from expcomp.pay.deals import Deals
from expcomp.plan.model import Guardrail, Plan


def zeroed(plan: Plan, index: int, deals: Deals) -> Ints:
    """For every deal the position of the first `zero` guardrail that holds, or -1."""
    found = np.full(len(deals), -1)
    for number, (_, at) in reversed(list(enumerate(_holding(plan, index, deals, "zero")))):
        found[at] = number
    return found


def warned(plan: Plan, index: int, deals: Deals) -> list[tuple[Guardrail, Ints]]:
    return _holding(plan, index, deals, "warn")


def _holding(plan: Plan, index: int, deals: Deals, action: str) -> list[tuple[Guardrail, Ints]]:
    rows = deals.of_version(index)
    rows = rows[deals.covered[rows]]
    rules = [rule for rule in plan.guardrails if rule.action == action]
    held: list[tuple[Guardrail, Ints]] = []
    for rule in rules:
        holds: Flags = deals.facts.hold(rule.when, deals.worth[index], rows, deals.close[rows])
        held.append((rule, rows[holds]))
    return held

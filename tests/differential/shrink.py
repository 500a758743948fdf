"""Makes a case with a difference as small as it gets while the same kind of difference remains."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from .books import NUMBER
from .cases import Case, row_numbers, with_cell, without_rows
from .compare import Difference, compare

Path = tuple[str | int, ...]


def kinds_of(case: Case) -> dict[str, Difference]:
    result = compare(case)
    return {difference.kind: difference for difference in result[0]} if result else {}


def minimise(case: Case, kind: str, rounds: int = 3) -> Case:
    def remains(smaller: Case) -> bool:
        return _still_compared(smaller) and kind in kinds_of(smaller)

    for _ in range(rounds):
        before = case
        case = _fewer_plans(case, remains)
        case = _fewer_blocks(case, remains, 2)
        case = _fewer_rows(case, remains)
        case = _fewer_blocks(case, remains)
        case = _fewer_cells(case, remains)
        if case == before:
            break
    return case


def _still_compared(case: Case) -> bool:
    """Not drifted into what the second calculator leaves open: a plan without a bar for signals, conditions that are
    empty."""
    signals = case.tables.get("signals") or case.earlier.get("signals")
    if signals and any("qualified" not in plan.get("signals", {}) for plan in case.plans):
        return False
    return "when: {}" not in "".join(case.texts)


def _fewer_plans(case: Case, remains: Any) -> Case:
    for plan in list(case.plans) if len(case.plans) > 1 else ():
        smaller = case.with_(plans=[other for other in case.plans if other is not plan])
        if smaller.plans and remains(smaller):
            case = smaller
    return case


def _fewer_rows(case: Case, remains: Any) -> Case:
    """Halves first, then quarters, then single rows."""
    rows = row_numbers(case)
    size = max(1, len(rows) // 2)
    while True:
        start = 0
        while start < len(rows):
            smaller = without_rows(case, set(rows[start : start + size]))
            if smaller.tables.get("deals") and remains(smaller):
                case, rows = smaller, rows[:start] + rows[start + size :]
            else:
                start += size
        if size == 1:
            return case
        size = max(1, size // 3)


def _fewer_blocks(case: Case, remains: Any, deepest: int = 99) -> Case:
    for index in range(len(case.plans)):
        done: set[Path] = set()
        while path := next((p for p in _paths(case.plans[index]) if p not in done and len(p) <= deepest), None):
            plans = deepcopy(case.plans)
            _delete(plans[index], path)
            if remains(smaller := case.with_(plans=plans)):
                case = smaller
            else:
                done.add(path)
    return case


def _paths(node: Any, here: Path = ()) -> Iterator[Path]:
    """Every key and list item, outer ones first."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield (*here, key)
    for key in keys:
        yield from _paths(node[key], (*here, key))


def _delete(tree: Any, path: Path) -> None:
    for key in path[:-1]:
        tree = tree[key]
    del tree[path[-1]]


def _fewer_cells(case: Case, remains: Any) -> Case:
    cells = {
        (table, row[NUMBER], name): None
        for tables in (case.tables, case.earlier)
        for table, rows in tables.items()
        for row in rows
        for name in row
        if name != NUMBER
    }
    for table, number, name in cells:
        if remains(smaller := with_cell(case, table, number, name, None)):
            case = smaller
    return case

"""Plan files → bound, checked plans. The only reader of plan files."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from expcomp.diagnostics import Code, Finding, Findings, Place, Refused
from expcomp.money import CURRENCIES
from expcomp.plan.check import check_plan
from expcomp.plan.conditions import DECLARED_TYPES, FIELDS, PAYEE_FIELDS, FieldType
from expcomp.plan.identity import identity
from expcomp.plan.model import Plan
from expcomp.plan.nodes import Block, Items, Node, compose, decode
from expcomp.suggest import did_you_mean

UNKNOWN_KEY = Code("E201", "unknown-key")
MISSING_KEY = Code("E202", "missing-key")
WRONG_VALUE = Code("E203", "wrong-value")
AMBIGUOUS = Code("E204", "ambiguous-number")
NO_PLAN = Code("C201", "no-plan")


Kept = Callable[[str, bytes], object]
"""Told the bytes of every plan that is read, by its path as shown."""


def load_plan(path: Path, shown_as: str, kept: Kept | None = None) -> Plan:
    """One plan file, bound and checked. Raises `Refused` with every finding in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(NO_PLAN.at(Place(shown_as), f"the plan cannot be read: {error.strerror}")) from None
    if kept is not None:
        kept(shown_as, data)
    return bind_plan(decode(data, shown_as), shown_as)


def load_plans(paths: Sequence[Path], root: Path, kept: Kept | None = None) -> list[Plan]:
    """Every file, so that all mistakes are told at once."""
    findings, plans = Findings(), []
    for path in paths:
        try:
            plans.append(load_plan(path, shown(path, root), kept))
        except Refused as refused:
            findings.extend(refused.findings)
    findings.check()
    return plans


def shown(path: Path, root: Path) -> str:
    """A path as people see it: below the project where it lies there, with forward slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def bind_plan(text: str, path: str) -> Plan:
    """The text of a plan → its records. Raises `Refused` (E1xx to E3xx)."""
    tree = compose(text, path)
    if not isinstance(tree, Block):
        raise Refused(WRONG_VALUE.at(tree.place, "a plan is a block of keys: plan, roles, ownership, …"))
    findings = Findings()
    context = _context(tree, findings)
    plan: Plan | None = None
    try:
        plan = Plan.model_validate(tree, context=context)
    except ValidationError as error:
        findings.extend(_translate(error, tree))
    findings.check()
    assert plan is not None
    findings.extend(check_plan(plan))
    findings.check()
    plan._hash = identity(plan)
    return plan


def _context(tree: Block, findings: Findings) -> dict[str, Any]:
    """What a value deep in the plan must know of its head: the currency, and the fields declared."""
    head = tree.get("plan")
    head = head if isinstance(head, Block) else Block(tree.place)
    currency = head.get("currency")
    declared = head.get("fields")
    fields, payee_fields = dict(FIELDS), dict(PAYEE_FIELDS)
    for name, type_ in (declared if isinstance(declared, Block) else {}).items():
        table = payee_fields if name.startswith("payee.") else fields
        table[name] = DECLARED_TYPES.get(str(type_), FieldType.TEXT)
    return {
        "currency": str(currency) if currency in CURRENCIES else "USD",
        "fields": fields,
        "payee_fields": payee_fields,
        "findings": findings,
    }


MOST_TOLD = 200


def _translate(error: ValidationError, tree: Block) -> Iterable[Finding]:
    """Every mistake, or as many as anybody mends at once."""
    if error.error_count() > MOST_TOLD:
        yield WRONG_VALUE.at(tree.place, f"{error.error_count():,} mistakes; these are the first {MOST_TOLD}")
    for item in islice(error.errors(include_url=False, include_input=False), MOST_TOLD):
        node, key_place = _walk(tree, item["loc"])
        key = str(item["loc"][-1]) if item["loc"] else ""
        match item["type"]:
            case "extra_forbidden":
                help_ = did_you_mean(key, _known_keys(item["loc"]))
                yield UNKNOWN_KEY.at(key_place or node.place, f'"{key}" is not a key here', help_)
            case "missing":
                yield MISSING_KEY.at(node.place, f'"{key}" is required here and missing')
            case "ambiguous_number":
                yield AMBIGUOUS.at(node.place, item["msg"])
            case "literal_error" | "enum":
                choices = item.get("ctx", {}).get("expected", "")
                help_ = did_you_mean(str(node), choices.replace("'", "").replace(" or ", ", ").split(", "))
                yield WRONG_VALUE.at(node.place, f'"{node}" is not one of {choices}', help_)
            case _:
                message = item["msg"].removeprefix("Value error, ")
                yield WRONG_VALUE.at(node.place, message)


def _walk(tree: Block, loc: Sequence[int | str]) -> tuple[Node, Place | None]:
    """The node an error speaks of, and the place of its key."""
    node: Node = tree
    key_place: Place | None = None
    for part in loc:
        if isinstance(node, Block) and part in node:
            key_place = node.keys_at[str(part)]
            node = node[str(part)]
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node):
            node, key_place = node[part], None
    return node, key_place


def _known_keys(loc: Sequence[int | str]) -> list[str]:
    """The keys a block takes, by following the location through the records' annotations."""
    record: Any = Plan
    for part in loc[:-1]:
        if isinstance(part, int) or record is None:
            continue
        field = next((f for name, f in record.model_fields.items() if part in (name, f.alias)), None)
        record = _record_in(field.annotation) if field else record
    return [field.alias or name for name, field in (record or Plan).model_fields.items()]


def _record_in(annotation: Any) -> Any:
    """The record class inside `tuple[Tier, ...]`, `dict[str, Role]`, `Sla | None` …"""
    if hasattr(annotation, "model_fields"):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _record_in(argument):
            return found
    return None

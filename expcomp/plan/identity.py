"""What a plan is: the hash of its rules as they were understood, whatever words and layout they were written in."""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from expcomp.diagnostics import Place
from expcomp.plan.model import Plan

NO_RULES = frozenset({"examples", "allow", "written"})
"""Examples and allowances decide no pay; `written` is how a rule was spelled."""


def identity(plan: Plan) -> str:
    """SHA-256 of the bound rules: comments, examples, allowances and spelling (`10k`, `10_000`) do not change it."""
    canonical = json.dumps(_canonical(plan), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _named({name: getattr(value, name) for name in type(value).model_fields})
    if is_dataclass(value):
        return _named({field.name: getattr(value, field.name) for field in fields(value)})
    match value:
        case Mapping():
            return [[str(key), _canonical(item)] for key, item in value.items()]
        case Set():
            return sorted(map(str, value))
        case list() | tuple():
            return [_canonical(item) for item in value]
    return value if value is None or isinstance(value, int | str) else str(value)


def _named(items: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by name, so that a rule left out and one that says what would hold anyway are the same."""
    return {
        name: _canonical(item) for name, item in items.items() if name not in NO_RULES and not isinstance(item, Place)
    }

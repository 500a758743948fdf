"""The JSON Schema of a plan, made from the records that read plans."""

from collections.abc import Iterable

from expcomp.plan.conditions import FIELDS, PAYEE_FIELDS, VOCABULARY, FieldType
from expcomp.plan.model import Plan
from expcomp.plan.scalars import DECIMAL, MONEY, SHARE
from expcomp.schema.draft7 import Schema, editor_schema, read_keys
from expcomp.sources.tables import TABLES

ANY = {"type": ["string", "number", "boolean"]}
DECLARED = r"^(deal|account|payee|signal)\."
"""Further fields are declared under `plan: fields:`; a schema cannot know which."""

COMPARED = {
    FieldType.MONEY: (MONEY, ("< 10k", ">= 150k", "10k .. 150k")),
    FieldType.NUMBER: (DECIMAL, (">= 24", "12 .. 36")),
    FieldType.SHARE: (SHARE, (">= 80%", "< 40%")),
}
"""How a value of these types is written, and examples of conditions on it."""


def plan_schema() -> Schema:
    schema = editor_schema(Plan, read_keys("keys_of_plan.yaml"), "expcomp plan")
    definitions = schema["definitions"]
    definitions["Value"] = ANY
    definitions["Conditions"] = _conditions(FIELDS)
    definitions["PayeeConditions"] = _conditions(PAYEE_FIELDS)
    definitions["Example"]["properties"]["given"] |= _given()
    named = {"deal": "Conditions", "payee": "PayeeConditions"}
    for record in (schema, *definitions.values()):
        for value in record.get("properties", {}).values():
            if conditions := value.pop("x-conditions", ""):
                value["allOf"] = [{"$ref": f"#/definitions/{named[conditions]}"}]
    return schema


def _conditions(fields: dict[str, FieldType]) -> Schema:
    properties = {name: _condition(name, type_) for name, type_ in fields.items()}
    other = {"patternProperties": {DECLARED: _one_or_more(ANY)}, "additionalProperties": False}
    return {"type": "object", "properties": properties, **other}


def _condition(name: str, type_: FieldType) -> Schema:
    if type_ is FieldType.FLAG:
        return {"type": "boolean", "description": "true or false", "examples": [True, False]}
    words = sorted(VOCABULARY.get(name, ()))
    if words:
        return {"description": f"{', '.join(words)}; or a list of these", **_one_or_more({"enum": words})}
    if type_ in (FieldType.WORD, FieldType.TEXT):
        return {"description": "a text, or a list of texts: case does not matter", **_one_or_more(ANY)}
    form, examples = COMPARED[type_]
    told = {"description": f"a {type_}, a comparison, a range, or a list of these", "examples": list(examples)}
    return told | _one_or_more(_compared(form.pattern, number=type_ is not FieldType.SHARE))


def _compared(form: str, *, number: bool) -> Schema:
    """`10k`, `< 10k` or `10k .. 150k`."""
    pattern = f"^(?:(?:<=|>=|<|>)\\s*)?(?:{form})$|^(?:{form})\\s*\\.\\.\\s*(?:{form})$"
    return {"type": ["number", "string"] if number else "string", "pattern": pattern}


def _one_or_more(one: Schema) -> Schema:
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _given() -> Schema:
    """Rows of the canonical tables; a row may have further columns that the plan declares."""
    return {"properties": {name: _rows(f.name for f in table.fields) for name, table in TABLES.items()},
            "additionalProperties": False}  # fmt: skip


def _rows(fields: Iterable[str]) -> Schema:
    value = {"$ref": "#/definitions/Value"}
    row = {"type": "object", "properties": dict.fromkeys(fields, value), "additionalProperties": value}
    return {"type": "array", "items": row}

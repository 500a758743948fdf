"""JSON Schema (draft-07) of a pydantic model as an editor needs it, with a text and examples for every key."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

Schema = dict[str, Any]
Keys = Mapping[str, Mapping[str, Sequence[Any]]]
"""By record and key: the meaning, then examples."""


class _Written(GenerateJsonSchema):
    """What a file may hold, not what a record holds: nothing is null, and defaults are what is left out."""

    def nullable_schema(self, schema: Any) -> Schema:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> Schema:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def editor_schema(model: type[BaseModel], keys: Keys, title: str) -> Schema:
    """The model's schema; keys without a text are left without one."""
    schema = model.model_json_schema(ref_template="#/definitions/{model}", schema_generator=_Written)
    records = schema.pop("$defs")
    records[model.__name__] = {name: schema.pop(name) for name in list(schema)}
    for name, record in records.items():
        record.pop("title", None)
        record.pop("description", None)
        for key, value in record.get("properties", {}).items():
            record["properties"][key] = _told(value, keys.get(name, {}).get(key, ()))
    root = records.pop(model.__name__)
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, **root, "definitions": records}


def _told(value: Schema, text: Sequence[Any]) -> Schema:
    """A key's schema with its text. Draft-07 ignores what stands beside a `$ref`, so that one is wrapped."""
    wrapped = {"allOf": [value]} if "$ref" in value else value
    meaning = {"description": text[0]} if text else {}
    return {**meaning, **wrapped, **({"examples": list(text[1:])} if len(text) > 1 else {})}


def read_keys(name: str) -> Keys:
    """A file of texts of this folder."""
    keys: Keys = yaml.safe_load((files("expcomp.schema") / name).read_text(encoding="utf-8"))
    return keys

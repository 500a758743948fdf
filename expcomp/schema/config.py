"""The JSON Schema of expcomp.yaml, made from the records that read it."""

from expcomp.schema.draft7 import Schema, editor_schema, read_keys
from expcomp.sources.config import Config
from expcomp.sources.presets import presets
from expcomp.sources.tables import TABLES


def config_schema() -> Schema:
    schema = editor_schema(Config, read_keys("keys_of_config.yaml"), "expcomp.yaml")
    source = schema["definitions"]["Source"]["properties"]
    source["preset"]["enum"] = list(presets())
    source["header_row"]["minimum"] = 1
    schema["properties"]["sources"] |= {
        "properties": {name: _one_or_several() for name in TABLES},
        "additionalProperties": False,
    }
    return schema


def _one_or_several() -> Schema:
    one = {"$ref": "#/definitions/Source"}
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}

"""What the config's schema cannot say: tables, fields and words must exist; and pydantic's errors retold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from expcomp.diagnostics import Code, Finding, Place
from expcomp.plan.nodes import Block, Items, Node
from expcomp.sources.tables import MOTIONS, TABLES, Kind
from expcomp.sources.words import VOCABULARY, slug
from expcomp.suggest import did_you_mean

UNKNOWN_KEY = Code("C103", "unknown-key")
WRONG_VALUE = Code("C104", "wrong-value")
UNKNOWN_TABLE = Code("C105", "unknown-table")
UNKNOWN_FIELD = Code("C106", "unknown-field")


def retell(item: Any, tree: Block, keys: Sequence[str]) -> Finding:
    """One of pydantic's errors, at its place in the file; `keys` are those allowed where a key is unknown."""
    loc: Sequence[int | str] = item["loc"]
    node, key_place = walk(tree, loc)
    match item["type"]:
        case "extra_forbidden":
            key = str(loc[-1])
            return UNKNOWN_KEY.at(key_place, f'"{key}" is no key here', did_you_mean(key, keys))
        case "literal_error":
            told = item["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
            choices = [choice for choice in told.split(", ") if choice]
            message = f'"{node}" is not one of {", ".join(choices)}'
            return WRONG_VALUE.at(place_of(node), message, did_you_mean(str(node), choices))
        case "dict_type" | "model_type":
            return WRONG_VALUE.at(place_of(node), "a block of keys is expected here")
    return WRONG_VALUE.at(place_of(node), item["msg"].removeprefix("Value error, "))


def place_of(node: Any) -> Place:
    """Values laid over the file come from flags or the environment, and have no place in it."""
    place: Place = getattr(node, "place", Place("command line"))
    return place


def walk(tree: Block, loc: Sequence[int | str]) -> tuple[Node, Place | None]:
    """The node at a location, as deep as it goes, and the place of its key."""
    node: Node = tree
    key_place: Place | None = None
    for part in loc:
        if isinstance(node, Block) and part in node:
            key_place = node.keys_at.get(str(part))
            node = node[str(part)]
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node):
            node = node[part]
    return node, key_place


def check_sources(columns: Mapping[str, Sequence[Iterable[str]]], tree: Block) -> Iterator[Finding]:
    """`columns[table]` holds, for each of its sources, the fields it names headers for."""
    for table, sources in columns.items():
        _, place = walk(tree, ("sources", table))
        if table not in TABLES:
            yield UNKNOWN_TABLE.at(place, f'"{table}" is no table', did_you_mean(table, TABLES))
            continue
        for number, fields in enumerate(sources):
            for field in fields:
                at = walk(tree, ("sources", table, number, "columns", field))[1]
                yield from _check_field(table, field, at)


def _check_field(table: str, field: str, place: Place | None) -> Iterator[Finding]:
    """Fields of the table are known; a further one is the plan's, unless it looks like a slip."""
    known = [own.name for own in TABLES[table].fields]
    if field not in known and (near := did_you_mean(field, known)):
        yield UNKNOWN_FIELD.at(place, f'"{field}" is no field of {table}', near)


def check_values(values: Mapping[str, Mapping[str, str]], tree: Block) -> Iterator[Finding]:
    for key, meanings in values.items():
        _, place = walk(tree, ("values", key))
        table, field = field_of(key)
        if table not in TABLES:
            help = did_you_mean(table, TABLES)
            yield UNKNOWN_TABLE.at(place, f'"{key}" names no table: write it like deal.motion', help)
            continue
        yield from _check_field(table, field, place)
        allowed = _meanings(table, field)
        for word, meaning in meanings.items():
            if allowed and slug(meaning) not in allowed:
                node, _ = walk(tree, ("values", key, word))
                message = f'"{meaning}" is no value of {key}: {", ".join(allowed)}'
                yield WRONG_VALUE.at(place_of(node), message, did_you_mean(meaning, allowed))


def _meanings(table: str, field: str) -> Sequence[str]:
    """What a field's words may be mapped to; nothing where any text will do."""
    kind = next((own.kind for own in TABLES[table].fields if own.name == field), Kind.TEXT)
    if kind is Kind.FLAG:
        return ("true", "false")
    return tuple(MOTIONS) if kind is Kind.MOTION else VOCABULARY.get((table, field), ())


def field_of(key: str) -> tuple[str, str]:
    """`deal.motion` → ("deals", "motion"); the table's own name will do too."""
    table, _, field = key.partition(".")
    return (table if table in TABLES else f"{table}s"), field

"""Presets: for each kind of export the headers that stand for our fields, kept as data files."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from expcomp.sources.tables import TABLES
from expcomp.sources.words import Words, same


@dataclass(frozen=True, slots=True)
class Preset:
    """Alias lists of one kind of export. `aliases[table][field]` are headers as written, the preferred first.

    `signs` are headers that only this kind of export has. `verified`: made from real or published exports; another
    preset is tried only where one of its signs stands, or the config names it. `values[table, field]` are words of the
    export and what they mean, like those of the config; `ask` says of a header why no field takes it unasked; `deleted`
    names by table the column that marks rows which the system has thrown away.
    """

    name: str
    title: str
    verified: bool
    signs: frozenset[str]
    aliases: Mapping[str, Mapping[str, tuple[str, ...]]]
    values: Words
    ask: Mapping[str, str]
    deleted: Mapping[str, str]

    def signed(self, headers: Iterable[str]) -> bool:
        return not self.signs.isdisjoint(map(_as_sign, headers))

    def ranks(self, table: str) -> dict[str, tuple[str, int]]:
        """Normalised header → its field and preference. Our own field names are understood everywhere."""
        ranks: dict[str, tuple[str, int]] = {}
        for field, headers in self.aliases.get(table, {}).items():
            for rank, header in enumerate(headers):
                ranks.setdefault(normal(header), (field, rank))
        for own in TABLES[table].fields:
            ranks.setdefault(normal(own.name), (own.name, 1000))
        return ranks


@lru_cache(maxsize=4096)
def normal(header: str) -> str:
    """How headers are compared: letters and digits only, one width, without case."""
    return "".join(char for char in unicodedata.normalize("NFKC", header).casefold() if char.isalnum())


def _as_sign(header: str) -> str:
    """How signs are compared: as written, but for case, blanks, dashes and the mark of a required column. `deal_id` is
    no `Deal - ID`."""
    return same(unicodedata.normalize("NFKC", header).replace("\u2013", "-").removesuffix("(*)"))


@cache
def presets() -> Mapping[str, Preset]:
    """All presets that ship, canonical first."""
    found = {preset.name: preset for preset in _load()}
    return {"canonical": found.pop("canonical"), **found}


def _load() -> Iterator[Preset]:
    for file in sorted(files(__package__).joinpath("presets").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            tree = yaml.load(file.read_text("utf-8"), Loader=yaml.CBaseLoader)
            tables = {
                table: {field: tuple(headers) for field, headers in fields.items()}
                for table, fields in (tree.get("tables") or {}).items()
            }
            yield Preset(
                file.name.removesuffix(".yaml"),
                tree["title"],
                tree["verified"] == "true",
                frozenset(map(_as_sign, tree["signs"])),
                tables,
                dict(_words(tree.get("values") or {})),
                {normal(header): why for header, why in (tree.get("ask") or {}).items()},
                {table: normal(header) for table, header in (tree.get("deleted") or {}).items()},
            )


def _words(tree: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[tuple[tuple[str, str], dict[str, str]]]:
    """`deals.won: {"true": [Fermé gagné]}` → the words as `words.same` compares them."""
    for key, meanings in tree.items():
        table, _, field = key.partition(".")
        yield (table, field), {same(word): meaning for meaning, words in meanings.items() for word in words}

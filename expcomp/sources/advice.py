"""What to write in expcomp.yaml about a file that is not understood: lines that can be copied as they are."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatch
from functools import lru_cache

from expcomp.sources.complaints import quote
from expcomp.sources.presets import normal, presets
from expcomp.sources.tables import TABLES

LISTED = 12
USUAL = ("payees", "accounts", "deals", "signals", "subscriptions")
"""Tables that most people have a file for."""

PLAIN = re.compile(r"[\w. ()-]+")
UNKNOWN = "its header"
FIRST_ROW = "header_row: 1"
WORD = re.compile(r"[^\W_]+")
INSIDE = re.compile(r"(?<=[a-z])(?=[A-Z])")
ALIKE, SLIP, ONLY_WORDS = 0.5, 0.8, 0.95
"""The likeness from which on a header is worth naming, that of texts which share so many of their letters, and that of
texts of which one has all words of the other."""

CALLED = {
    "deal": "deals", "opportunity": "deals", "opportunities": "deals", "account": "accounts", "company": "accounts",
    "companies": "accounts",
}  # fmt: skip
"""What vendors call the files of our tables."""


def called(name: str) -> str:
    """The table that a file or sheet of this name holds; nothing where the name does not say."""
    own = CALLED.get(name.casefold(), name.casefold())
    return own if own in TABLES else ""


def nearest_headers(table: str, field: str, headers: Sequence[str], used: Iterable[int] = ()) -> list[str]:
    """At most three headers that no field has taken and that are most like what the field is called, by us or by any
    vendor; best first."""
    taken = set(used)
    names = [field, *(alias for preset in presets().values() for alias in preset.aliases.get(table, {}).get(field, ()))]
    free = [header for index, header in enumerate(headers) if index not in taken and header.strip()]
    likely = {header: max(_likeness(header, name) for name in names) for header in free}
    return sorted((header for header in likely if likely[header] > ALIKE), key=likely.__getitem__, reverse=True)[:3]


def _likeness(header: str, name: str) -> float:
    """1 for the same text, else the share of the words of the shorter that the longer has, or what two texts with a
    slip between them count for."""
    if normal(header) == normal(name):
        return 1
    shorter, longer = sorted((_words(header), _words(name)), key=len)
    words = sum(any(_begin_alike(word, other) for other in longer) for word in shorter) / max(len(shorter), 1)
    slipped = get_close_matches(normal(header), [normal(name)], 1, SLIP)
    return max(words * ONLY_WORDS, SLIP if slipped else 0)


@lru_cache(maxsize=4096)
def _words(text: str) -> list[str]:
    """`CloseDate`, `close_date` → close, date"""
    return WORD.findall(INSIDE.sub(" ", text).casefold())


def _begin_alike(word: str, other: str) -> bool:
    """Whether both begin with more than half of the longer: `closing` and `close`, not `deal` and `dealtype`."""
    half = max(len(word), len(other)) // 2 + 1
    return word[:half] == other[:half]


def source_line(table: str, path: str, *keys: str) -> str:
    """`sources: {deals: {file: report.csv, …}}`; the file's name is left out where it says the table itself."""
    name = path.rpartition("/")[2].partition("[")[0]
    own = [] if fnmatch(name, f"{table}.*") else [f"file: {name if PLAIN.fullmatch(name) else in_quotes(name)}"]
    return f"sources: {{{table}: {{{', '.join((*own, *keys))}}}}}"


def columns_line(
    table: str, path: str, headers: Sequence[str], groups: Sequence[Sequence[str]], taken: Mapping[str, Sequence[int]],
    *keys: str,
) -> str:  # fmt: skip
    """The line that names a header for one field of each group: the nearest that is left, or a blank to fill in. `keys`
    stand before the columns."""
    used = {index for columns in taken.values() for index in columns}
    named = []
    for group in groups:
        close = ((field, near[0]) for field in group if (near := nearest_headers(table, field, headers, used)))
        field, header = next(close, (group[0], UNKNOWN))
        used |= {index for index, own in enumerate(headers) if own == header}
        named.append(f"{field}: {in_quotes(header)}")
    return source_line(table, path, *keys, *([f"columns: {{{', '.join(named)}}}"] if named else []))


def in_quotes(text: str) -> str:
    """As YAML reads it, whatever signs it has."""
    return json.dumps(text, ensure_ascii=False)


def say_what_it_is(path: str, *keys: str) -> str:
    """For a file that looks like none of the tables."""
    line = source_line("TABLE", path, *keys, "columns: {…}")
    tables = f"TABLE: {', '.join(USUAL)}, …: expcomp manual D110 lists them"
    return f"say in expcomp.yaml what it is:  {line}  ({tables}), or move it out of the data folder"


def say_which_columns(table: str, path: str, headers: Sequence[str]) -> str:
    """For a file of this table that has none of its names in the row that could be its header."""
    own = TABLES[table]
    needed = [*((field.name,) for field in own.fields if field.required), *own.any_of]
    line = columns_line(table, path, headers, needed, {}, FIRST_ROW)
    return f"if its first row names the columns, write in expcomp.yaml:  {line}"


def listed(headers: Sequence[str]) -> str:
    some = ", ".join(quote(header) for header in headers[:LISTED])
    return some + (f" and {len(headers) - LISTED} more" if len(headers) > LISTED else "")

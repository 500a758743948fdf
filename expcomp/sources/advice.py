"""What to write in expcomp.yaml about a file that is not understood: lines that can be copied as they are."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from expcomp.sources.complaints import quote
from expcomp.sources.presets import normal, presets
from expcomp.sources.raw import RawTable
from expcomp.sources.tables import TABLES

LISTED = 12
UNKNOWN = "its header"
WORD = re.compile(r"[^\W_]+")


def nearest_headers(table: str, field: str, headers: Sequence[str], used: Iterable[int] = ()) -> list[str]:
    """Headers that no field has taken and that some vendor calls the field by, that share a word with its name, or that
    look like it, best first."""
    taken = set(used)
    free = [header for index, header in enumerate(headers) if index not in taken and header.strip()]
    aliases = {normal(alias) for preset in presets().values() for alias in preset.aliases.get(table, {}).get(field, ())}
    called = [header for header in free if normal(header) in aliases]
    words = set(field.split("_")) - {"id", "at", "on"}
    sharing = [header for header in free if words & set(WORD.findall(header.casefold()))]
    by_shape = {normal(header): header for header in free}
    close = [by_shape[name] for name in get_close_matches(normal(field), by_shape, n=3, cutoff=0.5)]
    return list(dict.fromkeys([*called, *sharing, *close]))[:3]


def columns_line(
    table: str, raw: RawTable, fields: Sequence[str], taken: Mapping[str, Sequence[int]], file: str = ""
) -> str:
    """The line that names a header for each of these fields: the nearest that is left, or a blank to fill in."""
    used = {index for columns in taken.values() for index in columns}
    named = []
    for field in fields:
        close = nearest_headers(table, field, raw.headers, used)
        if close:
            used.add(raw.headers.index(close[0]))
        named.append(f'{field}: "{close[0] if close else UNKNOWN}"')
    parts = [f"file: {file}"] if file else []
    parts += [f"columns: {{{', '.join(named)}}}"] if named else []
    return f"sources: {{{table}: {{{', '.join(parts)}}}}}"


def say_what_it_is(path: str, further: str = "") -> str:
    """For a file that looks like none of the tables."""
    line = f"sources: {{TABLE: {{file: {file_name(path)}{further}, columns: {{…}}}}}}"
    return f"say in expcomp.yaml what it is:  {line}  (TABLE: {', '.join(TABLES)}), or move it out of the data folder"


def file_name(path: str) -> str:
    """The name of the file alone, as a source of the config may give it."""
    return path.rpartition("/")[2].partition("[")[0]


def listed(headers: Sequence[str]) -> str:
    some = ", ".join(quote(header) for header in headers[:LISTED])
    return some + (f" and {len(headers) - LISTED} more" if len(headers) > LISTED else "")

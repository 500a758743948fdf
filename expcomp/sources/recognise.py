"""Which canonical table a raw table is, by the headers it has: the reason is kept and shown."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from expcomp.diagnostics import Code
from expcomp.sources.advice import (
    called,
    columns_line,
    in_quotes,
    listed,
    nearest_headers,
    say_what_it_is,
    source_line,
)
from expcomp.sources.book import Needs
from expcomp.sources.complaints import Complaints, quote
from expcomp.sources.presets import Preset, normal, presets
from expcomp.sources.raw import RawTable
from expcomp.sources.tables import TABLES
from expcomp.sources.typed import Match

NOT_RECOGNISED = Code("D110", "file-not-recognised")
COLUMN_MISSING = Code("D201", "column-missing")
COLUMN_UNKNOWN = Code("D203", "column-unknown")
HEADER_TWICE = Code("D107", "header-repeated")
VALUE_COLUMN = Code("D206", "value-column-missing")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the config says about a source: its table, its preset, some headers. Blank: find out."""

    table: str = ""
    preset: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Candidate:
    preset: Preset
    table: str
    columns: dict[str, tuple[int, ...]]
    complete: bool
    signed: bool

    def score(self, own_name: str) -> tuple[bool, bool, int, bool, bool]:
        canonical = self.preset.name == "canonical"
        return (self.table == own_name, self.complete, len(self.columns), self.signed, canonical)


def known_headers(wishes: Iterable[Wish], needs: Needs) -> frozenset[str]:
    """Every header that means something, normalised: how the header row of a file is found."""
    known = {header for preset in presets().values() for table in TABLES for header in preset.ranks(table)}
    known |= {normal(header) for wish in wishes for header in wish.columns.values()}
    known |= {normal(own.name) for fields in needs.fields.values() for own in fields}
    return frozenset(known)


def recognise(raw: RawTable, wish: Wish, needs: Needs, complaints: Complaints) -> Match | None:
    """The best match, or None after a complaint that names what was seen and what to write.

    A file that neither the config nor its name calls a table must say so by its headers: every required one,
    and a header that only its vendor writes, or half of all its headers. A column that is called `id` alone says
    nothing: everything has one.
    """
    if not _columns_exist(raw, wish, complaints):
        return None
    candidates = _candidates(raw, wish, needs)
    own_name = wish.table or called(raw.name)
    best = max(candidates, key=lambda candidate: candidate.score(own_name))
    rivals = {other.table for other in candidates if other.score(own_name) == best.score(own_name)}
    sure = best.signed or (2 * len(best.columns) >= len(raw.headers) and not _has_bare_key(raw, best))
    if wish.table or best.table == own_name or (best.complete and sure and len(rivals) == 1):
        match = _match(raw, wish, best, own_name)
        return match if check_columns(raw, match, needs, complaints) else None
    _refuse(raw, best, rivals, needs, complaints)
    return None


def _has_bare_key(raw: RawTable, best: _Candidate) -> bool:
    keys = (index for name in TABLES[best.table].key for index in best.columns.get(name, ()))
    return any(normal(raw.headers[index]) == "id" for index in keys)


def _candidates(raw: RawTable, wish: Wish, needs: Needs) -> list[_Candidate]:
    tried = [presets()[wish.preset]] if wish.preset else list(presets().values())
    tables = [wish.table] if wish.table else list(TABLES)
    found = []
    for preset in tried:
        signed = preset.signed(raw.headers)
        if not (signed or preset.verified or wish.preset):
            continue
        for table in tables:
            columns = _columns(raw, preset, table, wish, needs)
            found.append(_Candidate(preset, table, columns, not _missing(columns, table, needs), signed))
    return found


def _columns(raw: RawTable, preset: Preset, table: str, wish: Wish, needs: Needs) -> dict[str, tuple[int, ...]]:
    """Field → its columns, the preferred first; what the config names is the only column of its field."""
    ranks = preset.ranks(table)
    for further in needs.fields.get(table, ()):
        ranks.setdefault(normal(further.name), (further.name, 0))
    fits: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for index, header in enumerate(map(normal, raw.headers)):
        if header in ranks:
            field_name, rank = ranks[header]
            fits[field_name].append((rank, index))
    chosen = {name: tuple(index for _, index in sorted(columns)) for name, columns in fits.items()}
    for field_name, header in wish.columns.items():
        index = next(number for number, own in enumerate(raw.headers) if normal(own) == normal(header))
        chosen = {other: tuple(i for i in columns if i != index) for other, columns in chosen.items()}
        chosen = {other: columns for other, columns in chosen.items() if columns} | {field_name: (index,)}
    return chosen


def _missing(columns: Mapping[str, tuple[int, ...]], table: str, needs: Needs) -> list[tuple[str, ...]]:
    """Groups of fields of which at least one column is required and none is there."""
    required = [(own.name,) for own in needs.fields_of(table) if own.required]
    missing = [group for group in (*required, *TABLES[table].any_of) if not any(name in columns for name in group)]
    return [(needs.value,) if needs.value in group else group for group in missing]


def _columns_exist(raw: RawTable, wish: Wish, complaints: Complaints) -> bool:
    """Every header the config names is in the file, once."""
    fine = True
    for name, header in wish.columns.items():
        same = [number for number, own in enumerate(raw.headers) if normal(own) == normal(header)]
        if len(same) != 1:
            fine = False
            there = "is not in the file" if not same else "stands in the file twice"
            help = f"the file has {listed(raw.headers)}"
            place = raw.locate(raw.header_row, 0)
            complaints.error(
                COLUMN_UNKNOWN,
                place,
                f"column {quote(header)}, given for {wish.table}.{name}, {there}",
                help,
            )
    return fine


def _match(raw: RawTable, wish: Wish, best: _Candidate, own_name: str) -> Match:
    if wish.table and wish.preset:
        reason = "as expcomp.yaml says"
    elif wish.table:
        reason = f"{wish.table} as expcomp.yaml says; {_count(raw, best)}"
    elif best.table == own_name:
        reason = f"named {raw.name}; {_count(raw, best)}"
    else:
        reason = _count(raw, best)
    return Match(best.table, best.preset.name, reason, best.columns)


def _count(raw: RawTable, best: _Candidate) -> str:
    used = sum(len(columns) for columns in best.columns.values())
    return f"{used} of {len(raw.headers)} headers are {best.preset.name} {best.table}"


def check_columns(raw: RawTable, match: Match, needs: Needs, complaints: Complaints) -> bool:
    """Required columns are there and no used header stands twice; complains and says no otherwise."""
    missing = _missing(match.columns, match.table, needs)
    _tell_missing(raw, match, missing, complaints)
    value_there = match.table != "deals" or not needs.value or needs.value in match.columns
    if not value_there and not any(needs.value in group for group in missing):
        _tell_value(raw, match, needs, complaints)
    twice = _repeated(raw, match, complaints)
    return not missing and value_there and not twice


def _tell_missing(raw: RawTable, match: Match, missing: Sequence[tuple[str, ...]], complaints: Complaints) -> None:
    """One finding a column; the first gives the line that names them all, which can be written only once."""
    used = [index for columns in match.columns.values() for index in columns]
    line = columns_line(match.table, raw.label, raw.headers, missing, match.columns)
    for number, group in enumerate(missing):
        wanted = " or ".join(f"{match.table}.{name}" for name in group)
        close = ", ".join(
            quote(header) for name in group for header in nearest_headers(match.table, name, raw.headers, used)
        )
        near = f"nearest headers: {close}" if close else f"the file has {listed(raw.headers)}"
        help = f"{near}; write in expcomp.yaml:  {line}" if not number else near
        if match.preset == "canonical" and match.reason == "given":
            help = f"give {group[0]}"
        message = f"no column for {wanted}, which is required"
        complaints.error(COLUMN_MISSING, raw.locate(raw.header_row, 0), message, help)


def _tell_value(raw: RawTable, match: Match, needs: Needs, complaints: Complaints) -> None:
    there = [name for name in ("acv", "arr", "amount") if name in match.columns]
    message = f"the plan pays on {needs.value} and the file has only {' and '.join(there)}"
    header = raw.headers[match.columns[there[0]][0]]
    line = source_line("deals", raw.label, f"columns: {{{needs.value}: {in_quotes(header)}}}")
    help = f"say  value: {there[0]}  in the plan, or write in expcomp.yaml:  {line}"
    complaints.error(VALUE_COLUMN, raw.locate(raw.header_row, 0), message, help)


def _repeated(raw: RawTable, match: Match, complaints: Complaints) -> bool:
    """A header that stands twice may only be used when the config could tell the two apart: it cannot."""
    found = False
    for columns in match.columns.values():
        for index in columns:
            others = [number for number, own in enumerate(raw.headers) if normal(own) == normal(raw.headers[index])]
            if len(others) > 1 and index == others[-1]:
                found = True
                place = raw.locate(raw.header_row, raw.numbers[index])
                message = f"column {quote(raw.headers[index])} stands in the file twice"
                complaints.error(HEADER_TWICE, place, message, "rename one of the two at the source")
    return found


def _refuse(raw: RawTable, best: _Candidate, rivals: set[str], needs: Needs, complaints: Complaints) -> None:
    place = raw.locate(raw.header_row, 0)
    if best.complete and len(rivals) > 1:
        tables = " or ".join(sorted(rivals))
        message = f"the file could be {tables}"
        help = f"say which in expcomp.yaml:  {source_line(min(rivals), raw.label)}"
        complaints.error(NOT_RECOGNISED, place, message, help)
        return
    keys = [name for name in TABLES[best.table].key if name in best.columns]
    if not best.complete and len(best.columns) >= 3 and keys and best.signed | (best.preset.name == "canonical"):
        check_columns(raw, Match(best.table, best.preset.name, "", best.columns), needs, complaints)
        return
    message = f"no table is recognised by the headers {listed(raw.headers)}"
    absent = _missing(best.columns, best.table, needs)
    line = columns_line(best.table, raw.label, raw.headers, absent, best.columns)
    help = f"if it is {best.table}, write in expcomp.yaml:  {line}; if it is no table, move it out of the data folder"
    complaints.error(NOT_RECOGNISED, place, message, help if len(best.columns) >= 3 else say_what_it_is(raw.label))


def unused(raw: RawTable, match: Match) -> int:
    """Columns of the file that no field takes."""
    return len(raw.headers) - sum(len(columns) for columns in match.columns.values())

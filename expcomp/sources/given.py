"""Rows given as text, in a plan's examples or a test case: the same converters and joins as files."""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa

from expcomp.diagnostics import Code, Place
from expcomp.sources.assemble import assemble
from expcomp.sources.book import Book, Needs
from expcomp.sources.column import Settings
from expcomp.sources.complaints import Complaints
from expcomp.sources.raw import RawTable
from expcomp.sources.recognise import check_columns
from expcomp.sources.tables import TABLES
from expcomp.sources.typed import Match, Reading
from expcomp.suggest import did_you_mean
from expcomp.texts import LARGE

FIELD_UNKNOWN = Code("D204", "field-unknown")
TABLE_UNKNOWN = Code("D205", "table-unknown")

Rows = Sequence[Mapping[str, str]]
WhereGiven = Callable[[str, int, str], Place]
"""The place of a cell, from its table, the row's position (0 is the first) and the field."""


def book_from_rows(
    tables: Mapping[str, Rows], needs: Needs, place: Place | WhereGiven, posted_deals: Collection[str] = ()
) -> Book:
    """The Book of canonical rows of text. A deal is won unless it says otherwise; a signal without
    `identified_at` was identified when it was routed. Raises `Refused` as files do."""
    complaints = Complaints()
    readings = []
    for table, rows in tables.items():
        if table not in TABLES:
            help = did_you_mean(table, TABLES)
            complaints.error(TABLE_UNKNOWN, _place(place, table, 0, ""), f'"{table}" is no table', help)
            continue
        reading = _reading(table, _completed(table, rows), needs, place, complaints)
        if check_columns(reading.raw, reading.match, needs, complaints):
            readings.append(reading)
    return assemble(readings, needs, complaints, posted_deals=posted_deals)


def _place(place: Place | WhereGiven, table: str, row: int, field: str) -> Place:
    return place if isinstance(place, Place) else place(table, row, field)


def _completed(table: str, rows: Rows) -> Rows:
    if table == "deals":
        return [{"won": "true", **row} if "stage" not in row else row for row in rows]
    if table == "signals":
        return [{"identified_at": row.get("routed_at", ""), **row} for row in rows]
    return rows


def _reading(table: str, rows: Rows, needs: Needs, place: Place | WhereGiven, complaints: Complaints) -> Reading:
    names = {field.name for field in needs.fields_of(table)}
    headers = tuple(dict.fromkeys(name for row in rows for name in row))
    for name in headers:
        if name not in names:
            at = next(number for number, row in enumerate(rows) if name in row)
            where = _place(place, table, at, name)
            complaints.error(FIELD_UNKNOWN, where, f'"{name}" is no field of {table}', did_you_mean(name, names))
    columns = [pa.chunked_array([pa.array([row.get(name, "") for row in rows], LARGE)]) for name in headers]
    raw = RawTable(
        label=table,
        name=table,
        headers=headers,
        columns=columns,
        numbers=tuple(range(1, len(headers) + 1)),
        rows=np.arange(1, len(rows) + 1, dtype=np.int64),
        locate=lambda row, column: _place(place, table, max(row - 1, 0), headers[column - 1] if column else ""),
        rows_read=len(rows),
        decimal="point",
    )
    fields = {name: (index,) for index, name in enumerate(headers) if name in names}
    settings = Settings(zone=needs.zone, plan_zone=needs.zone, dates="iso", decimal="point")
    return Reading(raw, Match(table, "canonical", "given", fields), settings)

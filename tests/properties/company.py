"""A random book as a project's files, and its sheet read back from them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import openpyxl
from differential.cases import Case, bare, make_case
from differential.compare import by_second

from expcomp.pay.sheet import Sheet, payout
from expcomp.period import Span, to_day
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import PlanSet, plan_set
from expcomp.sources.book import Book
from expcomp.sources.config import load_config
from expcomp.sources.read import read_book

PLACES = ("source", "evidence", "split_source", "event", "rule", "event_rule", "schedule")
"""Columns that name a row of a file, which moves."""

ASKED = {
    "accounts": ("acv", "segment", "region", "health", "health_score", "grade", "csm", "am", "coverer"),
    "deals": ("self_serve", "bundled_with_renewal", "product", "source", "partner", "partner_role", "term_months",
              "closer", "partner_tier", "margin", "list_price", "strategic", "acv", "arr", "amount", "owner"),
    "signals": ("logged_by", "assigned_to", "category", "urgency"),
    "account_history": ("health", "health_score", "segment", "acv"),
}  # fmt: skip
"""Columns that a plan may ask of an export, even where every cell is blank."""

Tables = Mapping[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Shape:
    """How tables become files: the separator, a byte order mark, rows and columns shuffled, or workbooks."""

    separator: str = ","
    mark: str = ""
    shuffled: int | None = None
    workbook: bool = False


PLAIN = Shape()


def books(seeds: Iterable[int], most: int) -> list[Case]:
    """The first cases without a ledger that pay somebody."""
    cases = (case for case in map(make_case, seeds) if case.closed is None)
    return list(islice((case for case in cases if by_second(case)[0].sections.get("lines")), most))


def write(folder: Path, tables: Tables, shape: Shape = PLAIN) -> None:
    data = folder / "sample_data"
    data.mkdir(parents=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys([*(column for row in rows for column in row), *ASKED.get(name, ())]))
        body = [[row.get(column, "") for column in columns] for row in rows]
        if shape.shuffled is not None:
            chance = random.Random(shape.shuffled)
            chance.shuffle(body)
            order = chance.sample(range(len(columns)), len(columns))
            columns, body = [columns[i] for i in order], [[row[i] for i in order] for row in body]
        _save(data / name, [columns, *body], shape)


def _save(path: Path, rows: list[list[str]], shape: Shape) -> None:
    if shape.workbook:
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(path.with_suffix(".xlsx"))
        return
    text = io.StringIO()
    csv.writer(text, delimiter=shape.separator, lineterminator="\n").writerows(rows)
    path.with_suffix(".csv").write_text(shape.mark + text.getvalue(), encoding="utf-8")


def plans_of(case: Case) -> PlanSet:
    return plan_set([bind_plan(text, f"plan{i + 1}.yaml") for i, text in enumerate(case.texts)])


def read(folder: Path, plans: PlanSet) -> Book:
    return read_book(load_config(folder), folder, needs_of(plans))


def sheet_of(case: Case, folder: Path, shape: Shape = PLAIN) -> Sheet:
    """The sheet of a case by way of files."""
    plans = plans_of(case)
    write(folder, bare(case.tables), shape)
    as_of = to_day(case.as_of) if case.as_of else None
    return payout(plans, read(folder, plans), plans.calendar.parse(case.period), Span(case.pay_period), as_of)


def lines_of(sheet: Sheet) -> list[tuple[tuple[str, str], ...]]:
    """Every line in order, without the columns that name a place in a file."""
    records = sheet.lines.drop(columns=[name for name in PLACES if name in sheet.lines]).to_dict("records")
    return [tuple((name, str(value)) for name, value in row.items()) for row in records]

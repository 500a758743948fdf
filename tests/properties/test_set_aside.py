"""A lenient run pays what a strict run pays on the files without the rows that were set aside: no more, no less."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from differential.cases import Case, bare, make_case

from expcomp.diagnostics import Refused
from expcomp.pay.sheet import payout
from expcomp.period import Span, to_day
from expcomp.plan.needs import needs_of
from expcomp.sources.book import Book
from expcomp.sources.complaints import TERMS
from expcomp.sources.config import load_config
from expcomp.sources.read import read_book

from .company import ASKED, lines_of, plans_of, write

Tables = dict[str, list[dict[str, str]]]
CASES = [case for case in map(make_case, range(12)) if case.closed is None]
WRONG = "#REF!"


def spoiled(tables: Tables, chance: random.Random) -> Tables:
    """One to three cells of facts hold a spreadsheet's error."""
    found = {table: [dict(row) for row in rows] for table, rows in tables.items()}
    for _ in range(chance.randint(1, 3)):
        table = chance.choice([name for name, rows in found.items() if rows and name not in (*TERMS, "payees")])
        row = chance.choice(found[table])
        row[chance.choice([name for name, value in row.items() if value])] = WRONG
    return found


def without(tables: Tables, book: Book) -> Tables:
    """The tables without the rows that were set aside; a row stands on the line after the header and those before."""
    gone = {(row.table, row.row - 2) for row in book.rejected.itertuples()}
    return {name: [row for at, row in enumerate(rows) if (name, at) not in gone] for name, rows in tables.items()}


def declare(folder: Path, tables: Tables) -> None:
    """The decimal sign is declared: a row that is gone may have been the one that proved it."""
    sources = "".join(f"  {name}: {{decimal: point}}\n" for name in tables)
    (folder / "expcomp.yaml").write_text(f"sources:\n{sources}")


def every_row_is_somewhere(book: Book) -> None:
    """Law P18: each row of a file is kept, or dropped for a reason, or refused, and never two of them."""
    for file in book.files:
        frame = book[file.table]
        kept = frame["input_row"][(frame["input_file"] == file.path).to_numpy()].tolist()
        refused = set(book.rejected["row"][(book.rejected["file"] == file.path).to_numpy()])
        assert len(kept) == len(set(kept))
        assert not refused & set(kept)
        assert len(kept) + len(refused) + file.dropped.total() == file.rows_read


def sheet_lines(case: Case, book: Book) -> list[tuple[tuple[str, str], ...]]:
    plans = plans_of(case)
    as_of = to_day(case.as_of) if case.as_of else None
    return lines_of(payout(plans, book, plans.calendar.parse(case.period), Span(case.pay_period), as_of))


def test_a_lenient_run_pays_what_is_left(tmp_path: Path) -> None:
    compared = 0
    for number, case in enumerate(CASES):
        needs, chance = needs_of(plans_of(case)), random.Random(number)
        tables = spoiled(bare(case.tables), chance)
        folder = tmp_path / f"{number}"
        write(folder, tables)
        declare(folder, tables)
        try:
            book = read_book(load_config(folder), folder, needs, lenient=True)
        except Refused:
            continue
        every_row_is_somewhere(book)
        assert len(book.rejected)
        left, rest = without(tables, book), tmp_path / f"{number}-rest"
        write(rest, {name: rows for name, rows in left.items() if rows})
        declare(rest, tables)
        for name in (name for name, rows in left.items() if not rows):
            header = dict.fromkeys([*(column for row in tables[name] for column in row), *ASKED.get(name, ())])
            (rest / "sample_data" / f"{name}.csv").write_text(",".join(header) + "\n")
        strict = read_book(load_config(rest), rest, needs)
        try:
            expected = sheet_lines(case, strict)
        except Refused as refused:
            with pytest.raises(Refused) as other:
                sheet_lines(case, book)
            assert [f.code for f in other.value.findings] == [f.code for f in refused.findings]
            continue
        assert sheet_lines(case, book) == expected
        compared += 1
    assert compared >= 4

"""The form of the files changes no line: order of rows and columns, separators, byte order marks, workbooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from .company import Shape, books, lines_of, plans_of, read, sheet_of, write

CASES = books(range(30), 2)
SHAPES = {
    "rows and columns in another order": Shape(shuffled=1),
    "a byte order mark": Shape(mark="\ufeff"),
    "semicolons": Shape(separator=";"),
    "tabs, in another order": Shape(separator="\t", shuffled=2),
    "workbooks": Shape(workbook=True),
    "workbooks with rows in another order": Shape(workbook=True, shuffled=3),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_the_form_of_the_files_changes_no_line(shape: Shape, tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        plain = sheet_of(case, tmp_path / f"plain{number}")
        other = sheet_of(case, tmp_path / f"other{number}", shape)

        assert lines_of(other) == lines_of(plain)
        assert other.payees.to_dict("records") == plain.payees.to_dict("records")


def test_every_row_is_used_ignored_or_refused(tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        folder = tmp_path / str(number)
        tables = {table: [*rows, rows[0]] for table, rows in case.tables.items()}  # and one of each twice
        write(folder, {t: [{k: v for k, v in row.items() if k != "#"} for row in rows] for t, rows in tables.items()})
        book = read(folder, plans_of(case))

        for account in book.files:
            table = Path(account.path).stem
            assert account.rows_read == len(tables[table])
            assert account.rows_read == account.rows_kept + account.dropped.total() + account.refused
            assert account.rows_kept == len(book[table])

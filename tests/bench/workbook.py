"""Turns the deals of a project into a workbook:  python -m bench.workbook PROJECT   (in tests/)."""

import csv
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import xlsxwriter

KINDS: dict[str, Callable[[str], object]] = {"acv": float, "term_months": int, "close_date": date.fromisoformat}
"""Columns whose cells are no text."""


def main() -> None:
    folder = Path(sys.argv[1]) / "data"
    book = xlsxwriter.Workbook(folder / "deals.xlsx", {"constant_memory": True, "strings_to_numbers": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Deals")
    with (folder / "deals.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        sheet.write_row(0, 0, header)
        kinds = [KINDS.get(name, str) for name in header]
        for number, row in enumerate(reader, 1):
            for column, (text, kind) in enumerate(zip(row, kinds, strict=True)):
                if not text:
                    continue
                value = kind(text)
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write_number(number, column, value)
    book.close()
    (folder / "deals.csv").unlink()


if __name__ == "__main__":
    main()

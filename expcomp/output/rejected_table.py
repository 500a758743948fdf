"""Rows that were set aside: where, what is wrong, what to do, and the money they carry."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from expcomp.money import to_text
from expcomp.output.control_tables import below, common_folder
from expcomp.output.table import Table, amounts, texts
from expcomp.output.text import csv_text, money
from expcomp.sources.book import Book

NOTE = (
    "Nothing here is paid, and rows that hang by a wrong one (D410) come back with it. Quotas and budgets are counted "
    "without these rows, so the pay of others may change when they are mended."
)


def rejected_table(book: Book) -> Table:
    """One row per reason; a row's money stands at its first reason."""
    frame = book.rejected
    folder = common_folder(book)
    any_currency = next(iter(sorted(set(frame["currency"]) - {""})), "")
    columns = (
        texts("file", [below(folder, path) for path in frame["file"]]),
        texts("row", [str(number) for number in frame["row"]]),
        texts("column", frame["column"]),
        texts("value", frame["value"]),
        texts("reason", frame["reason"]),
        texts("code", frame["code"] + " " + frame["name"]),
        texts("hint", frame["help"]),
        amounts("carries", frame["amount_minor"], adds_up=bool(any_currency)),
        texts("currency", frame["currency"]),
    )
    return Table(
        title_of(book), columns, [currency or any_currency for currency in frame["currency"]], keys=2, packed=True,
        empty="no row was set aside", notes=(NOTE,) if len(frame) else (),
    )  # fmt: skip


def title_of(book: Book) -> str:
    """`Rejected: 3 rows, 12,000.00 USD; of 1 deal the value is not known`"""
    first = book.rejected.drop_duplicates(["file", "row"])
    carried: Counter[str] = Counter()
    for file in book.files:
        carried.update({currency: sums["refused"] for currency, sums in file.money.items() if sums["refused"]})
    sums = [f"{money(minor, currency)} {currency}" for currency, minor in sorted(carried.items())]
    unread = int(((first["table"] == "deals") & (first["currency"] == "")).sum())
    more = f"; of {_rows(unread, 'deal')} the value is not known" if unread else ""
    return ", ".join([f"Rejected: {_rows(len(first))}", *sums]) + more


def _rows(count: int, noun: str = "row") -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def rejected_frame(book: Book) -> pd.DataFrame:
    """The table as other programs read it: every amount in its currency, "" where there is none."""
    frame = book.rejected
    carried = [
        to_text(int(minor), currency) if currency else ""
        for minor, currency in zip(frame["amount_minor"], frame["currency"], strict=True)
    ]
    return frame.drop(columns="amount_minor").assign(amount=carried).astype(str)


def to_csv(book: Book) -> bytes:
    """The frame as CSV; texts that a spreadsheet would calculate are guarded."""
    frame = rejected_frame(book)
    rows = [list(frame.columns), *([csv_text(text) for text in row] for row in frame.to_numpy(object).tolist())]
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue().encode()


def rejected_findings(book: Book) -> Iterator[dict[str, Any]]:
    """Each reason as a finding of the JSON form, with the cell and the money."""
    for row in rejected_frame(book).to_dict("records"):
        yield {
            "code": row["code"], "name": row["name"], "severity": "error", "message": row["reason"],
            "place": row["place"], "help": row["help"], "set_aside": True, "file": row["file"], "row": int(row["row"]),
            "table": row["table"], "column": row["column"], "value": row["value"], "amount": row["amount"] or None,
            "currency": row["currency"] or None,
        }  # fmt: skip

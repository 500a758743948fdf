"""What a view names of the input files, as frames that can be kept, and back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from expcomp.diagnostics import Finding, Place, Severity
from expcomp.sources.book import OUTCOMES, Book, FileAccount

NAMED = {"payees": ("payee_id", "name", "role", "segment"), "accounts": ("account_id", "name")}
"""Columns of the tables that a view looks names up in."""

FILE = ("path", "sha256", "table", "preset", "recognised_by", "rows_read", "refused", "money_field")


def book_frames(book: Book, deals: "pd.Series[str]") -> dict[str, pd.DataFrame]:
    """`deals`: those whose account a view names."""
    of_deals = book["deals"].loc[book["deals"]["deal_id"].isin(deals), ["deal_id", "account_id"]]
    return {
        **{f"book_{table}": book[table][list(columns)] for table, columns in NAMED.items()},
        "book_deals": of_deals.reset_index(drop=True),
        "files": pd.DataFrame([[getattr(f, name) for name in FILE] for f in book.files], columns=list(FILE)),
        "files_ignored": _counted(book.files),
        "files_money": _money(book.files),
    }


def book_of(frames: Mapping[str, pd.DataFrame]) -> Book:
    """A book that holds these names and the account of its files, and nothing else."""
    ignored = frames["files_ignored"]
    money = frames["files_money"]
    files = tuple(
        FileAccount(
            **row,
            dropped=Counter({r["reason"]: int(r["count"]) for r in _records(_mine(ignored, row))}),
            money={r["currency"]: {n: int(r[f"{n}_minor"]) for n in OUTCOMES} for r in _records(_mine(money, row))},
        )
        for row in _records(frames["files"])
    )
    return Book({name: frames[f"book_{name}"] for name in (*NAMED, "deals")}, files)


def _counted(files: Iterable[FileAccount]) -> pd.DataFrame:
    rows = [(f.path, f.table, reason, count) for f in files for reason, count in sorted(f.dropped.items())]
    return _typed(rows, ["path", "table", "reason"], ["count"])


def _money(files: Iterable[FileAccount]) -> pd.DataFrame:
    amounts = [f"{name}_minor" for name in OUTCOMES]
    rows = [
        (f.path, f.table, currency, *(sums[name] for name in OUTCOMES))
        for f in files
        for currency, sums in f.money.items()
    ]
    return _typed(rows, ["path", "table", "currency"], amounts)


def _typed(rows: Sequence[tuple[object, ...]], texts: list[str], numbers: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*texts, *numbers])
    return frame.astype(dict.fromkeys(texts, "str") | dict.fromkeys(numbers, "int64"))


def _mine(frame: pd.DataFrame, file: Mapping[str, Any]) -> pd.DataFrame:
    mine: pd.DataFrame = frame[(frame["path"] == file["path"]) & (frame["table"] == file["table"])]
    return mine


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


NOTICE = ("code", "name", "severity", "message", "help", "path", "line", "column", "cell")


def notice_frame(notices: Iterable[Finding]) -> pd.DataFrame:
    rows = []
    for found in notices:
        place = found.place or Place("")
        told = (found.code, found.name, str(found.severity), found.message, found.help)
        rows.append((*told, place.path, place.line, place.column, place.cell))
    texts = [name for name in NOTICE if name not in ("line", "column")]
    frame = pd.DataFrame(rows, columns=list(NOTICE))
    return frame.astype(dict.fromkeys(texts, "str") | {"line": "int64", "column": "int64"})


def findings_of(frame: pd.DataFrame) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            row["code"], row["name"], row["message"],
            Place(row["path"], int(row["line"]), int(row["column"]), row["cell"]) if row["path"] else None,
            row["help"], Severity(row["severity"]),
        )
        for row in frame.to_dict("records")
    )  # fmt: skip

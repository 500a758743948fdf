"""What `check-data` says of the exports: how each was understood, what changed, what falls in the period."""

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from expcomp.output.control_tables import below, common_folder
from expcomp.output.last_check import Change
from expcomp.output.table import Table, amounts, counts, texts
from expcomp.period import Period, to_date
from expcomp.sources.book import Book, FileAccount, Needs

UNVERIFIED = "made without a public sample: look at its columns"


def understood_table(book: Book) -> Table:
    """What each file is, by which preset, and how many of its headers that preset knows."""
    folder = common_folder(book)
    files = _sorted(book)
    columns = (
        texts("file", [below(folder, f.path) for f in files]),
        texts("is", [f.table for f in files]),
        texts("preset", [f.preset + ("" if f.verified else f" ({UNVERIFIED})") for f in files]),
        texts("headers", [_headers(f) for f in files]),
    )
    title = "How the files were understood (columns: --show-mapping)"
    return Table(title, columns, packed=True, empty="no file was recognised")


def _headers(file: FileAccount) -> str:
    return f"{sum(bool(column.field) for column in file.columns)} of {len(file.columns)}"


def mapping_tables(book: Book) -> Iterator[Table]:
    """Each file's columns: header, field, how it was read, and the first three values."""
    for file in _sorted(book):
        used = [column for column in file.columns if column.field]
        rest = [column for column in file.columns if not column.field]
        columns = (
            texts("header", [column.header for column in used]),
            texts("field", [column.field for column in used]),
            texts("read as", [column.how for column in used]),
            texts("samples", [samples(column.samples) for column in used]),
        )
        unread = (f"not used: {', '.join(column.header for column in rest)}",) if rest else ()
        title = f"{file.path}: {file.table}, preset {file.preset}"
        yield Table(title, columns, packed=True, empty="no column", notes=(f"because {_why(file)}", *unread))


def samples(values: Sequence[str]) -> str:
    return " | ".join(values)


def change_table(found: Iterable[Change], book: Book) -> Table:
    """Rows and money of files that were seen before with other contents."""
    folder = common_folder(book)
    rows = [(change, currency) for change in found if change.before for currency in _currencies(change)]

    def name(change: Change) -> str:
        old = f" (was {below(folder, change.old_path)})" if change.old_path else ""
        return below(folder, change.path) + old

    def minor(seen: "dict[str, dict[str, int]] | None", currency: str) -> int | None:
        return (seen or {}).get("money", {}).get(currency, 0) if currency else None

    then = [minor(change.before, currency) for change, currency in rows]  # type: ignore[arg-type]
    now = [minor(change.now, currency) for change, currency in rows]  # type: ignore[arg-type]
    columns = (
        texts("file", [name(change) for change, _ in rows]),
        counts("rows before", [(change.before or {})["rows"] for change, _ in rows]),
        counts("now", [change.now["rows"] for change, _ in rows]),
        texts("currency", [currency for _, currency in rows]),
        amounts("money before", then),
        amounts("money now", now),
        amounts("difference", [None if a is None or b is None else b - a for a, b in zip(then, now, strict=True)]),
    )
    return Table(
        "Changed since the check before", columns, [currency for _, currency in rows], packed=True,
        empty="no file was checked before with other contents",
    )  # fmt: skip


def period_table(book: Book, period: Period, needs: Needs) -> Table:
    """Deals that close in a period, won and not, by currency."""
    deals = deals_in(book, period)
    keys = [deals["currency"].where(deals["currency"] != "", needs.currency), deals["won"].fillna(False)]
    value = next((file.money_field for file in book.files if file.table == "deals"), "acv")
    rows = deals[value].fillna(0).groupby(keys).agg(["size", "sum"]).reset_index()
    rows = rows.sort_values(["currency", "won"], ascending=[True, False])
    columns = (
        texts("currency", rows["currency"]),
        texts("deals", ["won" if won else "not won" for won in rows["won"]]),
        counts("count", rows["size"]),
        amounts("value", rows["sum"]),
    )
    title = f"Deals that close in {period}, {to_date(period.first_day)} to {to_date(period.last_day)}"
    return Table(title, columns, list(rows["currency"]), keys=2, empty="none")


def deals_in(book: Book, period: Period) -> pd.DataFrame:
    deals = book["deals"]
    first, last = (pd.Timestamp(to_date(day)) for day in (period.first_day, period.last_day))
    return deals[deals["close_date"].between(first, last)]


def _why(file: FileAccount) -> str:
    return file.recognised_by if file.verified else f"{file.recognised_by}; {UNVERIFIED}"


def _sorted(book: Book) -> list[FileAccount]:
    return sorted(book.files, key=lambda f: (f.path, f.table))


def _currencies(change: Change) -> list[str]:
    return sorted({*change.now["money"], *(change.before or {}).get("money", {})}) or [""]

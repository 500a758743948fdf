"""Clawback exposure and accruals in every form: tables for people, all rows for finance and for other programs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

import pandas as pd

from expcomp.money import to_text
from expcomp.output.csv_form import csv_table
from expcomp.output.line_tables import accounts, shown_name
from expcomp.output.machine import SCHEMA_VERSION, json_text
from expcomp.output.markdown import markdown_table
from expcomp.output.pay_tables import named
from expcomp.output.table import Column, Table, amounts, counts, texts
from expcomp.output.terminal import Screen
from expcomp.pay.accrual import PARTS, accrual, by_plan
from expcomp.pay.exposure import by_account, by_window, exposure
from expcomp.pay.sheet import Sheet
from expcomp.period import to_iso

MOST_ACCOUNTS = 10
TODAY = "reached today"
"""The window of tranches that a customer who leaves on the day itself never lets become due."""


@dataclass(frozen=True)
class View:
    """`rows`: one per tranche or key, every column; `sums`: what people read first, as rows of a frame."""

    name: str
    sheet: Sheet
    rows: pd.DataFrame
    sums: pd.DataFrame
    tables: tuple[Table, ...]


def exposure_view(sheet: Sheet) -> View:
    rows = _shown(sheet, exposure(sheet.settled))
    sums = by_window(rows)
    title = f"Clawback exposure on {to_iso(sheet.as_of)}: what is taken back if every customer leaves that day"
    windows = sums["window"].where(sums["window"] != "", TODAY)
    people = (
        *_who(sheet, sums), texts("window", windows), counts("deals", sums["deals"]),
        amounts("paid", sums["paid_minor"], adds_up=True), amounts("at risk", sums["at_risk_minor"], adds_up=True),
        texts("first ends", sums["first"]), texts("last ends", sums["last"]),
    )  # fmt: skip
    notes = ("paid is what is left after the losses so far; a window ends at the end of its day",)
    by_payee = _table(title, people, sums, "nothing can be taken back: no window is open", notes, parts=(
        ("payee", "name", "window", "at risk", "last ends"), ("payee", "window", "deals", "paid", "first ends"),
    ))  # fmt: skip
    return View("exposure", sheet, rows, sums, (by_payee, _account_table(sheet, by_account(rows))))


def accrual_view(sheet: Sheet) -> View:
    rows = _shown(sheet, accrual(sheet))
    sums = by_plan(rows)
    plans = [f"{plan} version {version}" if plan else "by hand" for plan, version in _pairs(sums)]
    names = [name.removesuffix("_minor").replace("_", " ") for name in (*PARTS, "total_minor")]
    columns = [amounts(name, sums[column], adds_up=True, quiet=True)
               for name, column in zip(names, (*PARTS, "total_minor"), strict=True)]  # fmt: skip
    people = (*_who(sheet, sums), texts("plan", plans), *columns)
    title = f"Accrual on {to_iso(sheet.as_of)}: what is reached and unpaid, and what waits"
    owed = sheet.payees.groupby("currency")["carried_forward_minor"].sum()
    notes = [f"payees owe {to_text(-int(minor), str(currency), grouped=True)} {currency}, carried forward: not part of "
             "these sums" for currency, minor in owed.items() if minor]  # fmt: skip
    table = _table(title, people, sums, "nothing is owed", tuple(notes), parts=(
        ("payee", "name", "plan", "total"), ("payee", "plan", *names[:-1]),
    ))  # fmt: skip
    return View("accrual", sheet, rows, sums, (table,))


VIEWS: dict[str, Callable[[Sheet], View]] = {"exposure": exposure_view, "accrual": accrual_view}


def print_view(view: View, stream: TextIO, width: int | None = None) -> None:
    screen = Screen(stream, width)
    for table in view.tables:
        screen.table(table)


def view_blocks(view: View, form: str) -> Iterable[bytes | memoryview]:
    """The whole text in UTF-8: `csv` has every row, `json` the sums too, `markdown` the tables."""
    if form == "csv":
        return csv_table(view.rows)
    if form == "markdown":
        lines = (line for table in view.tables for line in markdown_table(table))
        return [("\n".join(lines) + "\n").encode()]
    sheet = view.sheet
    head = {"schema_version": SCHEMA_VERSION, "command": "payout", "view": view.name, "period": str(sheet.period),
            "as_of": to_iso(sheet.as_of), "currency": sheet.currency}  # fmt: skip
    return [json_text({**head, "sums": list(_records(view.sums)), "rows": list(_records(view.rows))}).encode()]


def _shown(sheet: Sheet, rows: pd.DataFrame) -> pd.DataFrame:
    return rows if sheet.only is None else rows[rows["payee_id"].isin(sheet.only)].reset_index(drop=True)


def _who(sheet: Sheet, rows: pd.DataFrame) -> tuple[Column, ...]:
    currency = (texts("currency", rows["currency"]),) if rows["currency"].nunique() > 1 else ()
    return (texts("payee", rows["payee_id"]), texts("name", named(sheet, rows["payee_id"])["name"]), *currency)


def _account_table(sheet: Sheet, rows: pd.DataFrame) -> Table:
    few = rows.groupby("currency").head(MOST_ACCOUNTS).reset_index(drop=True)
    columns = (
        texts("account", few["account_id"]), texts("name", accounts(sheet, few["account_id"])),
        counts("deals", few["deals"]), counts("payees", few["payees"]), amounts("at risk", few["at_risk_minor"]),
        texts("until", few["over_after"]),
    )  # fmt: skip
    more = len(rows) - len(few)
    title = (
        f"Accounts with the most at risk: {len(few)} of {len(rows)}" if more else "By account, the most at risk first"
    )
    parts = (("account", "name", "at risk", "until"),)
    return _table(title, columns, few, "no account", (), parts=parts)


def _table(
    title: str, columns: tuple[Column, ...], rows: pd.DataFrame, empty: str, notes: tuple[str, ...], *,
    parts: tuple[tuple[str, ...], ...],
) -> Table:  # fmt: skip
    return Table(title, columns, list(rows["currency"]), keys=2, parts=parts, empty=empty, notes=notes)


def _pairs(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    yield from zip(rows["plan"], rows["plan_version"], strict=True)


def _records(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in rows.to_dict("records"):
        yield {
            shown_name(str(name)): to_text(int(value), row["currency"]) if str(name).endswith("_minor") else value
            for name, value in row.items()
        }

"""The lines of a sheet, and what waits, is not paid or was taken back, as tables."""

import pandas as pd

from expcomp.diagnostics import Severity
from expcomp.output.reasons import meaning
from expcomp.output.table import Column, Table, amounts, texts
from expcomp.pay.sheet_view import SheetView
from expcomp.texts import look_up, taken_text

WAITING_KEY = ["payee_id", "deal_id", "component", "milestone", "state", "currency"]


def accounts(sheet: SheetView, account_ids: pd.Series) -> pd.Series:
    """The name of each account, "" for one without."""
    frame = sheet.book["accounts"]
    return pd.Series(taken_text(frame["name"], look_up(account_ids, frame["account_id"])))


def account_of_deals(sheet: SheetView, deal_ids: pd.Series) -> pd.Series:
    """The account_id of each deal, "" for none."""
    deals = sheet.book["deals"]
    return pd.Series(taken_text(deals["account_id"], look_up(deal_ids, deals["deal_id"])))


def line_table(sheet: SheetView, lines: pd.DataFrame | None = None, title: str = "Lines") -> Table:
    """One row per line with what a reader needs first."""
    frame = sheet.lines if lines is None else lines
    names = {"payee": "payee_id", "deal": "deal_id", "component": "component", "milestone": "milestone", "on": "on",
             "earned": "period_earned"}  # fmt: skip
    more = {"reason": "reason", "tier": "tier", "rule": "rule", "source": "source"}
    columns = [
        *(texts(name, frame[column]) for name, column in names.items()),
        amounts("amount", frame["amount_minor"], adds_up=True),
        *_currency(sheet, frame),
        *(texts(name, frame[column]) for name, column in more.items()),
    ]
    return Table(title, tuple(columns), list(frame["currency"]), keys=4, packed=True, empty="no line")


def _currency(sheet: SheetView, frame: pd.DataFrame) -> list[Column]:
    return [texts("currency", frame["currency"])] if sheet.payees["currency"].nunique() > 1 else []


def full_lines(sheet: SheetView) -> Table:
    """Every column of lines under its own name (`shown_name`)."""
    frame = sheet.lines
    columns = [
        amounts(shown_name(name), frame[name], adds_up=name == "amount_minor")
        if name.endswith("_minor")
        else texts(name, frame[name])
        for name in frame.columns
    ]
    return Table("Lines", tuple(columns), list(frame["currency"]), keys=4, packed=True, empty="no line")


def shown_name(column: str) -> str:
    """The name of a column of lines in the forms: money without `_minor`."""
    return column.removesuffix("_minor")


def clawback_table(sheet: SheetView) -> Table:
    """Lines that take back, with the event and the rule."""
    frame = sheet.lines[sheet.lines["reason"].isin(("clawback", "cancelled", "correction"))]
    frame = frame[frame["amount_minor"] < 0]
    columns = [
        *(texts(name, frame[f"{name}_id"]) for name in ("payee", "deal")),
        texts("account", accounts(sheet, frame["account_id"])),
        *(texts(name, frame[name]) for name in ("component", "milestone", "on")),
        texts("earned", frame["period_earned"]),
        amounts("amount", frame["amount_minor"], adds_up=True),
        texts("currency", frame["currency"]),
        *(
            texts(name.replace("_", " "), frame[name])
            for name in ("reason", "event", "event_rule", "changed", "before", "after")
        ),
    ]
    return Table(
        "Clawbacks", tuple(columns), list(frame["currency"]), keys=2, packed=True, empty="nothing is taken back"
    )


def adjustment_table(sheet: SheetView) -> Table:
    frame = sheet.lines[sheet.lines["component"].str.startswith("manual:")]
    columns = [
        texts("payee", frame["payee_id"]),
        texts("reference", frame["component"].str.removeprefix("manual:")),
        texts("period", frame["milestone"]),
        amounts("amount", frame["amount_minor"], adds_up=True),
        texts("currency", frame["currency"]),
        texts("why", frame["after"]),
        texts("source", frame["source"]),
    ]
    return Table("Adjustments", tuple(columns), list(frame["currency"]), keys=2, packed=True, empty="no adjustment")


def waiting_rows(sheet: SheetView) -> pd.DataFrame:
    """WAITING_KEY with amount_minor added up, and of the first of its pieces deadline, held_from, rule, source."""
    frame = sheet.waiting
    how = {"amount_minor": "sum"} | dict.fromkeys(("deadline", "held_from", "account_id", "rule", "source"), "first")
    return frame.groupby(WAITING_KEY, sort=True, as_index=False).agg(how)


def waiting_table(sheet: SheetView, rows: pd.DataFrame | None = None, title: str = "Waiting") -> Table:
    frame = waiting_rows(sheet) if rows is None else rows
    columns = [
        texts("payee", frame["payee_id"]),
        texts("deal", frame["deal_id"]),
        texts("account", accounts(sheet, frame["account_id"])),
        texts("component", frame["component"]),
        texts("milestone", frame["milestone"]),
        texts("state", frame["state"]),
        amounts("amount", frame["amount_minor"], adds_up=True),
        texts("currency", frame["currency"]),
        texts("last day", frame["deadline"]),
        texts("held since", frame["held_from"]),
        texts("source", frame["source"]),
    ]
    return Table(title, tuple(columns), list(frame["currency"]), keys=2, packed=True, empty="nothing waits")


def not_paid_table(sheet: SheetView) -> Table:
    """Deals that pay nobody anything, each with its reason."""
    frame = sheet.not_paid
    columns = [
        texts("deal", frame["deal_id"]),
        texts("account", accounts(sheet, frame["account_id"])),
        texts("closed", frame["close_date"]),
        texts("reason", frame["reason"]),
        texts("meaning", [meaning(reason) for reason in frame["reason"]]),
        amounts("value", frame["value_minor"], adds_up=True),
        texts("currency", frame["currency"]),
        texts("source", frame["source"]),
    ]
    return Table("Not paid", tuple(columns), list(frame["currency"]), packed=True, empty="every deal pays somebody")


def parts_table(sheet: SheetView) -> Table:
    """Parts of deals that pay nobody: overlays, SPIFFs, roles, tranches lost or forfeited."""
    frame = sheet.unpaid_parts
    computed = frame["currency"] != ""
    columns = [
        texts("deal", frame["deal_id"]),
        texts("account", accounts(sheet, account_of_deals(sheet, frame["deal_id"]))),
        *(texts(name, frame[name]) for name in ("component", "milestone")),
        texts("payee", frame["payee_id"]),
        texts("reason", frame["reason"]),
        texts("meaning", [meaning(reason) for reason in frame["reason"]]),
        amounts("amount", frame["amount_minor"].astype(object).where(computed, None)),
        texts("currency", frame["currency"]),
    ]
    return Table(
        "Parts not paid", tuple(columns), list(frame["currency"]), keys=2, packed=True, empty="no part is left out"
    )


def findings_table(sheet: SheetView) -> Table:
    """Warnings and notes of the run."""
    order = list(Severity)
    found = sorted(sheet.notices, key=lambda f: (order.index(f.severity), f.code))
    columns = [
        texts("severity", [str(f.severity) for f in found]),
        texts("code", [f.code for f in found]),
        texts("name", [f.name for f in found]),
        texts("message", [f.message for f in found]),
        texts("place", [str(f.place or "") for f in found]),
        texts("help", [f.help for f in found]),
    ]
    return Table("Warnings", tuple(columns), empty="no warning")

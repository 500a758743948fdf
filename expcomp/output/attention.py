"""What a person should look at before paying: held, late, vacant, moved, and what the run warns of."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import pandas as pd

from expcomp.diagnostics import Finding, Severity
from expcomp.output.line_tables import account_of_deals, accounts, line_table, waiting_rows, waiting_table
from expcomp.output.table import Table, amounts, texts
from expcomp.pay.sheet_view import SheetView
from expcomp.period import to_iso

VACANT = ("role_vacant", "payee_inactive")
DEALS_TO_PLACE = ("no_tier", "outside_plan")


def attention_tables(sheet: SheetView) -> Iterator[Table]:
    """One table per group that has any rows; the title counts them."""
    waiting = waiting_rows(sheet)
    late = (waiting["state"] == "pending") & (waiting["deadline"] != "") & (waiting["deadline"] < to_iso(sheet.as_of))
    for title, rows in (
        ("Held", waiting[waiting["state"] == "held"]),
        ("Pending past the last day", waiting[late]),
        ("Reached too late, not paid", waiting[waiting["state"] == "lapsed"]),
    ):
        if len(rows):
            yield waiting_table(sheet, rows, f"{title}: {len(rows)}")
    vacant = sheet.unpaid_parts[sheet.unpaid_parts["reason"].isin(VACANT)]
    if len(vacant):
        yield _vacant(sheet, vacant)
    unplaced = sheet.not_paid[sheet.not_paid["reason"].isin(DEALS_TO_PLACE)]
    if len(unplaced):
        yield _unplaced(sheet, unplaced)
    if len(sheet.moved):
        yield line_table(sheet, sheet.moved, f"Moved between periods, not posted: {len(sheet.moved)}")


def _vacant(sheet: SheetView, rows: pd.DataFrame) -> Table:
    columns = (
        texts("deal", rows["deal_id"]),
        texts("account", accounts(sheet, account_of_deals(sheet, rows["deal_id"]))),
        texts("component", rows["component"]),
        texts("reason", rows["reason"]),
    )
    return Table(f"Roles that nobody holds: {len(rows)}", columns, packed=True)


def _unplaced(sheet: SheetView, rows: pd.DataFrame) -> Table:
    columns = (
        texts("deal", rows["deal_id"]),
        texts("account", accounts(sheet, rows["account_id"])),
        texts("closed", rows["close_date"]),
        texts("reason", rows["reason"]),
        amounts("value", rows["value_minor"]),
        texts("currency", rows["currency"]),
    )
    return Table(f"Won deals without a tier or a plan: {len(rows)}", columns, list(rows["currency"]), packed=True)


def warnings(sheet: SheetView) -> list[tuple[str, list[Finding]]]:
    """Findings by severity and code, the grave first: a heading and the findings under it."""
    grouped: dict[tuple[int, str], list[Finding]] = {}
    for finding in sheet.notices:
        grouped.setdefault((list(Severity).index(finding.severity), finding.code), []).append(finding)
    return [
        (f"{found[0].code} {found[0].name}, {found[0].severity}: {len(found)}", found)
        for _, found in sorted(grouped.items())
    ]


def with_help(found: Sequence[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding and what to do about it; what neighbours share is said once, after the last of them."""
    for finding, following in zip_longest(found, found[1:]):
        is_said_below = following is not None and following.help == finding.help
        yield finding, "" if is_said_below else finding.help

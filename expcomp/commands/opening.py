"""What was paid before the first closed period: nothing, what the data say was earned, or lines from a file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from expcomp.blocks import Block, Changed
from expcomp.commands.project_ledger import NOTHING
from expcomp.diagnostics import Code, Findings, Place
from expcomp.money import CURRENCIES, to_minor
from expcomp.pay.as_posted import as_posted
from expcomp.pay.difference import MOVEMENT
from expcomp.pay.lines import LINE_COLUMNS, complete
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import FiscalCalendar, Period, Span
from expcomp.plan.scalars import read_date
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book
from expcomp.sources.posted import read_posted

WRONG_LINE = Code("D604", "opening-line-wrong")

NONE, COMPUTED, FROM_FILE = "none", "computed", "file"
REASON = "opening"


def nothing_posted() -> Posted:
    return Posted(as_posted([]), source=NOTHING)


def computed_opening(plans: PlanSet, book: Book, period: Period, span: Span) -> Sheet:
    """The sheet of all that was earned by the end of a period; its lines are the opening's, of `opening_blocks`."""
    return payout(plans, book, period, span, period.last_day, nothing_posted())


def opening_blocks(sheet: Sheet) -> Iterator[Block]:
    """The sheet's lines as such that were paid outside of this ledger."""
    return (Changed(block, lambda lines: lines.assign(reason=REASON)) for block in sheet.blocks())


def opening_from(path: Path, shown: str, calendar: FiscalCalendar, first: Period) -> pd.DataFrame:
    """The lines of a file as those of an opening: LINE_COLUMNS. Raises `Refused` (D60x), each at its row."""
    posted = read_posted(path, shown)
    findings = Findings()
    for row in posted.to_dict("records"):
        if wrong := _wrong(row, calendar, first):
            findings.add(WRONG_LINE.at(Place(shown, int(row["input_row"])), wrong))
    findings.check()
    money = [name for name in LINE_COLUMNS if name.endswith("_minor") and name.removesuffix("_minor") in posted]
    amounts = {name: _minor(posted[name.removesuffix("_minor")], posted["currency"]) for name in money}
    texts = posted[[name for name in LINE_COLUMNS if name in posted and name not in money]]
    return complete(texts.assign(**amounts, kind=MOVEMENT, reason=REASON))[LINE_COLUMNS]


def _minor(column: pd.Series, currency: pd.Series) -> list[int]:
    return [to_minor(text, code) if text else 0 for text, code in zip(column, currency, strict=True)]


def _wrong(row: Mapping[Any, Any], calendar: FiscalCalendar, first: Period) -> str:
    """What keeps a line from being posted; "" for nothing."""
    for name in ("payee_id", "component"):
        if not row[name]:
            return f"the line has no {name}"
    if row["currency"] not in CURRENCIES:
        return f'"{row["currency"]}" is no currency'
    try:
        if calendar.parse(str(row["period"])).last_day >= first.first_day:
            return f"{row['period']} does not lie before {first}, the first period to be closed"
        if row.get("on"):
            read_date(str(row["on"]))
        for name in LINE_COLUMNS:
            base = name.removesuffix("_minor")
            if name.endswith("_minor") and row.get(base):
                to_minor(str(row[base]), str(row["currency"]))
    except ValueError as error:
        return str(error)
    return ""

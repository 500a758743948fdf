"""Facts without a date that metrics rest on, as they were when a period was closed (design page 3, pinned facts).

Who holds an account by its own column, the account's segment, and of people the role, the segment, the manager, the
target and what `for:` asks. They belong to no deal: a closed period pins them under its own name, and pins again only
what has changed since; what was never pinned was not there.
"""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from expcomp.pay.pins import typed, written
from expcomp.period import Period
from expcomp.plan.conditions import FieldType
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book
from expcomp.sources.pinned import PINNED

MEASURED = "measured"
"""The fact that a period was closed with its metrics."""

TEXT = FieldType.TEXT
OF_PEOPLE = {"role": TEXT, "segment": TEXT, "manager_id": TEXT, "target_variable": FieldType.MONEY}

DRIFTED = ["payee_id", "fact", "pinned", "period", "now"]

Columns = list[tuple[str, str, FieldType]]


def facts_to_pin(book: Book, plans: PlanSet, pinned: pd.DataFrame, period: str) -> pd.DataFrame:
    """PINNED rows that closing the period adds; none where no plan looks at a metric."""
    if not _measures(plans):
        return pd.DataFrame(columns=list(PINNED))
    known = _newest(_without_deal(pinned))
    now = [("", MEASURED, period), *_today(book, plans)]
    changed = [(payee, fact, value) for payee, fact, value in now if known.get((payee, fact), "") != value]
    rows = pd.DataFrame(changed, columns=["payee_id", "fact", "value"])
    return rows.assign(period=period, deal_id="", milestone=period, moved_by="")[list(PINNED)]


def drifted(book: Book, plans: PlanSet, closed: Period | None = None) -> pd.DataFrame:
    """Facts that are others today than a closed period, or the last one, pinned them: DRIFTED."""
    rows = _without_deal(book.pinned)
    if closed is not None:
        rows = _until(rows, closed)
    if not _measures(plans) or rows.empty:
        return pd.DataFrame(columns=DRIFTED)
    keys = zip(rows["payee_id"], rows["fact"], strict=True)
    last = dict(zip(keys, zip(rows["value"], rows["period"], strict=True), strict=True))
    now = (
        (payee, fact, *last[payee, fact], text) for payee, fact, text in _today(book, plans) if (payee, fact) in last
    )
    return pd.DataFrame([row for row in now if row[2] != row[4]], columns=DRIFTED)


def as_pinned(book: Book, plans: PlanSet, period: Period) -> Book:
    """The book with these facts as a closed period pinned them; the same book for a period that pinned none."""
    rows = _without_deal(book.pinned)
    if not ((rows["fact"] == MEASURED) & (rows["milestone"] == str(period))).any():
        return book
    known = _newest(_until(rows, period))
    frames = dict(book.frames)
    for table, column, type_ in _columns(plans):
        texts = pd.Series([known.get(key, "") for key in _keys(book, table, column)], dtype="str")
        frames[table] = frames[table].assign(**{column: typed(texts, type_, plans.currency).array})
    return replace(book, frames=frames)


def _today(book: Book, plans: PlanSet) -> Iterator[tuple[str, str, str]]:
    """Payee, fact and value as today's exports have them."""
    for table, column, type_ in _columns(plans):
        texts = written(book[table][column], type_, plans.currency)
        yield from ((*key, text) for key, text in zip(_keys(book, table, column), texts, strict=True))


def _without_deal(pinned: pd.DataFrame) -> pd.DataFrame:
    return pinned[(pinned["deal_id"] == "").to_numpy()]


def _until(rows: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Those that a period and the ones before it pinned."""
    ends = {text: period.calendar.parse(text).last_day for text in rows["milestone"].unique()}
    return rows[(rows["milestone"].map(ends) <= period.last_day).to_numpy()]


def _newest(rows: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The last value of each fact, by payee and fact; rows stand in the order they were posted."""
    return dict(zip(zip(rows["payee_id"], rows["fact"], strict=True), rows["value"], strict=True))


def _measures(plans: PlanSet) -> bool:
    return any(plan.bonuses or plan.modifiers for plan in plans.versions)


def _columns(plans: PlanSet) -> Columns:
    """Table, column and type of what is pinned."""
    sources = {role.from_ for plan in plans.versions for role in plan.roles.values()}
    accounts = {source.removeprefix("account.") for source in sources if source.startswith("account.")} | {"segment"}
    people = dict(OF_PEOPLE)
    for condition in (c for plan in plans.versions for bonus in plan.bonuses for c in bonus.for_):
        people.setdefault(condition.field.removeprefix("payee."), condition.type)
    return [("accounts", name, TEXT) for name in sorted(accounts)] + [("payees", *item) for item in people.items()]


def _keys(book: Book, table: str, column: str) -> Iterator[tuple[str, str]]:
    """The payee and the fact of every row of a table's column."""
    if table == "payees":
        return ((payee, f"payee.{column}") for payee in book["payees"]["payee_id"])
    return (("", f"account.{column}:{account}") for account in book["accounts"]["account_id"])

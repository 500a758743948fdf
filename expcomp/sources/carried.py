"""What hangs by a refused row is refused with it, so that nobody is paid on half of the facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code, Place
from expcomp.exact import Ints
from expcomp.sources.complaints import quote
from expcomp.sources.draft import Draft
from expcomp.sources.tables import Kind
from expcomp.texts import arrow_text

SET_ASIDE_TOO = Code("D410", "row-set-aside-too")

OWN_KEYS = {"payees": "payee_id", "accounts": "account_id", "deals": "deal_id", "signals": "signal_id"}
"""The tables that others name rows of."""

DEAL, ACCOUNT, SIGNAL = ("deals", "deal_id"), ("accounts", "account_id"), ("signals", "signal_id")
ABOUT = {
    **dict.fromkeys(("splits", "team", "milestones", "receipts", "cancellations", "resolutions"), (DEAL,)),
    **dict.fromkeys(("assignments", "usage", "subscriptions", "account_history"), (ACCOUNT,)),
    "events": (ACCOUNT, DEAL),
    "merges": (("accounts", "from"), ("accounts", "to")),
    "signals": (DEAL,),
    "pauses": (SIGNAL,),
}
"""Facts about something, by table and field: without one of them it cannot be judged, and is set aside."""

NAMED_ONLY = (("accounts", "parent_id"), ("signals", "deal_id"))
"""Fields that may name something set aside: nothing of the row depends on it."""


@dataclass(slots=True)
class _Aside:
    """The ids of one kind that are set aside, each with the place of the row that is to blame."""

    blame: dict[str, Place]
    told: int = 0


def carry_over(drafts: Mapping[str, Draft]) -> None:
    """Refuse every row that bears or names the id of a refused one, and what a refused row is a fact about."""
    aside = {table: _Aside({}) for table in OWN_KEYS}
    while True:
        for draft in drafts.values():
            for table, field in _blaming(draft):
                _blame(draft, field, aside[table])
        if all(len(kind.blame) == kind.told for kind in aside.values()):
            return
        for kind in aside.values():
            kind.told = len(kind.blame)
        for draft in drafts.values():
            for table, field in _naming(draft):
                _refuse(draft, table, field, aside[table])


def _blaming(draft: Draft) -> Iterator[tuple[str, str]]:
    """Fields through which a refused row sets something else aside: (the table of it, the field)."""
    name = draft.table.name
    if name in OWN_KEYS:
        yield name, OWN_KEYS[name]
    yield from ABOUT.get(name, ())


def _naming(draft: Draft) -> Iterator[tuple[str, str]]:
    """Fields whose id must not be set aside: (the table of the id, the field)."""
    for wanted in draft.fields:
        table = _named_table(draft.table.name, wanted.name, wanted.kind)
        if table and (draft.table.name, wanted.name) not in NAMED_ONLY:
            yield table, wanted.name


def _named_table(table: str, field: str, kind: Kind) -> str:
    if kind is Kind.PERSON or (table, field) == ("payees", "payee_id"):
        return "payees"
    if (
        kind is Kind.ACCOUNT
        or (table, field) == ("accounts", "account_id")
        or (table == "merges" and field != "effective")
    ):
        return "accounts"
    return {"deal_id": "deals", "signal_id": "signals"}.get(field, "")


def _blame(draft: Draft, field: str, aside: _Aside) -> None:
    rows = np.flatnonzero(draft.bad)
    if not len(rows):
        return
    ids = arrow_text(draft.frame[field]).take(pa.array(rows)).to_pylist()
    for row, found in zip(rows.tolist(), ids, strict=True):
        if found and found not in aside.blame:
            aside.blame[found] = draft.where("", row)


def _refuse(draft: Draft, table: str, field: str, aside: _Aside) -> None:
    if not aside.blame or not len(draft):
        return
    ids = arrow_text(draft.frame[field])
    named = pc.is_in(ids, value_set=pa.array(list(aside.blame), ids.type)).to_numpy(zero_copy_only=False)
    rows: Ints = np.flatnonzero(named & ~draft.bad)
    if len(rows):
        found = ids.take(pa.array(rows)).to_pylist()
        what = table.removesuffix("s")
        reasons = [f"the {what} {quote(each)} is set aside: see {aside.blame[each]}" for each in found]
        place = draft.where(field, draft.first_in_file(rows))
        finding = SET_ASIDE_TOO.at(place, reasons[0])
        draft.tell_rows(finding, field, rows, *reasons)
    draft.refuse(named)

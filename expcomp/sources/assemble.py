"""From readings to the Book: types, people, accounts, deals, keys and references, every row accounted for."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.sources.accounts import AccountDirectory, check_crm_ids, derive_accounts, resolve_accounts
from expcomp.sources.book import Book, FileAccount, Needs
from expcomp.sources.complaints import Complaints, shortened
from expcomp.sources.deals import decide_won, note_alike, require_of_won
from expcomp.sources.derived import derive_events
from expcomp.sources.draft import Draft
from expcomp.sources.joins import (
    ACCOUNT_UNKNOWN,
    DEAL_UNKNOWN,
    SIGNAL_UNKNOWN,
    check_repeats,
    refer,
)
from expcomp.sources.people import Directory, resolve_people
from expcomp.sources.tables import TABLES, Kind
from expcomp.sources.typed import Reading, Typed, type_table

DEAL_TABLES = ("splits", "receipts", "milestones", "events", "team")
"""Tables whose deal_id must be a deal. Cancellations and resolutions may name deals no longer exported."""


def assemble(readings: Iterable[Reading], needs: Needs, complaints: Complaints) -> Book:
    """The Book, or `Refused` with everything that is wrong in all of the readings.

    Each is converted as it comes, and its cells are given up: `readings` may read the next file only then.
    Where a file could not be read at all, nothing is said about references: its rows may be what they name.
    """
    of_cells = Complaints()
    typed = [type_table(reading, needs, of_cells) for reading in readings]
    incomplete = bool(complaints.errors)
    complaints.extend((*of_cells.errors, *of_cells.notes))
    if incomplete:
        complaints.stop_if_any()
    drafts = {
        table: Draft(table, [piece for piece in typed if piece.reading.match.table == table], needs, complaints)
        for table in TABLES
    }
    _settle_deals(drafts["deals"])
    _settle_people(drafts)
    accounts, directory = _settle_accounts(drafts, complaints, needs)
    if drafts["deals"]:
        require_of_won(drafts["deals"], needs)
        note_alike(drafts["deals"], needs)
    _require_amounts(drafts)
    for name, draft in drafts.items():
        if name not in ("payees", "accounts"):
            check_repeats(draft)
    _check_references(drafts, accounts, directory)
    _drop_overlay_splits(drafts["splits"])
    complaints.stop_if_any()
    for draft in drafts.values():
        draft.finish()
    frames = {name: draft.frame for name, draft in drafts.items()} | {"accounts": accounts}
    derived = not drafts["events"] and bool(drafts["subscriptions"])
    if derived:
        frames["events"] = derive_events(drafts["subscriptions"], frames["merges"], frames["fx"], needs)
        complaints.stop_if_any()
    else:
        frames["events"]["known_on"] = frames["events"]["date"]
    return Book(frames, _file_accounts(typed, drafts), tuple(shortened(complaints.notes)), derived)


def _require_amounts(drafts: dict[str, Draft]) -> None:
    """A subscription says what recurs, a contraction by how much."""
    subscriptions, events = drafts["subscriptions"], drafts["events"]
    silent = (subscriptions.frame["mrr"].isna() & subscriptions.frame["arr"].isna()).to_numpy()
    subscriptions.require("mrr" if subscriptions.has("mrr") else "arr", silent & ~subscriptions.bad)
    falls = ((events.frame["event"] == "contraction") & events.frame["amount"].isna()).to_numpy()
    events.require("amount", falls & ~events.bad)


def _settle_deals(deals: Draft) -> None:
    if deals:
        words = [reading.settings.values.get(("deals", "won"), {}) for reading in deals.readings.values()]
        decide_won(deals, {word: meaning == "true" for known in words for word, meaning in known.items()})


def _settle_people(drafts: dict[str, Draft]) -> None:
    payees = drafts["payees"]
    check_repeats(payees)
    directory = Directory(payees)
    for draft in drafts.values():
        resolve_people(draft, directory)


def _settle_accounts(
    drafts: dict[str, Draft], complaints: Complaints, needs: Needs
) -> tuple[pd.DataFrame, AccountDirectory | None]:
    """The accounts, and who they are called where a file gives them."""
    accounts = drafts["accounts"]
    if not accounts:
        return derive_accounts(drafts, complaints, needs), None
    check_repeats(accounts)
    check_crm_ids(accounts)
    directory = AccountDirectory(accounts)
    for draft in drafts.values():
        resolve_accounts(draft, directory)
    return accounts.frame, directory


def _check_references(drafts: dict[str, Draft], accounts: pd.DataFrame, directory: AccountDirectory | None) -> None:
    known = pd.concat([accounts["account_id"], drafts["merges"].frame["from"]], ignore_index=True)
    for draft in drafts.values():
        for name in draft.of_kind(Kind.ACCOUNT):
            refer(
                draft,
                name,
                known,
                ACCOUNT_UNKNOWN,
                "no account of the accounts export",
                matters=_matters(draft),
                names=directory,
            )
    refer(drafts["merges"], "to", known, ACCOUNT_UNKNOWN, "no account of the accounts export")
    deals = drafts["deals"].frame["deal_id"]
    for table in DEAL_TABLES:
        refer(drafts[table], "deal_id", deals, DEAL_UNKNOWN, "no deal of the deals export")
    refer(drafts["signals"], "deal_id", deals, DEAL_UNKNOWN, "no deal of the deals export", matters=_never)
    signals = drafts["signals"].frame["signal_id"]
    for table in ("pauses", "urgency_changes"):
        refer(drafts[table], "signal_id", signals, SIGNAL_UNKNOWN, "no signal of the signals export")
    if drafts["signals"]:
        refer(
            drafts["deals"],
            "signal_id",
            signals,
            SIGNAL_UNKNOWN,
            "no signal of the signals export",
            matters=_never,
        )


def _never(rows: Ints) -> Flags:
    return np.zeros(len(rows), np.bool_)


def _matters(draft: Draft) -> Callable[[Ints], Flags] | None:
    """Unknown accounts of deals that are not won and unknown parents are noted; all others are errors."""
    if draft.table.name == "accounts":
        return _never
    if draft.table.name == "deals":
        won = draft.frame["won"].to_numpy(dtype=np.bool_)
        return lambda rows: won[rows]
    return None


def _drop_overlay_splits(splits: Draft) -> None:
    """Only revenue splits divide a deal."""
    splits.drop((splits.frame["split_type"] == "overlay").to_numpy(), "overlay split")


def _file_accounts(typed: Sequence[Typed], drafts: dict[str, Draft]) -> tuple[FileAccount, ...]:
    accounts = []
    for piece in typed:
        raw, match = piece.reading.raw, piece.reading.match
        draft = drafts[match.table]
        dropped = raw.dropped + draft.dropped[raw.label]
        accounts.append(
            FileAccount(
                raw.label, raw.sha256, match.table, match.preset, match.reason, raw.rows_read,
                Counter(dropped), draft.refused[raw.label], piece.accounts,
            )
        )  # fmt: skip
    return tuple(sorted(accounts, key=lambda account: account.path))

"""From readings to the Book: types, people, accounts, deals, keys and references, every row accounted for."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from expcomp.exact import Flags, Ints
from expcomp.sources.accounts import AccountDirectory, check_crm_ids, derive_accounts, resolve_accounts
from expcomp.sources.book import Book, FileAccount, Needs
from expcomp.sources.carried import carry_over
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
from expcomp.sources.presets import presets
from expcomp.sources.rejected import rejected_rows
from expcomp.sources.tables import TABLES, Kind
from expcomp.sources.typed import Reading, Typed, blank_column, type_table
from expcomp.texts import LARGE

DEAL_TABLES = ("splits", "receipts", "milestones", "events", "team")
"""Tables whose deal_id must be a deal. Cancellations and resolutions may name deals no longer exported."""

NO_ACCOUNT = "no account of the accounts export"


def assemble(
    readings: Iterable[Reading],
    needs: Needs,
    complaints: Complaints,
    *,
    lenient: bool = False,
    posted_deals: Collection[str] = (),
) -> Book:
    """The Book, or `Refused` with everything that is wrong in all of the readings.

    When `lenient`, wrong rows are set aside with all that hangs by them, and only other errors are raised. Rows may be
    about `posted_deals`, which the deals export need not hold any more.
    """
    gathered = _gather(readings, needs, complaints, lenient=lenient, posted_deals=posted_deals)
    complaints.stop_if_any(setting_aside=lenient)
    book = gathered.book()
    complaints.stop_if_any(setting_aside=lenient)
    return book


def examine(readings: Iterable[Reading], needs: Needs, complaints: Complaints, *, lenient: bool = False) -> Book:
    """The same, and nothing is raised: what is wrong is in `complaints`, and nobody may be paid by the Book."""
    return _gather(readings, needs, complaints, lenient=lenient).book()


@dataclass(frozen=True, slots=True)
class _Gathered:
    """All rows of all tables, the wrong ones marked."""

    typed: Sequence[Typed]
    drafts: dict[str, Draft]
    needs: Needs
    complaints: Complaints
    settled: bool

    def book(self) -> Book:
        """Without the rows that are marked. What subscriptions tell of losses is told of the rows that stay."""
        rejected = rejected_rows(self.complaints.refusals, self.drafts)
        deals = self.drafts["deals"]
        set_aside = frozenset(deals.frame["deal_id"][deals.bad])
        for draft in self.drafts.values():
            draft.finish()
        frames = {name: draft.frame for name, draft in self.drafts.items()}
        if not self.drafts["accounts"]:
            frames["accounts"] = derive_accounts(self.drafts, self.complaints, self.needs)
        derived = self.settled and not self.drafts["events"] and bool(self.drafts["subscriptions"])
        if derived:
            merges, fx = frames["merges"], frames["fx"]
            frames["events"] = derive_events(self.drafts["subscriptions"], merges, fx, self.needs)
        else:
            events = frames["events"]
            frames["events"] = events.assign(known_on=events["date"], unknown=blank_column(Kind.TEXT, len(events)))
        notes = tuple(shortened(self.complaints.notes))
        return Book(frames, _file_accounts(self.typed, self.drafts), notes, derived, rejected, set_aside)


def _gather(
    readings: Iterable[Reading],
    needs: Needs,
    complaints: Complaints,
    *,
    lenient: bool,
    posted_deals: Collection[str] = (),
) -> _Gathered:
    """Each reading is converted as it comes, and its cells are given up: `readings` may read the next file only then.

    Where a file could not be read at all, nothing is said about references: its rows may be what they name.
    """
    of_cells = Complaints()
    typed = [type_table(reading, needs, of_cells) for reading in readings]
    complete = not complaints.errors
    complaints.extend((*of_cells.errors, *of_cells.notes))
    complaints.refusals += of_cells.refusals
    drafts = {
        table: Draft(table, [piece for piece in typed if piece.reading.match.table == table], needs, complaints)
        for table in TABLES
    }
    if complete:
        _settle(drafts, needs, complaints, posted_deals)
        if lenient:
            carry_over(drafts)
    return _Gathered(typed, drafts, needs, complaints, complete)


def _settle(drafts: dict[str, Draft], needs: Needs, complaints: Complaints, posted_deals: Collection[str]) -> None:
    """People, accounts, deals, keys and references: what is wrong is told, and its rows are marked."""
    _settle_deals(drafts["deals"])
    _settle_people(drafts, needs)
    directory = _settle_accounts(drafts)
    if drafts["deals"]:
        require_of_won(drafts["deals"], needs)
        note_alike(drafts["deals"], needs)
    _require_amounts(drafts)
    for name, draft in drafts.items():
        if name not in ("payees", "accounts"):
            check_repeats(draft)
    _drop_overlay_splits(drafts["splits"])
    _check_references(drafts, directory, posted_deals)


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


def _settle_people(drafts: dict[str, Draft], needs: Needs) -> None:
    payees = drafts["payees"]
    check_repeats(payees)
    directory = Directory(payees)
    for draft in drafts.values():
        resolve_people(draft, directory, needs.unread)


def _settle_accounts(drafts: dict[str, Draft]) -> AccountDirectory | None:
    """Who the accounts are called, where a file gives them."""
    accounts = drafts["accounts"]
    if not accounts:
        return None
    check_repeats(accounts)
    check_crm_ids(accounts)
    directory = AccountDirectory(accounts)
    for draft in drafts.values():
        resolve_accounts(draft, directory)
    return directory


def _check_references(
    drafts: dict[str, Draft], directory: AccountDirectory | None, posted_deals: Collection[str]
) -> None:
    if directory is not None:
        _check_accounts(drafts, directory)
    deals = pa.concat_arrays([drafts["deals"].texts("deal_id"), pa.array(sorted(posted_deals), LARGE)])
    for table in DEAL_TABLES:
        refer(drafts[table], "deal_id", deals, DEAL_UNKNOWN, "no deal of the deals export")
    refer(drafts["signals"], "deal_id", deals, DEAL_UNKNOWN, "no deal of the deals export", matters=_never)
    signals = drafts["signals"].frame["signal_id"]
    for table in ("pauses", "urgency_changes"):
        refer(drafts[table], "signal_id", signals, SIGNAL_UNKNOWN, "no signal of the signals export")
    if drafts["signals"]:
        what = "no signal of the signals export"
        refer(drafts["deals"], "signal_id", signals, SIGNAL_UNKNOWN, what, matters=_never)


def _check_accounts(drafts: dict[str, Draft], directory: AccountDirectory) -> None:
    """Accounts that an export lists; where none does, every account that is named is one."""
    known = pa.concat_arrays([drafts["accounts"].texts("account_id"), drafts["merges"].texts("from")])
    for draft in drafts.values():
        for name in draft.of_kind(Kind.ACCOUNT):
            refer(draft, name, known, ACCOUNT_UNKNOWN, NO_ACCOUNT, matters=_matters(draft), names=directory)
    refer(drafts["merges"], "to", known, ACCOUNT_UNKNOWN, NO_ACCOUNT)


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
        accounts.append(
            FileAccount(
                path=raw.label,
                sha256=raw.sha256,
                table=match.table,
                preset=match.preset,
                recognised_by=match.reason,
                rows_read=raw.rows_read,
                dropped=raw.dropped + draft.dropped[raw.label],
                refused=draft.refused[raw.label],
                columns=piece.accounts,
                verified=presets()[match.preset].verified,
                money_field=draft.sums.money,
                money=draft.sums.of(raw.label),
            )
        )
    return tuple(sorted(accounts, key=lambda account: account.path))

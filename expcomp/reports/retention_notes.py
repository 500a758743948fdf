"""What a reader of retention figures should know of the data behind them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Severity
from expcomp.lookups import days
from expcomp.period import NEVER
from expcomp.places import place_of
from expcomp.recurring import SNAPSHOT, word
from expcomp.retention.recurring import Recurring

BELOW_ZERO = Code("D586", "account-below-zero")
LAPSED = Code("D587", "lapsed-and-back")
LIKE_SNAPSHOTS = Code("D588", "open-lines-month-after-month")

TABLES = ("subscriptions", "accounts", "account_history", "merges", "fx")
"""What the report is made from."""

NAMED = 5
MONTHS_RUNNING = 3


def notes_of(recurring: Recurring, accounts: pd.DataFrame, base: int, end: int) -> tuple[Finding, ...]:
    return (
        *_below_zero(accounts),
        *_lapsed(accounts, strict=recurring.terms.rules.strict_lapse),
        *_like_snapshots(recurring.book["subscriptions"]),
        *_of_reading(recurring),
    )


def _below_zero(accounts: pd.DataFrame) -> Iterator[Finding]:
    rows = accounts[(accounts["start_minor"] < 0) | (accounts["now_minor"] < 0)]
    message = "worth less than nothing at the base or the end: NRR counts it so, GRR as nothing"
    yield from _told(BELOW_ZERO, rows, message, "look at the credits of these accounts")


def _lapsed(accounts: pd.DataFrame, *, strict: bool) -> Iterator[Finding]:
    rows = accounts[(accounts["base_minor"] > 0) & (accounts["lapsed_days"] > 0)]
    counted = "lost (strict_lapse)" if strict else "at the end value"
    yield from _told(LAPSED, rows, f"lapsed in between and came back: counted {counted}", severity=Severity.NOTE)


def _like_snapshots(frame: pd.DataFrame) -> Iterator[Finding]:
    """The same product open again and again looks like a monthly export that says what was worth each month."""
    start, end = days(frame["start"]), days(frame["end"])
    rows = pd.DataFrame({
        "account": frame["account_id"].array, "product": frame["product"].array, "amount": frame["mrr"].array,
        "open": (end == NEVER) & (word(frame, "kind") != SNAPSHOT).to_numpy(), "start": start,
    }).reset_index(drop=True)  # fmt: skip
    rows = rows[rows["open"]].sort_values(["account", "product", "start"])
    month = rows["start"].to_numpy("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    same = (rows[["account", "product", "amount"]] == rows[["account", "product", "amount"]].shift()).all(axis=1)
    follows = same.to_numpy() & (np.diff(month, prepend=month[:1]) == 1)
    running = pd.Series(follows).groupby((~follows).cumsum()).cumsum().to_numpy()
    found = np.flatnonzero(running >= MONTHS_RUNNING)
    if len(found):
        at = int(rows.index[found[0]])
        account = str(frame["account_id"].iat[at])
        message = (
            f'"{account}" and others have an open line that begins anew every month: each is added to those before it'
        )
        help_ = "if these are monthly snapshots, write  kind  as  snapshot  in each of them"
        yield LIKE_SNAPSHOTS.warning(place_of(frame, at), message, help_)


def _of_reading(recurring: Recurring) -> Iterator[Finding]:
    """What was noted of the files that the report is made from."""
    book = recurring.book
    paths = {file.path.partition("[")[0] for file in book.files if file.table in TABLES}
    yield from (note for note in book.notes if note.place is None or note.place.path in paths)


def _told(
    code: Code, rows: pd.DataFrame, message: str, help: str = "", severity: Severity = Severity.WARNING
) -> Iterator[Finding]:
    """One finding for all of these accounts: how many, and the first of them by name."""
    if len(rows):
        more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
        what = f"{len(rows):,} accounts" if len(rows) > 1 else "1 account"
        named = ", ".join(map(str, rows["account_id"].head(NAMED)))
        yield code.at(None, f"{what} {message} ({named}{more})", help, severity)

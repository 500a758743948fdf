"""Accounts with the seats they use, and the churn and contraction that befalls some of them."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from .columns import YEAR_START, Ints, blank_where, days, ids, join, log_normal, money, padded, words
from .people import payee_ids
from .size import Size
from .writing import Writer

CHUNK = 100_000
READINGS = 5
"""Rows of usage of an account."""


def account_ids(numbers: Ints) -> pa.Array:
    return ids("AC-", numbers, 7)


def write_accounts(folder: Path, size: Size) -> None:
    with Writer(folder, "accounts") as accounts, Writer(folder, "usage") as usage, Writer(folder, "events") as events:
        for start in range(0, size.accounts, CHUNK):
            number = np.arange(start, min(start + CHUNK, size.accounts))
            rng = size.random("accounts", start)
            _accounts(accounts, rng, number, size)
            _usage(usage, rng, number)
            _events(events, rng, number)


def _accounts(accounts: Writer, rng: np.random.Generator, number: Ints, size: Size) -> None:
    accounts.write({
        "account_id": account_ids(number),
        "name": join("Account ", padded(number, 7)),
        "segment": words(("smb", "mid_market", "enterprise"), rng.integers(0, 3, len(number))),
        "region": words(("East", "Central", "West"), rng.integers(0, 3, len(number))),
        "acv": money(log_normal(rng, 55_000, 1.2, len(number))),
        "csm": payee_ids(size.csms(rng, len(number))),
        "health": words(("green", "yellow", "red"), rng.integers(0, 3, len(number))),
    })  # fmt: skip


def _usage(usage: Writer, rng: np.random.Generator, number: Ints) -> None:
    """Readings about every eleven weeks, seat use growing; each day of an account once."""
    reading = np.tile(np.arange(READINGS), len(number))
    account = np.repeat(number, READINGS)
    day = YEAR_START - 40 + reading * 75 + rng.integers(0, 70, len(account))
    seats = rng.integers(5, 400, len(account))
    use = np.repeat(rng.integers(20, 75, len(number)), READINGS) + reading * rng.integers(0, 14, len(account))
    usage.write({
        "account_id": account_ids(account),
        "date": days(day),
        "seats_purchased": pa.array(seats).cast(pa.string()),
        "seats_active": pa.array(seats * np.minimum(use, 100) // 100).cast(pa.string()),
    })  # fmt: skip


def _events(events: Writer, rng: np.random.Generator, number: Ints) -> None:
    """One account in ten shrinks, one in twenty leaves: three events per hundred deals."""
    chance = rng.random((2, len(number)))
    account = np.concatenate([number[chance[0] < 0.10], number[chance[1] < 0.05]])
    churn = np.arange(len(account)) >= (chance[0] < 0.10).sum()
    order = rng.permutation(len(account))
    account, churn = account[order], churn[order]
    events.write({
        "account_id": account_ids(account),
        "date": days(YEAR_START + rng.integers(20, 365, len(account))),
        "event": words(("contraction", "churn"), churn.astype(np.int64)),
        "amount": blank_where(churn, money(log_normal(rng, 15_000, 0.9, len(account)))),
    })  # fmt: skip

"""A generated project of nothing but accounts and what each was worth in each month.

python -m bench.subscriptions FOLDER ACCOUNT_MONTHS
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .accounts import account_ids
from .columns import Ints, padded, words
from .project import SETTINGS
from .writing import Writer

PLAN = Path(__file__).with_name("retention_plan.yaml")
MONTHS = 50
FIRST = np.datetime64("2022-01", "M")
LATEST = 24
CHUNK = 20_000


def write_subscriptions(folder: Path, account_months: int, seed: int = 1) -> None:
    """One line for each account and month; the same bytes for the same number and seed. One account in ten is worth
    nothing for some months, one in twenty is paid for in euros."""
    data, plans = folder / "data", folder / "plans"
    for needed in (data, plans):
        needed.mkdir(parents=True, exist_ok=True)
    (folder / "expcomp.yaml").write_text(SETTINGS)
    shutil.copyfile(PLAN, plans / "retention.yaml")
    accounts = max(account_months // MONTHS, 1)
    _accounts(data, accounts, np.random.default_rng([seed, 0]))
    _rates(data)
    with Writer(data, "subscriptions") as table:
        for start in range(0, accounts, CHUNK):
            number = np.arange(start, min(start + CHUNK, accounts))
            _lines(table, number, np.random.default_rng([seed, 1, start]))


def _accounts(data: Path, count: int, rng: np.random.Generator) -> None:
    number = np.arange(count)
    with Writer(data, "accounts") as table:
        table.write({
            "account_id": account_ids(number),
            "name": pc.binary_join_element_wise("Account ", padded(number, 7), ""),
            "segment": words(("smb", "mid_market", "enterprise"), rng.integers(0, 3, count)),
        })  # fmt: skip


def _rates(data: Path) -> None:
    months = np.arange(MONTHS + LATEST + 1)
    with Writer(data, "fx") as table:
        table.write({
            "currency": pa.array(["EUR"] * len(months)), "date": _days(FIRST + months),
            "rate": pa.array([f"1.{5 + month % 9:02d}" for month in months.tolist()]),
        })  # fmt: skip


def _lines(table: Writer, number: Ints, rng: np.random.Generator) -> None:
    count = len(number)
    account, age = np.repeat(number, MONTHS), np.tile(np.arange(MONTHS), count)
    month = age + np.repeat(rng.integers(0, LATEST, count), MONTHS)
    away = np.repeat(np.where(rng.random(count) < 0.1, rng.integers(6, MONTHS, count), MONTHS), MONTHS)
    rise = np.repeat(rng.integers(-2, 6, count), MONTHS) * (age // 12)
    amount = np.repeat(rng.integers(20_000, 900_000, count), MONTHS) * (100 + rise) // 100
    amount = np.where((age >= away) & (age < away + 4), 0, amount)
    euros = np.repeat(rng.random(count) < 0.05, MONTHS).astype(np.int64)
    table.write({
        "account_id": account_ids(account),
        "start": _days(FIRST + month),
        "end": _days(FIRST + month + 1),
        "mrr": pc.binary_join_element_wise(pa.array(amount // 100).cast(pa.string()), padded(amount % 100, 2), "."),
        "currency": words(("USD", "EUR"), euros),
        "line_type": pa.array(["recurring"] * len(account)),
    })  # fmt: skip


def _days(months: np.ndarray) -> pa.Array:
    """The first day of each month."""
    distinct, at = np.unique(months, return_inverse=True)
    return pa.array([f"{month}-01" for month in distinct.astype("datetime64[M]")]).take(pa.array(at))


if __name__ == "__main__":
    write_subscriptions(Path(sys.argv[1]), int(sys.argv[2]))

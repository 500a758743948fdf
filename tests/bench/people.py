"""Payees and their quotas."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from .columns import Ints, days, ids, join, money, padded, words
from .size import Size
from .writing import Writer

FULL_YEAR = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")


def payee_ids(numbers: Ints) -> pa.Array:
    return ids("P", numbers, 5)


def write_payees(folder: Path, size: Size) -> None:
    number, rng = np.arange(size.payees), size.random("payees", 0)
    role = np.where(number < size.executives, 0, np.where(number < size.first_manager, 1, 2))
    manager = payee_ids(size.first_manager + number % size.managers)
    plain = padded(number, 5)
    with Writer(folder, "payees") as payees:
        payees.write({
            "payee_id": payee_ids(number),
            "name": join("Payee ", plain),
            "role": words(("ae", "csm", "manager"), role),
            "email": join("payee.", plain, "@bench.example"),
            "manager_id": pa.array(np.where(role < 2, manager.to_numpy(zero_copy_only=False), "")),
            "segment": words(("smb", "mid_market", "enterprise"), rng.integers(0, 3, size.payees)),
            "start_date": days(rng.integers(20_000, 20_300, size.payees)),
            "work_state": words(("CA", "NY", "TX", "WA"), rng.integers(0, 4, size.payees)),
        })  # fmt: skip


def write_quotas(folder: Path, size: Size) -> None:
    """One row per quarter of every account executive and CSM."""
    rng = size.random("quotas", 0)
    number = np.repeat(np.arange(size.first_manager), len(FULL_YEAR))
    quarter = np.tile(np.arange(len(FULL_YEAR)), size.first_manager)
    with Writer(folder, "quotas") as quotas:
        quotas.write({
            "payee_id": payee_ids(number),
            "period": words(FULL_YEAR, quarter),
            "amount": money(rng.integers(90, 260, len(number)) * 1_000_00),
            "role": words(("ae", "csm"), (number >= size.executives).astype(np.int64)),
        })  # fmt: skip

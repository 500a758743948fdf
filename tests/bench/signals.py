"""A generated project of nothing but signals, the people who log and answer them, and pauses.

python -m bench.signals FOLDER SIGNALS
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .accounts import account_ids
from .columns import YEAR_START, Ints, blank_where, flags, ids, instants, padded, words
from .people import payee_ids, write_payees
from .project import SETTINGS
from .size import Size
from .writing import Writer

PLAN = Path(__file__).with_name("sla_plan.yaml")
CHUNK = 250_000
MARKS = ("budget", "named_buyer", "timeline", "product_fit")
DAY_S = 86_400


def write_signals(folder: Path, signals: int, seed: int = 1) -> None:
    """The same bytes for the same number of signals and seed."""
    data, plans = folder / "data", folder / "plans"
    for needed in (data, plans):
        needed.mkdir(parents=True, exist_ok=True)
    (folder / "expcomp.yaml").write_text(SETTINGS)
    shutil.copyfile(PLAN, plans / "answers.yaml")
    size = Size(signals, seed)
    write_payees(data, size)
    _accounts(data, size)
    with Writer(data, "signals") as table, Writer(data, "pauses") as pauses:
        for start in range(0, signals, CHUNK):
            rng = size.random("deals", start)
            number = np.arange(start, min(start + CHUNK, signals))
            _signals(table, pauses, rng, number, size)


def _accounts(data: Path, size: Size) -> None:
    number, rng = np.arange(size.accounts), size.random("accounts", 0)
    with Writer(data, "accounts") as accounts:
        accounts.write({
            "account_id": account_ids(number),
            "name": pc.binary_join_element_wise("Account ", padded(number, 7), ""),
            "segment": words(("smb", "mid_market", "enterprise"), rng.integers(0, 3, len(number))),
            "region": words(("East", "Central", "West"), rng.integers(0, 3, len(number))),
            "ae": payee_ids(rng.integers(0, size.executives, len(number))),
        })  # fmt: skip


def _signals(table: Writer, pauses: Writer, rng: np.random.Generator, number: Ints, size: Size) -> None:
    """Most are answered within two days, some never; one in fifty is paused for some days."""
    count = len(number)
    seen = YEAR_START * DAY_S + rng.integers(0, 300 * DAY_S, count)
    routed = seen + rng.integers(0, 3 * DAY_S, count)
    answered = routed + (rng.exponential(0.6, count) * DAY_S).astype(np.int64)
    contacted = answered + (rng.exponential(0.9, count) * DAY_S).astype(np.int64)
    never, silent = rng.random(count) < 0.05, rng.random(count) < 0.05
    marks = rng.random((len(MARKS), count)) < 0.8
    table.write({
        "signal_id": ids("SG-", number, 9),
        "account_id": account_ids(rng.integers(0, size.accounts, count)),
        "identified_at": _instants(seen),
        "routed_at": blank_where(never, _instants(routed)),
        "logged_by": payee_ids(size.csms(rng, count)),
        "urgency": words(("hot", "warm", "watch"), rng.integers(0, 3, count)),
        **{mark: flags(values) for mark, values in zip(MARKS, marks, strict=True)},
        "acknowledged_at": blank_where(never | silent, _instants(answered)),
        "contacted_at": blank_where(never | silent, _instants(contacted)),
    })  # fmt: skip
    paused = np.flatnonzero(rng.random(count) < 0.02)
    begins = routed[paused] + rng.integers(0, 2 * DAY_S, len(paused))
    pauses.write({
        "signal_id": ids("SG-", number[paused], 9),
        "from": _instants(begins),
        "to": _instants(begins + rng.integers(3600, 4 * DAY_S, len(paused))),
        "reason": words(("buyer away",), np.zeros(len(paused), np.int64)),
    })  # fmt: skip


def _instants(seconds: Ints) -> pa.Array:
    return instants(seconds // DAY_S, seconds % DAY_S)


if __name__ == "__main__":
    write_signals(Path(sys.argv[1]), int(sys.argv[2]))

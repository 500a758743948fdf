"""The movement ledger: month by month what came, went and changed, from one company total to the next."""

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.period import months_between
from expcomp.retention.lives import lives
from expcomp.retention.recurring import Recurring
from expcomp.retention.spells import spells

MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn", "paused")


def ledger_of(recurring: Recurring, base: int, end: int) -> pd.DataFrame:
    """One row per month from the day `base` to the day `end`, minor units a year: `start + new + reactivation +
    expansion − contraction − churn − paused ± fx = end`.

    Start and end are at the rates of their own days; movements at the rates of the day `base`; `fx` is what is left of
    the change. Never the source of NRR: it admits who joined on the way. A pause is no churn, its end no reactivation.
    """
    instants = months_between(base + 1, end + 1)
    worth = recurring.worth(end)
    value = worth.at(instants, np.full(len(instants), base))
    actual = worth.at(instants, instants - 1).sum(axis=0)
    born = lives(spells(worth, base), recurring.terms.rules.reactivation_reset)
    began = _began(born, instants, len(value))
    paused = recurring.paused_at(instants, worth.owner)
    sums = [
        _month(value[:, m], value[:, m + 1], began[:, m], paused[:, m], paused[:, m + 1])
        for m in range(len(instants) - 1)
    ]
    moved = pd.DataFrame(sums, columns=[f"{name}_minor" for name in MOVEMENTS], dtype="int64")
    constant = value.sum(axis=0)
    return pd.DataFrame({
        "from_day": instants[:-1],
        "last_day": instants[1:] - 1,
        "start_minor": actual[:-1],
        **moved,
        "fx_minor": np.diff(actual) - np.diff(constant),
        "end_minor": actual[1:],
    })  # fmt: skip


def _began(born: pd.DataFrame, instants: Ints, customers: int) -> Flags:
    """Whether a life of a customer began within each month."""
    began = np.zeros((customers, len(instants)), np.bool_)
    start = born["start"].to_numpy(np.int64)
    month = np.searchsorted(instants, start, side="left") - 1
    inside = (month >= 0) & (start <= instants[-1])
    began[born["customer"].to_numpy()[inside], month[inside]] = True
    return began


def _month(before: Ints, after: Ints, began: Flags, paused_before: Flags, paused_after: Flags) -> list[int]:
    """The movements of one month, in the order of MOVEMENTS."""
    change = after - before
    comes, goes = (before <= 0) & (after > 0), (before > 0) & (after <= 0)
    pauses, resumes = goes & paused_after, comes & paused_before
    stays = ~comes & ~goes
    return [
        int(change[comes & began & ~resumes].sum()),
        int(change[comes & ~began & ~resumes].sum()),
        int(change[stays & (change > 0)].sum()),
        -int(change[stays & (change < 0)].sum()),
        -int(change[goes & ~pauses].sum()),
        -int(change[pauses | resumes].sum()),
    ]

"""Rates, percentiles and medians of answered and unanswered targets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from expcomp.exact import Ints

NOT_DUE = ("at_risk", "on_track")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many targets stand where. A rate is (met, of how many), never reduced."""

    met: int
    breached: int
    breached_open: int
    not_due: int
    paused: int
    void: int
    no_owner: int

    @classmethod
    def of(cls, states: Iterable[str]) -> "Summary":
        count = pd.Series(list(states), dtype=object).value_counts()
        names = ("met", "breached", "breached_open", "paused", "void", "no_owner")
        by_name = {name: int(count.get(name, 0)) for name in names}
        return cls(**by_name, not_due=sum(int(count.get(name, 0)) for name in NOT_DUE))

    @property
    def due(self) -> int:
        return self.met + self.breached + self.breached_open

    @property
    def rate(self) -> tuple[int, int]:
        """Met ÷ everything that was answered or fell due: an answer that never came counts as late."""
        return self.met, self.due

    @property
    def closed_only_rate(self) -> tuple[int, int]:
        """Met ÷ answered, the naive rate: it rises when late targets are never answered at all."""
        return self.met, self.met + self.breached


def share_ppm(rate: tuple[int, int]) -> int | None:
    """Parts per million, rounded half up; None of nothing."""
    met, total = rate
    return (2 * met * 1_000_000 + total) // (2 * total) if total else None


def nearest_rank(values: Ints, share: Fraction) -> int | None:
    """The smallest value that at least this share of all values does not exceed: one that really occurred."""
    if not len(values):
        return None
    rank = -(-share.numerator * len(values) // share.denominator)
    return int(np.sort(values)[max(rank, 1) - 1])


CLOSE = 1e-9
"""Room for the rounding of a long product of ratios, where it is compared with a half."""


def median_with_unanswered(answered: Ints, waiting: Ints) -> int | None:
    """The product-limit median (Kaplan and Meier 1958): the first response time by which half of all targets were
    answered, where those still waiting count for as long as they have waited. None while that is not reached."""
    times, answers = np.unique(answered, return_counts=True)
    exposed = (len(answered) - np.searchsorted(np.sort(answered), times)) + (
        len(waiting) - np.searchsorted(np.sort(waiting), times)
    )
    unanswered = np.cumprod((exposed - answers) / exposed)
    reached = np.flatnonzero(unanswered <= 0.5 + CLOSE)
    return int(times[reached[0]]) if len(reached) else None


def rates_by(targets: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Counts, rate (of 10^6) and times of each group: one row per group, in the order of the keys."""
    rows = []
    for key, group in targets.groupby(list(keys), sort=True):
        summary = Summary.of(group["state"])
        rows.append(dict(zip(keys, key, strict=True)) | {
            "due": summary.due, "met": summary.met, "late": summary.breached, "open": summary.breached_open,
            "rate_ppm": share_ppm(summary.rate), "not_due": summary.not_due, "paused": summary.paused,
        })  # fmt: skip
    names = [*keys, "due", "met", "late", "open", "rate_ppm", "not_due", "paused"]
    return pd.DataFrame(rows, columns=names)


def times_by(targets: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """P50, P90 and longest of the answered, and the median with the unanswered, in microseconds, per group."""
    rows = []
    counts = targets[targets["state"].isin(("met", "breached", "breached_open", *NOT_DUE, "paused"))]
    for key, group in counts.groupby(list(keys), sort=True):
        done = group["state"].isin(("met", "breached")).to_numpy()
        time = group["counted_us"].to_numpy(np.int64)
        answered, waiting = time[done], time[~done]
        rows.append(dict(zip(keys, key, strict=True)) | {
            "answered": len(answered), "unanswered": len(waiting),
            "p50_us": nearest_rank(answered, Fraction(1, 2)), "p90_us": nearest_rank(answered, Fraction(9, 10)),
            "median_us": median_with_unanswered(answered, waiting),
        })  # fmt: skip
    names = [*keys, "answered", "unanswered", "p50_us", "p90_us", "median_us"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[-3:], "Int64"))

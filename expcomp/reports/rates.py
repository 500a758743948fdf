"""Rates, percentiles and medians of answered and unanswered targets, for all or group by group."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints, order_by
from expcomp.reports.measured import AT_RISK, BREACHED, BREACHED_OPEN, MET, NO_OWNER, ON_TRACK, PAUSED, STATES, VOID

NOT_DUE = (AT_RISK, ON_TRACK)


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
    def of(cls, state: Ints) -> "Summary":
        """From positions in STATES."""
        count = np.bincount(state, minlength=len(STATES)).tolist()
        return cls(
            count[MET], count[BREACHED], count[BREACHED_OPEN], count[AT_RISK] + count[ON_TRACK], count[PAUSED],
            count[VOID], count[NO_OWNER],
        )  # fmt: skip

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


def rates_by(group: Ints, state: Ints) -> pd.DataFrame:
    """One row per group (a code, ≥ 0) in order: how many targets stand where, and the rate in parts per million."""
    width = len(STATES)
    groups, at = np.unique(group, return_inverse=True)
    count = np.bincount(at * width + state, minlength=len(groups) * width).reshape(-1, width)
    due = count[:, [MET, BREACHED, BREACHED_OPEN]].sum(axis=1)
    rate = (2_000_000 * count[:, MET] + due) // np.maximum(2 * due, 1)
    return pd.DataFrame({
        "group": groups, "due": due, "met": count[:, MET], "late": count[:, BREACHED],
        "open": count[:, BREACHED_OPEN], "rate_ppm": pd.array(rate, dtype="Int64"),
        "not_due": count[:, NOT_DUE].sum(axis=1), "paused": count[:, PAUSED],
    }).assign(rate_ppm=lambda frame: frame["rate_ppm"].mask(frame["due"] == 0))  # fmt: skip


def times_by(group: Ints, time: Ints, answered: Flags) -> pd.DataFrame:
    """One row per group: how many are answered and not, P50 and P90 of the answered (nearest rank: times that
    really occurred), and the product-limit median of all ; blank where there is none."""
    groups, at = np.unique(group, return_inverse=True)
    order = order_by(at, time, (~answered).astype(np.int64))
    at, time, answered = at[order], time[order], answered[order]
    done = np.bincount(at[answered], minlength=len(groups))
    start, sorted_time = np.cumsum(done) - done, np.append(time[answered], 0)
    frame = pd.DataFrame({"group": groups, "answered": done, "unanswered": np.bincount(at) - done})
    for name, top, bottom in (("p50_us", 1, 2), ("p90_us", 9, 10)):
        rank = np.maximum(-(-done * top // bottom), 1) - 1
        value = sorted_time[np.minimum(start + rank, len(sorted_time) - 1)]
        frame[name] = pd.Series(value, dtype="Int64").mask(done == 0)
    return frame.assign(median_us=_median_of_all(at, time, answered, len(groups)))


CLOSE = 1e-9
"""Room for the rounding of a long product of ratios, where it is compared with a half."""


def _median_of_all(group: Ints, time: Ints, answered: Flags, groups: int) -> "pd.Series[int]":
    """The product-limit median (Kaplan and Meier 1958) of each group: the first response time by which half of its
    targets were answered, where those still waiting count for as long as they have waited. Blank where that is
    not reached. Rows stand by group, then time; answers before those still waiting at the same time."""
    exposed = np.cumsum(np.bincount(group, minlength=groups))[group] - np.arange(len(group))
    factor = np.where(answered, (exposed - 1) / exposed, 1.0)
    unanswered = pd.Series(factor).groupby(group).cumprod().to_numpy()
    reached = np.flatnonzero(answered & (unanswered <= 0.5 + CLOSE))
    found, first = np.unique(group[reached], return_index=True)
    median = pd.Series(pd.array(time[reached[first]], dtype="Int64"), index=found)
    return median.reindex(range(groups)).reset_index(drop=True)

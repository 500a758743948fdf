"""NRR, GRR and logo retention of any set of accounts, as exact fractions of the sums they come from."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Ints

Rate = tuple[int, int]
"""Numerator and denominator, never reduced; (…, 0) is a rate of nothing."""

SUMMED = (
    "base_minor", "end_minor", "kept_minor", "expansion_minor", "contraction_minor", "churn_minor", "new_minor",
    "win_back_minor", "fx_minor", "start_minor", "now_minor",
)  # fmt: skip


def reaches(rate: Rate, floor_ppm: int, *, met_at: bool = True) -> bool:
    """Whether an unrounded rate is at least a floor, or above it where meeting it exactly is not enough; a rate of
    nothing reaches nothing."""
    top, bottom = rate
    over = top * PPM - floor_ppm * bottom
    return bottom > 0 and (over > 0 or (met_at and over == 0))


@dataclass(frozen=True, slots=True)
class Retained:
    """Sums over accounts (minor units) and how many of them were in the base and stayed.

    base + expansion − contraction − churn = end, and start + expansion − contraction − churn + new + win-back + FX =
    now. NRR − GRR = expansion ÷ base, exactly, while no account ends below zero and `grr_path` is `endpoint`.
    """

    base_minor: int
    end_minor: int
    kept_minor: int
    expansion_minor: int
    contraction_minor: int
    churn_minor: int
    new_minor: int
    win_back_minor: int
    fx_minor: int
    start_minor: int
    now_minor: int
    accounts: int
    stayed: int

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Retained":
        """From rows of a trailing frame (trailing.py): all of them, or any set."""
        return retained_by(frame, np.zeros(len(frame), np.int64), 1)[0]

    @property
    def nrr(self) -> Rate:
        return self.end_minor, self.base_minor

    @property
    def grr(self) -> Rate:
        return self.kept_minor, self.base_minor

    @property
    def logo(self) -> Rate:
        return self.stayed, self.accounts


def retained_by(frame: pd.DataFrame, group: Ints, groups: int) -> list[Retained]:
    """One for each group (a code from 0, one a row of the frame; rows below 0 are in none)."""
    sums = summed(frame[group >= 0], group[group >= 0], groups)
    columns = [sums[field.name].tolist() for field in fields(Retained)]
    return [Retained(*values) for values in zip(*columns, strict=True)]


def summed(frame: pd.DataFrame, group: Ints, groups: int) -> dict[str, Ints]:
    """Every sum by group, of whole numbers."""
    in_base = frame["base_minor"].to_numpy() > 0
    columns = {name: frame[name].to_numpy(np.int64) for name in SUMMED}
    columns["accounts"] = in_base.astype(np.int64)
    columns["stayed"] = (in_base & (frame["end_minor"].to_numpy() > 0)).astype(np.int64)
    sums = {}
    for name, values in columns.items():
        sums[name] = np.zeros(groups, np.int64)
        np.add.at(sums[name], group, values)
    return sums

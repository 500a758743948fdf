"""The cohort triangle as it may be shown: cells with their masks, and the rows below them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.reports.masking import masked
from expcomp.retention.cohorts import averages

RATES = {"nrr": ("end_minor", "base_minor"), "grr": ("kept_minor", "base_minor"), "logo": ("stayed", "accounts")}
"""Numerator and denominator of each rate, as columns of a cell."""


@dataclass(frozen=True)
class Triangle:
    """`cells`: a row per cohort and `k` (cohorts.py) with `masked`; `below`: a row per `k` over the mature cohorts."""

    cells: pd.DataFrame
    below: pd.DataFrame

    @classmethod
    def of(cls, cells: pd.DataFrame, min_accounts: int) -> "Triangle":
        """The cells of a column add up to its total, those that are not mature to none."""
        mature = cells["mature"].to_numpy(bool)
        accounts, k = cells["accounts"].to_numpy(np.int64), cells["k"].to_numpy(np.int64)
        hidden = masked(accounts, np.where(mature, k, -1 - np.arange(len(k))), min_accounts)
        return cls(cells.assign(masked=hidden), averages(cells))

    @property
    def cohorts(self) -> Ints:
        return np.unique(self.cells["cohort"].to_numpy(np.int64))

"""Lines: one component of one payee on one deal, every column an array of components × deals."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from . import terms
from .reading import Ints


@dataclass(frozen=True, slots=True)
class Lines:
    """Zero where a column does not apply; a component that a deal does not have is worth nothing gross. `low` and
    `high` are cents of the credit below the first edge of an accelerator and above the last."""

    payee: Ints
    credited: Ints
    base: Ints
    before: Ints
    quota: Ints
    low: Ints
    high: Ints
    basis: Ints
    gross: Ints

    @classmethod
    def empty(cls, deals: int) -> Self:
        """Memory that is not written to is not used."""
        return cls(*(np.zeros((len(terms.COMPONENTS), deals), np.int64) for _ in fields(cls)))

    def put(self, component: int, **columns: Ints) -> None:
        for name, values in columns.items():
            getattr(self, name)[component] = values

    def take(self, component: Ints, deal: Ints) -> Self:
        """The columns of these lines, one row each."""
        at = component * self.gross.shape[1] + deal
        return type(self)(*(getattr(self, field.name).ravel()[at] for field in fields(self)))

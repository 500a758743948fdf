"""How many rows of each kind a generated project has, and who its people are."""

from dataclasses import dataclass

import numpy as np

from .columns import Ints

TABLES = ("payees", "quotas", "accounts", "deals")


@dataclass(frozen=True)
class Size:
    """Payees are numbered: account executives first, then CSMs, then managers."""

    deals: int
    seed: int

    @property
    def accounts(self) -> int:
        return max(self.deals // 5, 20)

    @property
    def payees(self) -> int:
        return 50_000 if self.deals >= 1_000_000 else max(self.deals // 20, 20)

    @property
    def executives(self) -> int:
        return self.payees * 6 // 10

    @property
    def managers(self) -> int:
        return max(self.payees // 25, 1)

    @property
    def first_manager(self) -> int:
        return self.payees - self.managers

    def csms(self, rng: np.random.Generator, count: int) -> Ints:
        return rng.integers(self.executives, self.first_manager, count)

    def random(self, table: str, chunk: int) -> np.random.Generator:
        """The dice of one chunk of a table: each chunk is the same whatever was made before it."""
        return np.random.default_rng([self.seed, TABLES.index(table), chunk])

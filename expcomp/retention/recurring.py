"""The recurring value of a book: its lines once, and for any day the customers that they count for."""

from dataclasses import dataclass, field

import numpy as np

from expcomp.exact import Flags, Ints
from expcomp.lookups import Names
from expcomp.retention.families import Families, merged_by, names_of
from expcomp.retention.lines import Lines, pauses_of
from expcomp.retention.terms import Terms
from expcomp.retention.worth import Worth
from expcomp.sources.book import Book


@dataclass(frozen=True)
class Recurring:
    """What every figure of retention is made from. Codes of accounts are positions in `names`."""

    book: Book
    terms: Terms
    names: Names
    lines: Lines
    fixed: Ints | None = None
    """The customer that each account counts for, where it is given instead of told by merges and parents."""

    _known: dict[tuple[bool, int], Worth] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, book: Book, terms: Terms) -> "Recurring":
        """Raises `OverflowError`."""
        names = names_of(book)
        return cls(book, terms, names, Lines.of(book, names, terms))

    def with_customers(self, fixed: Ints) -> "Recurring":
        """The same lines, for the customers given."""
        return Recurring(self.book, self.terms, self.names, self.lines, fixed)

    def families(self, end: int, *, rolled: bool = True) -> Families:
        return Families.of(self.book, self.names, self.terms.rules.rollup if rolled else "none", end)

    def worth(self, end: int, *, rolled: bool = True) -> Worth:
        """Of the customers that accounts are by the day `end`; the same object while no further merge takes effect."""
        key = rolled, len(merged_by(self.book["merges"], end))
        if key not in self._known:
            owner = self.families(end, rolled=rolled).top if self.fixed is None else self.fixed
            self._known[key] = Worth(self.lines, owner, self.terms, self.book["fx"])
        return self._known[key]

    def paused_at(self, instants: Ints, owner: Ints) -> Flags:
        """Whether any line of a customer is paused at each instant."""
        paused = np.zeros((len(owner), len(instants)), np.bool_)
        pauses = pauses_of(self.book, self.names)
        for account, start, end in pauses.to_numpy(np.int64).tolist():
            paused[owner[account]] |= (start <= instants) & (instants < end)
        return paused

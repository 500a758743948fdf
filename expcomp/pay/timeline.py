"""Entitlements of one set of deals at several dates, and what moved between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from expcomp.lanes import side_by_side
from expcomp.lookups import days
from expcomp.pay.difference import Moved, move
from expcomp.pay.entitlement import PART, Entitlement, Settled, settle
from expcomp.pay.keys import Keyed

At = Callable[[int], Keyed]


@dataclass(frozen=True)
class Timeline:
    """`latest` is settled as of the last date in question; `settles_again`: whether facts dated later change what
    lines were at an earlier date, so that each date is settled on its own (`entitlement.looks_back`)."""

    latest: Settled
    settles_again: bool

    def at(self, date: int) -> Keyed:
        """The keys of all deals."""
        return self._at(date)

    def moved(self, spans: Sequence[tuple[int | None, int]]) -> list[Moved]:
        """What moved from one date (None: from nothing) to another, for each of the spans."""

        def moves(at: At) -> list[Moved]:
            return [move(at(to), None if since is None else at(since), self.cancelled(to)) for since, to in spans]

        if self.settles_again or len(self.latest.deals) <= PART:
            found = [moves(self.at)]
        else:
            found = list(side_by_side(lambda part: moves(cache(_keyed(self.latest.part(*part)))), self.latest.parts()))
        self.latest.check()
        return [Moved.together(of_span) for of_span in zip(*found, strict=True)]

    def cancelled(self, until: int) -> dict[str, int]:
        """Deals cancelled by a date, and when."""
        rows = self.latest.book["cancellations"]
        every = zip(rows["deal_id"], days(rows["date"]).tolist(), strict=True)
        return {deal: day for deal, day in every if day <= until}

    @cached_property
    def _at(self) -> At:
        latest = self.latest

        def settled_at(date: int) -> Keyed:
            if not self.settles_again or date == latest.as_of:
                return _keyed(latest.whole)(date)
            return Keyed(settle(latest.plans, latest.book, date, latest.pay_span, latest.posted).whole)

        return cache(settled_at)


def _keyed(entitlement: Entitlement) -> At:
    return lambda date: Keyed(entitlement if date == entitlement.as_of else entitlement.at(date))

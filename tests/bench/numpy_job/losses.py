"""What churn and contraction take from each deal, and what part of it is taken back."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import terms
from .exact import group_starts, running
from .inputs import Accounts, Deals
from .reading import Flags, Ints, cents, days, is_word, plain, read


@dataclass(frozen=True, slots=True)
class Losses:
    """Sorted by deal and day: cents taken from the deal, and for how many of TAKEN_BACK_FOR days they are taken back
    (closes and events of one year lie less than that apart). `first` and `count` are per deal."""

    day: Ints
    taken: Ints
    back: Ints
    rule: Ints
    event: Ints
    first: Ints
    count: Ints


def find_losses(data: Path, deals: Deals, accounts: Accounts) -> tuple[Losses, pa.Array]:
    """The losses, and how each row of the events is told."""
    table = read(data, "events", ["account_id", "date", "event", "amount"])
    day, churn = days(table["date"]), is_word(table["event"], "churn")
    amount = cents(pa.chunked_array([pc.if_else(pa.array(churn), "0.00", plain(table["amount"]))]))
    account = accounts.ids.known(table["account_id"])
    rows = np.lexsort((-amount, churn, day, account))
    rows = rows[(day <= terms.AS_OF)[rows]]
    nth = _position_in_group(account[rows])
    open_deals = _Open.of(deals, account)
    found = [
        open_deals.take(rows[nth == n], account, day, churn, amount, deals) for n in range(nth.max(initial=-1) + 1)
    ]
    return _sorted(found, deals, day, churn), _told(table)


def _told(table: pa.Table) -> pa.Array:
    """`churn on 2026-12-04 (data/events.csv:33)`."""
    row = pa.array(np.arange(2, len(table) + 2)).cast(pa.string())
    event, date = plain(table["event"]), plain(table["date"])
    return pc.binary_join_element_wise(event, " on ", date, " (data/events.csv:", row, ")", "")


def _position_in_group(sorted_group: Ints) -> Ints:
    index = np.arange(len(sorted_group))
    return index - np.maximum.accumulate(np.where(group_starts(sorted_group), index, 0))


@dataclass(frozen=True, slots=True)
class _Open:
    """Paid deals of the accounts that have events, by account, newest close and largest id first; and what is left."""

    deal: Ints
    account: Ints
    left: Ints

    @classmethod
    def of(cls, deals: Deals, accounts: Ints) -> "_Open":
        touched = np.zeros(deals.account.max(initial=0) + accounts.max(initial=0) + 1, np.bool_)
        touched[accounts] = True
        deal = np.flatnonzero(touched[deals.account] & deals.paid)
        deal = deal[np.lexsort((-deal, -deals.close[deal], deals.account[deal]))]
        return cls(deal, deals.account[deal], deals.value[deal].copy())

    def take(
        self, event: Ints, account: Ints, day: Ints, churn: Flags, amount: Ints, deals: Deals
    ) -> tuple[Ints, Ints, Ints]:
        """Events of different accounts at once: event, deal and cents taken."""
        low = np.searchsorted(self.account, account[event], side="left")
        count = np.searchsorted(self.account, account[event], side="right") - low
        event = np.repeat(event, count)
        at = np.arange(len(event)) + np.repeat(low - np.cumsum(count) + count, count)
        open_ = (deals.close[self.deal[at]] <= day[event]) & (self.left[at] > 0)
        event, at = event[open_], at[open_]
        room = np.maximum(amount[event] - running(self.left[at], event), 0)
        taken = np.where(churn[event], self.left[at], np.minimum(self.left[at], room))
        event, at, taken = event[taken > 0], at[taken > 0], taken[taken > 0]
        self.left[at] -= taken
        return event, self.deal[at], taken


def _sorted(found: list[tuple[Ints, Ints, Ints]], deals: Deals, day: Ints, churn: Flags) -> Losses:
    event, deal, taken = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((np.arange(len(deal)), day[event], deal))
    event, deal, taken = event[order], deal[order], taken[order]
    served = day[event] - deals.close[deal]
    in_full = churn[event] & (served < terms.CHURN_IN_FULL)
    count = np.bincount(deal, minlength=len(deals))
    return Losses(
        day=day[event],
        taken=taken,
        back=np.where(in_full, terms.TAKEN_BACK_FOR, terms.TAKEN_BACK_FOR - served),
        rule=np.where(
            in_full, terms.EARLY_CHURN_RULE, np.where(churn[event], terms.CHURN_RULE, terms.CONTRACTION_RULE)
        ),
        event=event,
        first=np.cumsum(count) - count,
        count=count,
    )

"""When each milestone of each deal is reached, and which row shows it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import terms
from .exact import group_starts
from .inputs import Accounts, Deals
from .reading import NONE, Ints, codes, days, read, whole

NEVER = 2**30
DAY_BITS = 15
SOURCES = ("deals", "milestones", "usage")
OF_DEALS, OF_MILESTONES, OF_USAGE = range(len(SOURCES))


@dataclass(frozen=True, slots=True)
class Reached:
    """Per milestone (of three) and deal: the day, the file that shows it (position in SOURCES) and its line."""

    schedule: Ints
    day: Ints
    source: Ints
    row: Ints
    deadline: Ints
    first: Ints
    """Per deal the milestone reached first."""


def reached(data: Path, deals: Deals, accounts: Accounts) -> Reached:
    adoption = deals.family == terms.CROSS_SELL
    live, live_row = _go_live(data, deals)
    active, active_row = _activation(data, deals, accounts)
    shown = np.where(adoption, live, active)
    schedule = np.where(adoption, terms.ADOPTION, terms.STANDARD)
    deadline = deals.close + terms.WITHIN[schedule]
    counts = (shown <= terms.AS_OF) & (shown <= deadline)
    later = np.where(adoption, deals.close + terms.SETTLED_AFTER_DAYS, _add_months(deals.close))
    day = np.stack([deals.close, np.where(counts, shown, NEVER), later])
    source, row = np.full(day.shape, OF_DEALS), np.tile(deals.row, (len(day), 1))
    source[1] = np.where(adoption, OF_MILESTONES, OF_USAGE)
    row[1] = np.where(adoption, live_row, active_row)
    return Reached(schedule, day, source, row, deadline, day.argmin(axis=0))


def _go_live(data: Path, deals: Deals) -> tuple[Ints, Ints]:
    """The day a deal went live, not before it closed, and its row."""
    table = read(data, "milestones", ["deal_id", "milestone", "reached_on"])
    row = np.flatnonzero(codes(table["milestone"], {"go_live": 1}) == 1)
    deal, when = deals.ids.of(table["deal_id"].take(row)), days(table["reached_on"].take(row))
    known = (deal != NONE) & (when <= terms.AS_OF)
    deal, when, row = deal[known], when[known], row[known]
    order = np.lexsort((when, deal))
    order = order[group_starts(deal[order])]
    day, at = np.full(len(deals), NEVER), np.zeros(len(deals), np.int64)
    day[deal[order]], at[deal[order]] = when[order], row[order] + 2
    return np.maximum(day, deals.close), at


def _activation(data: Path, deals: Deals, accounts: Accounts) -> tuple[Ints, Ints]:
    """The first reading at or after the close on which enough seats are active, and its row."""
    table = read(data, "usage", ["account_id", "date", "seats_purchased", "seats_active"])
    account, when = accounts.ids.of(table["account_id"]), days(table["date"])
    bought, active = whole(table["seats_purchased"]), whole(table["seats_active"])
    enough = (bought > 0) & (active * 100 >= bought * terms.ACTIVE_FROM) & (account != NONE) & (when <= terms.AS_OF)
    row = np.flatnonzero(enough)
    packed = account[row] << DAY_BITS | when[row]
    order = np.argsort(packed)
    packed, row = np.append(packed[order], NEVER << DAY_BITS), np.append(row[order], NONE)
    at = np.searchsorted(packed, deals.account << DAY_BITS | deals.close)
    found = packed[at] >> DAY_BITS == deals.account
    return np.where(found, packed[at] & ((1 << DAY_BITS) - 1), NEVER), row[at] + 2


def _add_months(day: Ints) -> Ints:
    """The same day of the month, clamped to its end: days of one year, looked up."""
    days_ = np.arange(terms.YEAR_START, terms.YEAR_START + terms.DAYS).astype("datetime64[D]")
    month = days_.astype("datetime64[M]")
    target = month + terms.RETAINED_AFTER_MONTHS
    last = (target + 1).astype("datetime64[D]") - 1
    later = np.minimum(target.astype("datetime64[D]") + (days_ - month.astype("datetime64[D]")), last)
    return np.asarray(later.astype(np.int64)[day - terms.YEAR_START], np.int64)

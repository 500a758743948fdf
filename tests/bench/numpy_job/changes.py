"""What of each line changed in the quarter: entitlement at its last day less entitlement the day before it."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from . import terms
from .evidence import Reached
from .exact import half_up, part_of
from .inputs import Deals
from .lines import Lines
from .losses import Losses
from .reading import NONE, Ints


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of the result: `milestone` one of three, `loss` a position in the
    losses or NONE, `lost` the cents of the deal that were lost by the day reached."""

    component: Ints
    deal: Ints
    milestone: Ints
    on: Ints
    reached: Ints
    amount: Ints
    reason: Ints
    tranche: Ints
    lost: Ints
    earned: Ints
    entitled: Ints
    loss: Ints

    def take(self, rows: Ints | slice) -> Self:
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


def find_changes(lines: Lines, deals: Deals, reached: Reached, losses: Losses) -> Changes:
    """In no order."""
    late = np.zeros(len(deals), np.bool_)
    of_loss = np.repeat(np.arange(len(deals)), losses.count)
    late[of_loss[losses.day > terms.SINCE]] = True
    several = []
    for milestone, day in enumerate(reached.day):
        came = (day > terms.SINCE) & (day <= terms.AS_OF)
        may_change = came | (late & (day <= terms.SINCE) & (milestone != terms.EARNED))
        for component, gross in enumerate(lines.gross):
            deal = np.flatnonzero(may_change & (gross > 0))
            changed, columns = _changes(gross[deal], deal, milestone, deals, reached, losses)
            several.append((np.full(len(changed), component), changed, np.full(len(changed), milestone), *columns))
    return Changes(*(np.concatenate(columns) for columns in zip(*several, strict=True)))


def _changes(
    gross: Ints, deal: Ints, milestone: int, deals: Deals, reached: Reached, losses: Losses
) -> tuple[Ints, list[Ints]]:
    """Which of these deals change, and the further columns of their changes."""
    done, until = terms.CUMULATIVE[reached.schedule[deal], milestone : milestone + 2].T
    tranche = half_up(gross * until, 100) - half_up(gross * done, 100)
    day = reached.day[milestone][deal]
    came = day > terms.SINCE
    amount, earned, entitled = np.where(came, tranche, 0), tranche.copy(), tranche.copy()
    lost, loss = np.zeros(len(deal), np.int64), np.full(len(deal), NONE)
    hit = np.flatnonzero(losses.count[deal] > 0)
    if len(hit):
        found = _with_losses(tranche[hit], day[hit], deal[hit], milestone, deals, losses)
        lost[hit], earned[hit], entitled[hit], before, loss[hit] = found
        amount[hit] = entitled[hit] - np.where(came[hit], 0, before)
    loss[amount >= 0] = NONE
    back = amount < 0
    on = np.where(back, losses.day[loss], day) if len(losses.day) else day
    first = reached.first[deal] == milestone
    reason = np.where(back, terms.CLAWBACK, np.where(first, terms.COMMISSION, terms.MILESTONE))
    columns = (on, day, amount, reason, tranche, lost, earned, entitled, loss)
    changed = np.flatnonzero(amount)
    return deal[changed], [column[changed] for column in columns]


def _with_losses(
    tranche: Ints, day: Ints, deal: Ints, milestone: int, deals: Deals, losses: Losses
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Lost by the day reached, earned then, entitled at both dates, and the newest loss that took something back."""
    count, value = losses.count[deal], deals.value[deal]
    at = np.repeat(np.arange(len(deal)), count)
    loss = np.arange(len(at)) + np.repeat(losses.first[deal] - np.cumsum(count) + count, count)
    before = losses.day[loss] <= day[at]
    lost = _added(at[before], losses.taken[loss[before]], len(deal))
    earned = part_of(tranche, value - lost, value)
    if milestone == terms.EARNED:
        return lost, earned, earned, earned, np.full(len(deal), NONE)
    at, loss = at[~before], loss[~before]
    back = part_of(tranche[at], losses.taken[loss] * losses.back[loss], value[at] * terms.TAKEN_BACK_FOR)
    new = losses.day[loss] > terms.SINCE
    newest = np.full(len(deal), NONE)
    newest[at[new & (back > 0)]] = loss[new & (back > 0)]
    entitled = np.maximum(earned - _added(at, back, len(deal)), 0)
    then = np.maximum(earned - _added(at[~new], back[~new], len(deal)), 0)
    return lost, earned, entitled, then, newest


def _added(at: Ints, amount: Ints, count: int) -> Ints:
    total = np.zeros(count, np.int64)
    np.add.at(total, at, amount)
    return total

"""Caps and budgets: limits that are used up in order of close date and deal id, and never given back."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from expcomp.exact import Ints, order_by, running_total, within_limit
from expcomp.lookups import group_of
from expcomp.pay.deals import Deals
from expcomp.pay.words import codes
from expcomp.plan.model import SPANS
from expcomp.plan.record import Window
from expcomp.plan.versions import PlanSet

ORDER: tuple[Window, ...] = ("deal", "month", "quarter", "year")
UNLIMITED = 2**62


def cap_lines(plans: PlanSet, credits: pd.DataFrame, holds: Ints, deals: Deals) -> Ints:
    """What caps leave of each credit line: deal caps first, then the shorter window, each on what the one
    before left (design page 3, step 7). `credits` are the paid lines of all versions."""
    left = holds.copy()
    deal, close = credits["deal"].to_numpy(), deals.close[credits["deal"]]
    capped = {cap.per for plan in plans.versions for cap in plan.caps}
    for per in (per for per in ORDER if per in capped):
        window = deal if per == "deal" else plans.calendar.numbers(SPANS[per], close)
        group = group_of(credits["payee"].to_numpy(), codes(credits["role"]), window)
        for limit in _limits(plans, credits, per):
            left = use_up(left, limit, group, close, deal)
    return left


def _limits(plans: PlanSet, credits: pd.DataFrame, per: Window) -> Iterator[Ints]:
    """The first cap of each line's role for this window, then the second, …; usually there is one."""
    version = credits["version"].to_numpy()
    nth = 0
    while True:
        limit = np.full(len(credits), UNLIMITED)
        for index, plan in enumerate(plans.versions):
            for name in {cap.role for cap in plan.caps}:
                caps = [cap for cap in plan.caps if cap.role == name and cap.per == per]
                if nth < len(caps):
                    limit[(credits["role"] == name).to_numpy() & (version == index)] = caps[nth].limit
        if (limit == UNLIMITED).all():
            return
        yield limit
        nth += 1


def use_up(amounts: Ints, limits: Ints, group: Ints, close: Ints, deal: Ints) -> Ints:
    """What of each amount fits its group's limit, in order of close date and deal id.

    The limit may change between versions of a plan; what is used counts on. With one limit in a group the
    amounts before a row are enough to know what is used: min(limit, running total).
    """
    order = order_by(group, close, deal)
    amount, limit, grouped = amounts[order], limits[order], group[order]
    result = np.empty_like(amount)
    before = running_total(amount, grouped)
    first_limit = limit[np.searchsorted(grouped, grouped, side="left")]
    varies = np.isin(grouped, grouped[limit != first_limit])
    result[:] = within_limit(amount, np.minimum(before, limit), limit)
    if varies.any():
        result[varies] = _in_steps(amount[varies], limit[varies], grouped[varies])
    allowed = np.empty_like(result)
    allowed[order] = result
    return allowed


def _in_steps(amount: Ints, limit: Ints, group: npt.NDArray[np.generic]) -> Ints:
    """The same where the limit changes inside a group: from one run of equal limits to the next."""
    result, used = np.empty_like(amount), dict[int, int]()
    edges = np.flatnonzero(np.concatenate(([True], (group[1:] != group[:-1]) | (limit[1:] != limit[:-1]))))
    for start, end in zip(edges, [*edges[1:], len(amount)], strict=True):
        run = slice(start, end)
        gone = used.get(int(group[start]), 0)
        before = np.cumsum(amount[run]) - amount[run]
        result[run] = within_limit(amount[run], np.minimum(gone + before, limit[run]), limit[run])
        used[int(group[start])] = gone + int(result[run].sum())
    return result

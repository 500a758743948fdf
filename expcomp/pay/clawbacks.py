"""What an event takes back of a tranche that was reached before it (design page 3, step 10)."""

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Flags, Ints, round_ratio
from expcomp.lookups import NONE, is_among, pairs
from expcomp.pay.deals import Deals
from expcomp.pay.words import REACHED
from expcomp.plan.model import Clawback
from expcomp.plan.versions import PlanSet


def recovering(plans: PlanSet, losses: pd.DataFrame, deals: Deals) -> pd.DataFrame:
    """Adds to each loss the clawback rule of its deal's version (position, NONE where no rule fits the day)
    and the share of the lost part it recovers, as recovers_top / recovers_bottom."""
    deal, day = losses["deal"].to_numpy(), losses["day"].to_numpy()
    close = deals.close[deal]
    rule_at = np.full(len(losses), NONE)
    top, bottom = np.zeros(len(losses), np.int64), np.ones(len(losses), np.int64)
    for index, plan in enumerate(plans.versions):
        mine = deals.version[deal] == index
        for number in reversed(range(len(plan.clawbacks))):
            rule = plan.clawbacks[number]
            fits = mine & (losses["churn"].to_numpy() == (rule.event == "churn")) & (day < rule.ends.after(close))
            rule_at[fits] = number
            top[fits], bottom[fits] = _recovers(rule, day[fits], close[fits])
    return losses.assign(rule=rule_at, recovers_top=top, recovers_bottom=bottom)


def _recovers(rule: Clawback, day: Ints, close: Ints) -> tuple[Ints, Ints]:
    """A share; or linear: days not yet served ÷ days from close to close + until; or the step of the day."""
    if rule.recovers == "linear":
        end = rule.ends.after(close)
        return end - day, end - close
    if isinstance(rule.recovers, tuple):
        share = np.zeros(len(day), dtype=np.int64)
        for step in reversed(rule.recovers):
            share[day < step.until.after(close)] = step.share
        return share, np.full(len(day), PPM)
    assert isinstance(rule.recovers, int)
    return np.full(len(day), rule.recovers), np.full(len(day), PPM)


def entitle(
    tranches: pd.DataFrame, deal: Ints, earned: Flags, losses: pd.DataFrame, deals: Deals, plans: PlanSet, as_of: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Adds entitled_minor (what is left of a tranche at `as_of`); what the tranches of deals with losses had lost on
    the day reached, or by `as_of` while they are not: tranche, top, bottom, left_minor; and every recovery:
    tranche, loss, amount_minor (of the tranche's sign, before the floor).

    `losses` have happened by `as_of`; `deal` and `earned` (never taken back) are the tranches' own, and so is `judged`,
    the day by which they are judged where it is not the day reached.
    """
    amount, reached = tranches["amount_minor"].to_numpy(), tranches["reached"].to_numpy()
    judged = tranches["judged"].to_numpy() if "judged" in tranches else reached
    alive = (tranches["state"] == REACHED).to_numpy() & (reached <= as_of)
    hit = np.flatnonzero(is_among(deal, losses["deal"].to_numpy()))
    at, loss = pairs(deal[hit], losses["deal"].to_numpy())
    before = losses["day"].to_numpy()[loss] <= np.minimum(judged[hit[at]], as_of)
    top, bottom = np.zeros(len(hit), dtype=np.int64), np.ones(len(hit), dtype=np.int64)
    np.add.at(top, at[before], losses["top"].to_numpy()[loss[before]])
    bottom[at] = losses["bottom"].to_numpy()[loss]
    left = _by_version(amount[hit], bottom - top, bottom, deals.version[deal[hit]], plans)
    entitled = np.where(alive, amount, 0)
    entitled[hit] = np.where(alive[hit], left, 0)
    takes = ~before & (alive & ~earned)[hit[at]] & (losses["rule"].to_numpy()[loss] != NONE)
    at, loss = hit[at[takes]], loss[takes]
    taken = losses.iloc[loss]
    amounts = _by_version(
        amount[at], taken["top"].to_numpy(), taken["bottom"].to_numpy(), deals.version[deal[at]], plans,
        taken["recovers_top"].to_numpy(), taken["recovers_bottom"].to_numpy(),
    )  # fmt: skip
    own = entitled[hit]
    np.subtract.at(entitled, at, amounts)
    entitled[hit] = np.where(own >= 0, np.maximum(entitled[hit], 0), np.minimum(entitled[hit], 0))
    return (
        tranches.assign(entitled_minor=entitled),
        pd.DataFrame({"tranche": hit, "top": top, "bottom": bottom, "left_minor": left}),
        pd.DataFrame({"tranche": at, "loss": loss, "amount_minor": amounts}),
    )


def _by_version(
    amount: Ints, top: Ints, bottom: Ints, version: Ints, plans: PlanSet, more_top: Ints | int = 1,
    more_bottom: Ints | int = 1,
) -> Ints:  # fmt: skip
    """round(amount × top × more_top ÷ (bottom × more_bottom)) in each version's own rounding."""
    result = np.zeros(len(amount), dtype=np.int64)
    tops, bottoms = np.broadcast_to(more_top, len(amount)), np.broadcast_to(more_bottom, len(amount))
    for index, plan in enumerate(plans.versions):
        mine = np.flatnonzero(version == index)
        result[mine] = round_ratio(
            (amount[mine], top[mine], tops[mine]), (bottom[mine], bottoms[mine]), plan.plan.rounding
        )
    return result

"""Component lines cut into tranches along their deal's schedule (design page 3, step 8)."""

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Ints, sequence
from expcomp.lookups import pairs
from expcomp.money import Rounding
from expcomp.pay.roles import Payees
from expcomp.pay.steps import Steps
from expcomp.pay.words import FORFEITED, HELD, PENDING, STATE, codes
from expcomp.period import NEVER, Span
from expcomp.plan.versions import PlanSet

FRACTIONS = ("from_top", "from_bottom", "to_top", "to_bottom")


def cut(
    lines: Ints, deal: Ints, gross: Ints, pieces: pd.DataFrame, first: int, steps: Steps, rounding: Rounding
) -> pd.DataFrame:
    """One row per line and piece of its deal, line by line in the schedule's order: line, piece (row among all
    pieces, these from `first` on), reached, state, amount_minor.

    Milestones follow `sequence` over the line's gross, pieces `sequence` over their milestone.
    """
    at, piece = pairs(deal, pieces["deal"].to_numpy())
    step = pieces["step"].to_numpy()[piece]
    before, until = (steps.frame[name].to_numpy()[step] for name in ("before_ppm", "until_ppm"))
    amount = sequence(gross[at], (before, PPM), (until, PPM), rounding)
    whole = (pieces["from_top"] == 0) & (pieces["to_top"] == pieces["to_bottom"])
    if not whole.all():
        part = np.flatnonzero(~whole.to_numpy()[piece])
        column = {name: pieces[name].to_numpy()[piece[part]] for name in FRACTIONS}
        start, end = (column["from_top"], column["from_bottom"]), (column["to_top"], column["to_bottom"])
        amount[part] = sequence(amount[part], start, end, rounding)
    state = pd.Categorical.from_codes(codes(pieces["state"])[piece], dtype=STATE)
    reached = pieces["reached"].to_numpy()[piece]
    return pd.DataFrame(
        {"line": lines[at], "piece": piece + first, "reached": reached, "state": state, "amount_minor": amount},
        copy=False,
    )


def forfeit(
    tranches: pd.DataFrame, payee: Ints, plans: PlanSet, payees: Payees, pay_span: Span, as_of: int
) -> pd.DataFrame:
    """Tranches reached after a payee's last day, where the plan in force on the last day of the pay period in
    which they are reached says `unreached: forfeit`; and those that still wait once the payee has left. `payee`
    is that of each line."""
    last_day = payees.last_day[payee[tranches["line"]]]
    of_leavers = np.flatnonzero(last_day < NEVER)
    own, last_day = tranches.iloc[of_leavers], last_day[of_leavers]
    reached = own["reached"].to_numpy()
    waiting = own["state"].isin((PENDING, HELD)).to_numpy() & (last_day < as_of)
    after = ((reached < NEVER) & (reached > last_day)) | waiting
    judged = np.where(reached < NEVER, reached, as_of)
    for number in np.unique(plans.calendar.numbers(pay_span, judged[after])):
        end = plans.calendar.first_day(pay_span, int(number) + 1) - 1
        if not forfeits(plans, end):
            after &= plans.calendar.numbers(pay_span, judged) != number
    if not after.any():
        return tranches
    state = codes(tranches["state"]).copy()
    state[of_leavers[after]] = STATE.categories.to_list().index(FORFEITED)
    return tranches.assign(state=pd.Categorical.from_codes(state, dtype=STATE))


def forfeits(plans: PlanSet, period_end: int) -> bool:
    """Whether what is reached in a pay period after a payee's last day is forfeited."""
    return plans.about_period(period_end).leavers.unreached == "forfeit"

"""Component lines cut into tranches along their deal's schedule (design page 3, step 8)."""

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Ints, sequence
from expcomp.money import Rounding
from expcomp.pay.lookups import pairs
from expcomp.pay.roles import Payees
from expcomp.pay.words import FORFEITED, HELD, PENDING, STATE, codes
from expcomp.period import NEVER, Span
from expcomp.plan.versions import PlanSet

PIECE_COLUMNS = [
    "milestone", "schedule", "position", "piece", "before_ppm", "until_ppm", "earned", "from_top", "from_bottom",
    "to_top", "to_bottom", "reached", "held_from", "deadline", "state", "evidence_in", "evidence_at",
]  # fmt: skip

PIECE_SHARES = ("before_ppm", "until_ppm", "from_top", "from_bottom", "to_top", "to_bottom")


def cut(lines: pd.DataFrame, pieces: pd.DataFrame, rounding: Rounding) -> pd.DataFrame:
    """One row per line and piece of its deal: the line's row, the piece's columns, amount_minor.

    Milestones follow `sequence` over the line's gross, pieces `sequence` over their milestone.
    """
    at, piece = pairs(lines["deal"].to_numpy(), pieces["deal"].to_numpy())
    cut_ = pieces[PIECE_COLUMNS].iloc[piece].reset_index(drop=True)
    column = {name: cut_[name].to_numpy() for name in PIECE_SHARES}
    whole = sequence(
        lines["gross_minor"].to_numpy()[at], (column["before_ppm"], PPM), (column["until_ppm"], PPM), rounding
    )
    amount = sequence(
        whole,
        (column["from_top"], column["from_bottom"]),
        (column["to_top"], column["to_bottom"]),
        rounding,
    )
    return cut_.assign(line=lines.index.to_numpy()[at], amount_minor=amount)


def forfeit(
    tranches: pd.DataFrame, payee: Ints, plans: PlanSet, payees: Payees, pay_span: Span, as_of: int
) -> pd.DataFrame:
    """Tranches reached after a payee's last day, where the plan in force on the last day of the pay period in
    which they are reached says `unreached: forfeit`; and those that still wait once the payee has left."""
    last_day = payees.last_day[payee]
    reached = tranches["reached"].to_numpy()
    waiting = tranches["state"].isin((PENDING, HELD)).to_numpy() & (last_day < as_of)
    after = ((reached < NEVER) & (reached > last_day)) | waiting
    judged = np.where(reached < NEVER, reached, as_of)
    for number in np.unique(plans.calendar.numbers(pay_span, judged[after])):
        end = plans.calendar.first_day(pay_span, int(number) + 1) - 1
        if plans.about_period(end).leavers.unreached == "pay":
            after &= plans.calendar.numbers(pay_span, judged) != number
    state = codes(tranches["state"]).copy()
    state[after] = STATE.categories.to_list().index(FORFEITED)
    return tranches.assign(state=pd.Categorical.from_codes(state, dtype=STATE))

"""Lives of customers: from the first recurring value on, or anew after so long without that they count as new."""

import numpy as np
import pandas as pd

from expcomp.period import NEVER, Duration


def lives(found: pd.DataFrame, reset: Duration | None) -> pd.DataFrame:
    """One row per life, from the spells (spells.py): customer, start, and `until`, the day on which the next begins.

    Who returns stays in the same life (ChartMogul, Stripe), unless the gap lasted `reactivation_reset` or longer.
    """
    of, start, end = (found[name].to_numpy(np.int64) for name in ("customer", "start", "end"))
    begins = np.ones(len(of), np.bool_)
    again = of[1:] == of[:-1]
    begins[1:] = ~again
    if reset is not None:
        gap_end = reset.after(np.where(again, end[:-1], 0))
        begins[1:] |= again & (start[1:] >= gap_end)
    at = np.flatnonzero(begins)
    following = np.append(at[1:], at[-1:])
    until = np.where(of[following] == of[at], start[following], NEVER)
    until[-1:] = NEVER
    return pd.DataFrame({"customer": of[at], "start": start[at], "until": until})

"""When customers were worth more than nothing, from the day it began to the day it ended."""

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.lookups import joined_spans
from expcomp.period import NEVER, add_months
from expcomp.retention.worth import Worth


def spells(worth: Worth, rate_day: int) -> pd.DataFrame:
    """The times in which customers were worth more than nothing: customer (a code), start, end; by customer and day.

    A usage line counts as long as its average tells of it. Where all lines of a customer are worth something, a spell
    is the time that any of them covers.
    """
    known = rate_day if (worth.lines.annual < 0).any() else 0
    if known not in worth.spells:
        worth.spells[known] = _found(worth, rate_day)
    return worth.spells[known]


def _found(worth: Worth, rate_day: int) -> pd.DataFrame:
    lines, owner = worth.lines, worth.owner
    end = lines.end.copy()
    told = lines.usage & (end < NEVER)
    end[told] = add_months(end[told], worth.terms.usage_months)
    customer = owner[lines.account]
    odd = np.zeros(len(owner), np.bool_)
    odd[customer[lines.annual < 0]] = True
    swept = odd[customer]
    plain = _spells(*joined_spans(customer[~swept], lines.start[~swept], end[~swept]))
    if not swept.any():
        return plain
    summed = _swept(customer[swept], lines.start[swept], end[swept], worth.of_lines(rate_day)[swept])
    return pd.concat([plain, summed], ignore_index=True).sort_values(["customer", "start"], ignore_index=True)


def _swept(customer: Ints, start: Ints, end: Ints, annual: Ints) -> pd.DataFrame:
    """Where some lines are below nothing: the sum, day by day on which it changes."""
    closed = end < NEVER
    changes = pd.DataFrame({
        "customer": np.concatenate([customer, customer[closed]]), "day": np.concatenate([start, end[closed]]),
        "change": np.concatenate([annual, -annual[closed]]),
    }).groupby(["customer", "day"], as_index=False, sort=True)["change"].sum()  # fmt: skip
    of, day = changes["customer"].to_numpy(), changes["day"].to_numpy()
    positive = changes.groupby("customer")["change"].cumsum().to_numpy() > 0
    new = np.append(True, of[1:] != of[:-1])[: len(of)]
    before = np.append(False, positive[:-1])[: len(of)] & ~new
    begins = np.flatnonzero(positive & ~before)
    stops = np.flatnonzero(~positive & before)
    at = np.searchsorted(stops, begins)
    following = np.append(stops, -1)[at]
    ended = (following >= 0) & (of[following] == of[begins])
    return _spells(of[begins], day[begins], np.where(ended, day[following], NEVER))


def _spells(customer: Ints, start: Ints, end: Ints) -> pd.DataFrame:
    return pd.DataFrame({"customer": customer, "start": start, "end": end})

"""Available to renew: of what fell due for renewal, how much was renewed. It is no GRR: most of the book is not due."""

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.lookups import NONE, Dated
from expcomp.period import NEVER
from expcomp.retention.recurring import Recurring


def renewals_of(recurring: Recurring, base: int, end: int) -> pd.DataFrame:
    """One row per customer and day on which terms ended, after the day `base` and by the day `end`: account_id,
    ended (the first day without the line), due_minor, renewed_minor.

    Due is what ended; renewed what began on that day, or before the plan's `churn_grace` was over, at most what was
    due. A line without an end has no term and is never due. Minor units a year at the rates of the day `base`.
    """
    worth = recurring.worth(end)
    lines, annual = worth.lines, worth.of_lines(base)
    customer = worth.owner[lines.account]
    ended = (lines.end > base) & (lines.end <= end + 1) & (lines.end < NEVER) & ~lines.usage
    terms = pd.DataFrame({"customer": customer[ended], "day": lines.end[ended], "due": annual[ended]})
    due = terms.groupby(["customer", "day"], sort=True)["due"].sum().reset_index()
    due = due[due["due"] > 0].reset_index(drop=True)
    renewed = _renewed(recurring, due, customer, lines.start, np.where(lines.start <= end + 1, annual, 0))
    return pd.DataFrame({
        "account_id": recurring.names.text(due["customer"].to_numpy()),
        "ended": due["day"],
        "due_minor": due["due"],
        "renewed_minor": np.minimum(due["due"].to_numpy(), np.maximum(renewed, 0)),
    })  # fmt: skip


def _renewed(recurring: Recurring, due: pd.DataFrame, customer: Ints, start: Ints, annual: Ints) -> Ints:
    """What began for each term that ended; a line renews the newest one."""
    day = due["day"].to_numpy(np.int64)
    row = Dated.of(due["customer"].to_numpy(np.int64), day).newest(customer, start)
    ended = np.append(day, 0)[row]
    in_time = (row != NONE) & ((start == ended) | (start < recurring.terms.grace.after(ended)))
    renewed = np.zeros(len(due), np.int64)
    np.add.at(renewed, row[in_time], annual[in_time])
    return renewed

"""Manual adjustments: lines of their own, from a file with who asked, who approved and why."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from expcomp.lookups import numbers
from expcomp.pay.difference import CORRECTION, MOVEMENT
from expcomp.pay.keys import KEY
from expcomp.pay.labels import places
from expcomp.period import Period, Span, to_iso
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book


def manual_lines(plans: PlanSet, book: Book, span: Span, since: int, until: int) -> pd.DataFrame:
    """Adjustments whose period begins after `since` and by `until`, as lines. An adjustment counts from the
    first day of its period; its key's milestone is that period."""
    rows = book["adjustments"]
    periods = [plans.calendar.parse(text) for text in rows["period"]]
    day = np.asarray([period.first_day for period in periods], dtype=np.int64)
    due = (since < day) & (day <= until)
    rows, first = rows[due], day[due].tolist()
    periods = [period for period, is_due in zip(periods, due, strict=True) if is_due]
    amount = numbers(rows["amount"])[0]
    said = rows["reason"] + " (asked by " + rows["requested_by"] + ", approved by " + rows["approved_by"] + ")"
    return pd.DataFrame({
        "kind": MOVEMENT, "payee_id": rows["payee_id"].to_numpy(object), "deal_id": "",
        "component": ("manual:" + rows["reference"]).to_numpy(object), "milestone": [str(period) for period in periods],
        "on": [to_iso(day) for day in first],
        "period_earned": [str(plans.calendar.period_of(span, day)) for day in first],
        "amount_minor": amount, "currency": plans.currency, "reason": "manual", "source": places(rows),
        "gross_minor": amount, "earned_minor": amount, "entitled_minor": amount,
        "after": said.to_numpy(object),
    })  # fmt: skip


def late_corrections(
    due: pd.DataFrame, posted: pd.DataFrame, plans: PlanSet, span: Span, day: Callable[[Period], int]
) -> pd.DataFrame:
    """Lines without a deal that were changed, added or dropped after their periods were posted.

    `due` are today's lines of the closed periods; `posted` what was posted of them, indexed by KEY. `day`: the day of
    its period that such a line counts from.
    """
    keyed = due.set_index(KEY) if len(due) else pd.DataFrame(columns=["amount_minor"], index=posted.index[:0])
    today = keyed.groupby(KEY)["amount_minor"].sum()
    keys = today.index.union(posted.index)
    amount = today.reindex(keys, fill_value=0) - posted["amount_minor"].reindex(keys, fill_value=0)
    changed = amount[amount != 0].rename("amount_minor").reset_index()
    counts = [day(plans.calendar.parse(text)) for text in changed["milestone"]]
    earned = [str(plans.calendar.period_of(span, day)) for day in counts]
    return changed.assign(kind=CORRECTION, reason="correction", on=[*map(to_iso, counts)], period_earned=earned)

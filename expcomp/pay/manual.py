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

    `due` are today's lines of the closed periods; `posted` (of `Posted.without_deal`) what was posted of them, with
    the columns whose change explains a correction, the most telling first. `day`: the day of its period that such a
    line counts from.
    """
    due = due.reindex(columns=[*KEY, *posted.columns]).astype({"amount_minor": "int64"})
    today, told = due.groupby(KEY)["amount_minor"].sum(), due.groupby(KEY).last()
    keys = today.index.union(posted.index)
    amount = today.reindex(keys, fill_value=0) - posted["amount_minor"].reindex(keys, fill_value=0)
    found = amount[amount != 0].to_frame().assign(changed="", before="", after="")
    for name in reversed(posted.columns.drop("amount_minor")):
        before, after = (frame[name].reindex(found.index).fillna("").astype(object) for frame in (posted, told))
        differs = ((before != after) & (before != "") & (after != "")).to_numpy()
        found.loc[differs, "changed"] = name
        found.loc[differs, "before"], found.loc[differs, "after"] = before[differs], after[differs]
    counts = [day(plans.calendar.parse(text)) for text in found.index.get_level_values("milestone")]
    earned = [str(plans.calendar.period_of(span, day)) for day in counts]
    return found.assign(
        kind=CORRECTION, reason="correction", on=[*map(to_iso, counts)], period_earned=earned
    ).reset_index()

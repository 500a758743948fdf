"""Why a correction: the column of the data that changed since it was posted, before and after, and who decided it."""

from datetime import date

import numpy as np
import pandas as pd

from expcomp.exact import Flags
from expcomp.lookups import NONE
from expcomp.money import to_text
from expcomp.pay.entitlement import Settled
from expcomp.period import Period, to_day, to_iso

COMPARED = (
    "value", "close_date", "tier", "share", "rate", "milestone_share", "reached_on", "lost_share", "window_quota",
    "running_total", "bands", "basis", "gross",
)  # fmt: skip
"""Columns of a line whose change explains a correction, the most telling first."""

OF_DEAL = ("won", "value", "close_date", "tier")
"""What a whole deal is judged by, where a line came or went with the change."""

LATE = "not posted before"


def explain(
    corrections: pd.DataFrame, posted: pd.DataFrame, closed: list[Period], settled: Settled, moved: pd.DataFrame
) -> pd.DataFrame:
    """Adds to each correction changed, before, after (texts as the CSV of lines has them), period_earned and, where a
    resolution moved the credit, event. `posted`: the last posted line of each key (`Posted.by_key`)."""
    frame = corrections.assign(changed="", before="", after="")
    for name in reversed(COMPARED):
        if f"posted_{name}" in frame:
            _tell(frame, _told(settled, name), frame[f"posted_{name}"].fillna("").astype(object), _as_text(frame, name))
    alone = (frame["tranche"] == NONE) | (_posted_on(frame) == "")
    frame.loc[alone, ["changed", "before", "after"]] = ""
    _by_deal(frame, alone.to_numpy(np.bool_), posted, settled)
    _reinstated(frame)
    frame.loc[(_posted_on(frame) == "") & (frame["changed"] == ""), "changed"] = LATE
    _by_resolution(frame, moved)
    earned = frame.get("posted_period_earned", pd.Series("", frame.index)).fillna("").astype(object)
    return frame.assign(
        period_earned=np.where(earned != "", earned, [_period(day, closed, settled) for day in frame["on"]])
    )


def _posted_on(frame: pd.DataFrame) -> pd.Series:
    return frame.get("posted_on", pd.Series("", frame.index)).fillna("").astype(object)


def _told(settled: Settled, name: str) -> str:
    """The value of a deal goes by the name of the export's column."""
    return settled.plans.versions[0].plan.value if name == "value" else name


def _tell(frame: pd.DataFrame, name: str, old: pd.Series, new: pd.Series) -> None:
    """Where both are known and differ, this is what changed."""
    differs = (old != new) & (old != "") & (new != "")
    frame.loc[differs, "changed"] = name
    frame.loc[differs, "before"], frame.loc[differs, "after"] = old[differs], new[differs]


def _as_text(frame: pd.DataFrame, name: str) -> pd.Series:
    """Today's value of a compared column, written as a line of the CSV would write it."""
    if f"{name}_minor" not in frame:
        return frame[name].astype(object)
    known = (frame["tranche"] != NONE).to_numpy()
    triples = zip(frame[f"{name}_minor"], frame["currency"], known, strict=True)
    return pd.Series([to_text(int(m), c) if is_known else "" for m, c, is_known in triples], frame.index, dtype=object)


def _reinstated(frame: pd.DataFrame) -> None:
    """What a cancellation took and pays again has one cause, whatever else changed meanwhile."""
    was = (frame.get("posted_reason", pd.Series("", frame.index)) == "cancelled") & (frame["tranche"] != NONE)
    frame.loc[was, "changed"], frame.loc[was, "after"] = "cancelled", ""
    frame.loc[was, "before"] = _posted_on(frame)[was]


def _by_deal(frame: pd.DataFrame, rows: Flags, posted: pd.DataFrame, settled: Settled) -> None:
    """Lines that only one side has: what changed of their deal, where it was posted at all."""
    deals = frame["deal_id"].where(pd.Series(rows, frame.index), "")
    before = posted[posted.index.get_level_values("deal_id").isin(deals)].reset_index()
    today = _deals(settled, deals[rows].drop_duplicates())
    for name in reversed(OF_DEAL):
        told = before.get(f"posted_{name}", pd.Series("true", before.index))
        was = told[(told != "").to_numpy()].groupby(before["deal_id"]).first()
        old, new = (texts.reindex(deals).fillna("").set_axis(frame.index) for texts in (was, today[name]))
        _tell(frame, _told(settled, name), old, new)


def _deals(settled: Settled, ids: pd.Series) -> pd.DataFrame:
    """OF_DEAL as today's exports have it, as texts by deal id; value and tier are those of the plan that takes it."""
    deals = settled.deals
    at = deals.names.codes(ids)
    at = at[at != NONE]
    versions = [settled.plans.versions[number] if number != NONE else None for number in deals.version[at].tolist()]
    values, tiers = deals.value[at].tolist(), settled.tier[at].tolist()
    texts = {
        "won": ["true" if won else "false" for won in deals.won[at]],
        "value": [to_text(v, p.plan.currency) if p else "" for v, p in zip(values, versions, strict=True)],
        "close_date": [to_iso(day) for day in deals.close[at].tolist()],
        "tier": [p.ownership[t].tier if p and t != NONE else "" for t, p in zip(tiers, versions, strict=True)],
    }
    return pd.DataFrame(texts, index=deals.names.text(at).astype(object), dtype=object)


def _by_resolution(frame: pd.DataFrame, moved: pd.DataFrame) -> None:
    """Of deals of which a resolution moves a fact: the fact, and who decided it."""
    first = moved.drop_duplicates("deal_id").set_index("deal_id")
    found = first.reindex(frame["deal_id"]).set_axis(frame.index)
    rows = found["fact"].notna()
    if not rows.any():
        return
    found["event"] = "moved by " + found["moved_by"] + " (" + found["place"] + ")"
    for name, source in (("changed", "fact"), ("before", "value"), ("after", "now"), ("event", "event")):
        frame[name] = frame[name].astype(object).mask(rows, found[source].astype(object))


def _period(day: str, closed: list[Period], settled: Settled) -> str:
    """The pay period in which a day lies, of those like the closed ones."""
    if not closed or not day:
        return ""
    return str(settled.plans.calendar.period_of(closed[-1].span, to_day(date.fromisoformat(day))))

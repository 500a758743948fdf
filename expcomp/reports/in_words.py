"""Rows of an SLA report in words: ids, names, states; made for the rows that somebody reads."""

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.lookups import Texts
from expcomp.reports.measured import STATES, UNKNOWN
from expcomp.reports.sla import SlaReport
from expcomp.reports.targets import TARGETS, URGENCIES
from expcomp.texts import taken_text

SIGNAL_FACTS = ("screened", "qualified", "overdue", "identified_us", "age_us", "outcome_us")


def targets_in_words(report: SlaReport, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `report.targets`, in their order; the times stay microseconds, business time is blank without a
    calendar."""
    whole = {name: rows[name].to_numpy() for name in rows if str(name).endswith("_us")}
    business = pd.Series(whole.pop("business_us"), dtype="Int64")
    words = {
        "urgency": np.asarray(URGENCIES, object)[rows["urgency"]],
        "target": np.asarray(TARGETS, object)[rows["target"]],
        "state": np.asarray(STATES, object)[rows["state"]],
        "severity": _severity(whole["overrun_us"], whole["limit_us"]),
        "clock": np.where(rows["business"], "business", "elapsed"),
        "business_us": business.mask(business == UNKNOWN),
        "due_week": rows["due_week"].to_numpy(),
        "chain": _chains(report, rows),
    }
    people = {name: report.people(rows[name]).array for name in ("owner", "manager", "told_to", "csm")}
    ids = _ids(report, rows["signal"], rows["account"])
    return pd.concat([ids, pd.DataFrame(words | whole | people)], axis=1)


def signals_in_words(report: SlaReport, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `report.signals`, in their order."""
    signal = rows.index.to_series()
    exported = report.frame.take(_codes(signal))
    told = {name: exported[name].array for name in ("urgency", "outcome")}
    whole = {name: rows[name].array for name in SIGNAL_FACTS}
    people = {name: report.people(rows[name]).array for name in ("csm", "owner")}
    return pd.concat([_ids(report, signal, rows["account"]), pd.DataFrame(told | whole | people)], axis=1)


def _ids(report: SlaReport, signal: "pd.Series[int]", account: "pd.Series[int]") -> pd.DataFrame:
    """Ids, and what the account is called: its name, else its id."""
    exported, row, at = report.owners.exported, _codes(signal), _codes(account)
    account_id = pd.Series(taken_text(report.frame["account_id"], row))
    name = pd.Series(taken_text(exported["name"], at))
    return pd.DataFrame({
        "signal_id": taken_text(report.frame["signal_id"], row),
        "account_id": account_id,
        "account": name.where(name != "", account_id),
        "segment": taken_text(exported["segment"], at),
    })  # fmt: skip


def _chains(report: SlaReport, rows: pd.DataFrame) -> list[str]:
    """Who held the account since the routing, where a breach lies between several people."""
    told = [""] * len(rows)
    account, start, overrun = (rows[name].to_numpy() for name in ("account", "started_us", "overrun_us"))
    until = np.minimum(rows["stopped_us"].to_numpy(), report.as_of)
    for at in np.flatnonzero(report.owners.changes_hands(account) & (overrun > 0)).tolist():
        told[at] = report.owners.chain(int(account[at]), int(start[at]), int(until[at]))
    return told


def _severity(overrun: Ints, limit: Ints) -> Texts:
    """By overrun ÷ limit: up to a half minor, up to two major, above severe; nothing without an overrun."""
    levels = [overrun <= 0, 2 * overrun <= limit, overrun <= 2 * limit]
    words = np.asarray(["", "minor", "major", "severe"], object)
    return np.asarray(words[np.select(levels, [0, 1, 2], 3)], object)


def _codes(column: "pd.Series[int]") -> Ints:
    return np.asarray(column, np.int64)

"""An SLA report as tables: breaches, rates and times by owner and segment, signals by CSM, the weekly trend."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from expcomp.output.sla_frames import seconds
from expcomp.output.table import Column, Table, counts, shares, texts, times
from expcomp.output.text import Texts, one_decimal, percent
from expcomp.reports.calendars import DAY_US
from expcomp.reports.in_words import signals_in_words, targets_in_words
from expcomp.reports.moments import wall_text, week_name
from expcomp.reports.rates import share_ppm
from expcomp.reports.sla import SlaReport
from expcomp.texts import look_up, taken_text

NO_SEGMENT = "(none)"


def instants(us: pd.Series, zone: ZoneInfo) -> Texts:
    return wall_text(us.to_numpy(np.int64), zone)


def dates(us: pd.Series, zone: ZoneInfo) -> Texts:
    return wall_text(us.to_numpy(np.int64), zone, "%Y-%m-%d")


def people(report: SlaReport, ids: pd.Series) -> list[str]:
    """The names of payees; the id where there is no name."""
    payees = report.book["payees"]
    named = taken_text(payees["name"], look_up(ids, payees["payee_id"]))
    return [name or id_ for name, id_ in zip(named, ids, strict=True)]


def person(report: SlaReport, payee_id: str) -> str:
    return people(report, pd.Series([payee_id], dtype="str"))[0]


FURTHER = ("severity", "elapsed", "business", "urgency", "state", "tell", "holders")
"""What a table of breaches says beside what is read aloud."""


def breach_table(
    report: SlaReport, found: pd.DataFrame, title: str, *, further: Sequence[str] = FURTHER
) -> Table:  # fmt: skip
    """One row per late target of `report.targets`."""
    rows = targets_in_words(report, found)
    columns = (
        *_whose(report, rows),
        times("late by", seconds(rows["overrun_us"])),
    )
    more = {
        "severity": texts("severity", rows["severity"]),
        "elapsed": times("elapsed", seconds(rows["elapsed_us"])),
        "business": times("business", seconds(rows["business_us"])),
        "urgency": texts("urgency", rows["urgency"]),
        "state": texts("state", state_words(rows["state"])),
        "tell": texts("tell", rows["told_to"]),
        "holders": texts("holders", rows["chain"]),
    }
    said = [more[name] for name in further if name != "holders" or (rows["chain"] != "").any()]
    return Table(title, (*columns, *said), keys=2, packed=True, empty="none")


def running_table(report: SlaReport, found: pd.DataFrame, title: str) -> Table:
    """One row per target that is not due yet."""
    rows = targets_in_words(report, found)
    columns = (
        *_whose(report, rows),
        times("limit", seconds(rows["limit_us"])),
        texts("state", state_words(rows["state"])),
        times("elapsed", seconds(rows["elapsed_us"])),
        times("business", seconds(rows["business_us"])),
        texts("urgency", rows["urgency"]),
    )
    return Table(title, columns, keys=2, packed=True, empty="none")


def _whose(report: SlaReport, rows: pd.DataFrame) -> list[Column]:
    names = {"signal": "signal_id", "account": "account", "target": "target", "owner": "owner"}
    due = texts("due", instants(rows["due_us"], report.zone))
    return [*(texts(name, rows[column]) for name, column in names.items()), due]


def state_words(states: pd.Series) -> pd.Series:
    words = {"breached": "answered late", "breached_open": "late, open", "at_risk": "at risk", "on_track": "on track",
             "no_owner": "no owner"}  # fmt: skip
    return states.replace(words)


def rate_table(report: SlaReport, key: str, title: str) -> Table:
    """Counts and rate per owner or per segment."""
    rows = report.by_owner if key == "owner" else report.by_segment
    named = [texts("name", people(report, rows["owner"]))] if key == "owner" else []
    columns = (texts(key, _named(rows[key])), *named, *_rates(rows))
    return Table(title, columns, empty="none", notes=_without_open(report) if key == "owner" else ())


def _without_open(report: SlaReport) -> tuple[str, ...]:
    """Why the rate is not the naive one."""
    summary, naive = report.summary, share_ppm(report.summary.closed_only_rate)
    if naive is None or not summary.breached_open:
        return ()
    why = f"which leaves out the {summary.breached_open:,} late and still open"
    return (f"rate: met of all that fell due, answered or not; of those answered alone it is {percent(naive)}, {why}",)


def _rates(rows: pd.DataFrame) -> list[Column]:
    names = ("due", "met", "late", "open")
    return [
        *(counts(name, rows[name]) for name in names),
        shares("rate", rows["rate_ppm"]),
        *(counts(name.replace("_", " "), rows[name]) for name in ("not_due", "paused") if name in rows),
    ]


def _named(keys: pd.Series) -> pd.Series:
    return keys.where(keys != "", NO_SEGMENT)


def time_table(report: SlaReport, key: str, title: str) -> Table:
    """Response times of the clock that decides, per owner or segment and target."""
    rows = report.times(key)
    columns = (
        texts(key, rows[key]),
        texts("target", rows["target"]),
        counts("answered", rows["answered"]),
        counts("waiting", rows["unanswered"]),
        *(times(name, seconds(rows[column])) for name, column in
          (("P50", "p50_us"), ("P90", "p90_us"), ("median", "median_us"))),
    )  # fmt: skip
    notes = ("P50 and P90 are answers that occurred (nearest rank); the median counts those still waiting too",)
    return Table(title, columns, keys=2, packed=True, empty="none", notes=notes)


def csm_table(report: SlaReport) -> Table:
    """What each CSM logged and routed, and beside it how it was answered."""
    rows = report.by_csm
    columns = (
        texts("csm", rows["csm"]),
        *(counts(name, rows[column]) for name, column in
          (("signals", "signals"), ("pass", "screened"), ("qualify", "qualified"), ("routed", "routed"),
           ("never routed", "unrouted"))),
        times("routing P50", seconds(rows["p50_us"])),
        times("routing P90", seconds(rows["p90_us"])),
        shares("AE in time", rows["rate_ppm"]),
    )  # fmt: skip
    notes = ("pass: enough marks to be routed; qualify: enough for credit; routing: from identified to routed",)
    return Table("Signals by CSM, and how AEs answered them", columns, empty="none", notes=notes)


def unrouted_table(report: SlaReport, rows: pd.DataFrame | None = None) -> Table:
    found = signals_in_words(report, report.unrouted if rows is None else rows)
    columns = (
        texts("csm", found["csm"]),
        texts("signal", found["signal_id"]),
        texts("account", found["account"]),
        texts("urgency", found["urgency"]),
        texts("identified", dates(found["identified_us"], report.zone)),
        counts("days ago", found["age_us"] // DAY_US),
        texts("passes", np.where(found["screened"], "yes", "no")),
    )
    notes = ("passes: it has the marks that the plan wants of a signal to be routed",)
    title = f"Never reached the AE: {len(report.unrouted)}"
    return Table(title, columns, keys=2, packed=True, empty="none", notes=notes)


def untold_table(report: SlaReport, rows: pd.DataFrame | None = None) -> Table:
    found = signals_in_words(report, report.untold if rows is None else rows)
    columns = (
        texts("csm", found["csm"]),
        texts("signal", found["signal_id"]),
        texts("account", found["account"]),
        texts("owner", found["owner"]),
        texts("outcome", found["outcome"]),
        texts("since", dates(found["outcome_us"], report.zone)),
        texts("overdue", np.where(found["overdue"], "yes", "")),
    )
    late = int(report.untold["overdue"].sum())
    title = f"Outcome known, CSM not told: {len(report.untold)}, {late} of them overdue"
    return Table(title, columns, keys=2, packed=True, empty="none")


def trend_table(report: SlaReport) -> Table:
    rows = report.trend
    change = ["" if pd.isna(ppm) else f"{'+' if ppm >= 0 else ''}{one_decimal(int(ppm))}" for ppm in rows["change_ppm"]]
    columns = (texts("week", [week_name(week) for week in rows["week"]]), *_rates(rows), texts("points", change))
    notes = ("by when a target fell due, the last week so far; with fewer than 5 there is no rate",)
    return Table("Week by week", columns, notes=notes)


def target_table(report: SlaReport, found: pd.DataFrame, title: str) -> Table:
    """Every column of these rows of `report.targets`, for a page of a workbook."""
    rows = targets_in_words(report, found)
    zone = report.zone
    columns = (
        *(texts(name, rows[column]) for name, column in
          (("signal", "signal_id"), ("account", "account"), ("segment", "segment"), ("urgency", "urgency"),
           ("target", "target"))),
        texts("state", state_words(rows["state"])),
        texts("severity", rows["severity"]),
        texts("owner", rows["owner"]),
        texts("manager", rows["manager"]),
        texts("csm", rows["csm"]),
        texts("started", instants(rows["started_us"], zone)),
        texts("due", instants(rows["due_us"], zone)),
        texts("answered", instants(rows["stopped_us"], zone)),
        *(times(name, seconds(rows[f"{name}_us"])) for name in ("limit", "elapsed", "business", "paused")),
        times("late by", seconds(rows["overrun_us"].where(rows["overrun_us"] > 0))),
        texts("clock", rows["clock"]),
        texts("holders", rows["chain"]),
    )  # fmt: skip
    return Table(title, columns, keys=2, packed=True, empty="none")

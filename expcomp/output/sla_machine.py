"""An SLA report as JSON and CSV for other programs: sorted, exact, the same bytes every time."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from expcomp.output.csv_form import csv_table
from expcomp.output.machine import SCHEMA_VERSION, findings_json, to_records
from expcomp.output.sla_frames import TARGET_TIMES, seconds, target_frame, utc, utc_text
from expcomp.reports.in_words import signals_in_words, targets_in_words
from expcomp.reports.moments import week_name
from expcomp.reports.sla import SlaReport


def sla_json(report: SlaReport) -> str:
    """The object of design page 8, one row of a list per line. `null` is what there is none of."""
    head = {"schema_version": SCHEMA_VERSION, "command": "sla-report", "as_of": utc(report.as_of)}
    lists = {
        "targets": _targets(report),
        "by_owner": _rated(report.by_owner),
        "by_segment": _rated(report.by_segment),
        "by_csm": _rated(report.by_csm),
        "unrouted": _unrouted(report),
        "not_told": _untold(report),
        "weeks": _rated(report.trend.assign(week=list(map(week_name, report.trend["week"])))),
    }
    fields = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    fields += [f'"summary": {json.dumps(summary_json(report))}']
    fields += [f"{json.dumps(name)}: [{to_records(_records(rows))}]" for name, rows in lists.items()]
    fields += [f'"findings": [{findings_json(report.findings)}]']
    return "{" + ",\n ".join(fields) + "}\n"


def sla_csv(report: SlaReport) -> Iterator[bytes | memoryview]:
    """One row per target with every column."""
    return csv_table(target_frame(targets_in_words(report, report.targets)))


def summary_json(report: SlaReport) -> dict[str, Any]:
    """How many targets stand where; rates as exact fractions."""
    summary = report.summary
    return {
        "met": summary.met, "breached": summary.breached, "breached_open": summary.breached_open,
        "not_due": summary.not_due, "paused": summary.paused, "rate": [*map(str, summary.rate)],
        "closed_only_rate": [*map(str, summary.closed_only_rate)], "void": summary.void,
        "no_owner": summary.no_owner, "unrouted": len(report.unrouted), "not_told": len(report.untold),
    }  # fmt: skip


def _targets(report: SlaReport) -> pd.DataFrame:
    """The fields of the contract first, in its order."""
    named = targets_in_words(report, report.targets)
    rows = target_frame(named).assign(**{f"{name}_s": seconds(named[f"{name}_us"]) for name in TARGET_TIMES})
    first = ["signal_id", "account_id", "urgency", "target", "state", "elapsed_s", "business_s", "due_at", "owner",
             "manager", "severity"]  # fmt: skip
    return rows[[*first, *(name for name in rows if name not in first)]]


def _rated(frame: pd.DataFrame) -> pd.DataFrame:
    """The rate as its exact fraction."""
    met, due = (frame[name].fillna(0).astype(object) for name in ("met", "due"))
    rates = pd.Series([[str(top), str(of)] for top, of in zip(met, due, strict=True)], index=frame.index, dtype=object)
    return frame.assign(rate=rates).drop(columns=["rate_ppm", "change_ppm"], errors="ignore")


def _unrouted(report: SlaReport) -> pd.DataFrame:
    rows = signals_in_words(report, report.unrouted)
    return rows[["signal_id", "account_id", "csm", "urgency"]].assign(
        identified_at=utc_text(rows["identified_us"].to_numpy(np.int64)),
        age_us=rows["age_us"],
        worth_routing=rows["screened"],
    )


def _untold(report: SlaReport) -> pd.DataFrame:
    rows = signals_in_words(report, report.untold)
    return rows[["signal_id", "account_id", "csm", "owner", "outcome"]].assign(
        outcome_at=utc_text(rows["outcome_us"].to_numpy(np.int64)), overdue=rows["overdue"]
    )


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Values as JSON has them; times in microseconds become whole seconds."""
    names = [str(name).replace("_us", "_s") for name in frame]
    columns = [seconds(frame[name]) if str(name).endswith("_us") else frame[name].astype(object) for name in frame]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, map(_value, values), strict=True))


def _value(value: Any) -> Any:
    """`null` for a blank text and for what is missing."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if plain is None or plain is pd.NA or plain == "" else plain

"""A retention report as JSON and CSV for other programs: exact fractions as two texts, the same bytes every time."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from expcomp.exact import PPM
from expcomp.fx import MAX_AGE_DAYS
from expcomp.lookups import days
from expcomp.money import to_text
from expcomp.output.csv_form import csv_table
from expcomp.output.machine import SCHEMA_VERSION, findings_json, to_records
from expcomp.output.nrr_tables import ACCOUNT_COLUMNS
from expcomp.output.nrr_view import View
from expcomp.period import to_iso
from expcomp.reports.guardrails import Segment
from expcomp.reports.retention import RetentionReport
from expcomp.reports.triangle import RATES
from expcomp.reports.windows import Window, lengths, quarters
from expcomp.retention.rates import Rate, Retained

BRIDGE = ("base", "expansion", "contraction", "churn", "end", "new", "win_back", "fx", "start", "now")


def nrr_json(view: View) -> str:
    """The object of design page 8, one row of a list per line."""
    report, pay = view.report, view.pay
    head = {
        "schema_version": SCHEMA_VERSION,
        "command": "nrr",
        "base": to_iso(report.base),
        "end": to_iso(report.end),
        "currency": report.terms.currency,
        "fingerprint": report.terms.fingerprint,
        "definition": report.terms.settings,
        "pinned_in": report.closed or None,
    }
    lists = {
        "segments": (_segment(view, segment) for segment in report.segments),
        "cohorts": _cohorts(report),
        "portfolios": (
            {
                "payee_id": each.payee_id,
                "role": each.role,
                **_rates(each.retained, report.terms.currency),
                "accounts": each.retained.accounts,
            }
            for each in pay.portfolios
        ),
        "blocked": (
            {
                "payee_id": each.payee_id,
                "segment": each.segment,
                "component": each.component,
                "period": str(each.period),
                "gates": [gate.metric for gate in each.gates],
                "amount": to_text(each.amount_minor, report.terms.currency),
            }
            for each in pay.blocked
        ),
        "quarters": (_window(report, window) for window in quarters(report)),
        "windows": (_window(report, window) for window in lengths(report)),
        "accounts": _accounts(report),
        "exchange_rates": _exchange_rates(report),
    }
    fields = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    fields += [f'"total": {json.dumps(_total(report))}']
    fields += [f"{json.dumps(name)}: [{to_records(rows)}]" for name, rows in lists.items()]
    fields += [f'"findings": [{findings_json(view.findings)}]']
    return "{" + ",\n ".join(fields) + "}\n"


def _window(report: RetentionReport, window: Window) -> dict[str, Any]:
    """`null` for rates where an exchange rate is missing."""
    found = window.retained
    rates = dict.fromkeys(RATES) if found is None else _rates(found, report.terms.currency)
    accounts = None if found is None else found.accounts
    return {"window": str(window.length), "base": to_iso(window.base), "end": to_iso(window.end), **rates,
            "accounts": accounts}  # fmt: skip


CSV_COLUMNS = (
    "of", "name", "k", "accounts", "stayed", "base_minor", "end_minor", "kept_minor", "mature", "masked", "currency",
    "from_day", "to_day", "fingerprint",
)  # fmt: skip


def nrr_csv(report: RetentionReport) -> Iterator[bytes | memoryview]:
    """In long form: a row for the total, each segment and each cell of the triangle. NRR is end ÷ base, GRR kept ÷
    base, logo retention stayed ÷ accounts; what is masked is blank."""
    rows = [_flat("total", "", report.total, hidden=False)]
    rows += [_flat("segment", each.name, each.retained, hidden=not each.shown) for each in report.segments]
    cells = report.triangle.cells
    label = report.terms.calendar.label
    triangle = cells.assign(of="cohort", name=[label(report.span, number) for number in cells["cohort"]])
    frame = pd.concat([pd.DataFrame(rows), triangle], ignore_index=True)
    hidden = frame["masked"].astype(bool)
    for name in ("end_minor", "kept_minor", "stayed"):
        frame[name] = frame[name].astype("Int64").mask(hidden)
    frame = frame.assign(
        currency=report.terms.currency, from_day=to_iso(report.base), to_day=to_iso(report.end),
        fingerprint=report.terms.fingerprint,
        **{name: frame[name].map(_plain) for name in ("k", "accounts", "stayed", "mature", "masked")},
    )  # fmt: skip
    return csv_table(frame[list(CSV_COLUMNS)])


def _flat(of: str, name: str, retained: Retained, *, hidden: bool) -> dict[str, Any]:
    sums = {name: getattr(retained, name) for name in ("base_minor", "end_minor", "kept_minor", "stayed", "accounts")}
    return {"of": of, "name": name, "k": None, **sums, "mature": True, "masked": hidden}


def _plain(value: Any) -> str:
    """A count, `true`, `false`, or nothing."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    return "" if pd.isna(value) else str(int(value))


def _total(report: RetentionReport) -> dict[str, Any]:
    total, currency = report.total, report.terms.currency
    sums = {name: to_text(getattr(total, f"{name}_minor"), currency) for name in BRIDGE}
    return {**_rates(total, currency), **sums, "accounts": total.accounts}


def _rates(retained: Retained, currency: str) -> dict[str, list[str]]:
    return {
        "nrr": _pair(retained.nrr, currency),
        "grr": _pair(retained.grr, currency),
        "logo": [*map(str, retained.logo)],
    }


def _pair(rate: Rate, currency: str) -> list[str]:
    return [to_text(minor, currency) for minor in rate]


def _segment(view: View, segment: Segment) -> dict[str, Any]:
    """`null` for rates that are masked; `blocked`: the pay that people of the segment are not paid."""
    currency, target = view.report.terms.currency, segment.target
    rates = _rates(segment.retained, currency)
    blocked = sum(each.amount_minor for each in view.pay.blocked_in(segment.name))
    return {
        "segment": segment.name, **(rates if segment.shown else dict.fromkeys(rates)),
        "accounts": segment.retained.accounts, "masked": not segment.shown, "verdict": segment.verdict.value,
        "targets": {"nrr": [str(target.nrr), str(PPM)], "grr": [str(target.grr), str(PPM)]} if target else None,
        "blocked": to_text(blocked, currency),
    }  # fmt: skip


def _cohorts(report: RetentionReport) -> Iterator[dict[str, Any]]:
    currency, calendar = report.terms.currency, report.terms.calendar
    for row in report.triangle.cells.to_dict("records"):
        sums = {name: (int(row[top]), int(row[bottom])) for name, (top, bottom) in RATES.items()}
        pairs = {name: [*map(str, pair)] if name == "logo" else _pair(pair, currency) for name, pair in sums.items()}
        yield {
            "cohort": calendar.label(report.span, int(row["cohort"])), "k": int(row["k"]),
            **(dict.fromkeys(pairs) if row["masked"] else pairs), "accounts": int(row["accounts"]),
            "mature": bool(row["mature"]), "masked": bool(row["masked"]),
        }  # fmt: skip


def _accounts(report: RetentionReport) -> Iterator[dict[str, Any]]:
    """Every account behind the figures; `members` are those that count for it."""
    currency, members = report.terms.currency, report.members
    for row in report.accounts.to_dict("records"):
        sums = {name: to_text(int(row[f"{name}_minor"]), currency) for name in ACCOUNT_COLUMNS}
        yield {"account_id": row["account_id"], "segment": row["segment"], **sums,
               "members": members.get(row["account_id"], [])}  # fmt: skip


def _exchange_rates(report: RetentionReport) -> Iterator[dict[str, Any]]:
    """The rates that the figures rest on, and their neighbours of a month."""
    fx = report.book["fx"]
    day = days(fx["date"])
    used = fx["currency"].isin(report.recurring.lines.currencies).to_numpy()
    near = np.zeros(len(fx), np.bool_)
    for last in (report.base, report.end):
        near |= (day <= last) & (day >= last - MAX_AGE_DAYS)
    rows = fx[used & near].sort_values(["currency", "date"])
    for currency, on, rate in zip(rows["currency"], days(rows["date"]).tolist(), rows["rate"], strict=True):
        yield {"currency": currency, "date": to_iso(on), "rate": rate}

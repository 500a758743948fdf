"""Who sat on which signal: every target with its owner and state at an instant, and what a meeting asks of them.

A pure function of plans, facts and the instant (design page 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Refused
from expcomp.exact import Ints
from expcomp.pay.lookups import NONE
from expcomp.plan.versions import PlanSet
from expcomp.reports.business_time import NEVER_US
from expcomp.reports.faults import faults_of
from expcomp.reports.funnel import by_csm, signal_rows
from expcomp.reports.measured import STATES, UNKNOWN, VOID, Measured, measure
from expcomp.reports.moments import local_day, week_of
from expcomp.reports.owners import Owners
from expcomp.reports.rates import Summary, rates_by, share_ppm, times_by
from expcomp.reports.targets import TARGETS, URGENCIES, Signals, Targets, beginnings, targets_of
from expcomp.sources.book import Book
from expcomp.texts import look_up, taken_text

NO_LIMITS = Code("E336", "no-response-times")

BREACHES = ("breached", "breached_open")
WEEKS_TOLD = 8
FEW = 5
"""A week with fewer targets due is told in counts alone."""


@dataclass(frozen=True)
class SlaReport:
    """`targets`: a row per signal and target; `signals`: a row per signal; instants and times in microseconds."""

    as_of: int
    plans: PlanSet
    book: Book
    targets: pd.DataFrame
    signals: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def zone(self) -> ZoneInfo:
        return self.plans.zone

    @cached_property
    def summary(self) -> Summary:
        return Summary.of(self.targets["state"])

    @cached_property
    def this_week(self) -> int:
        return int(week_of(local_day(np.asarray([self.as_of]), self.zone))[0])

    @property
    def open_breaches(self) -> pd.DataFrame:
        """Late and not answered yet, the oldest first."""
        rows = self.targets[self.targets["state"] == "breached_open"]
        return rows.sort_values(["due_us", "signal_id", "target"], ignore_index=True)

    @property
    def escalations(self) -> pd.DataFrame:
        """What managers are told: open breaches, and answers that came late to what fell due last week or this."""
        recent = self.targets["due_week"] >= self.this_week - 1
        rows = self.targets[
            (self.targets["state"] == "breached_open") | ((self.targets["state"] == "breached") & recent)
        ]
        return rows[rows["told_to"] != ""].sort_values(["told_to", "due_us", "signal_id", "target"], ignore_index=True)

    @cached_property
    def by_owner(self) -> pd.DataFrame:
        return rates_by(self.targets[self.targets["owner"] != ""], ["owner"])

    @cached_property
    def by_segment(self) -> pd.DataFrame:
        return rates_by(self.targets, ["segment"])

    @cached_property
    def by_csm(self) -> pd.DataFrame:
        return by_csm(self.signals, self.targets)

    def times(self, key: str) -> pd.DataFrame:
        """Response times per owner or segment and target."""
        return times_by(self.targets[self.targets[key] != ""], [key, "target"])

    @cached_property
    def unrouted(self) -> pd.DataFrame:
        """Signals that never reached the AE, the oldest first."""
        rows = self.signals[self.signals["unrouted"]]
        return rows.sort_values(["csm", "identified_us", "signal_id"], ignore_index=True)

    @cached_property
    def untold(self) -> pd.DataFrame:
        """Signals whose outcome is known and the CSM was not told, the oldest first."""
        rows = self.signals[self.signals["untold"]]
        return rows.sort_values(["outcome_us", "signal_id"], ignore_index=True)

    @cached_property
    def trend(self) -> pd.DataFrame:
        """The last eight ISO weeks by when a target fell due: due, met, late, rate_ppm and its change."""
        rows: list[dict[str, int | None]] = []
        for week in range(self.this_week - WEEKS_TOLD + 1, self.this_week + 1):
            summary = Summary.of(self.targets.loc[self.targets["due_week"] == week, "state"])
            rate = share_ppm(summary.rate) if summary.due >= FEW else None
            before = rows[-1]["rate_ppm"] if rows else None
            change = rate - before if rate is not None and before is not None else None
            rows.append({"week": week, "due": summary.due, "met": summary.met, "late": summary.breached,
                         "open": summary.breached_open, "rate_ppm": rate, "change_ppm": change})  # fmt: skip
        return pd.DataFrame(rows).astype({"rate_ppm": "Int64", "change_ppm": "Int64"})

    def narrowed(
        self, *, week: int | None, owners: Sequence[str], managers: Sequence[str], segments: Sequence[str]
    ) -> "SlaReport":
        """The same report of fewer rows: targets that fell due in a week, of owners, managers and segments; signals
        that such people logged, or whose targets are shown."""
        targets, signals = self.targets, self.signals
        if week is not None:
            targets = targets[targets["due_week"] == week]
            signals = signals[signals["signal_id"].isin(targets["signal_id"])]
        for values, column, of_csm in ((owners, "owner", "csm"), (managers, "manager", "csm_manager")):
            if values:
                targets = targets[targets[column].isin(values)]
                mine = signals[of_csm].isin(values) | signals["signal_id"].isin(targets["signal_id"])
                signals = signals[mine]
        if segments:
            targets, signals = (rows[rows["segment"].str.casefold().isin(segments)] for rows in (targets, signals))
        return replace(self, targets=targets, signals=signals)


def sla_report(plans: PlanSet, book: Book, as_of: int) -> SlaReport:
    """`as_of`: microseconds since 1970. Raises `Refused` where no plan says how fast a signal is answered."""
    if not any(plan.signals.sla for plan in plans.versions):
        help_ = "add  signals: {sla: {clock: elapsed, hot: {acknowledge: 4h, contact: 24h}, …}}"
        raise Refused(NO_LIMITS.at(plans.versions[0].place, "no plan says how fast a signal is to be answered", help_))
    signals = Signals.of(book["signals"], as_of)
    begun = beginnings(plans, signals, book["urgency_changes"])
    targets = targets_of(plans, signals, begun)
    measured = measure(plans, book, signals, targets)
    owners = Owners.of(book, plans.zone)
    rows = _rows(plans, book, signals, targets, measured, owners)
    told = signal_rows(plans, book, signals, owners)
    return SlaReport(as_of, plans, book, rows, told, faults_of(plans, book, signals, begun, rows))


def _rows(
    plans: PlanSet, book: Book, signals: Signals, targets: Targets, measured: Measured, owners: Owners
) -> pd.DataFrame:
    """The targets of design page 5, ordered by signal, instant and target."""
    of = signals.frame.take(targets.signal).reset_index(drop=True)
    falls_due = np.where(measured.due >= NEVER_US, signals.as_of, measured.due)
    worked = np.minimum(np.minimum(measured.stop, falls_due), signals.as_of)
    owner = owners.at(of, falls_due, worked)
    manager = owners.manager_of(owner)
    state = np.asarray(STATES, object)[measured.state]
    state[(owner == NONE) & (measured.state != VOID)] = "no_owner"
    overrun = np.where(np.isin(state, BREACHES), measured.counted - targets.limit, 0)
    accounts = book["accounts"]
    account = look_up(of["account_id"], accounts["account_id"])
    return pd.DataFrame({
        "signal_id": of["signal_id"],
        "account_id": of["account_id"],
        "account": taken_text(accounts["name"], account),
        "segment": taken_text(accounts["segment"], account),
        "urgency": np.asarray(URGENCIES, object)[targets.urgency],
        "target": np.asarray(TARGETS, object)[targets.target],
        "state": state,
        "clock": np.where(targets.business, "business", "elapsed"),
        "limit_us": targets.limit,
        "elapsed_us": measured.elapsed,
        "business_us": pd.array(measured.business, dtype="Int64"),
        "counted_us": measured.counted,
        "paused_us": measured.paused,
        "overrun_us": overrun,
        "severity": _severity(overrun, targets.limit),
        "started_us": targets.start,
        "due_us": measured.due,
        "due_week": week_of(local_day(falls_due, plans.zone)),
        "stopped_us": measured.stop,
        "owner": owners.ids(owner),
        "manager": owners.ids(manager),
        "told_to": owners.ids(np.where(owners.is_above(manager), NONE, manager)),
        "csm": of["logged_by"],
        "chain": _chains(owners, of, targets.start, np.minimum(measured.stop, signals.as_of), overrun),
    }).assign(business_us=lambda frame: frame["business_us"].mask(frame["business_us"] == UNKNOWN))  # fmt: skip


def _severity(overrun: Ints, limit: Ints) -> np.ndarray:
    """By overrun ÷ limit: up to a half minor, up to two major, above severe; nothing without an overrun."""
    levels = [overrun <= 0, 2 * overrun <= limit, overrun <= 2 * limit]
    return np.select(levels, ["", "minor", "major"], "severe").astype(object)


def _chains(owners: Owners, signals: pd.DataFrame, start: Ints, until: Ints, overrun: Ints) -> list[str]:
    """Who held the account from the routing on, where a breach lies between several people."""
    several = owners.changes_hands(signals)
    accounts = signals["account_id"].tolist()
    return [
        owners.chain(accounts[row], int(start[row]), int(until[row])) if several[row] and overrun[row] > 0 else ""
        for row in range(len(accounts))
    ]

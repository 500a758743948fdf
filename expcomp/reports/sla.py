"""Who sat on which signal: every target with its owner and state at an instant, and what a meeting asks of them.

A pure function of plans, facts and the instant (design page 5). Rows hold codes and microseconds; `in_words.py`
gives the rows that somebody reads their words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Refused
from expcomp.exact import Ints
from expcomp.lookups import NONE, Texts
from expcomp.plan.versions import PlanSet
from expcomp.reports.business_time import NEVER_US
from expcomp.reports.faults import faults_of
from expcomp.reports.funnel import by_csm, signal_rows
from expcomp.reports.measured import (
    BREACHED,
    BREACHED_OPEN,
    MET,
    NO_OWNER,
    VOID,
    Measured,
    measure,
)
from expcomp.reports.moments import local_day, week_of
from expcomp.reports.owners import Owners
from expcomp.reports.rates import Summary, rates_by, share_ppm, times_by
from expcomp.reports.targets import TARGETS, Signals, Targets, beginnings, targets_of
from expcomp.sources.book import Book

NO_LIMITS = Code("E336", "no-response-times")

WEEKS_TOLD = 8
FEW = 5
"""A week with fewer targets due is told in counts alone."""


@dataclass(frozen=True)
class SlaReport:
    """`targets`: a row per signal and target, `signals`: a row per signal, `frame`: what the export says of it."""

    as_of: int
    plans: PlanSet
    book: Book
    owners: Owners
    frame: pd.DataFrame
    targets: pd.DataFrame
    signals: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def zone(self) -> ZoneInfo:
        return self.plans.zone

    @cached_property
    def summary(self) -> Summary:
        return Summary.of(self.targets["state"].to_numpy())

    @cached_property
    def this_week(self) -> int:
        return int(week_of(local_day(np.asarray([self.as_of]), self.zone))[0])

    @property
    def open_breaches(self) -> pd.DataFrame:
        """Late and not answered yet, the oldest first."""
        rows = self.targets[self.targets["state"] == BREACHED_OPEN]
        return rows.sort_values(["due_us", "signal", "target"])

    @property
    def escalations(self) -> pd.DataFrame:
        """What managers are told: open breaches, and answers that came late to what fell due last week or this."""
        state, recent = self.targets["state"], self.targets["due_week"] >= self.this_week - 1
        told = (self.targets["told_to"] != NONE) & ((state == BREACHED_OPEN) | ((state == BREACHED) & recent))
        return self.targets[told].sort_values(["told_to", "due_us", "signal", "target"])

    def by_manager(self, rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
        """The id of each manager who is told, and the rows of their people, in their order."""
        for _, mine in rows[rows["told_to"] != NONE].groupby("told_to", sort=True):
            yield str(self.people(mine["told_to"].head(1)).iat[0]), mine

    @cached_property
    def by_owner(self) -> pd.DataFrame:
        """How many targets of each owner stand where, and the rate."""
        rows = self.targets[self.targets["owner"] != NONE]
        rates = rates_by(rows["owner"].to_numpy(), rows["state"].to_numpy())
        return rates.assign(group=self.people(rates["group"])).rename(columns={"group": "owner"})

    @cached_property
    def by_segment(self) -> pd.DataFrame:
        code, names = self.segments
        rates = rates_by(code[self.targets["account"]], self.targets["state"].to_numpy())
        return rates.assign(group=names[rates["group"]]).rename(columns={"group": "segment"})

    @cached_property
    def by_csm(self) -> pd.DataFrame:
        rows = by_csm(self.signals, self.targets)
        return rows.assign(group=self.people(rows["group"])).rename(columns={"group": "csm"})

    def times(self, key: str) -> pd.DataFrame:
        """Response times per owner or segment and target; what is void or nobody's has none."""
        rows = self.targets[~self.targets["state"].isin((VOID, NO_OWNER))]
        code, names = self.segments
        group = rows["owner"].to_numpy() if key == "owner" else code[rows["account"]]
        answered = rows["state"].isin((MET, BREACHED)).to_numpy()
        found = times_by(group * len(TARGETS) + rows["target"].to_numpy(), rows["counted_us"].to_numpy(), answered)
        of, target = np.divmod(found.pop("group").to_numpy(), len(TARGETS))
        found.insert(0, key, self.people(pd.Series(of, dtype="int64")) if key == "owner" else names[of])
        found.insert(1, "target", np.asarray(TARGETS, object)[target])
        return found

    @cached_property
    def unrouted(self) -> pd.DataFrame:
        """Signals that never reached the AE: by CSM, the oldest first."""
        return self.signals[self.signals["unrouted"]].sort_values(["csm", "identified_us"], kind="stable")

    @cached_property
    def untold(self) -> pd.DataFrame:
        """Signals whose outcome is known and the CSM was not told, the oldest first."""
        return self.signals[self.signals["untold"]].sort_values("outcome_us", kind="stable")

    @cached_property
    def trend(self) -> pd.DataFrame:
        """The last eight ISO weeks by when a target fell due: due, met, late, rate_ppm and its change."""
        rows: list[dict[str, int | None]] = []
        state, due_week = self.targets["state"].to_numpy(), self.targets["due_week"].to_numpy()
        for week in range(self.this_week - WEEKS_TOLD + 1, self.this_week + 1):
            summary = Summary.of(state[due_week == week])
            rate = share_ppm(summary.rate) if summary.due >= FEW else None
            before = rows[-1]["rate_ppm"] if rows else None
            change = rate - before if rate is not None and before is not None else None
            rows.append({"week": week, "due": summary.due, "met": summary.met, "late": summary.breached,
                         "open": summary.breached_open, "rate_ppm": rate, "change_ppm": change})  # fmt: skip
        return pd.DataFrame(rows).astype({"rate_ppm": "Int64", "change_ppm": "Int64"})

    def people(self, codes: "pd.Series[int]") -> "pd.Series[str]":
        """The payee ids of codes, "" for nobody."""
        return self.owners.people.text(np.asarray(codes, np.int64)).set_axis(codes.index)

    def narrowed(
        self, *, week: int | None, owners: Sequence[str], managers: Sequence[str], segments: Sequence[str]
    ) -> "SlaReport":
        """The same report of fewer rows: targets that fell due in a week, of owners, managers and segments; signals
        that such people logged, or whose targets are shown."""
        targets, signals = self.targets, self.signals
        if week is not None:
            targets = targets[targets["due_week"] == week]
            signals = signals[signals.index.isin(targets["signal"])]
        for values, column, of_csm in ((owners, "owner", "csm"), (managers, "manager", "csm_manager")):
            if values:
                codes = self.owners.people.codes(pd.Series(list(values), dtype="str"))
                targets = targets[targets[column].isin(codes)]
                signals = signals[signals[of_csm].isin(codes) | signals.index.isin(targets["signal"])]
        if segments:
            code, names = self.segments
            wanted = np.flatnonzero([str(name) in segments for name in names])
            targets, signals = (rows[np.isin(code[rows["account"]], wanted)] for rows in (targets, signals))
        return replace(self, targets=targets, signals=signals)

    @cached_property
    def segments(self) -> tuple[Ints, Texts]:
        """The segment of each account as a code into names, in their order; the last entry is for no account."""
        code, names = pd.factorize(
            pd.concat([self.owners.exported["segment"], pd.Series([""], dtype="str")]), sort=True
        )
        return code.astype(np.int64), np.asarray(names, dtype=object)


def sla_report(plans: PlanSet, book: Book, as_of: int) -> SlaReport:
    """`as_of`: microseconds since 1970. Raises `Refused` where no plan says how fast a signal is answered."""
    if not any(plan.signals.sla for plan in plans.versions):
        help_ = "add  signals: {sla: {clock: elapsed, hot: {acknowledge: 4h, contact: 24h}, …}}"
        raise Refused(NO_LIMITS.at(plans.versions[0].place, "no plan says how fast a signal is to be answered", help_))
    signals = Signals.of(book["signals"], as_of)
    owners = Owners.of(book, plans.zone)
    rows = signal_rows(plans, signals, owners)
    begun = beginnings(plans, signals, book["urgency_changes"])
    targets = targets_of(plans, signals, begun)
    judged = _judged(plans, as_of, targets, measure(plans, book, signals, targets), owners, rows)
    findings = faults_of(plans, book, as_of, signals, begun, judged)
    return SlaReport(as_of, plans, book, owners, signals.frame, judged, rows, findings)


def _judged(
    plans: PlanSet, as_of: int, targets: Targets, measured: Measured, owners: Owners, signals: pd.DataFrame
) -> pd.DataFrame:
    """The targets of design page 5, ordered by signal: codes (`told_to`: the manager, unless that is one above
    managers), and microseconds."""
    account, named, csm = (signals[name].to_numpy()[targets.signal] for name in ("account", "named", "csm"))
    falls_due = np.where(measured.due >= NEVER_US, as_of, measured.due)
    worked = np.minimum(np.minimum(measured.stop, falls_due), as_of)
    owner = owners.at(account, named, falls_due, worked)
    manager = owners.manager_of(owner)
    state = np.where((owner == NONE) & (measured.state != VOID), NO_OWNER, measured.state)
    late = (state == BREACHED) | (state == BREACHED_OPEN)
    return pd.DataFrame({
        "signal": targets.signal, "account": account, "urgency": targets.urgency, "target": targets.target,
        "state": state, "business": targets.business, "limit_us": targets.limit, "elapsed_us": measured.elapsed,
        "business_us": measured.business, "counted_us": measured.counted, "paused_us": measured.paused,
        "overrun_us": np.where(late, measured.counted - targets.limit, 0), "started_us": targets.start,
        "due_us": measured.due, "due_week": week_of(local_day(falls_due, plans.zone)), "stopped_us": measured.stop,
        "owner": owner, "manager": manager, "told_to": np.where(owners.is_above(manager), NONE, manager), "csm": csm,
    })  # fmt: skip

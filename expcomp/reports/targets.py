"""From signals to targets: what must be answered, since when, in how much time, and when it was.

One row per signal and target, and one more where a signal became more urgent before it was answered (design page
5): a target that has begun keeps its limit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE
from expcomp.period import Unit
from expcomp.plan.model import Plan
from expcomp.plan.signals import Response, Review, Sla
from expcomp.plan.versions import PlanSet
from expcomp.reports.business_time import NEVER_US
from expcomp.reports.calendars import DAY_US, clock_us, syncs
from expcomp.reports.moments import local_day, microseconds
from expcomp.texts import LARGE, arrow_text, look_up

URGENCIES = ("watch", "warm", "hot")
LEVELS = pa.array(URGENCIES, LARGE)
TARGETS = ("acknowledge", "contact", "review")
ACKNOWLEDGE, CONTACT, REVIEW = range(3)


@dataclass(frozen=True)
class Signals:
    """Different signals as instants in microseconds; what lies after a signal's `as_of` is never."""

    frame: pd.DataFrame
    as_of: Ints
    identified: Ints
    routed: Ints
    acknowledged: Ints
    contacted: Ints
    outcome: Ints
    reported: Ints
    withdrawn: Ints

    @classmethod
    def at(cls, frame: pd.DataFrame, as_of: Ints) -> "Signals":
        """Each signal as it was known at an instant of its own."""
        names = ("identified", "routed", "acknowledged", "contacted", "outcome", "outcome_reported", "withdrawn")
        return cls(frame, as_of, *(microseconds(frame[f"{name}_at"], as_of) for name in names))

    @classmethod
    def of(cls, frame: pd.DataFrame, as_of: int) -> "Signals":
        """Those identified by one instant, in their order."""
        known = frame[microseconds(frame["identified_at"], as_of) < NEVER_US].reset_index(drop=True)
        return cls.at(known, np.full(len(known), as_of))

    def __len__(self) -> int:
        return len(self.frame)

    def rows_of(self, ids: pd.Series) -> Ints:
        """The row of each signal id; NONE for one that is not here."""
        found = pc.index_in(arrow_text(ids), value_set=arrow_text(self.frame["signal_id"])) if len(ids) else None
        return np.zeros(0, np.int64) if found is None else found.fill_null(NONE).to_numpy().astype(np.int64)


@dataclass(frozen=True)
class Targets:
    """Rows of numpy columns: `signal` is a row of Signals, `plan` a version, `urgency` and `target` positions in
    URGENCIES and TARGETS; `limit` is microseconds of the clock that `business` names."""

    signal: Ints
    plan: Ints
    urgency: Ints
    target: Ints
    start: Ints
    limit: Ints
    business: Flags
    stop: Ints

    def __len__(self) -> int:
        return len(self.signal)


@dataclass(frozen=True)
class Beginnings:
    """A signal becomes of an urgency at an instant, under a version of a plan (NONE: under none); by signal, then
    instant."""

    signal: Ints
    plan: Ints
    urgency: Ints
    start: Ints


def beginnings(plans: PlanSet, signals: Signals, changes: pd.DataFrame) -> Beginnings:
    """Each routed signal as it was when it was routed, and each later rise of its urgency."""
    routed = np.flatnonzero(signals.routed < NEVER_US)
    urgency = _codes(signals.frame["urgency"])
    of = signals.rows_of(changes["signal_id"])
    changed = microseconds(changes["changed_at"], np.append(signals.as_of, 0)[of])
    later = np.flatnonzero((of != NONE) & (changed < NEVER_US) & (changed > np.append(signals.routed, NEVER_US)[of]))
    later = later[np.lexsort((changed[later], of[later]))]
    before, after = _codes(changes["urgency_before"]), _codes(changes["urgency_after"])
    first = later[np.concatenate(([True], np.diff(of[later]) > 0))[: len(later)]]
    urgency[of[first]] = before[first]
    rises = later[after[later] > _highest_before(of[later], before[later])]
    signal = np.concatenate((routed, of[rises]))
    start = np.concatenate((signals.routed[routed], changed[rises]))
    level = np.concatenate((urgency[routed], after[rises]))
    order = np.lexsort((start, signal)) if len(rises) else slice(None)
    signal, level, start = signal[order], level[order], start[order]
    return Beginnings(signal, versions_at(plans, start), level, start)


def _highest_before(of: Ints, before: Ints) -> Ints:
    """The highest urgency that a signal has had before each of its changes."""
    return np.asarray(pd.Series(before).groupby(of).cummax().to_numpy(), np.int64)


def _codes(column: pd.Series) -> Ints:
    """Positions in URGENCIES; NONE where there is none."""
    return look_up(column, LEVELS).copy()


def versions_at(plans: PlanSet, at: Ints) -> Ints:
    """The first plan with an `sla` block in force on the day of each instant; NONE where there is none."""
    day, version = local_day(at, plans.zone), np.full(len(at), NONE)
    for index, (plan, (first, last)) in enumerate(zip(plans.versions, plans.spans, strict=True)):
        if plan.signals.sla:
            version[(version == NONE) & (first <= day) & (day <= last)] = index
    return version


@dataclass(frozen=True)
class Answers:
    """When each signal was acknowledged, contacted and reviewed, by itself or by what implies it."""

    acknowledged: Ints
    contacted: Ints

    @classmethod
    def of(cls, signals: Signals, one_contact_for_account: Flags) -> "Answers":
        """A contact acknowledges too; an outcome says that there was a contact. Where a plan has `contact_scope:
        account`, the first contact with the account since the routing counts for all of its signals."""
        contacted = np.minimum(signals.contacted, signals.outcome)
        if one_contact_for_account.any():
            shared = np.where(one_contact_for_account, _first_on_account(signals), NEVER_US)
            contacted = np.minimum(contacted, shared)
        return cls(np.minimum(signals.acknowledged, contacted), contacted)

    def by_target(self) -> Ints:
        """One column per target of TARGETS; an acknowledgement is a review."""
        return np.stack((self.acknowledged, self.contacted, self.acknowledged), axis=1)


def _first_on_account(signals: Signals) -> Ints:
    """The first contact with each signal's account at or after its routing."""
    account = pd.factorize(signals.frame["account_id"])[0].astype(np.int64)
    made = np.flatnonzero(signals.contacted < NEVER_US)
    instants = np.unique(signals.contacted[made])
    width = len(instants) + 1
    keys = np.sort(account[made] * width + np.searchsorted(instants, signals.contacted[made]))
    at = np.searchsorted(keys, account * width + np.searchsorted(instants, signals.routed))
    key = np.append(keys, NONE)[at]
    return np.where((key >= 0) & (key // width == account), np.append(instants, NEVER_US)[key % width], NEVER_US)


def targets_of(plans: PlanSet, signals: Signals, begun: Beginnings) -> Targets:
    """The targets of every beginning whose plan has a limit for its urgency."""
    scoped = np.zeros(len(signals), np.bool_)
    for index, plan in enumerate(plans.versions):
        if plan.signals.sla and plan.signals.sla.contact_scope == "account":
            scoped[begun.signal[begun.plan == index]] = True
    answers = Answers.of(signals, scoped)
    limit = np.full((len(begun.signal), len(TARGETS)), NONE)
    business = np.zeros(limit.shape, np.bool_)
    for index, plan in enumerate(plans.versions):
        for level, urgency in enumerate(URGENCIES):
            rows = np.flatnonzero((begun.plan == index) & (begun.urgency == level))
            for target, limits, by_business in _limits(plan, urgency, begun.start[rows]):
                limit[rows, target], business[rows, target] = limits, by_business
    stop = answers.by_target()[begun.signal]
    upgraded = begun.start != signals.routed[begun.signal]
    opened = (limit != NONE) & (~upgraded[:, None] | (stop > begun.start[:, None]))
    at = np.flatnonzero(opened)
    row, which = np.divmod(at, len(TARGETS))
    return Targets(
        begun.signal[row], begun.plan[row], begun.urgency[row], which, begun.start[row], limit.ravel()[at],
        business.ravel()[at], stop.ravel()[at],
    )  # fmt: skip


def _limits(plan: Plan, urgency: str, start: Ints) -> Iterator[tuple[int, Ints, bool]]:
    """Target, limit of every row, and whether business time decides it."""
    sla = plan.signals.sla
    if sla is None:
        return
    if urgency == "watch":
        if sla.watch:
            yield REVIEW, _review_limit(plan, sla, sla.watch, start), False
        return
    response: Response | None = sla.responses[urgency]
    for target, limit in ((ACKNOWLEDGE, response.acknowledge), (CONTACT, response.contact)) if response else ():
        us = clock_us(limit, plan.signals.all_calendars)
        by_business = sla.clock == "business" or limit.unit is Unit.BUSINESS_DAYS
        yield target, np.full(len(start), us), by_business


def _review_limit(plan: Plan, sla: Sla, watch: Review, start: Ints) -> Ints:
    """Until the first sync strictly after the start; no longer than the backstop."""
    limit = np.full(len(start), NEVER_US)
    if sla.sync and len(start):
        calendars = plan.signals.all_calendars
        zone = ZoneInfo(calendars[0].timezone if calendars else plan.plan.timezone)
        held = syncs(sla.sync, zone, int(start.min()) // DAY_US - 1, int(start.max()) // DAY_US + 1)
        limit = held[np.searchsorted(held, start, side="right")] - start
    if watch.backstop:
        limit = np.minimum(limit, clock_us(watch.backstop, ()))
    return limit

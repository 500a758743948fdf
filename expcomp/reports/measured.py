"""How long each target took on both clocks, when it fell due, and where it stands at `as_of`."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Flags, Ints, floor_ratio
from expcomp.lookups import NONE, folded, spread
from expcomp.plan.signals import WorkingCalendar
from expcomp.plan.versions import PlanSet
from expcomp.reports.business_time import NEVER_US, NO_PAUSES, AllHours, Pauses, counted, due
from expcomp.reports.calendars import DAY_US, for_region, last_day_needed, open_hours
from expcomp.reports.moments import microseconds
from expcomp.reports.targets import Signals, Targets
from expcomp.sources.book import Book
from expcomp.texts import look_up, taken_text

UNKNOWN = -1
"""Business time where no calendar says what is open."""

STATES = ("met", "breached", "breached_open", "at_risk", "on_track", "paused", "void", "no_owner")
MET, BREACHED, BREACHED_OPEN, AT_RISK, ON_TRACK, PAUSED, VOID, NO_OWNER = range(len(STATES))


@dataclass(frozen=True)
class Measured:
    """Per target, in microseconds: both times without pauses, the one that decides, what was paused, when it was
    due; `stop` is when it was answered or withdrawn. `state` is a position in STATES."""

    elapsed: Ints
    business: Ints
    counted: Ints
    paused: Ints
    due: Ints
    stop: Ints
    state: Ints


def measure(plans: PlanSet, book: Book, signals: Signals, targets: Targets) -> Measured:
    """Every target at its signal's `as_of`. The calendar is that of the account's region in the target's plan."""
    withdrawn = signals.withdrawn[targets.signal]
    stop = np.maximum(np.minimum(targets.stop, withdrawn), targets.start)
    as_of = signals.as_of[targets.signal]
    end = np.minimum(stop, as_of)
    pauses = _pauses(book["pauses"], signals, targets, stop)
    clock = AllHours()
    elapsed = counted(clock, targets.start, end, pauses)
    paused = counted(clock, targets.start, end, NO_PAUSES) - elapsed
    falls_due = due(clock, targets.start, targets.limit, pauses)
    business = np.full(len(targets), UNKNOWN)
    for rows, calendars in _by_calendar(plans, book, signals, targets):
        mine, decides = pauses.of_rows(rows), rows & targets.business
        latest = max(int(end[rows].max()), int(mine.ends[mine.ends < NEVER_US].max(initial=0)))
        last = last_day_needed(calendars, latest, int(targets.limit[decides].max(initial=0)))
        hours = open_hours(calendars, int(targets.start[rows].min()) // DAY_US, last)
        business[rows] = counted(hours, targets.start[rows], end[rows], mine)
        falls_due[decides] = due(hours, targets.start[decides], targets.limit[decides], pauses.of_rows(decides))
    used = np.where(targets.business, business, elapsed)
    state = _state(plans, as_of, targets, used, stop, pauses, withdrawn < targets.stop)
    return Measured(elapsed, business, used, paused, falls_due, stop, state)


def _pauses(frame: pd.DataFrame, signals: Signals, targets: Targets, stop: Ints) -> Pauses:
    """The pauses of every target that had begun by `as_of`, and before its answer; one without an end lasts."""
    of = signals.rows_of(frame["signal_id"])
    begins, ends = microseconds(frame["from"], np.append(signals.as_of, 0)[of]), microseconds(frame["to"])
    known = np.flatnonzero((of != NONE) & (begins < NEVER_US))
    known = known[np.argsort(of[known], kind="stable")]
    low, high = (np.searchsorted(of[known], targets.signal, side=side) for side in ("left", "right"))
    row, at = spread(low, high)
    begins, ends = begins[known][at], ends[known][at]
    touches = begins < stop[row]
    return Pauses.of(row[touches], begins[touches], ends[touches])


def _by_calendar(
    plans: PlanSet, book: Book, signals: Signals, targets: Targets
) -> Iterator[tuple[Flags, list[WorkingCalendar]]]:
    """The targets of each calendar: by version of a plan and region of the account."""
    accounts = book["accounts"]
    regions = taken_text(folded(accounts["region"]), look_up(signals.frame["account_id"], accounts["account_id"]))
    code, names = pd.factorize(pd.Series(regions))
    region = code[targets.signal]
    for index, plan in enumerate(plans.versions):
        groups: dict[tuple[int, ...], tuple[list[int], list[WorkingCalendar]]] = {}
        for at, name in enumerate(names):
            if calendars := for_region(plan.signals.all_calendars, str(name)):
                key = tuple(map(id, calendars))
                groups.setdefault(key, ([], calendars))[0].append(at)
        for members, calendars in groups.values():
            rows = (targets.plan == index) & np.isin(region, members)
            if rows.any():
                yield rows, calendars


def _state(
    plans: PlanSet, as_of: Ints, targets: Targets, used: Ints, stop: Ints, pauses: Pauses, withdrawn: Flags
) -> Ints:
    late, closed = used > targets.limit, stop < NEVER_US
    standing = np.zeros(len(targets), np.bool_)
    now = as_of[pauses.row]
    standing[pauses.row[(pauses.begins <= now) & (now < pauses.ends)]] = True
    at_risk = np.asarray([plan.signals.sla.at_risk if plan.signals.sla else PPM for plan in plans.versions], np.int64)
    whole, rest = floor_ratio((targets.limit, at_risk[targets.plan]), (PPM,))
    return np.select(
        [withdrawn & ~late, closed & ~late, closed, late, standing, used >= whole + (rest > 0)],
        [VOID, MET, BREACHED, BREACHED_OPEN, PAUSED, AT_RISK],
        ON_TRACK,
    ).astype(np.int64)

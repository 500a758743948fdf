"""Whether signals were answered in time by an instant each: what a plan's condition on `signal.sla_met` asks."""

from zoneinfo import ZoneInfo

import numpy as np

from expcomp.exact import Flags, Ints
from expcomp.plan.versions import PlanSet
from expcomp.reports.measured import BREACHED, BREACHED_OPEN, MET, measure
from expcomp.reports.moments import end_of_day
from expcomp.reports.targets import Signals, beginnings, targets_of
from expcomp.sources.book import Book


def answered_in_time(plans: PlanSet, book: Book, signal: Ints, day: Ints, zone: ZoneInfo) -> tuple[Flags, Flags]:
    """For each row of the signals table and day: whether every target of the signal was met by the end of the day,
    and whether any was missed by then. Neither while one is open and not late, or where there is none."""
    met, missed = np.zeros(len(signal), np.bool_), np.zeros(len(signal), np.bool_)
    until = end_of_day(day, zone) - 1
    for rows in _once_each(signal):
        signals = Signals.at(book["signals"].take(signal[rows]).reset_index(drop=True), until[rows])
        targets = targets_of(plans, signals, beginnings(plans, signals, book["urgency_changes"]))
        state = measure(plans, book, signals, targets).state
        late = np.isin(state, (BREACHED, BREACHED_OPEN))
        count, met_count, late_count = (
            np.bincount(targets.signal[mine], minlength=len(rows))
            for mine in (np.ones(len(state), np.bool_), state == MET, late)
        )
        met[rows], missed[rows] = (count > 0) & (met_count == count), late_count > 0
    return met, missed


def _once_each(signal: Ints) -> list[Ints]:
    """Positions in which no signal comes twice: one signal may be credited to several deals."""
    order = np.argsort(signal, kind="stable")
    first = np.searchsorted(signal[order], signal[order], side="left")
    nth = np.empty(len(signal), np.int64)
    nth[order] = np.arange(len(signal)) - first
    return [np.flatnonzero(nth == number) for number in range(int(nth.max(initial=-1)) + 1)]

"""Whether the credited signal of each deal was answered in time by the deal's close date, where a plan asks."""

from dataclasses import replace

import numpy as np

from expcomp.exact import Ints
from expcomp.lookups import NONE
from expcomp.pay.facts import Credited
from expcomp.plan.versions import PlanSet
from expcomp.reports.in_time import answered_in_time
from expcomp.sources.book import Book

FIELD = "signal.sla_met"


def asked(plans: PlanSet) -> bool:
    return any(condition.field == FIELD for condition in plans.conditions)


def with_answers(plans: PlanSet, book: Book, credited: Credited, close: Ints) -> Credited:
    """What comes after the close date changes no pay: the answer is that of the day's end."""
    rows = np.flatnonzero(credited.signal != NONE)
    met, missed = (np.zeros(len(credited.signal), np.bool_) for _ in range(2))
    if asked(plans):
        met[rows], missed[rows] = answered_in_time(plans, book, credited.signal[rows], close[rows], plans.zone)
    return replace(credited, answered=met, missed=missed)

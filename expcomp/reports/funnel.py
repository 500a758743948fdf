"""The CSM's side of a signal: which bars it passes, how long its routing took, whether the outcome was told."""

from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.plan.signals import Passing
from expcomp.plan.versions import PlanSet
from expcomp.reports.business_time import NEVER_US
from expcomp.reports.calendars import clock_us
from expcomp.reports.owners import Owners
from expcomp.reports.qualification import THREE_OF_FOUR, TWO_OF_THREE, passes
from expcomp.reports.rates import nearest_rank, rates_by
from expcomp.reports.targets import Signals, versions_at
from expcomp.sources.book import Book
from expcomp.texts import look_up, taken_text


def signal_rows(plans: PlanSet, book: Book, signals: Signals, owners: Owners) -> pd.DataFrame:
    """Every signal identified by the instant of the report; instants and times in microseconds."""
    frame, accounts = signals.frame, book["accounts"]
    account = look_up(frame["account_id"], accounts["account_id"])
    routed = signals.routed < NEVER_US
    now = np.full(len(signals), signals.as_of)
    owner = owners.at(frame, now, now)
    manager = owners.manager_of(owners.people.codes(frame["logged_by"]))
    untold = (signals.outcome < NEVER_US) & (signals.reported == NEVER_US)
    return pd.DataFrame({
        "signal_id": frame["signal_id"],
        "account_id": frame["account_id"],
        "account": taken_text(accounts["name"], account),
        "segment": taken_text(accounts["segment"], account),
        "urgency": frame["urgency"],
        "csm": frame["logged_by"],
        "csm_manager": owners.ids(manager),
        "owner": owners.ids(owner),
        "identified_us": signals.identified,
        "routed": routed,
        "unrouted": ~routed & (signals.withdrawn == NEVER_US),
        "routing_us": np.where(routed, signals.routed - signals.identified, 0),
        "age_us": signals.as_of - signals.identified,
        "screened": _passing(plans, signals, "routed", TWO_OF_THREE),
        "qualified": _passing(plans, signals, "qualified", THREE_OF_FOUR),
        "outcome": frame["outcome"],
        "outcome_us": signals.outcome,
        "untold": untold,
        "overdue": untold & (signals.outcome + _loop_limit(plans, signals) < signals.as_of),
    })  # fmt: skip


def _passing(plans: PlanSet, signals: Signals, bar: str, usual: Passing) -> Flags:
    """Whether each signal passes the bar of the plan under which it was identified."""
    version = versions_at(plans, signals.identified)
    found = passes(usual, signals.frame)
    for index, plan in enumerate(plans.versions):
        own: Passing = getattr(plan.signals, bar) or usual
        found = np.where(version == index, passes(own, signals.frame), found)
    return found


def _loop_limit(plans: PlanSet, signals: Signals) -> Ints:
    """How long the AE has to tell the CSM the outcome: nothing to wait for where the plan does not say."""
    version = versions_at(plans, signals.identified)
    limit = np.zeros(len(signals), np.int64)
    for index, plan in enumerate(plans.versions):
        if plan.signals.sla and plan.signals.sla.close_loop:
            limit[version == index] = clock_us(plan.signals.sla.close_loop, ())
    return limit


def by_csm(signals: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Per CSM: signals, those that pass each bar, routed or never, the delay of the routing, and beside it how the
    AEs answered them."""
    answers = rates_by(targets, ["csm"]).set_index("csm")
    rows = []
    for csm, group in signals.groupby("csm", sort=True):
        delay = group.loc[group["routed"], "routing_us"].to_numpy(np.int64)
        at = partial(nearest_rank, delay)
        rows.append({
            "csm": csm, "signals": len(group), "screened": int(group["screened"].sum()),
            "qualified": int(group["qualified"].sum()), "routed": int(group["routed"].sum()),
            "unrouted": int(group["unrouted"].sum()),
            "p50_us": at(Fraction(1, 2)), "p90_us": at(Fraction(9, 10)),
            **{name: answers[name].get(csm) for name in ("due", "met", "rate_ppm")},
        })  # fmt: skip
    names = [
        "csm",
        "signals",
        "screened",
        "qualified",
        "routed",
        "unrouted",
        "p50_us",
        "p90_us",
        "due",
        "met",
        "rate_ppm",
    ]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[-5:], "Int64"))

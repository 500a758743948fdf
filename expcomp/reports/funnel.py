"""The CSM's side of a signal: which bars it passes, how long its routing took, whether the outcome was told."""

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.plan.signals import Passing
from expcomp.plan.versions import PlanSet
from expcomp.reports.business_time import NEVER_US
from expcomp.reports.calendars import clock_us
from expcomp.reports.owners import Owners
from expcomp.reports.qualification import THREE_OF_FOUR, TWO_OF_THREE, passes
from expcomp.reports.rates import rates_by, times_by
from expcomp.reports.targets import Signals, versions_at


def signal_rows(plans: PlanSet, signals: Signals, owners: Owners) -> pd.DataFrame:
    """Every signal of the report, row by row as in `signals`: codes of people and account, instants and times in
    microseconds."""
    frame = signals.frame
    account = owners.accounts.codes(frame["account_id"])
    csm = owners.people.codes(frame["logged_by"])
    routed = signals.routed < NEVER_US
    untold = (signals.outcome < NEVER_US) & (signals.reported == NEVER_US)
    version = versions_at(plans, signals.identified)
    return pd.DataFrame({
        "account": account,
        "csm": csm,
        "csm_manager": owners.manager_of(csm),
        "named": (named := owners.people.codes(frame["assigned_to"])),
        "owner": owners.at(account, named, signals.as_of, signals.as_of),
        "identified_us": signals.identified,
        "routed": routed,
        "unrouted": ~routed & (signals.withdrawn == NEVER_US),
        "routing_us": np.where(routed, signals.routed - signals.identified, 0),
        "age_us": signals.as_of - signals.identified,
        "screened": _passing(plans, signals, version, "routed", TWO_OF_THREE),
        "qualified": _passing(plans, signals, version, "qualified", THREE_OF_FOUR),
        "outcome_us": signals.outcome,
        "untold": untold,
        "overdue": untold & (signals.outcome + _loop_limit(plans, version) < signals.as_of),
    })  # fmt: skip


def _passing(plans: PlanSet, signals: Signals, version: Ints, bar: str, usual: Passing) -> Flags:
    """Whether each signal passes the bar of the plan under which it was identified."""
    found = passes(usual, signals.frame)
    for index, plan in enumerate(plans.versions):
        own: Passing = getattr(plan.signals, bar) or usual
        if own is not usual:
            found = np.where(version == index, passes(own, signals.frame), found)
    return found


def _loop_limit(plans: PlanSet, version: Ints) -> Ints:
    """How long the AE has to tell the CSM the outcome: nothing to wait for where the plan does not say."""
    limit = np.zeros(len(version), np.int64)
    for index, plan in enumerate(plans.versions):
        if plan.signals.sla and plan.signals.sla.close_loop:
            limit[version == index] = clock_us(plan.signals.sla.close_loop, ())
    return limit


def by_csm(signals: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Per CSM (`group`, a code): signals, those that pass each bar, routed or never, the delay of the routing, and
    beside it how AEs answered them."""
    logged = signals[signals["csm"] >= 0]
    counts = logged.groupby("csm")[["screened", "qualified", "routed", "unrouted"]].sum()
    counts.insert(0, "signals", logged.groupby("csm").size())
    routed = logged[logged["routed"]]
    delay = times_by(
        routed["csm"].to_numpy(), routed["routing_us"].to_numpy(), np.ones(len(routed), np.bool_)
    )  # fmt: skip
    mine = targets[targets["csm"] >= 0]
    answers = rates_by(mine["csm"].to_numpy(), mine["state"].to_numpy())
    found = counts.join(delay.set_index("group")[["p50_us", "p90_us"]])
    found = found.join(answers.set_index("group")[["due", "met", "rate_ppm"]].astype("Int64"))
    return found.rename_axis("group").reset_index()

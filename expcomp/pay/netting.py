"""From lines to pay, for one payee and period (design page 3, "From lines to pay").

net       = sum of the period's differences within one deal, metric period or manual line
gross     = sum of the positive nets
taken     = sum of the negative nets + balance brought forward              (≤ 0)
recovered = min(−taken, round(at_most × gross), gross)
paid      = gross − recovered,   carried = taken + recovered                (≤ 0)
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Flags, Ints, round_ratio
from expcomp.lookups import alike, group_of
from expcomp.plan.model import Plan

PAYEE = ["payee_id", "currency"]


def nets(lines: pd.DataFrame) -> pd.DataFrame:
    """gross_minor and clawback_minor (the negative nets) by payee and currency."""
    what = lines["deal_id"]
    if (what == "").any():
        what = what.where(what != "", lines["component"] + "\0" + lines["milestone"])
    group = group_of(*(alike(column) for column in (lines["payee_id"], lines["currency"], what)))
    first = np.unique(group, return_index=True)[1]
    net = np.zeros(len(first), dtype=np.int64)
    np.add.at(net, group, lines["amount_minor"].to_numpy())
    signed = lines[PAYEE].take(first).assign(gross_minor=np.maximum(net, 0), clawback_minor=np.minimum(net, 0))
    totals: pd.DataFrame = signed.groupby(PAYEE, sort=True)[["gross_minor", "clawback_minor"]].sum()
    return totals


@dataclass(frozen=True, slots=True)
class Rule:
    """How negatives are taken from pay: the blocks in force on the period's last day."""

    at_most_ppm: int
    carry_forward: bool
    stops_for_leavers: bool
    plan: Plan

    @classmethod
    def of(cls, plan: Plan) -> "Rule":
        recovery, leavers = plan.recovery, plan.leavers
        return cls(recovery.at_most, recovery.carry_forward, leavers.recover == "stop", plan)


def settle_payees(lines: pd.DataFrame, brought: pd.Series, left: frozenset[str], rule: Rule) -> pd.DataFrame:
    """One row per payee and currency with lines or a balance: all amounts of the law above, in minor units.

    `brought` is the balance brought forward by (payee_id, currency), ≤ 0; `left` are payees whose end date
    lies before the period. With `carry_forward: false` what is not recovered is written off, and shown.
    """
    net = nets(lines)
    everyone = net.index.union(brought.index)
    frame = net.reindex(everyone, fill_value=0)
    frame["brought_forward_minor"] = brought.reindex(everyone, fill_value=0)
    gross = frame["gross_minor"].to_numpy()
    taken = (frame["clawback_minor"] + frame["brought_forward_minor"]).to_numpy()
    has_left = frame.index.get_level_values("payee_id").isin(left)
    recovered = np.minimum(-taken, _room(gross, has_left, rule))
    carried = taken + recovered
    kept = np.zeros_like(carried) if not rule.carry_forward else carried
    return frame.assign(
        recovered_minor=recovered,
        paid_minor=gross - recovered,
        carried_forward_minor=kept,
        written_off_minor=carried - kept,
        has_left=has_left,
    ).reset_index()


def _room(gross: Ints, has_left: Flags, rule: Rule) -> Ints:
    """How much may be recovered: nothing from who has left with `stop`, everything with `final_pay`."""
    limited = np.minimum(round_ratio((gross, rule.at_most_ppm), (PPM,), rule.plan.plan.rounding), gross)
    return np.where(has_left, 0 if rule.stops_for_leavers else gross, limited)

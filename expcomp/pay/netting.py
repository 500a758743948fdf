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
from expcomp.lookups import Names, alike, group_of
from expcomp.plan.model import Plan
from expcomp.texts import TextColumn, taken_text

PAYEE = ["payee_id", "currency"]


@dataclass(frozen=True, slots=True)
class Amounts:
    """`minor` amounts; to whom, in which currency and for what each is paid, as numbers that are alike for what is
    alike; and the names that the first two are positions of."""

    payee: Ints
    currency: Ints
    what: Ints
    minor: Ints
    payees: TextColumn
    currencies: TextColumn

    @classmethod
    def of(cls, lines: pd.DataFrame) -> "Amounts":
        """Of lines in words."""
        payees, currencies = (Names.of(lines[name]) for name in PAYEE)
        payee, currency = payees.codes(lines["payee_id"]), currencies.codes(lines["currency"])
        minor = lines["amount_minor"].to_numpy(np.int64)
        return cls(payee, currency, alike(paid_for(lines)), minor, payees.names, currencies.names)

    def by_currency(self) -> pd.Series:
        """Their sums in minor units."""
        names = pd.Index(taken_text(self.currencies, self.currency), name="currency")
        return pd.Series(self.minor, names, name="amount_minor").groupby(level=0).sum()


def paid_for(lines: pd.DataFrame) -> pd.Series:
    """The deal, else the metric's period or the manual line: within it positives and negatives are one amount."""
    what = lines["deal_id"]
    return what.where(what != "", lines["component"] + "\0" + lines["milestone"])


def nets(amounts: Amounts) -> pd.DataFrame:
    """gross_minor and clawback_minor (the negative nets) by payee and currency."""
    group = group_of(amounts.payee, amounts.currency, amounts.what)
    net = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(net, group, amounts.minor)
    one = np.zeros(len(net), dtype=np.int64)
    one[group] = np.arange(len(group))
    signed = pd.DataFrame({
        "payee_id": taken_text(amounts.payees, amounts.payee[one]),
        "currency": taken_text(amounts.currencies, amounts.currency[one]),
        "gross_minor": np.maximum(net, 0), "clawback_minor": np.minimum(net, 0),
    })  # fmt: skip
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


def settle_payees(amounts: Amounts, brought: pd.Series, left: frozenset[str], rule: Rule) -> pd.DataFrame:
    """One row per payee and currency with amounts or a balance: all amounts of the law above, in minor units.

    `brought` is the balance brought forward by (payee_id, currency), ≤ 0; `left` are payees whose end date
    lies before the period. With `carry_forward: false` what is not recovered is written off, and shown.
    """
    net = nets(amounts)
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

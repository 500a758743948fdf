"""What metrics pay as lines, each with what it was made from; and what pays nothing, each with its reason."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Ints
from expcomp.money import percent, to_text
from expcomp.pay.bonuses import Earned, Gate
from expcomp.pay.difference import MOVEMENT
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.labels import rule_place
from expcomp.pay.measure import Reading
from expcomp.pay.people import People
from expcomp.pay.words import KIND, MODIFIER, codes
from expcomp.period import Span, to_iso
from expcomp.plan.metrics import Bonus, Modifier
from expcomp.plan.record import Metric
from expcomp.retention.rates import Rate

METRIC = [
    "metric", "scope", "window", "numerator", "denominator", "base_accounts", "gates", "curve_share", "of_target",
    "days_paid", "year_to_date",
]  # fmt: skip
"""What a line of a metric was made from, as text. `curve_share`: of the target `of_target`; days_paid: `45/90`."""


EXPLAINING = ("numerator", "denominator", "gates", "of_target", "days_paid", "curve_share", "year_to_date")
"""Columns of METRIC whose change explains a correction, the most telling first."""


def bonus_lines(earned: Sequence[Earned], people: People, span: Span) -> pd.DataFrame:
    """One line for each, of nothing too. A bonus counts from the last day of its metric period, which is its key's
    milestone."""
    return pd.DataFrame([_line(one, people, span) for one in earned])


def _line(one: Earned, people: People, span: Span) -> dict[str, object]:
    award, day = one.award, one.award.period.last_day
    head = award.plan.plan
    return {
        "kind": MOVEMENT, "payee_id": people.id(one.payee), "deal_id": "", "component": award.component,
        "milestone": str(award.period), "on": to_iso(day),
        "period_earned": str(award.period.calendar.period_of(span, day)), "amount_minor": one.amount,
        "currency": head.currency, "reason": "commission", "role": award.bonus.role,
        "rule": rule_place(award.bonus.place),
        "source": str(people.place(one.payee)), "plan": head.id, "plan_version": str(head.version), "status": "advance",
        "state": "reached", "reached_on": to_iso(day), "gross_minor": one.amount, "tranche_minor": one.amount,
        "earned_minor": one.amount, "entitled_minor": one.amount, **metric_columns(one),
    }  # fmt: skip


def metric_columns(one: Earned) -> dict[str, str]:
    """METRIC."""
    bonus, currency = one.award.bonus, one.award.plan.plan.currency
    return {
        **_reading_columns(bonus, one.reading, one.set, currency),
        "gates": ", ".join(gate_text(gate, currency) for gate in one.gates),
        "curve_share": "" if one.share is None else share_text(one.share),
        "of_target": "" if one.target is None else exact_money(one.target, currency),
        "days_paid": "{}/{}".format(*one.days) if one.days[0] != one.days[1] else "",
        "year_to_date": to_text(one.before, currency) if bonus.accrues == "year_to_date" else "",
    }  # fmt: skip


def _reading_columns(rule: Bonus | Modifier, reading: Reading, of_set: int, currency: str) -> dict[str, str]:
    """The columns of METRIC that say what was measured."""
    top, bottom = rate_texts(rule.metric, reading.rate(rule.metric, of_set), currency)
    return {
        "metric": rule.metric, "scope": rule.scope,
        "window": f"{to_iso(reading.window.base)} to {to_iso(reading.window.last)}",
        "numerator": top, "denominator": bottom, "base_accounts": str(reading.count(of_set)),
    }  # fmt: skip


def modifier_columns(source: Entitlement, tranche: Ints) -> pd.DataFrame:
    """What the lines of modifiers were made from, blank for others; nothing at all where there are none."""
    line = source.tranches["line"].to_numpy()[tranche]
    mine = np.flatnonzero(codes(source.lines["kind"])[line] == KIND.categories.get_loc(MODIFIER))
    if not len(mine):
        return pd.DataFrame(index=range(len(tranche)))
    ends = source.tranches["reached"].to_numpy()[tranche[mine]]
    of_line = (source.lines[name].to_numpy()[line[mine]].tolist() for name in ("version", "rule", "payee"))
    keys = zip(*of_line, ends.tolist(), strict=True)
    rows = [_of_low(source, *key) for key in keys]
    return pd.DataFrame(rows, index=mine).reindex(range(len(tranche)), fill_value="")


def _of_low(source: Entitlement, version: int, number: int, payee: int, window_end: int) -> dict[str, str]:
    low, at = source.modifiers.find(version, number, payee, window_end)
    plan = source.plans.versions[version]
    return _reading_columns(plan.modifiers[number], low.reading, int(low.sets[at]), plan.plan.currency)


def rate_texts(metric: Metric, rate: Rate, currency: str) -> tuple[str, str]:
    """Numerator and denominator: money, or a number of accounts."""
    if metric == "logo_retention":
        return str(rate[0]), str(rate[1])
    return to_text(rate[0], currency), to_text(rate[1], currency)


def gate_text(gate: Gate, currency: str) -> str:
    """`grr 91000.00/100000.00 >= 90%: met`"""
    sign = ">=" if gate.limit.met_at else ">"
    value = "/".join(rate_texts(gate.metric, gate.value, currency))
    return f"{gate.metric} {value} {sign} {percent(gate.floor)}: {'met' if gate.is_met else 'not met'}"


def share_text(share: Fraction) -> str:
    """`75%`, or the exact fraction where a share has more than four decimals."""
    ppm = share * PPM
    return percent(int(ppm)) if ppm.denominator == 1 else f"{share.numerator}/{share.denominator}"


def exact_money(amount: Fraction, currency: str, *, grouped: bool = False) -> str:
    """`3000.00`, or as a fraction of minor units where it does not come out even."""
    return to_text(int(amount), currency, grouped=grouped) if amount.denominator == 1 else f"{amount} minor units"


UNPAID = ["deal_id", "component", "milestone", "payee_id", "reason", "amount_minor", "currency"]


def unpaid_bonuses(earned: Sequence[Earned], people: People) -> pd.DataFrame:
    """UNPAID of those that pay nothing; amount_minor: what they would pay at 100% of the curve, 0 where not known."""
    rows = [
        {
            "deal_id": "", "component": one.award.component, "milestone": str(one.award.period),
            "payee_id": people.id(one.payee), "reason": one.reason,
            "amount_minor": 0 if one.target is None else int(one.target), "currency": one.award.plan.plan.currency,
        }
        for one in earned if one.reason
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=UNPAID)

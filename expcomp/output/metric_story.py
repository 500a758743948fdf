"""What a metric pays or takes, told from the accounts that made it: the gate, the curve, the proration."""

from fractions import Fraction

import numpy as np

from expcomp.exact import PPM
from expcomp.money import percent
from expcomp.output.line_tables import accounts
from expcomp.output.prose import Prose
from expcomp.output.reasons import meaning, needed
from expcomp.output.table import Table, amounts, texts
from expcomp.output.text import money, rate
from expcomp.pay.bonuses import Earned, Gate
from expcomp.pay.labels import rule_place
from expcomp.pay.measure import Reading
from expcomp.pay.metric_lines import exact_money, share_text
from expcomp.pay.sheet import Sheet
from expcomp.period import to_iso
from expcomp.plan.metrics import CurvePoint
from expcomp.plan.record import Metric
from expcomp.retention.rates import Rate

SCOPES = {"portfolio": "over the portfolio", "segment": "over the segment", "team": "over the team's portfolios",
          "reports": "over the portfolios of those who report", "company": "over the whole company"}  # fmt: skip


def tell_bonus(sheet: Sheet, one: Earned, prose: Prose) -> None:
    """From the metric to what it pays, or to why it pays nothing."""
    bonus, currency = one.award.bonus, one.award.plan.plan.currency
    window = one.reading.window
    when = f"from {to_iso(window.base)} to {to_iso(window.last)}"
    measured = f"{bonus.metric} {SCOPES[bonus.scope]} {when}"
    if one.reason:
        prose.say(f"{one.reason}: {meaning(one.reason)}; {needed(one.reason)}", indent=4)
    prose.say(f"{measured}: {rate_words(bonus.metric, one.metric, currency)}", rule_place(bonus.place), indent=4)
    for gate in one.gates:
        prose.say(_gate(gate, currency), indent=4)
    if one.share is not None:
        prose.say(_curve(one, one.share), indent=4)
        _tell_target(one, one.share, prose)
    tell_accounts(sheet, one.reading, one.set, currency, prose)


def rate_words(metric: Metric, value: Rate, currency: str) -> str:
    """`338,000.00 ÷ 321,000.00 = 105.30%`"""
    if not value[1]:
        return "nothing at the base, so there is no rate"
    counted = metric == "logo_retention"
    above, below = (str(part) if counted else money(part, currency) for part in value)
    return f"{above} ÷ {below} = {rate(Fraction(*value))}"


def _gate(gate: Gate, currency: str) -> str:
    floor = f"{'at least' if gate.limit.met_at else 'above'} {percent(gate.floor)}"
    if gate.limit.floor is None:
        floor += ", the target of the segment"
    return f"gate, {gate.metric} {floor}: {rate_words(gate.metric, gate.value, currency)}, {_met(gate)}"


def _met(gate: Gate) -> str:
    return "met" if gate.is_met else "not met: nothing is paid"


def _curve(one: Earned, share: Fraction) -> str:
    """`the curve pays 75% at 105.00%, between 100% → 50% and 110% → 100%`"""
    bonus, at = one.award.bonus, Fraction(*one.metric)
    of_target = ""
    if one.floor is not None:
        at, of_target = at / one.floor, f" of the target {share_text(one.floor)}"
    first, last = bonus.curve[0], bonus.curve[-1]
    if at * PPM < first.at:
        where = f"below its first point {percent(first.at)}"
    elif at * PPM > last.at:
        where = f"above its last point {percent(last.at)}"
    else:
        low, high = bonus.stretch(at)
        exactly = [point for point in (low, high) if point.at == at * PPM]
        where = f"at the point {_point(exactly[0])}" if exactly else f"between {_point(low)} and {_point(high)}"
    exact = share_text(share)
    about = f" (about {rate(share)})" if "/" in exact else ""
    return f"the curve pays {exact}{about} at {rate(at)}{of_target}, {where}"


def _point(point: CurvePoint) -> str:
    return f"{percent(point.at)} → {percent(point.pays)}"


def _tell_target(one: Earned, share: Fraction, prose: Prose) -> None:
    """What the curve's share is of, and the one rounding."""
    bonus, currency = one.award.bonus, one.award.plan.plan.currency
    if one.target is None:
        return
    to_date = bonus.accrues == "year_to_date"
    part = " for {} of {} days".format(*one.days) if one.days[0] != one.days[1] else ""
    per = "the year to date" if to_date else f"the {bonus.per}"
    target = exact_money(one.target, currency, grouped=True)
    prose.say(f"at 100% of the curve {per} pays {target}: {bonus.pays}, per {bonus.per}{part}", indent=4)
    paid = money(one.before + one.amount, currency)
    prose.say(f"{target} × {share_text(share)} = {paid}", indent=4)
    if to_date:
        prose.say(f"less {money(one.before, currency)} of earlier periods of the year: "
                  f"{money(one.amount, currency)}", indent=4)  # fmt: skip


def tell_accounts(sheet: Sheet, reading: Reading, of_set: int, currency: str, prose: Prose) -> None:
    """The accounts that were in the base, with what they were worth a year then and at the end."""
    frame = reading.of(of_set)
    if frame.empty:
        return
    base, end = to_iso(reading.window.base - 1), to_iso(reading.window.last)
    prose.table(Table(
        "", (
            texts("account", frame["account_id"]), texts("name", accounts(sheet, frame["account_id"])),
            *(amounts(name, frame[column], adds_up=True) for name, column in (
                (f"at {base}", "base_minor"), (f"at {end}", "end_minor"), ("kept", "kept_minor"))),
        ), [currency] * len(frame), keys=2, packed=True,
    ))  # fmt: skip


def tell_low(sheet: Sheet, line: int, prose: Prose) -> None:
    """The windows in which the metric of a modifier's line (of the entitlement) was too low."""
    source = sheet.entitlement
    of_line = source.lines.iloc[line]
    version, number, payee = (int(of_line[name]) for name in ("version", "rule", "payee"))
    plan = source.plans.versions[version]
    rule = plan.modifiers[number]
    for end in np.unique(source.tranches["reached"].to_numpy()[source.tranches["line"].to_numpy() == line]).tolist():
        low, at = source.modifiers.find(version, number, payee, end)
        value = rate_words(rule.metric, low.value(rule.metric, at), plan.plan.currency)
        window = low.reading.window
        prose.say(f"{low.period}: {rule.metric} {SCOPES[rule.scope]} from {to_iso(window.base)} to "
                  f"{to_iso(window.last)}: {value}, below {percent(int(low.floors[at]))}", indent=4)  # fmt: skip
        tell_accounts(sheet, low.reading, int(low.sets[at]), plan.plan.currency, prose)

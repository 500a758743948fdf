"""One component of a deal told from its trace: how its amount came about, and its milestones one by one."""

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from expcomp.exact import PPM
from expcomp.money import percent
from expcomp.output.deal_facts import DealFacts
from expcomp.output.metric_story import tell_low
from expcomp.output.prose import Prose
from expcomp.output.text import money
from expcomp.pay.trace import multiplier
from expcomp.pay.words import CAP, CREDIT, FORFEITED, HELD, LAPSED, MODIFIER, OVERLAY, PENDING, SPIFF
from expcomp.period import to_iso
from expcomp.plan.model import Plan

Row = Mapping[Hashable, Any]

WHOLE_PART = re.compile(r"(?<![.\d])\d{4,}")


def tell_component(facts: DealFacts, tranches: pd.DataFrame, name: str, prose: Prose) -> None:
    """`tranches` are those of one line of the entitlement."""
    first = tranches.iloc[0].to_dict()
    prose.title(f"{first['payee_id']}  {name}  {first['component']}".replace("    ", "  "))
    tellers: dict[str, Callable[..., None]] = {CREDIT: _credit, OVERLAY: _overlay, CAP: _cap, SPIFF: _spiff,
                                               MODIFIER: _modifier}  # fmt: skip
    assert facts.plan is not None
    tellers[first["kind"]](facts.plan, first, lambda column: money(int(first[column]), facts.currency), prose)
    if first["kind"] == MODIFIER:
        tell_low(facts.sheet, int(first["line"]), prose)
    if first["schedule_rule"]:
        prose.say("paid in milestones", first["schedule_rule"])
    for tranche in tranches.to_dict("records"):
        _milestone(facts, tranche, prose)


Amount = Callable[[str], str]


def _credit(plan: Plan, line: Row, amount: Amount, prose: Prose) -> None:
    source = f"CRM split, {line['split_source']}" if line["split_source"] else line["tier_rule"]
    prose.fact("credited", f"{amount('value_minor')} × {line['share']} = {amount('credited_minor')}", source)
    prose.fact("rate", f"{amount('credited_minor')} × {line['rate']} = {amount('base_minor')}", line["rule"])
    rule = plan.accelerator(line["role"])
    if rule is not None and rule.measure == "attainment" and not line["window_quota_minor"]:
        prose.fact("quota", "none for this window: the base rate counts", f"{rule.place.path}:{rule.place.line}")
    elif line["bands"]:
        _accelerated(line, amount, prose)
    if line["carved_out_minor"]:
        prose.fact("carved out", f"{amount('carved_out_minor')} goes to an overlay that the credited people pay")
    prose.fact("commission", amount("gross_minor"))


def _accelerated(line: Row, amount: Amount, prose: Prose) -> None:
    quota = f" of {amount('window_quota_minor')}" if line["window_quota_minor"] else ""
    counts = amount("quota_credit_minor")
    prose.fact("quota", f"{amount('running_total_minor')}{quota} before this deal, which counts {counts}")
    bands = WHOLE_PART.sub(lambda found: f"{int(found[0]):,}", line["bands"])
    if line["bands"].startswith("whole"):
        text = f"{amount('credited_minor')} × {line['rate']} × {bands.removeprefix('whole × ')} (whole window)"
    elif line["accelerated_minor"] == line["base_minor"] and "+" not in bands:
        prose.fact("bands", bands)
        return
    else:
        text = f"{amount('credited_minor')} × {line['rate']} × ({bands}) ÷ {counts}"
    prose.fact("accelerated", f"{text} = {amount('accelerated_minor')}")


def _overlay(plan: Plan, line: Row, amount: Amount, prose: Prose) -> None:
    rule = plan.overlays[line["name"]]
    if rule.pays.of == "amount":
        prose.fact("overlay", f"{amount('gross_minor')}, {rule.funding}", line["rule"])
        return
    share, _, base = rule.pays.written.partition(" of ")
    sum_ = f"{amount('basis_minor')} ({base} of the deal) × {share} = {amount('gross_minor')}"
    prose.fact("overlay", f"{sum_}, {rule.funding}", line["rule"])


def _cap(plan: Plan, line: Row, amount: Amount, prose: Prose) -> None:
    limits = [f"{money(cap.limit, plan.plan.currency)} per {cap.per}" for cap in plan.caps if cap.role == line["role"]]
    prose.fact("cap", f"{' and '.join(limits)} for {line['role']}", line["rule"])
    prose.fact("withheld", f"{amount('gross_minor')} of {amount('basis_minor')} commission")


def _spiff(plan: Plan, line: Row, amount: Amount, prose: Prose) -> None:
    rule = next(spiff for spiff in plan.spiffs if spiff.name == line["name"])
    each = money(rule.pays, plan.plan.currency)
    budget = f", from a budget of {money(rule.budget, plan.plan.currency)}" if rule.budget is not None else ""
    dates = f"between {rule.between.from_} and {rule.between.to}"
    prose.fact("SPIFF", f"{each} a deal closed {dates}{budget}: {amount('gross_minor')}", line["rule"])


def _modifier(plan: Plan, line: Row, amount: Amount, prose: Prose) -> None:
    rule = next(modifier for modifier in plan.modifiers if modifier.name == line["name"])
    floor = "its target" if rule.below == "target" else rule.below
    text = f"× {multiplier(rule.multiplier)} while {rule.metric} is below {floor}, by the {rule.window} in which"
    prose.fact("modifier", f"{text} a milestone is reached", line["rule"])


def _milestone(facts: DealFacts, tranche: Row, prose: Prose) -> None:
    """`booking 30% 1,200.00 reached 2027-02-10`, then what was lost and taken back of it."""

    def show(column: str) -> str:
        return money(int(tranche[column]), facts.currency)

    head = f"{tranche['milestone']}, {tranche['milestone_share']}: {_state(facts, tranche)}"
    prose.amount(head, show("tranche_minor"), indent=4)
    if tranche["evidence"]:
        prose.say(f"shown by {tranche['evidence']}", indent=6)
    if not tranche["reached_on"]:
        if tranche["left_minor"] != tranche["tranche_minor"]:
            prose.amount("left of it after what was lost", show("left_minor"), indent=6)
        return
    if tranche["lost_share"]:
        top, bottom = (money(int(part), facts.currency) for part in tranche["lost_share"].split("/"))
        prose.amount(f"{top} of {bottom} was lost by that day: left", show("earned_minor"), indent=6)
    for recovery in facts.recoveries(int(tranche["at"])).to_dict("records"):
        _recovery(facts, show("tranche_minor"), recovery, prose)
    if tranche["entitled_minor"] != tranche["tranche_minor"]:
        prose.amount("left of it", show("entitled_minor"), indent=6)


def _recovery(facts: DealFacts, tranche: str, recovery: Row, prose: Prose) -> None:
    """`576.00 × 12,000.00 ÷ 24,000.00 × 245/365 = 193.32`, before what is left ends it."""
    loss = facts.losses[facts.losses["at"] == recovery["loss"]].iloc[0]
    lost, whole = (money(int(loss[name]), facts.currency) for name in ("top", "bottom"))
    share = "" if loss["recovers_top"] == loss["recovers_bottom"] else f" × {recovers(loss)}"
    taken = money(-int(recovery["amount_minor"]), facts.currency)
    prose.amount(f"taken back: {tranche} × {lost} ÷ {whole}{share}", taken, indent=6)
    prose.say(loss["event"], loss["event_rule"], indent=8)


def recovers(loss: Any) -> str:
    """What a rule recovers of the lost share: `245/365`, `50%`, or all of it."""
    top, bottom = int(loss["recovers_top"]), int(loss["recovers_bottom"])
    if top == bottom:
        return "all"
    return percent(top) if bottom == PPM else f"{top}/{bottom}"


def _state(facts: DealFacts, tranche: Row) -> str:
    deadline = tranche["deadline"]
    match tranche["state"]:
        case state if state == PENDING:
            if not deadline:
                return "not reached yet"
            late = deadline < to_iso(facts.sheet.as_of)
            return f"not reached; its last day was {deadline}" if late else f"not reached yet, last day {deadline}"
        case state if state == LAPSED:
            return f"reached after its last day {deadline}: pays nothing"
        case state if state == HELD:
            return f"held since {tranche['held_from']}"
        case state if state == FORFEITED:
            return "forfeited: reached after the payee's last day"
    earned = ", earned for good" if tranche["status"] == "earned" else ""
    held = f" (held from {tranche['held_from']} until then)" if tranche["held_from"] else ""
    return f"reached {tranche['reached_on']}{held}{earned}"

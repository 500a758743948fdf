"""Why a deal, or a part of it, pays nobody, and what would have to be true."""

from collections.abc import Callable

import numpy as np

from expcomp.lookups import NONE, days
from expcomp.output.deal_facts import DealFacts
from expcomp.output.prose import Prose
from expcomp.output.reasons import meaning, needed
from expcomp.output.text import money
from expcomp.period import to_iso
from expcomp.plan.conditions import Conditions
from expcomp.plan.model import Plan


def tell_unpaid(facts: DealFacts, prose: Prose) -> None:
    """For a deal of which nothing is left."""
    if not facts.reason and facts.row != NONE:
        return
    prose.title("Why it pays nobody")
    if facts.row == NONE:
        _tell_absent(facts, prose)
        return
    prose.say(f"{facts.reason}: {meaning(facts.reason)}")
    tell: dict[str, Callable[[DealFacts, Prose], None]] = {
        "not_covered": _not_covered, "outside_plan": _outside_plan, "no_tier": _no_tier, "role_vacant": _vacant,
        "zeroed": _zeroed, "held": _holds,
    }  # fmt: skip
    prose.title("What would have to be true")
    prose.say(needed(facts.reason))
    if facts.reason in tell:
        tell[facts.reason](facts, prose)


def _tell_absent(facts: DealFacts, prose: Prose) -> None:
    sheet = facts.sheet
    if facts.exported.empty:
        prose.say("the export no longer holds it: it stands as it was posted")
        return
    closed = int(days(facts.exported["close_date"])[0])
    if closed > sheet.as_of:
        prose.say(f"it closes on {to_iso(closed)}, after {to_iso(sheet.as_of)}, the day this sheet looks at")
        return
    rows = sheet.book["cancellations"]
    own = rows[rows["deal_id"] == facts.deal_id]
    day, why = to_iso(int(days(own["date"])[0])), own["reason"].iat[0]
    prose.say(f"it was cancelled on {day}: {why}", f"{own['input_file'].iat[0]}:{own['input_row'].iat[0]}")


def _not_covered(facts: DealFacts, prose: Prose) -> None:
    assert facts.plan is not None
    prose.say(f"covers: {', '.join(facts.plan.plan.covers)}", _at(facts.plan.plan.place))
    if facts.sheet.entitlement.deals.counted[facts.row]:
        prose.say("it only fills quotas here")


def _outside_plan(facts: DealFacts, prose: Prose) -> None:
    for plan, (first, last) in zip(facts.sheet.plans.versions, facts.sheet.plans.spans, strict=True):
        until = f"to {to_iso(last)}" if to_iso(last) else "on"
        prose.say(f"{plan.label} takes deals closed from {to_iso(first)} {until}", _at(plan.plan.effective.place))
        _conditions(plan.plan.applies, prose)


def _no_tier(facts: DealFacts, prose: Prose) -> None:
    assert facts.plan is not None
    for tier in facts.plan.ownership:
        prose.say(f"tier {tier.tier}", _at(tier.place))
        _conditions(tier.when, prose)


def _vacant(facts: DealFacts, prose: Prose) -> None:
    plan, vacant = facts.plan, facts.sheet.entitlement.vacant
    assert plan is not None
    for role in vacant.loc[vacant["deal"] == facts.row, "role"]:
        prose.say(f"{role} is found in {plan.roles[role].from_}", _at(plan.roles[role].place))


def _zeroed(facts: DealFacts, prose: Prose) -> None:
    number = int(facts.sheet.entitlement.zeroed[facts.row])
    if facts.plan is None or number == NONE:
        return
    rule = [rule for rule in facts.plan.guardrails if rule.action == "zero"][number]
    prose.say(f"guardrail {rule.name}: false for the deal", _at(rule.place))
    _conditions(rule.when, prose)


def _holds(facts: DealFacts, prose: Prose) -> None:
    assert facts.plan is not None
    _tell_holds(facts.plan, prose)


def _tell_holds(plan: Plan, prose: Prose) -> None:
    for rule in plan.guardrails:
        if rule.action == "hold":
            prose.say(f"guardrail {rule.name}: no longer true", _at(rule.place))
            _conditions(rule.when, prose)


def _conditions(conditions: Conditions, prose: Prose) -> None:
    for condition in conditions:
        prose.say(f"{condition.field}: {condition.written}", _at(condition.place), indent=4)


def _at(place: object) -> str:
    return f"{place.path}:{place.line}"  # type: ignore[attr-defined]


def tell_parts(facts: DealFacts, prose: Prose) -> None:
    """Overlays, SPIFFs, roles and milestones of the deal that pay nobody; and its holds."""
    rows = facts.sheet.unpaid_parts
    own = rows[(rows["deal_id"] == facts.deal_id) & ~rows["reason"].isin(("lost", "forfeited"))]
    if len(own):
        prose.title("Parts that pay nobody")
    for part in own.to_dict("records"):
        value = money(int(part["amount_minor"]), part["currency"]) + ", " if part["currency"] else ""
        prose.say(
            f"{part['component']}: {value}{part['reason']}, {meaning(part['reason'])}", _rule(facts, part["component"])
        )
        prose.say(needed(part["reason"]), indent=4)
        if part["reason"].startswith(("no_signal", "signal_")):
            _signals(facts, prose)
    held = np.asarray(facts.tranches["state"] == "held")
    if held.any() and facts.reason != "held" and facts.plan is not None:
        prose.title("What would release what is held")
        _tell_holds(facts.plan, prose)


def _rule(facts: DealFacts, component: str) -> str:
    """Where the plan has the overlay, SPIFF or role."""
    kind, _, name = component.partition(":")
    plan = facts.plan
    if plan is None:
        return ""
    if kind == "overlay":
        return _at(plan.overlays[name].place)
    if kind == "spiff":
        return next(_at(spiff.place) for spiff in plan.spiffs if spiff.name == name)
    return _at(plan.roles[name].place) if name in plan.roles else ""


def _signals(facts: DealFacts, prose: Prose) -> None:
    """The signals linked to the deal, and the bar they have to pass."""
    plan, book = facts.plan, facts.sheet.book
    signals, named = book["signals"], str(facts.exported["signal_id"].iat[0])
    of_deal = signals["deal_id"] == facts.deal_id
    linked = signals[of_deal | (signals["signal_id"] == named) if named else of_deal]
    for row in linked.to_dict("records"):
        routed = row["routed_at"].date().isoformat() if row["routed_at"] == row["routed_at"] else "never"
        marks = [mark for mark in ("budget", "timeline", "named_buyer", "product_fit") if row[mark] is True]
        text = f"signal {row['signal_id']}: routed {routed} (UTC), {', '.join(marks) or 'no mark'}"
        prose.say(text, f"{row['input_file']}:{row['input_row']}", indent=4)
    if plan is not None and plan.signals.qualified is not None:
        bar = plan.signals.qualified
        prose.say(
            f"the plan asks for {bar.at_least} of {', '.join(bar.of)}, within {plan.signals.lookback}",
            _at(bar.place),
            indent=4,
        )

"""The plan as a document: published before it counts, and proven by examples."""

from collections.abc import Iterator

from expcomp.diagnostics import Code, Finding
from expcomp.plan.model import Plan

RETROACTIVE = Code("W510", "retroactive")
NO_EXAMPLE = Code("W515", "no-example")


def check_document(plan: Plan, before: Plan | None) -> Iterator[Finding]:
    """`before` is the version of the same id that was in force until this one."""
    head = plan.plan
    if head.published is not None and head.effective.from_ < head.published:
        lowered = list(_lowered(plan, before)) if before is not None else []
        message = (
            f"published on {head.published}, in force since {head.effective.from_}: it changes pay already worked for"
        )
        if lowered:
            message += f", and lowers it: {'; '.join(lowered)}"
        help_ = "begin it after it is published" + (", and ask counsel before paying less" if lowered else "")
        yield RETROACTIVE.warning(head.key_at("published"), message, help_)
    if not plan.examples:
        help_ = "add  examples:  with a deal, its period and what it pays"
        yield NO_EXAMPLE.warning(plan.place, "the plan proves none of its arithmetic by an example", help_)


def _lowered(plan: Plan, before: Plan) -> Iterator[str]:
    """Rates, overlays and multipliers below those of the version before, and caps that are new or tighter."""
    yield from _less(_rates(before), _rates(plan), "rate of")
    yield from _less(_overlays(before), _overlays(plan), "overlay")
    yield from _less(_multipliers(before), _multipliers(plan), "multiplier of")
    caps = {f"{cap.role} per {cap.per}": cap.limit for cap in before.caps}
    for cap in plan.caps:
        name = f"{cap.role} per {cap.per}"
        if name not in caps or cap.limit < caps[name]:
            yield f"cap of {name} {'is tighter' if name in caps else 'is new'}"


def _less(old: dict[str, int], new: dict[str, int], what: str) -> Iterator[str]:
    yield from (f"{what} {name}" for name, value in new.items() if name in old and value < old[name])


def _rates(plan: Plan) -> dict[str, int]:
    named = {f"{rate.role} {' '.join(map(str, rate.when))}".strip(): rate.rate for rate in plan.rates}
    return {name: rate for name, rate in named.items() if rate is not None}


def _overlays(plan: Plan) -> dict[str, int]:
    return {f"{name} of {o.pays.of}": o.pays.share_ppm or o.pays.amount_minor for name, o in plan.overlays.items()}


def _multipliers(plan: Plan) -> dict[str, int]:
    return {
        f"{rule.role} band {number}": band.multiplier
        for rule in plan.accelerators
        for number, band in enumerate(rule.bands, 1)
    }

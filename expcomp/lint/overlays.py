"""Overlays: those that nothing reaches, and what they add to the cost of a deal."""

from collections.abc import Iterator

from expcomp.diagnostics import Code, Finding
from expcomp.lint.reach import UNREACHED, Reach
from expcomp.money import percent
from expcomp.plan.model import Overlay
from expcomp.plan.scalars import WHOLE

TENTH = 1_000
"""A tenth of a percent: the cost is told no finer."""
ABOVE_POOL = Code("W508", "above-the-pool")


def check_overlays(reach: Reach) -> Iterator[Finding]:
    for name, overlay in reach.plan.overlays.items():
        if not reach.overlays[name]:
            message = f"no deal can pay the overlay {name}: its tiers and conditions never meet"
            yield UNREACHED.warning(overlay.place, message, "loosen its `when`, or name other tiers")
    yield from _above_pool(reach)


def _above_pool(reach: Reach) -> Iterator[Finding]:
    """The split is all of the commission; additive overlays come on top."""
    costs = {number: _costs(reach, number) for number in sorted(reach.tiers)}
    told = [f"tier {reach.plan.ownership[number].tier} {text}" for number, text in costs.items() if text]
    if told:
        first = next(o for o in reach.plan.overlays.values() if o.funding == "additive" and pays_something(o))
        message = (
            "the split is 100% of the commission and additive overlays come on top, so a deal can cost, as a share "
            f"of its commission: {'; '.join(told)}"
        )
        yield ABOVE_POOL.warning(first.place, message, "check that the budget holds this, or use  funding: carve_out")


def _costs(reach: Reach, number: int) -> str:
    """`150% (signal credit 25%, partner influence 25%)`; nothing where no overlay adds to the split."""
    additive = {
        name: _of_commission(reach, number, overlay)
        for name, overlay in reach.plan.overlays.items()
        if overlay.funding == "additive" and number in reach.overlays[name] and pays_something(overlay)
    }
    if not additive:
        return ""
    total = WHOLE + sum(share or 0 for share in additive.values())
    shown = [
        f"{name} {percent(share) if share else reach.plan.overlays[name].pays.written}"
        for name, share in additive.items()
    ]
    flat = " and more" if None in additive.values() else ""
    return f"{percent(total)}{flat} ({', '.join(shown)})"


def pays_something(overlay: Overlay) -> bool:
    return bool(overlay.pays.share_ppm or overlay.pays.amount_minor)


def _of_commission(reach: Reach, number: int, overlay: Overlay) -> int | None:
    """The overlay as a share of the deal's commission, in parts per million; None for a flat amount or no fixed rate.

    A share of the value weighs most where the rate is lowest.
    """
    if overlay.pays.of in ("commission", "base commission"):
        return overlay.pays.share_ppm
    if overlay.pays.of == "amount":
        return None
    plan = reach.plan
    lowest = 0
    for role, share in plan.ownership[number].credit.items():
        rates = [plan.rates[at].rate for at in reach.rates.get((number, role), ())]
        if not rates or None in rates:
            return None
        lowest += share * min(rate for rate in rates if rate is not None)
    if lowest < WHOLE:
        return None
    share = overlay.pays.share_ppm * WHOLE // (lowest // WHOLE)
    return share - share % TENTH

"""What is paid beside the split: overlays, and SPIFFs."""

from collections.abc import Iterator

from expcomp.describe.document import Part, Points, Sentences
from expcomp.describe.samples import overlay_samples
from expcomp.describe.view import View, by_signal
from expcomp.describe.who import found
from expcomp.describe.wording import amount, deals_where, one_of, where
from expcomp.describe.worked import overlay_table
from expcomp.money import percent
from expcomp.plan.model import Overlay, OverlayPay, Spiff

BASES = {
    "commission": "of the deal's commission, after accelerators and before caps",
    "base commission": "of the deal's commission before accelerators",
    "value": "of the deal's value",
}


def overlays(view: View) -> Iterator[Part]:
    shown = {name: overlay for name, overlay in view.plan.overlays.items() if _concerns(view, overlay)}
    samples = overlay_samples(view.plan, shown)
    for name, overlay in shown.items():
        yield Sentences(_told(view, name, overlay))
        if name in samples:
            yield overlay_table(view.plan, name, samples[name])
    if shown:
        yield Sentences(
            "These are paid at the deal's own milestones, and are lost or taken back as commission is. "
            "On a deal where nobody holds the role, nothing of the kind is paid."
        )


def _concerns(view: View, overlay: Overlay) -> bool:
    """It pays a role shown, or is taken from one."""
    credited = {role for tier in view.plan.ownership if overlay.applies_to(tier.tier) for role in tier.credit}
    return view.sees([overlay.role]) or (overlay.funding == "carve_out" and view.sees(credited))


def _told(view: View, name: str, overlay: Overlay) -> str:
    tiers = "a deal of any tier" if overlay.tiers == "all" else f"a deal of tier {one_of(overlay.tiers)}"
    when = f" where {where(overlay.when, view.currency)}" if overlay.when else ""
    signal = ", if the deal has a credited signal" if overlay.requires else ""
    who = found(view.plan.roles, overlay.role)
    whoever = ", whatever their own role," if by_signal(view.plan.roles[overlay.role].from_) else ""
    return (
        f"{name}: {_pays(view, overlay.pays)} to the {overlay.role} ({who}){whoever} on {tiers}{when}{signal}. "
        f"{_funding(overlay)}"
    )


def _pays(view: View, pays: OverlayPay) -> str:
    if pays.of == "amount":
        return amount(pays.amount_minor, view.currency)
    return f"{percent(pays.share_ppm)} {BASES[pays.of]},"


def _funding(overlay: Overlay) -> str:
    if overlay.funding == "additive":
        return "It comes on top: nobody's commission is lower for it."
    return (
        "It is carved out of the commission of those credited, each in proportion, and never comes to more than that."
    )


def spiffs(view: View) -> Iterator[Part]:
    shown = [spiff for spiff in view.plan.spiffs if spiff.role in view.roles]
    if shown:
        yield Points(tuple(_spiff(view, spiff) for spiff in shown))
        yield Sentences(
            "A SPIFF is paid whole, once the deal is won. It waits and is taken back by the same rules as commission "
            "that is an advance."
        )


def _spiff(view: View, spiff: Spiff) -> str:
    deals = deals_where(spiff.when, view.currency, "all deals")
    budget = (
        f" All of them together come to at most {amount(spiff.budget, view.currency)}, spent in order of close date: "
        "the deal that no longer fits gets what is left, later ones nothing."
        if spiff.budget is not None
        else ""
    )
    return (
        f"{spiff.name}: {amount(spiff.pays, view.currency)} a deal, to the {spiff.role} credited on it, for {deals} "
        f"with a close date from {spiff.between.from_} through {spiff.between.to}.{budget}"
    )

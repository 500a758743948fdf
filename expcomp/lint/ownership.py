"""Ownership: tiers nobody reaches, deals nobody owns, and credit that sets people against each other."""

from collections.abc import Iterator

from expcomp.diagnostics import Code, Finding
from expcomp.lint.overlays import pays_something
from expcomp.lint.reach import UNREACHED, Reach
from expcomp.lint.regions import described
from expcomp.plan.model import Plan, Tier
from expcomp.plan.scalars import WHOLE

NO_SIGNAL_CREDIT = Code("W501", "no-signal-credit")
RENEWAL = Code("W516", "renewal-against-the-tier")
FALL_THROUGH = Code("W517", "deals-fall-through")

CLOSERS = ("deal.", "team.", "manager of ")


def check_ownership(reach: Reach) -> Iterator[Finding]:
    plan = reach.plan
    for number, tier in enumerate(plan.ownership):
        if number not in reach.tiers:
            help_ = "move it above the tier that takes its deals, or leave it out"
            yield UNREACHED.warning(tier.place, f"no deal reaches the tier {tier.tier}{_why(plan, tier)}", help_)
            continue
        yield from _closer_takes_all(reach, number, tier)
        yield from _renewal(tier)
    if reach.no_tier is not None:
        deal = described(reach.no_tier, plan)
        message = f"some deals fit no tier and pay nobody (no_tier), for example: {deal}"
        yield FALL_THROUGH.warning(plan.ownership[-1].place, message, "end with a tier that has no `when`")


def _why(plan: Plan, tier: Tier) -> str:
    return ": tiers above it take every deal that fits it" if tier is not plan.ownership[0] else ": it fits none"


def closes(plan: Plan, role: str) -> bool:
    """Whether a role is found on the deal, so that its holder closes; partners bring deals."""
    source = plan.roles[role].from_
    return source.startswith(CLOSERS) and source != "deal.partner"


def _closer_takes_all(reach: Reach, number: int, tier: Tier) -> Iterator[Finding]:
    plan = reach.plan
    credited = [role for role, share in tier.credit.items() if share]
    if not all(closes(plan, role) for role in credited):
        return
    for name, tiers in reach.overlays.items():
        overlay = plan.overlays[name]
        if number in tiers and pays_something(overlay) and not closes(plan, overlay.role):
            return
    message = (
        f"the tier {tier.tier} credits {' and '.join(credited)} alone: whoever surfaced the deal gets nothing, and "
        "signals stop coming"
    )
    help_ = "add an overlay for the role that logs the signal, like  pays: 25% of base commission"
    yield NO_SIGNAL_CREDIT.warning(tier.key_at("credit"), message, help_)


def _renewal(tier: Tier) -> Iterator[Finding]:
    """The people who lead one of the two must be credited for the other."""
    if tier.renewal is None:
        return
    for lead, other, what in (
        (tier.credit, tier.renewal, "expansions"),
        (tier.renewal, tier.credit, "renewals"),
    ):
        most = max(lead.values(), default=WHOLE)
        strangers = [role for role, share in lead.items() if share == most and not other.get(role)]
        if strangers:
            missing = "renewals" if what == "expansions" else "expansions"
            message = (
                f"in the tier {tier.tier} the {what} are led by {' and '.join(strangers)}, without credit for "
                f"{missing}: people work one account against each other"
            )
            yield RENEWAL.warning(
                tier.key_at("renewal"), message, "credit renewals by the model of the tier's expansions"
            )
            return

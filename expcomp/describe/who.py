"""Who owns which deal, and who is credited for it."""

from collections.abc import Iterator, Mapping

from expcomp.describe.document import Grid, Part, Sentences
from expcomp.describe.imagined import roles_of
from expcomp.describe.view import View
from expcomp.describe.wording import deals_where, listed, one_of, shares
from expcomp.money import percent
from expcomp.plan.model import Role, Tier


def ownership(view: View) -> Iterator[Part]:
    tiers = view.plan.ownership
    yield Sentences(
        "The tiers are tried from top to bottom on the deal's close date, and the first one that fits owns the deal. "
        "Its shares divide the deal's value; each person is paid on their part."
    )
    rows = tuple(
        (tier.tier, _owns(view, tier, number), shares(tier.credit), shares(tier.quota_credit or tier.credit))
        for number, tier in enumerate(tiers)
    )
    yield Grid(("tier", "owns", "credited", "counts toward quotas"), rows, "Tiers")
    for text in (*_own(view), *_exceptions(view), *_renewals(view)):
        yield Sentences(text)


def _owns(view: View, tier: Tier, number: int) -> str:
    if not tier.when:
        return "every other deal" if number else "every deal"
    return deals_where(tier.when, view.currency)


def _own(view: View) -> Iterator[str]:
    if not view.role:
        return
    named = {tier.tier: tier.credit.get(view.role, 0) for tier in view.plan.ownership}
    mine = [f"{percent(share)} in {name}" for name, share in named.items() if share]
    others = [name for name, share in named.items() if not share]
    yield f"The {view.role} is credited {listed(mine)}." if mine else f"No tier credits the {view.role}."
    if mine and others:
        yield f"The {view.role} is not credited in {listed(others)}."


def _exceptions(view: View) -> Iterator[str]:
    tiers = view.plan.ownership
    if tiers and tiers[-1].when:
        yield "A deal that fits no tier is listed and pays nobody."
    yield "A deal may be moved to another tier on purpose; the record names who did it."
    split = [tier.tier for tier in tiers if tier.splits]
    if split:
        yield (
            f"In tier {one_of(split)}, a deal with rows in the CRM's splits takes their shares instead: they must add "
            "up to 100%, and each must be of a role that the tier credits. People who share a role divide its quota "
            "credit and its SPIFF by their shares."
        )


def _renewals(view: View) -> Iterator[str]:
    head = view.plan.plan
    named = {tier.tier: tier.renewal for tier in view.plan.ownership if tier.renewal}
    told = "; ".join(f"tier {tier}: {shares(renewal)}" for tier, renewal in named.items())
    if "renewal" in head.covers:
        own = f"by shares of its own ({told}); where a tier has none, " if named else ""
        yield f"A renewal is credited {own}as any other deal of its tier."
    elif named:
        quotas = (
            "it only fills quotas, by its tier's other shares"
            if "renewal" in head.counts_toward_quota
            else ("nothing is paid for one")
        )
        yield f"The tiers also name shares for renewals ({told}), but this plan does not pay for renewals: {quotas}."


def people(view: View) -> Iterator[Part]:
    rows = tuple((name, found(view.plan.roles, name), _vacant(view, name)) for name in view.plan.roles)
    yield Grid(("role", "who that is, on the close date", "when nobody holds it"), rows, "Roles")
    if any(role.from_.startswith("account.") for role in view.plan.roles.values()):
        yield Sentences(
            "Where an account has assignments for a role, whoever is assigned on the close date holds it, first and "
            "last day included; the account's own column is not used then."
        )


def found(roles: Mapping[str, Role], name: str) -> str:
    """`the account's csm`, `who logged the deal's credited signal`"""
    source = roles[name].from_
    subject, _, column = source.partition(".")
    match subject:
        case "account":
            return f"the account's {column}"
        case "deal":
            return f"the deal's {column}"
        case "team":
            return f"who the deal's opportunity team lists as {column}"
        case "signal":
            return f"who {'logged' if column == 'logged_by' else 'was assigned'} the deal's credited signal"
    return f"the {source}"


def _vacant(view: View, name: str) -> str:
    role = view.plan.roles[name]
    if not any(name in roles_of(tier) for tier in view.plan.ownership):
        return "nothing is paid for it"
    if role.falls_to:
        return f"the {role.falls_to} is paid the {name}'s part"
    if role.vacant == "forfeit":
        return "its part is paid to nobody, and fills no quota"
    return "nobody is paid until it is filled: the run stops and lists the deals"

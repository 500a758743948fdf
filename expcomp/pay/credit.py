"""Ownership: the tier of each deal, and who is credited with what share of it.

Design page 3, steps 2 and 3. The value is divided by the tier's shares, exactly; what fills quotas is
divided likewise where it adds up to 100 %, and rounded role by role where it does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Findings
from expcomp.exact import PPM, Flags, Ints, divide, round_ratio
from expcomp.lookups import NONE, folded, group_of, kept
from expcomp.money import percent
from expcomp.pay.deals import Deals
from expcomp.pay.roles import Holders, Payees
from expcomp.pay.words import codes, empty, repeat
from expcomp.places import cell, place_of
from expcomp.plan.model import Plan, Tier
from expcomp.sources.book import Book
from expcomp.suggest import did_you_mean

UNKNOWN_TIER = Code("D510", "unknown-override-tier")
VACANT = Code("D511", "vacant-role")
SPLIT_SUM = Code("D512", "splits-not-100-percent")
SPLIT_ROLE = Code("D513", "split-role-not-credited")

NO_TIER = NONE


@dataclass(frozen=True)
class Credits:
    """One row of `lines` per deal, role and payee.

    Columns: KEPT, version, credited_minor, quota_minor. `tier` is per deal; `missing` (deal, role, left) are parts
    that are paid to nobody.
    """

    lines: pd.DataFrame
    tier: Ints
    missing: pd.DataFrame


COLUMNS = {
    "deal": "int64", "payee": "int64", "left": "bool", "share_ppm": "int64", "quota_ppm": "int64",
    "quota_whole": "int64", "within_role_ppm": "int64", "in_credit": "bool", "expected": "bool", "split_row": "int64",
}  # fmt: skip
"""A part of a deal before amounts, beside its role (a category): the role's share of the value and of
quotas, what the shares of quotas add up to in the tier (NONE: the same as credit), the payee's share within
the role, and whether somebody is expected to hold it."""


KEPT = ["deal", "role", "payee", "share_ppm", "within_role_ppm", "split_row", "paid"]
"""deal and payee are codes; split_row is the row of the splits table, or NONE; `paid`: whether the line pays, or only
fills a quota."""


def credit_deals(
    plan: Plan, index: int, roles: pd.CategoricalDtype, book: Book, deals: Deals, holders: Holders, payees: Payees,
    findings: Findings,
) -> Credits:  # fmt: skip
    """Tier and credit of every deal this version pays or counts."""
    rows = deals.of_version(index)
    tier = find_tiers(plan, index, deals, rows, findings)
    is_renewal = deals.facts.family.among(frozenset({"renewal"}))
    splits = _revenue_splits(book, deals, payees)
    batches = [empty(COLUMNS | {"role": roles})]
    for number, rule in enumerate(plan.ownership):
        mine = rows[tier[rows] == number]
        split = np.isin(mine, splits["deal"]) & (rule.splits == "crm")
        renewal = deals.covered[mine] & is_renewal[mine]
        for shares, own in ((rule.credit, ~renewal), (rule.renewal or rule.credit, renewal)):
            batches += _by_roles(rule, shares, mine[own & ~split], roles, holders)
            batches += _by_splits(rule, shares, splits[splits["deal"].isin(mine[own & split])], roles, findings)
    parts = pd.concat(batches, ignore_index=True)
    parts["paid"] = parts["in_credit"] & deals.covered[parts["deal"]]
    accelerated = parts["role"].isin([a.role for a in plan.accelerators])
    matters = ((parts["paid"] | accelerated) & parts["expected"]).to_numpy()
    _fill_vacancies(plan, parts, matters, deals, holders, findings)
    return _amounts(plan, index, parts, tier, deals)


def find_tiers(plan: Plan, index: int, deals: Deals, rows: Ints, findings: Findings) -> Ints:
    """Override, else the first tier whose conditions hold on the close date; NO_TIER elsewhere."""
    tier = np.full(len(deals), NO_TIER)
    for number in reversed(range(len(plan.ownership))):
        holds = deals.facts.hold(plan.ownership[number].when, deals.worth[index], rows, deals.close[rows])
        tier[rows[holds]] = number
    override = deals.frame["override_tier"]
    named = {rule.tier.casefold(): number for number, rule in enumerate(plan.ownership)}
    for row in rows[(override.iloc[rows] != "").to_numpy()].tolist():
        wanted = cell(deals.frame, "override_tier", row)
        if wanted.strip().casefold() in named:
            tier[row] = named[wanted.strip().casefold()]
            continue
        message = f'{deals.id(row)} is moved to the tier "{wanted}", which {plan.path} does not have'
        help_ = did_you_mean(wanted, [rule.tier for rule in plan.ownership])
        findings.add(UNKNOWN_TIER.at(deals.place(row), message, help_))
    return tier


def _by_roles(
    rule: Tier, shares: dict[str, int], rows: Ints, roles: pd.CategoricalDtype, holders: Holders
) -> Iterator[pd.DataFrame]:
    """One part per role that the tier credits, or that only fills a quota."""
    quota = rule.quota_credit or {}
    for role in dict.fromkeys([*shares, *quota]):
        held = holders.of(role, rows)
        yield pd.DataFrame({
            "deal": rows, "role": repeat(role, len(rows), roles), "payee": held.payee, "left": held.left,
            "share_ppm": shares.get(role, 0),
            "quota_ppm": quota.get(role, 0), "quota_whole": _whole(rule), "within_role_ppm": PPM,
            "in_credit": role in shares, "expected": True, "split_row": NONE,
        })  # fmt: skip


def _whole(rule: Tier) -> int:
    """What the shares of quotas add up to; NONE where credit fills them."""
    return NONE if rule.quota_credit is None else sum(rule.quota_credit.values())


def _revenue_splits(book: Book, deals: Deals, payees: Payees) -> pd.DataFrame:
    """Rows of the splits export that divide: revenue splits of deals we know, each with its role."""
    splits = book["splits"]
    deal = deals.names.codes(splits["deal_id"])
    divides = ~folded(splits["split_type"]).str.contains("overlay").to_numpy() & (deal != NONE)
    rows = splits.assign(deal=deal, split_row=np.arange(len(splits)))[divides].reset_index(drop=True)
    payee = payees.names.codes(rows["payee"])
    own_role = payees.role.reindex(payee).to_numpy()
    in_role = folded(rows["role"]).where(rows["role"] != "", own_role)
    divided: pd.DataFrame = rows.assign(payee_code=payee, in_role=in_role)
    return divided


def _by_splits(
    rule: Tier, shares: dict[str, int], splits: pd.DataFrame, roles: pd.CategoricalDtype, findings: Findings
) -> Iterator[pd.DataFrame]:
    """One part per payee of the CRM's splits, in the roles that `shares` credit. A quota role that the splits do not
    name is held by nobody."""
    if splits.empty:
        return
    role_names = {name.casefold(): name for name in shares}
    _check_splits(rule, splits, role_names, findings)
    parts = pd.DataFrame({
        "deal": splits["deal"], "role": splits["in_role"].map(role_names).astype(roles),
        "payee": splits["payee_code"], "share_ppm": splits["share"].astype("int64"), "split_row": splits["split_row"],
    })  # fmt: skip
    parts = parts.groupby(["deal", "role", "payee"], as_index=False).agg({"share_ppm": "sum", "split_row": "min"})
    quota = rule.quota_credit or {}
    yield parts.assign(
        left=False, quota_whole=_whole(rule), in_credit=True, within_role_ppm=parts["share_ppm"],
        quota_ppm=[quota.get(role, 0) for role in parts["role"]], expected=True,
    )[[*COLUMNS, "role"]]  # fmt: skip
    for role, quota_ppm in quota.items():
        unnamed = np.setdiff1d(parts["deal"], parts.loc[parts["role"] == role, "deal"])
        yield pd.DataFrame({
            "deal": unnamed, "role": repeat(role, len(unnamed), roles), "payee": NONE, "left": False,
            "share_ppm": 0, "quota_ppm": quota_ppm,
            "quota_whole": _whole(rule), "within_role_ppm": PPM, "in_credit": False, "expected": False,
            "split_row": NONE,
        })  # fmt: skip


def _check_splits(rule: Tier, splits: pd.DataFrame, role_names: dict[str, str], findings: Findings) -> None:
    for at in np.flatnonzero(~splits["in_role"].isin(role_names).to_numpy()).tolist():
        row = splits.iloc[at]
        message = f"{row.deal_id} is split to {row.payee} as {row.in_role}, which tier {rule.tier} does not credit"
        help_ = f"tier {rule.tier} credits {', '.join(role_names.values())} ({rule.place})"
        findings.add(SPLIT_ROLE.at(place_of(splits, at), message, help_))
    total = splits.groupby("deal_id")["share"].sum()
    for deal_id, whole in total[total != PPM].items():
        at = int(np.flatnonzero((splits["deal_id"] == deal_id).to_numpy())[0])
        message = f"the splits of {deal_id} add up to {percent(int(whole))}, not 100%"
        findings.add(SPLIT_SUM.at(place_of(splits, at), message))


def _fill_vacancies(
    plan: Plan, parts: pd.DataFrame, matters: Flags, deals: Deals, holders: Holders, findings: Findings
) -> None:
    """What `vacant:` says of a role that nobody holds: an error, another role's holder, or nobody."""
    vacant = (parts["payee"] == NONE).to_numpy() & matters
    for role in parts.loc[vacant, "role"].unique():
        rows = np.flatnonzero(vacant & (parts["role"] == role).to_numpy())
        asked = role
        while len(rows) and (asked := plan.roles[asked].falls_to):
            payee = holders.of(asked, parts["deal"].to_numpy()[rows]).payee
            parts.loc[rows, "payee"] = payee
            rows = rows[payee == NONE]
        last = asked or _end_of_chain(plan, role)
        if plan.roles[last].vacant == "forfeit":
            continue
        for row in rows.tolist():
            deal, left = int(parts["deal"].to_numpy()[row]), bool(parts["left"].to_numpy()[row])
            who = "its holder had left by the close date" if left else "nobody holds it on the close date"
            message = f"{deals.id(deal)} credits the role {role}, and {who}"
            say = f"vacant: forfeit  or  vacant: to <role>  at {plan.roles[role].place}"
            help_ = f"name a holder in the export, or say  {say}"
            findings.add(VACANT.at(deals.place(deal), message, help_))


def _end_of_chain(plan: Plan, role: str) -> str:
    while plan.roles[role].falls_to:
        role = plan.roles[role].falls_to
    return role


def _amounts(plan: Plan, index: int, parts: pd.DataFrame, tier: Ints, deals: Deals) -> Credits:
    """Divide the values. A vacant part takes its share of the cents too, as payee "" before all others."""
    deal, payee = parts["deal"].to_numpy(), parts["payee"].to_numpy()
    tie = tie_rank(payee, parts["role"])
    credited = divide(deals.value, parts["share_ppm"].to_numpy(), deal, tie)
    own_quota = (parts["quota_whole"] != NONE).to_numpy()
    quota = credited.copy()
    if own_quota.any():
        quota[own_quota] = _quota_credit(plan, parts[own_quota], deals, tie[own_quota])
    nobody = (payee == NONE) & parts["paid"].to_numpy()
    lines = parts[KEPT].assign(version=index, credited_minor=credited, quota_minor=quota)
    return Credits(kept(lines, payee != NONE), tier, parts.loc[nobody, ["deal", "role", "left"]])


def _quota_credit(plan: Plan, parts: pd.DataFrame, deals: Deals, tie: Ints) -> Ints:
    """Per role: divided where the roles add up to exactly 100 %, else each rounded on its own; then divided
    among the payees who share the role."""
    deal = parts["deal"].to_numpy()
    group = group_of(deal, codes(parts["role"]))
    first = np.unique(group, return_index=True)[1]
    role_deal, role_ppm = deal[first], parts["quota_ppm"].to_numpy()[first]
    role_tie = np.full(len(first), np.iinfo(np.int64).max)
    np.minimum.at(role_tie, group, tie)
    divided = divide(deals.value, role_ppm, role_deal, role_tie)
    alone = round_ratio((deals.value[role_deal], role_ppm), (PPM,), plan.plan.rounding)
    of_role = np.where(parts["quota_whole"].to_numpy()[first] == PPM, divided, alone)
    return divide(of_role, parts["within_role_ppm"].to_numpy(), group, tie)


def tie_rank(payee: Ints, role: pd.Series) -> Ints:
    """Who gets a spare minor unit: the smaller payee id, then the smaller role name."""
    return (payee + 1) * len(role.cat.categories) + codes(role)

"""Overlays: paid beside the split, or carved out of it, in plan order (design page 3, step 6)."""

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Flags, Ints, divide, round_ratio
from expcomp.lookups import NONE
from expcomp.pay.credit import tie_rank
from expcomp.pay.deals import Deals
from expcomp.pay.roles import Holders
from expcomp.pay.signals import REASONS
from expcomp.pay.words import empty
from expcomp.plan.model import Overlay, Plan

DOES_NOT_APPLY = "nobody holds the role"
"""No partner, no signal: the overlay is not for this deal, and no reason is owed."""

COLUMNS = {"deal": "int64", "payee": "int64", "overlay": "int64", "basis_minor": "int64", "gross_minor": "int64"}


def overlay_lines(
    plan: Plan, index: int, credits: pd.DataFrame, tier: Ints, live: Flags, deals: Deals, holders: Holders
) -> tuple[pd.DataFrame, Ints, pd.DataFrame]:
    """Overlay lines of a version's deals; what each credit line still holds after carve-outs; and why an
    overlay of a deal's tier pays nobody (deal, overlay, reason).

    `credits` are the version's paid lines; `live` marks deals that no guardrail zeroes.
    """
    holds = credits["gross_minor"].to_numpy(np.int64).copy()
    deal = credits["deal"].to_numpy()
    commission = _sum_by_deal(deals, deal, credits["gross_minor"].to_numpy())
    base = _sum_by_deal(deals, deal, credits["base_minor"].to_numpy())
    rows = deals.of_version(index)
    rows = rows[deals.covered[rows] & live[rows] & (tier[rows] != NONE)]
    batches, unpaid = [empty(COLUMNS)], [empty({"deal": "int64", "overlay": "int64", "reason": "str"})]
    for number, (_, rule) in enumerate(plan.overlays.items()):
        wanted = np.asarray([rule.applies_to(t.tier) for t in plan.ownership], dtype=np.bool_)
        mine = rows[wanted[tier[rows]]]
        mine = mine[deals.facts.hold(rule.when, deals.worth[index], mine, deals.close[mine])]
        payee, reason = _receivers(plan, index, rule, mine, deals, holders)
        told = (reason != "") & (reason != DOES_NOT_APPLY)
        unpaid.append(pd.DataFrame({"deal": mine[told], "overlay": number, "reason": reason[told]}))
        mine, payee = mine[reason == ""], payee[reason == ""]
        basis = {"commission": commission, "base commission": base, "value": deals.value}.get(rule.pays.of)
        amount = np.full(len(mine), rule.pays.amount_minor)
        if basis is not None:
            amount = round_ratio((basis[mine], rule.pays.share_ppm), (PPM,), plan.plan.rounding)
        if rule.funding == "carve_out":
            amount = _carve(amount, mine, holds, deal, credits, deals)
        batches.append(pd.DataFrame({
            "deal": mine, "payee": payee, "overlay": number, "gross_minor": amount,
            "basis_minor": amount if basis is None else basis[mine],
        }))  # fmt: skip
    return pd.concat(batches, ignore_index=True), holds, pd.concat(unpaid, ignore_index=True)


def _sum_by_deal(deals: Deals, deal: Ints, amount: Ints) -> Ints:
    total = np.zeros(len(deals), dtype=np.int64)
    np.add.at(total, deal, amount)
    return total


def _receivers(
    plan: Plan, index: int, rule: Overlay, rows: Ints, deals: Deals, holders: Holders
) -> tuple[Ints, np.ndarray]:
    """Who is paid, and by row the reason why nobody is: no credited signal, or nobody in the role."""
    held = holders.of(rule.role, rows)
    why_no_signal = deals.why_no_signal[index][rows]
    by_signal = rule.requires == "qualified_signal" or plan.roles[rule.role].from_.startswith("signal.")
    reason = np.full(len(rows), "", dtype=object)
    reason[held.payee == NONE] = DOES_NOT_APPLY
    reason[held.left] = "payee_inactive"
    if by_signal:
        missing = why_no_signal != 0
        reason[missing] = np.asarray(REASONS, dtype=object)[why_no_signal[missing]]
    return held.payee, reason


def _carve(amount: Ints, rows: Ints, holds: Ints, deal: Ints, credits: pd.DataFrame, deals: Deals) -> Ints:
    """Take the overlay from what the deal's credit lines still hold, in place; it shrinks to that."""
    available = _sum_by_deal(deals, deal, holds)
    taken = np.zeros(len(deals), dtype=np.int64)
    taken[rows] = np.minimum(amount, available[rows])
    holds -= divide(taken, holds, deal, tie_rank(credits["payee"].to_numpy(), credits["role"]))
    return taken[rows]

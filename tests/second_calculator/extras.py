"""Overlays, caps and SPIFFs: what stands beside the credit lines of a deal."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from .amounts import divide, rounded
from .conditions import holds
from .credit import Credit, Line
from .facts import Facts
from .plan import Overlay, Plan
from .roles import holder

WINDOWS = ("month", "quarter", "year")


def overlay_lines(facts: Facts, credit: Credit) -> list[tuple[str, str, int]]:
    """(payee, overlay name, amount) in plan order; carve-outs are taken from the credit lines."""
    deal, tier = credit.deal, credit.tier
    found: list[tuple[str, str, int]] = []
    if tier is None or credit.zeroed:
        return found
    for overlay in deal.plan.overlays:
        if overlay.tiers is not None and tier.name not in overlay.tiers:
            continue
        if not holds(facts, deal, overlay.when, deal.close):
            continue
        if overlay.needs_signal and deal.signal is None:
            continue
        payee = holder(facts, deal, overlay.role)
        if not payee:
            continue
        amount = _overlay_amount(overlay, credit)
        if overlay.carve_out:
            amount = _carve(amount, credit.lines)
        found.append((payee, overlay.name, amount))
    return found


def _overlay_amount(overlay: Overlay, credit: Credit) -> int:
    if overlay.basis == "amount":
        return overlay.amount
    basis = credit.deal.value
    if overlay.basis == "commission":
        basis = sum(line.gross for line in credit.lines)
    elif overlay.basis == "base commission":
        basis = sum(line.base for line in credit.lines)
    return rounded(overlay.percent * basis, credit.deal.plan.rounding)


def _carve(amount: int, lines: list[Line]) -> int:
    """Take the amount from the lines by what they still hold; it shrinks to what there is."""
    amount = min(amount, sum(line.held for line in lines))
    pieces = divide(amount, [(line.held, line.payee, line.role) for line in lines])
    for line, piece in zip(lines, pieces, strict=True):
        line.held -= piece
    return amount


def _limits(plan: Plan, role: str, per: str) -> list[int]:
    return [limit for name, window, limit in plan.caps if name == role and window == per]


def apply_caps(lines: list[Line]) -> None:
    """Deal caps first, then the shorter window; each on what the one before left."""
    lines = sorted(lines, key=lambda line: (line.deal.close, line.deal.id))
    left = {id(line): line.held for line in lines}
    for line in lines:
        for limit in _limits(line.deal.plan, line.role, "deal"):
            left[id(line)] = min(left[id(line)], limit)
    for per in WINDOWS:
        used: dict[tuple[str, str, str], int] = defaultdict(int)
        for line in lines:
            window = line.deal.plan.calendar.around(line.deal.close, per).label
            key = (line.payee, line.role, window)
            for limit in _limits(line.deal.plan, line.role, per):
                left[id(line)] = min(left[id(line)], max(0, limit - used[key]))
            used[key] += left[id(line)]
    for line in lines:
        line.withheld = line.held - left[id(line)]


def spiff_lines(facts: Facts, credits_: list[Credit]) -> tuple[dict[str, list[tuple[str, str, int]]], set[str]]:
    """Per deal (payee, spiff name, amount), and the deals for which a budget had run out."""
    paid: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    exhausted: set[str] = set()
    used: dict[tuple[str, str], int] = defaultdict(int)
    for credit in sorted(credits_, key=lambda c: (c.deal.close, c.deal.id)):
        deal = credit.deal
        if credit.tier is None or credit.zeroed:
            continue
        for spiff in deal.plan.spiffs:
            people = [line for line in credit.lines if line.role == spiff.role and line.is_credited]
            if not people or not spiff.start <= deal.close <= spiff.end:
                continue
            if not holds(facts, deal, spiff.when, deal.close):
                continue
            amount = spiff.pays
            if spiff.budget is not None:
                amount = min(amount, spiff.budget - used[(deal.plan.id, spiff.name)])
            if amount <= 0:
                exhausted.add(deal.id)
                continue
            used[(deal.plan.id, spiff.name)] += amount
            parts: list[tuple[Fraction, str, str]] = [(p.share, p.payee, p.role) for p in people]
            for line, piece in zip(people, divide(amount, parts), strict=True):
                paid[deal.id].append((line.payee, spiff.name, piece))
    return paid, exhausted

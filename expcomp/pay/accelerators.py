"""How the rate scales as credited value fills a quota: marginal bands, or one band for all.

Design page 3, step 5. Within payee × role × window, lines stand in order of close date and deal id; each
occupies [before, before + quota credit) of the running total. Windows run on across plans
and versions, each deal under its own version's bands.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Findings
from expcomp.exact import PPM, Flags, Ints, order_by, round_ratio, running_total, starts
from expcomp.money import Rounding
from expcomp.pay.deals import Deals
from expcomp.pay.quotas import Quotas
from expcomp.pay.roles import Payees
from expcomp.plan.model import SPANS, Accelerator, Plan
from expcomp.plan.scalars import MULTIPLIER_UNIT
from expcomp.plan.versions import PlanSet

NO_QUOTA = Code("D524", "no-quota")


def accelerate(
    plans: PlanSet, lines: pd.DataFrame, deals: Deals, payees: Payees, quotas: Quotas, findings: Findings
) -> pd.DataFrame:
    """Adds base_minor, before_minor (the running total), window_quota_minor (0: none), weighted (Σ part ×
    multiplier, in ten-thousandths, over `parts_of`), at_base_rate (1: no band applied) and gross_minor to all lines."""
    close = deals.close[lines["deal"]]
    columns = {
        "before_minor": np.zeros(len(lines), np.int64),
        "window_quota_minor": np.zeros(len(lines), np.int64),
        "weighted": np.full(len(lines), MULTIPLIER_UNIT),
        "parts_of": np.ones(len(lines), np.int64),
        "at_base_rate": np.ones(len(lines), np.int64),
    }
    for index, plan in enumerate(plans.versions):
        for role in dict.fromkeys(rule.role for rule in plan.accelerators):
            rule = plan.accelerator(role)
            assert rule is not None
            group_rows = np.flatnonzero((lines["role"] == role).to_numpy())
            mine = (lines["version"].to_numpy() == index) & lines["paid"].to_numpy()
            _apply(rule, plan, lines, group_rows, mine, close, columns, deals, payees, quotas, findings)
    base = np.zeros(len(lines), dtype=np.int64)
    gross = base.copy()
    for index, plan in enumerate(plans.versions):
        paid = np.flatnonzero((lines["version"].to_numpy() == index) & lines["paid"].to_numpy())
        base[paid], gross[paid] = _rounded(lines, columns["weighted"], columns["parts_of"], paid, plan.plan.rounding)
    return lines.assign(**columns, base_minor=base, gross_minor=gross)


def _rounded(lines: pd.DataFrame, weighted: Ints, parts_of: Ints, at: Ints, rounding: Rounding) -> tuple[Ints, Ints]:
    """round(value × rate) of these lines, and round(value × rate × Σ part × multiplier ÷ quota credit): the same where
    the multiplier is 1, and mostly of small factors, because the value is the quota credit for most lines."""
    credited, rate, per = (lines[name].to_numpy()[at] for name in ("credited_minor", "rate_top", "rate_bottom"))
    base = round_ratio((credited, rate), (per,), rounding)
    scaled = np.flatnonzero(weighted[at] != parts_of[at] * MULTIPLIER_UNIT)
    value, parts = credited[scaled], parts_of[at[scaled]]
    common = np.gcd(value, parts)
    gross = base.copy()
    gross[scaled] = round_ratio(
        (value // common, rate[scaled], weighted[at[scaled]]), (per[scaled], parts // common, MULTIPLIER_UNIT), rounding
    )
    return base, gross


def _apply(
    rule: Accelerator, plan: Plan, lines: pd.DataFrame, rows: Ints, mine: Flags, close: Ints,
    columns: dict[str, Ints], deals: Deals, payees: Payees, quotas: Quotas, findings: Findings,
) -> None:  # fmt: skip
    deal, payee = lines["deal"].to_numpy()[rows], lines["payee"].to_numpy()[rows]
    window = deal if rule.window == "deal" else plan.calendar.numbers(SPANS[rule.window], close[rows])
    order = order_by(payee, window, close[rows], deal)
    rows, window, payee = rows[order], window[order], payee[order]
    group = np.cumsum(starts(window) | starts(payee)) - 1
    credit = lines["quota_minor"].to_numpy()[rows]
    before = running_total(credit, group)
    kept = mine[rows]
    quota, has_quota = _quotas(rule, plan, payee[kept], window[kept], quotas)
    _report(rule, plan, lines, rows[kept][~has_quota], window[kept][~has_quota], deals, payees, findings)
    edges = _edges(rule, plan, quota)
    if rule.mode == "whole":
        total = before + credit
        last = np.append(np.flatnonzero(starts(group))[1:], len(group)) - 1 if len(group) else group
        position = total[last][group][kept]
        weighted = _multiplier_at(rule, edges, position)
        parts_of = np.ones(len(position), np.int64)
    else:
        weighted, parts_of = _marginal(rule, edges, before[kept], credit[kept])
    columns["before_minor"][rows[kept]] = before[kept]
    columns["window_quota_minor"][rows[kept]] = quota
    columns["weighted"][rows[kept]] = np.where(has_quota, weighted, MULTIPLIER_UNIT)
    columns["parts_of"][rows[kept]] = np.where(has_quota, parts_of, 1)
    columns["at_base_rate"][rows[kept]] = ~has_quota


def _quotas(rule: Accelerator, plan: Plan, payee: Ints, window: Ints, quotas: Quotas) -> tuple[Ints, Flags]:
    if rule.measure == "credited":
        return np.zeros(len(payee), np.int64), np.ones(len(payee), np.bool_)
    return quotas.of(payee, rule.role, SPANS[rule.window], window)


def _report(
    rule: Accelerator, plan: Plan, lines: pd.DataFrame, rows: Ints, window: Ints, deals: Deals, payees: Payees,
    findings: Findings,
) -> None:  # fmt: skip
    if rule.no_quota == "base_rate":
        return
    payee_at, deal_at = lines["payee"].to_numpy(), lines["deal"].to_numpy()
    pairs = zip(rows.tolist(), window.tolist(), strict=True)
    seen = {(int(payee_at[row]), number): row for row, number in pairs}
    for (payee, number), row in sorted(seen.items()):
        who = payees.names.text(np.asarray([payee]))[0]
        label = plan.calendar.label(SPANS[rule.window], number)
        deal = int(deal_at[row])
        message = f"{who} has no quota for {label}, and {deals.id(deal)} counts toward it"
        help_ = f"add a quotas row  {who},{label},amount  or say  no_quota: base_rate  at {rule.place}"
        findings.add(NO_QUOTA.at(deals.place(deal), message, help_))


def _edges(rule: Accelerator, plan: Plan, quota: Ints) -> list[Ints]:
    """The upper edges of all bands but the last, as money: round(quota × below)."""
    edges = []
    for band in rule.bands[:-1]:
        assert band.below is not None
        if band.below.is_share:
            edges.append(round_ratio((quota, band.below.value), (PPM,), plan.plan.rounding))
        else:
            edges.append(np.full(len(quota), band.below.value))
    return edges


def _multiplier_at(rule: Accelerator, edges: list[Ints], position: Ints) -> Ints:
    """The multiplier of the band that holds a position; an edge belongs to the band above it."""
    band = sum((edge <= position).astype(np.int64) for edge in edges) if edges else np.zeros(len(position), np.int64)
    return np.asarray([b.multiplier for b in rule.bands], dtype=np.int64)[band]


def _marginal(rule: Accelerator, edges: list[Ints], before: Ints, credit: Ints) -> tuple[Ints, Ints]:
    """Σ part × multiplier over the bands a line runs through, and its quota credit; for a line that stays in
    one band, the band's multiplier and 1."""
    bands = sum((part > 0).astype(np.int64) for part in _parts(edges, before, credit))
    crosses = np.flatnonzero(bands > 1)
    weighted, parts_of = _multiplier_at(rule, edges, before), np.ones(len(before), dtype=np.int64)
    parts = _parts([edge[crosses] for edge in edges], before[crosses], credit[crosses])
    round_ratio((credit[crosses], max(band.multiplier for band in rule.bands)))  # no sum below is larger
    several = [part * band.multiplier for band, part in zip(rule.bands, parts, strict=True)]
    weighted[crosses], parts_of[crosses] = np.sum(several, axis=0), credit[crosses]
    return weighted, parts_of


def _parts(edges: list[Ints], before: Ints, credit: Ints) -> Iterator[Ints]:
    """What of [before, before + credit) lies in each band."""
    for low, high in zip([None, *edges], [*edges, None], strict=True):
        start = before if low is None else np.maximum(before, low)
        end = before + credit if high is None else np.minimum(before + credit, high)
        yield np.maximum(end - start, 0)


def band_parts(rule: Accelerator, plan: Plan, quota: Ints, before: Ints, credit: Ints) -> Iterator[Ints]:
    """For each band what of every line's quota credit lies in it, from the lines' own columns, to be printed."""
    return _parts(_edges(rule, plan, quota), before, credit)

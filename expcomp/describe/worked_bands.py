"""Worked tables of accelerators: equal deals, one after the other, through the bands."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from expcomp.describe.document import Grid
from expcomp.describe.imagined import Deal
from expcomp.describe.samples import Sample
from expcomp.describe.try_out import by_name, try_out
from expcomp.describe.wording import amount, grouped, money
from expcomp.describe.worked import first_of, lines_of
from expcomp.exact import PPM
from expcomp.money import decimals
from expcomp.period import MONTHS
from expcomp.plan.model import SPANS, Accelerator, Plan

MOST_DEALS = 12
"""Deals that may be needed to pass the last edge."""

YEARLY_QUOTA = 1_200_000
"""What an imagined payee's own rate is held against, in whole units of the currency."""


def accelerator_tables(plan: Plan, rules: Iterable[Accelerator], samples: list[Sample]) -> dict[str, Grid]:
    """For each role equal deals one after the other, until one of them has passed the last edge."""
    of_tiers = {sample.tier: sample for sample in reversed(samples)}
    series = [(rule, sample, _in_a_row(plan, rule, sample)) for rule in rules for sample in of_tiers.values()]
    series = [
        (rule, sample, [replace(deal, name=f"s{n:03d}-{k:02d}", team=f"s{n:03d}") for k, deal in enumerate(deals)])
        for n, (rule, sample, deals) in enumerate(series)
    ]
    by_deal = by_name(try_out(plan, [deal for *_, deals in series for deal in deals]))
    found: dict[str, Grid] = {}
    for rule, sample, deals in series:
        tried = [by_deal[deal.name] for deal in deals if deal.name in by_deal]
        if deals and len(tried) == len(deals) and all(str(own["tier"].iat[0]) == sample.tier for own in tried):
            found.setdefault(rule.role, _accelerated(plan, rule, sample, pd.concat(tried, ignore_index=True)))
    return found


def _in_a_row(plan: Plan, rule: Accelerator, sample: Sample) -> list[Deal]:
    """As many of the sample's deals as pass the last edge, or where one deal is the window, one for each band; none
    where that does not show the bands."""
    line = next((line for role, line in lines_of(sample, "credit") if role == rule.role), None)
    edges = [band.below for band in rule.bands if band.below is not None]
    if line is None or not edges or first_of(line, "quota_credit_minor") <= 0:
        return []
    counts, value = first_of(line, "quota_credit_minor"), sample.deal.value
    if rule.window == "deal":
        ends = [0, *(edge.value for edge in edges), 2 * edges[-1].value]
        return [replace(sample.deal, value=(a + b) * value // counts // 2) for a, b in pairwise(ends)]
    deal, last = _in_window(plan, rule, sample.deal), edges[-1]
    edge = deal.quota * last.value // PPM if last.is_share else last.value
    needed = edge // max(counts * deal.value // value, 1) + 1
    return [replace(deal, close=deal.close + n) for n in range(needed)] if 1 < needed <= MOST_DEALS else []


def _in_window(plan: Plan, rule: Accelerator, deal: Deal) -> Deal:
    """The deal against a quota of twice its value; where a rate is somebody's own, against a usual quota."""
    span = SPANS[rule.window]
    value = deal.value
    if any(rate.rate is None and rate.role == rule.role for rate in plan.rates):
        value = YEARLY_QUOTA * MONTHS[span] // 24 * 10 ** decimals(plan.plan.currency)
    return replace(deal, team="team", value=value, quota=2 * value, quota_span=span)


def _accelerated(plan: Plan, rule: Accelerator, sample: Sample, tried: pd.DataFrame) -> Grid:
    currency = plan.plan.currency
    tried = tried[tried["component"] == f"credit:{rule.role}"].groupby("deal_id", sort=True).first()
    rows = tuple(
        (f"{n}", money(int(line["credited_minor"]), currency), money(int(line["running_total_minor"]), currency),
         grouped(line["bands"]), str(line["rate"]), money(int(line["gross_minor"]), currency))
        for n, line in enumerate(tried.to_dict("records"), 1)
    )  # fmt: skip
    quota = first_of(tried, "window_quota_minor")
    against = f", against a quota of {amount(quota, currency)}" if rule.measure == "attainment" else ""
    caption = (
        f"Deals of tier {sample.tier}, each counted by itself"
        if rule.window == "deal"
        else f"Equal deals of tier {sample.tier} in one {rule.window}, in order of close date{against}"
    )
    columns = ("deal", "credited", "counted before", "parts and multipliers", "rate", "commission")
    return Grid(columns, rows, caption, frozenset({"deal", "credited", "counted before", "rate", "commission"}))

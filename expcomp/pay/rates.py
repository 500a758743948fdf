"""The rate of each credit line: the first row that fits the role and the deal, or the payee's own rate.

`rate: target_variable / quota` is the payee's annual target over the fiscal year's quota, exact: a rate is
kept as a whole-number fraction, top / bottom, and never as a rounded number.
"""

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Findings
from expcomp.exact import PPM, Ints
from expcomp.lookups import NONE
from expcomp.pay.deals import Deals
from expcomp.pay.quotas import Quotas
from expcomp.pay.roles import Payees
from expcomp.pay.targets import target_variables
from expcomp.period import Span
from expcomp.places import cell
from expcomp.plan.model import Plan
from expcomp.sources.book import Book

NO_RATE = Code("D522", "no-rate-fits")
NO_OWN_RATE = Code("D523", "no-own-rate")


def rate_lines(
    plan: Plan, index: int, lines: pd.DataFrame, deals: Deals, book: Book, payees: Payees, quotas: Quotas,
    findings: Findings,
) -> pd.DataFrame:  # fmt: skip
    """Adds rate_row (position in `rates`), rate_top and rate_bottom to the paid lines of a version."""
    deal = lines["deal"].to_numpy()
    row = np.full(len(lines), NONE)
    for number in reversed(range(len(plan.rates))):
        rule = plan.rates[number]
        mine = np.flatnonzero((lines["role"] == rule.role).to_numpy())
        fits = deals.facts.hold(rule.when, deals.worth[index], deal[mine], deals.close[deal[mine]])
        row[mine[fits]] = number
    for at in np.flatnonzero((row == NONE) & lines["paid"].to_numpy()).tolist():
        message = f"{deals.id(deal[at])} credits {cell(lines, 'role', at)}, and no rate of {plan.path} fits the deal"
        findings.add(NO_RATE.at(deals.place(deal[at]), message, "end the rates of a role with one that has no `when`"))
    fixed = np.append([0 if rule.rate is None else rule.rate for rule in plan.rates], 0)
    top, bottom = fixed[row].astype(np.int64), np.full(len(lines), PPM)
    own = np.append([rule.rate is None for rule in plan.rates], False)[row] & lines["paid"].to_numpy()
    mine = np.flatnonzero(own)
    top[mine], bottom[mine] = _own_rates(plan, lines.iloc[mine], deals, book, payees, quotas, findings)
    shared = np.maximum(np.gcd(top, bottom), 1)
    return lines.assign(rate_row=row, rate_top=top // shared, rate_bottom=bottom // shared)


def _own_rates(
    plan: Plan, lines: pd.DataFrame, deals: Deals, book: Book, payees: Payees, quotas: Quotas, findings: Findings
) -> tuple[Ints, Ints]:
    """Target and quota of each line's payee: the targets table at the close date, else the payees table."""
    payee, deal = lines["payee"].to_numpy(), lines["deal"].to_numpy()
    target, known, is_dated = target_variables(payees, book["targets"], payee, deals.close[deal])
    if deals.facts.pins:
        pinned, is_pinned = deals.facts.pins.targets(deal, payees.names.text(payee))
        own = is_pinned & ~is_dated
        target, known = np.where(own, pinned, target), known | own
    year = plan.calendar.numbers(Span.YEAR, deals.close[deal])
    quota = np.zeros(len(lines), dtype=np.int64)
    for role in lines["role"].unique():
        mine = np.flatnonzero((lines["role"] == role).to_numpy())
        quota[mine] = quotas.of(payee[mine], role, Span.YEAR, year[mine])[0]
    for at in np.flatnonzero(~known | (quota <= 0)):
        who, label = payees.names.text(payee[at : at + 1])[0], plan.calendar.label(Span.YEAR, int(year[at]))
        lacks = f"quota for {label}" if known[at] else "target_variable"
        message = f"{deals.id(deal[at])} pays {who} target_variable / quota, and {who} has no {lacks}"
        findings.add(NO_OWN_RATE.at(deals.place(deal[at]), message))
    return target, np.maximum(quota, 1)

"""Who is credited with what share of each deal, at which rate, scaled by which bands."""

import numpy as np

from . import terms
from .exact import divide, half_up, running
from .inputs import Accounts, Deals, Payees
from .lines import Lines
from .reading import Ints

ROLES = (terms.AE, terms.CSM, terms.MANAGER)


def tiers(deals: Deals, accounts: Accounts) -> Ints:
    acv = accounts.acv[deals.account]
    smaller = np.where(acv >= terms.MID_MARKET_FROM, terms.MID_MARKET, terms.VELOCITY)
    return np.where(acv >= terms.ENTERPRISE_FROM, terms.ENTERPRISE, smaller)


def credit(lines: Lines, deals: Deals, tier: Ints, accounts: Accounts, payees: Payees) -> None:
    """Deals that only fill quotas have their place in the running totals and pay nothing."""
    if int(deals.value.max(initial=0)) * terms.RATE_UNIT * max(terms.AE_BANDS[1]) >= 2**62:
        raise OverflowError("a deal too large for 64 bits")
    holders = (deals.owner, accounts.csm[deals.account], payees.manager[deals.owner])
    shares = terms.SHARES[(deals.family == terms.RENEWAL).astype(np.int64), tier]
    ties = [payee * len(ROLES) + role for role, payee in enumerate(holders)]
    credited = divide(deals.value, list(shares.T), ties)
    for role in ROLES:
        base = half_up(credited[role] * _rates(role, deals), terms.RATE_UNIT)
        lines.put(role, payee=holders[role], credited=credited[role], base=base, gross=base)
    quarter = np.searchsorted(terms.QUARTER_STARTS, deals.close, side="right") - 1
    _accelerate(lines, terms.AE, deals, quarter, payees.quotas["ae"], terms.AE_BANDS)
    year = np.zeros(len(deals), np.int64)
    _accelerate(lines, terms.CSM, deals, year, payees.quotas["csm"].sum(axis=1, keepdims=True), terms.CSM_BANDS)


def _rates(role: int, deals: Deals) -> Ints:
    return np.where(deals.paid, terms.RATES[role][deals.family], 0)


def _accelerate(lines: Lines, role: int, deals: Deals, window: Ints, quotas: Ints, bands: terms.Bands) -> None:
    """What fills a quota is what is credited, so the parts in the bands carry the rate."""
    payee, credit = lines.payee[role], lines.credited[role]
    before, quota = _before(deals, window, payee, credit, quotas.shape[1]), quotas[payee, window]
    if (quota == 0).any():
        raise ValueError("a payee has no quota")
    edges, multipliers = bands
    first, second = (half_up(quota * edge, 100) for edge in edges)
    low = np.clip(first - before, 0, credit)
    high = np.clip(before + credit - second, 0, credit)
    weighted = low * multipliers[0] + (credit - low - high) * multipliers[1] + high * multipliers[2]
    gross = half_up(_rates(role, deals) * weighted, terms.RATE_UNIT * terms.MULTIPLIER_UNIT)
    lines.put(role, before=before, quota=quota, low=low, high=high, gross=gross)


def _before(deals: Deals, window: Ints, payee: Ints, credit: Ints, windows: int) -> Ints:
    """Each deal's running total within payee and window, by close date and id: one sort of one number made of
    payee, day, and the deal's place in the order of ids."""
    count = len(deals)
    packed = (payee * terms.DAYS + deals.close - terms.YEAR_START) * count + np.arange(count)
    packed.sort()
    order = packed % count
    before = np.empty(count, np.int64)
    before[order] = running(credit[order], (payee * windows + window)[order])
    return before

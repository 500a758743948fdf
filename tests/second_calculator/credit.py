"""Tier, credit, rate and accelerator: steps 1 to 5 of the order for one deal."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .amounts import Refused, data_share, divide, money, rounded
from .conditions import holds
from .facts import Deal, Facts, Row, cell, word
from .periods import Period
from .plan import Accelerator, Rate, Tier
from .roles import credited, holder

Shares = dict[str, Fraction]


@dataclass
class Line:
    """One payee credited in one role on one deal."""

    deal: Deal
    payee: str
    role: str
    value: int
    quota: int
    share: Fraction  # the payee's part of the role, for SPIFFs
    is_credited: bool  # False: the role fills a quota and is not credited
    base: int = 0
    gross: int = 0
    held: int = 0  # gross after carve-outs
    withheld: int = 0  # by caps


@dataclass
class Credit:
    """What one deal credits."""

    deal: Deal
    tier: Tier | None
    lines: list[Line]
    some_vacant: bool
    zeroed: bool = False


def find_tier(facts: Facts, deal: Deal) -> Tier | None:
    named = cell(deal.row, "override_tier")
    if named:
        for tier in deal.plan.tiers:
            if tier.name == named:
                return tier
        raise Refused(f"deal {deal.id}: unknown override_tier {named!r}")
    for tier in deal.plan.tiers:
        if holds(facts, deal, tier.when, deal.close):
            return tier
    return None


def credit_deal(facts: Facts, deal: Deal) -> Credit:
    tier = find_tier(facts, deal)
    if tier is None:
        return Credit(deal, None, [], False)
    shares = tier.renewal if deal.family == "renewal" and deal.covered else tier.credit
    split_rows = [row for row in facts.splits.get(deal.id, []) if word(cell(row, "split_type")) in ("", "revenue")]
    if tier.crm_splits and split_rows:
        lines, some_vacant = _by_crm_splits(facts, deal, tier, shares, split_rows), False
    else:
        lines, some_vacant = _by_roles(facts, deal, tier, shares)
    zeroed = any(action == "zero" and holds(facts, deal, when, deal.close) for _, when, action in deal.plan.guardrails)
    return Credit(deal, tier, lines, some_vacant, zeroed)


def _quota_parts(value: int, shares: Shares, people: dict[str, str], mode: str) -> dict[str, int]:
    """Quota credit of each role: divided where the shares make 100 %, each on its own otherwise."""
    if sum(shares.values()) == 1:
        parts = divide(value, [(shares[role], people.get(role, ""), role) for role in shares])
        return dict(zip(shares, parts, strict=True))
    return {role: rounded(value * part, mode) for role, part in shares.items()}


def _by_roles(facts: Facts, deal: Deal, tier: Tier, shares: Shares) -> tuple[list[Line], bool]:
    roles = list(shares)
    if tier.quota_credit is not None:
        roles += [role for role in tier.quota_credit if role not in shares]
    who = {role: _asked(facts, deal, role, role in shares) for role in roles}
    people = {role: payee or "" for role, payee in who.items()}
    amounts = divide(deal.value, [(shares[role], people[role], role) for role in shares])
    values = dict(zip(shares, amounts, strict=True))
    quotas = dict(values)
    if tier.quota_credit is not None:
        quotas = _quota_parts(deal.value, tier.quota_credit, people, deal.plan.rounding)
    lines = []
    for role in roles:
        payee = who[role]
        if payee is not None:
            is_credited = shares.get(role, Fraction(0)) > 0
            lines.append(Line(deal, payee, role, values.get(role, 0), quotas.get(role, 0), Fraction(1), is_credited))
    return lines, any(who[role] is None for role in shares)


def _asked(facts: Facts, deal: Deal, role: str, in_credit: bool) -> str | None:
    """Who holds a role; its `vacant` rule counts where the role is paid, or fills a quota that bands measure."""
    measured = any(rule.role == role for rule in deal.plan.accelerators)
    if (deal.covered and in_credit) or measured:
        return credited(facts, deal, role)
    return holder(facts, deal, role)


def _by_crm_splits(facts: Facts, deal: Deal, tier: Tier, shares: Shares, rows: list[Row]) -> list[Line]:
    """The CRM's shares instead of the tier's; quota credit of a role divides by the same shares."""
    parts: dict[tuple[str, str], Fraction] = {}
    for row in rows:
        payee = cell(row, "payee")
        role = cell(row, "role") or cell(facts.payee(payee), "role")
        if role not in shares:
            raise Refused(f"deal {deal.id}: split role {role!r} is not one tier {tier.name} credits")
        key = (payee, role)
        parts[key] = parts.get(key, Fraction(0)) + data_share(cell(row, "share"))
        facts.payee(payee)
    if sum(parts.values()) != 1:
        raise Refused(f"deal {deal.id}: splits do not add up to 100%")
    keys = sorted(parts)
    values = dict(zip(keys, divide(deal.value, [(parts[k], *k) for k in keys]), strict=True))
    of_role: Shares = {}
    for (_, role), part in parts.items():
        of_role[role] = of_role.get(role, Fraction(0)) + part
    quotas = dict(values)
    if tier.quota_credit is not None:
        people = {role: min(p for p, r in keys if r == role) for role in of_role}
        by_role = _quota_parts(deal.value, tier.quota_credit, people, deal.plan.rounding)
        for role in of_role:
            mine = [k for k in keys if k[1] == role]
            pieces = divide(by_role.get(role, 0), [(parts[k], *k) for k in mine])
            quotas.update(zip(mine, pieces, strict=True))
    lines = []
    for payee, role in keys:
        part = parts[payee, role]
        own = part / of_role[role] if of_role[role] else Fraction(0)
        amount, quota = values[payee, role], quotas[payee, role]
        lines.append(Line(deal, payee, role, amount, quota, own, part > 0))
    return lines


# --- quotas


def quota_of(facts: Facts, payee: str, role: str, window: Period) -> int | None:
    """The row of exactly that window, else the rows of smaller periods that tile it."""
    by_period: dict[str, dict[str, int]] = {}
    for row in facts.quotas.get(payee, []):
        named = cell(row, "role")
        if named not in ("", role):
            continue
        rows = by_period.setdefault(cell(row, "period"), {})
        amount = money(cell(row, "amount"), facts.plans.currency)
        if rows.get(named, amount) != amount:
            raise Refused(f"two quotas for {payee} {cell(row, 'period')}")
        rows[named] = amount
    found: list[tuple[Period, int]] = []
    for label, rows in by_period.items():
        amount = rows[role] if role in rows else rows[""]
        found.append((facts.plans.calendar.period(label), amount))
    for period, amount in found:
        if (period.start, period.end) == (window.start, window.end):
            return amount
    totals = _tilings(window, found)
    if len(totals) > 1:
        raise Refused(f"quota of {payee} for {window.label}: two ways to tile it")
    return totals[0] if totals else None


def _tilings(window: Period, rows: list[tuple[Period, int]]) -> list[int]:
    """The total of every set of rows that covers the window day by day, once."""
    ways: list[int] = []
    for period, amount in rows:
        if period.start != window.start or period.end > window.end:
            continue
        if period.end == window.end:
            ways.append(amount)
        else:
            after = type(period.end).fromordinal(period.end.toordinal() + 1)
            rest = Period("", after, window.end)
            ways += [amount + more for more in _tilings(rest, rows)]
    return ways


# --- rates and accelerators


def find_rate(facts: Facts, line: Line) -> Fraction:
    for row in line.deal.plan.rates:
        if row.role == line.role and holds(facts, line.deal, row.when, line.deal.close):
            return _exact_rate(facts, line, row)
    raise Refused(f"deal {line.deal.id}: no rate for role {line.role}")


def _exact_rate(facts: Facts, line: Line, row: Rate) -> Fraction:
    if row.rate is not None:
        return row.rate
    currency = facts.plans.currency
    text = cell(facts.payee(line.payee), "target_variable")
    newest = None
    for target in facts.targets.get(line.payee, []):
        day = facts.day(cell(target, "from"))
        if day <= line.deal.close and (newest is None or day > newest):
            newest, text = day, cell(target, "target_variable")
    year = facts.plans.calendar.around(line.deal.close, "year")
    quota = quota_of(facts, line.payee, line.role, year)
    if not text:
        raise Refused(f"payee {line.payee}: no target_variable")
    if not quota:
        raise Refused(f"payee {line.payee}: no quota for {year.label}")
    return Fraction(money(text, currency), quota)


def in_window(lines: list[Line], line: Line, window: str) -> list[Line]:
    """Lines of the same payee and role in the same window, in order of close date and deal id."""
    same = [other for other in lines if other.payee == line.payee and other.role == line.role]
    if window == "deal":
        return [other for other in same if other.deal.id == line.deal.id]
    period = line.deal.plan.calendar.around(line.deal.close, window)
    same = [other for other in same if period.holds(other.deal.close)]
    return sorted(same, key=lambda other: (other.deal.close, other.deal.id))


def accelerate(facts: Facts, line: Line, lines: list[Line]) -> None:
    """Set base and gross of one credit line; `lines` are all that fill quotas."""
    mode = line.deal.plan.rounding
    rate = find_rate(facts, line)
    line.base = rounded(line.value * rate, mode)
    line.gross = line.base
    rules = [rule for rule in line.deal.plan.accelerators if rule.role == line.role]
    if not rules:
        return
    bands = _bands(facts, line, rules[0])
    if bands is None:
        return
    window = in_window(lines, line, rules[0].window)
    position = sum(other.quota for other in window if _order(other) < _order(line))
    if rules[0].whole:
        factor = _band_at(bands, sum(other.quota for other in window))
        line.gross = rounded(line.value * rate * factor, mode)
    elif line.quota == 0:
        line.gross = rounded(line.value * rate * _band_at(bands, position), mode)
    else:
        total = Fraction(0)
        low: int | None = None
        for edge, factor in bands:
            start = position if low is None else max(position, low)
            stop = position + line.quota if edge is None else min(position + line.quota, edge)
            if stop > start:
                total += line.value * rate * Fraction(stop - start, line.quota) * factor
            low = edge
        line.gross = rounded(total, mode)


def _order(line: Line) -> tuple[object, str]:
    return (line.deal.close, line.deal.id)


def _bands(facts: Facts, line: Line, rule: Accelerator) -> list[tuple[int | None, Fraction]] | None:
    """Bands with edges in money; None where there is no quota and the base rate counts."""
    if not rule.attainment:
        return [(None if edge is None else int(edge), factor) for edge, factor in rule.bands]
    if rule.window == "deal":
        raise Refused("attainment of a single deal has no quota")
    window = line.deal.plan.calendar.around(line.deal.close, rule.window)
    quota = quota_of(facts, line.payee, line.role, window)
    if quota is None:
        if rule.base_rate_without_quota:
            return None
        raise Refused(f"payee {line.payee}: no quota for {window.label} in role {line.role}")
    mode = line.deal.plan.rounding
    return [(None if edge is None else rounded(quota * edge, mode), factor) for edge, factor in rule.bands]


def _band_at(bands: list[tuple[int | None, Fraction]], position: int) -> Fraction:
    for edge, factor in bands:
        if edge is None or position < edge:
            return factor
    raise Refused("the last band is not open")

"""What closed periods add up to, by the shortest calculation there is: amounts as whole cents and exact fractions.

One deal an account. The plan: 60 % at booking, 40 % at activation; the AE 10 % of the value, where the account is large
60 % of it and the CSM 5 % of the rest; 12 % and 6 % for deals of 2028. A loss within a year takes back its share of all
that was paid before it; half of the gross is taken for what a payee owes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

PLANS = tuple(
    f"""\
plan: {{id: flat, version: {version}, effective: {{from: {year}-01-01}}, currency: USD, timezone: UTC}}
roles: {{ae: {{from: deal.owner}}, csm: {{from: account.csm}}}}
ownership:
  - {{tier: Small, when: {{account.acv: "< 100k"}}, credit: {{ae: 100%}}}}
  - {{tier: Large, credit: {{ae: 60%, csm: 40%}}}}
rates: [{{role: ae, rate: {ae}%}}, {{role: csm, rate: {csm}%}}]
payout:
  - schedule: standard
    milestones:
      - {{name: booking, pays: 60%, on: closed_won}}
      - {{name: activation, pays: 40%, on: activated}}
clawbacks:
  - {{name: churn, event: churn, until: 365 days, recovers: 100%}}
  - {{name: contraction, event: contraction, until: 365 days, recovers: 100%}}
recovery: {{at_most: 50%}}
"""
    for version, year, ae, csm in ((1, 2027, 10, 5), (2, 2028, 12, 6))
)

Key = tuple[str, str, str, str]
"""payee, deal, component, milestone"""


@dataclass(frozen=True)
class Deal:
    owner: str
    value: int
    close: date
    activated: date | None = None


@dataclass(frozen=True)
class Facts:
    """What has no date in the exports: pinned with a deal's first line."""

    owner: str
    csm: str
    is_large: bool


@dataclass
class World:
    """What the exports say today. `dropped`: deals that a filter cut off; `moves`, `keeps`: resolutions, by whom."""

    deals: dict[str, Deal] = field(default_factory=dict)
    csm: dict[str, str] = field(default_factory=dict)
    large: dict[str, bool] = field(default_factory=dict)
    events: dict[str, list[tuple[date, str, int]]] = field(default_factory=lambda: defaultdict(list))
    cancelled: dict[str, date] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    moves: dict[str, str] = field(default_factory=dict)
    keeps: set[str] = field(default_factory=set)

    def facts(self, deal_id: str, deal: Deal) -> Facts:
        return Facts(deal.owner, self.csm[deal_id], self.large[deal_id])

    @property
    def exported(self) -> dict[str, Deal]:
        return {name: deal for name, deal in self.deals.items() if name not in self.dropped}

    def tables(self) -> dict[str, list[dict[str, str]]]:
        tables = {
            "payees": [{"payee_id": name, "role": "ae"} for name in ("ana", "ben", "cam", "dee")],
            "accounts": [
                {"account_id": f"A{name}", "csm": self.csm[name], "acv": "200000" if self.large[name] else "50000"}
                for name in self.deals
            ],
            "deals": [
                {
                    "deal_id": name, "account_id": f"A{name}", "motion": "tier", "acv": str(deal.value),
                    "owner": deal.owner, "close_date": str(deal.close), "activated_on": str(deal.activated or ""),
                }
                for name, deal in self.exported.items()
            ],
            "events": [
                {"account_id": f"A{name}", "date": str(day), "event": what, "amount": str(amount or "")}
                for name, events in self.events.items()
                for day, what, amount in events
            ],
            "cancellations": [
                {"deal_id": name, "date": str(day), "reason": "fell through"} for name, day in self.cancelled.items()
            ],
            "resolutions": [
                *(
                    {"deal_id": name, "finding": "drift", "decision": "move", "by": by}
                    for name, by in self.moves.items()
                ),
                *({"deal_id": name, "finding": "missing", "decision": "keep", "by": "rae"} for name in self.keeps),
            ],
        }  # fmt: skip
        return {name: rows for name, rows in tables.items() if rows}


@dataclass
class Ledger:
    """What the model says was posted. `rows`: the deals as the last export held them; `pins`: facts, and by whom
    they were moved last."""

    posted: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    pins: dict[str, tuple[Facts, str]] = field(default_factory=dict)
    rows: dict[str, Deal] = field(default_factory=dict)
    balance: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def missing(self, world: World, end: date) -> set[str]:
        """Posted deals of which somebody must say what became of them."""
        closes = [deal.close for deal in world.exported.values()]
        absent = {name for _, name, _, _ in self.posted} - set(world.exported)
        told = {name for name in absent if name in world.cancelled or name in world.keeps}
        if not closes:
            return set()
        return {name for name in absent - told if min(closes) <= self.rows[name].close <= max(closes)}

    def close(self, world: World, end: date) -> tuple[dict[Key, int], dict[str, tuple[int, int, int, int]]]:
        """Differences by key; and by payee gross, recovered, paid, carried forward."""
        rows = {**{name: self.rows[name] for name in {deal for _, deal, _, _ in self.posted}}, **world.exported}
        owed: dict[Key, int] = defaultdict(int)
        facts = {name: self._facts(world, name, deal) for name, deal in rows.items()}
        for name, deal in rows.items():
            if name not in world.cancelled:
                for (payee, component, milestone), cents in entitled(
                    deal, facts[name], world.events[name], end
                ).items():
                    owed[payee, name, component, milestone] += cents
        difference = {key: owed[key] - self.posted[key] for key in {*owed, *self.posted}}
        difference = {key: cents for key, cents in difference.items() if cents}
        for name in {deal for _, deal, _, _ in difference}:
            self._pin(world, name, facts[name], rows[name], owed)
        for key, cents in difference.items():
            self.posted[key] += cents
        self.rows |= world.exported
        return difference, self._settle(difference)

    def _facts(self, world: World, name: str, deal: Deal) -> Facts:
        pinned, moved_by = self.pins.get(name, (None, ""))
        today = world.facts(name, deal)
        if pinned is None or world.moves.get(name, moved_by) != moved_by:
            return today
        return pinned

    def _pin(self, world: World, name: str, facts: Facts, deal: Deal, owed: dict[Key, int]) -> None:
        if name in world.cancelled:
            return
        pinned, moved_by = self.pins.get(name, (None, ""))
        by = world.moves.get(name, "") if pinned is not None and facts != pinned else moved_by
        self.pins[name] = facts, by

    def _settle(self, difference: dict[Key, int]) -> dict[str, tuple[int, int, int, int]]:
        nets: dict[tuple[str, str], int] = defaultdict(int)
        for (payee, deal, _, _), cents in difference.items():
            nets[payee, deal] += cents
        settled = {}
        for payee in {payee for payee, _ in nets} | {payee for payee, cents in self.balance.items() if cents}:
            mine = [cents for (who, _), cents in nets.items() if who == payee]
            gross = sum(cents for cents in mine if cents > 0)
            taken = sum(cents for cents in mine if cents < 0) + self.balance[payee]
            recovered = min(-taken, half_up(Fraction(gross, 2)), gross)
            self.balance[payee] = taken + recovered
            settled[payee] = gross, recovered, gross - recovered, taken + recovered
        return settled


def entitled(
    deal: Deal, facts: Facts, events: list[tuple[date, str, int]], end: date
) -> dict[tuple[str, str, str], int]:
    """Cents by payee, component and milestone on a day."""
    ae, csm = (12, 6) if deal.close.year >= 2028 else (10, 5)
    parts = [(facts.owner, "credit:ae", Fraction(ae * (60 if facts.is_large else 100), 10_000))]
    parts += [(facts.csm, "credit:csm", Fraction(csm * 40, 10_000))] if facts.is_large else []
    found = {}
    for payee, component, share in parts:
        gross = half_up(deal.value * 100 * share)
        booking = half_up(gross * Fraction(60, 100))
        activated = max(deal.activated, deal.close) if deal.activated else None
        for milestone, amount, reached in (
            ("booking", booking, deal.close),
            ("activation", gross - booking, activated),
        ):
            if reached is not None and reached <= end:
                found[payee, component, milestone] = _left(amount, reached, deal, events, end)
    return found


def _left(amount: int, reached: date, deal: Deal, events: list[tuple[date, str, int]], end: date) -> int:
    left, before, after = deal.value, Fraction(0), []
    for day, what, size in sorted(events, key=lambda event: (event[0], event[1] == "churn", -event[2])):
        if deal.close <= day <= end and left:
            taken = left if what == "churn" else min(size, left)
            left -= taken
            if day <= reached:
                before += Fraction(taken, deal.value)
            elif day < deal.close + timedelta(days=365):
                after.append(Fraction(taken, deal.value))
    return max(half_up(amount * (1 - before)) - sum(half_up(amount * share) for share in after), 0)


def half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def changed(deal: Deal, **columns: object) -> Deal:
    return replace(deal, **columns)

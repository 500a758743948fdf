"""The differences of a period, key by key, each with its reason and days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .amounts import Refused
from .entitlement import Entitlement, Key, Tranche
from .facts import Tables, cell, is_won
from .periods import read_day
from .plan import Plans


@dataclass
class Line:
    key: Key
    amount: int
    period: str  # the pay period it is posted in
    reason: str
    on: date | None
    period_earned: str
    tier: str = ""
    rule: str = ""


class _Differ:
    def __init__(self, plans: Plans, pay_period: str, label: str, now: Entitlement, before: Entitlement) -> None:
        self.plans, self.pay_period, self.label = plans, pay_period, label
        self.now, self.before = now, before

    def line(self, key: Key, amount: int, reason: str, on: date, *, earned: date, tier: str, rule: str = "") -> Line:
        period = self.plans.calendar.around(earned, self.pay_period).label
        return Line(key, amount, self.label, reason, on, period, tier, rule)

    def is_first(self, key: Key, tranches: list[Tranche]) -> bool:
        """Whether one of the tranches is the first of the deal, or metric period, for that payee and component."""
        same = (0, 1, 2, 4) if key[1] else (0, 1, 2, 3, 4)
        reached = [
            tranche
            for other, group in self.now.tranches.items()
            if all(other[i] == key[i] for i in same)
            for tranche in group
            if tranche.state == "reached"
        ]
        first = min(reached, key=_place)
        return any(_place(tranche) == _place(first) for tranche in tranches)

    def movement(self, key: Key, amount: int) -> Line:
        """What the time between the two dates brought."""
        after = self.before.as_of
        tranches = [t for t in self.now.tranches.get(key, []) if t.state == "reached" and t.day]
        if not tranches:
            return self.gone(key, amount)
        new = [t for t in tranches if t.day and (after is None or t.day > after)]
        paid = [t for t in new if t.entitled]
        tier = tranches[0].tier
        day = max(t.day for t in paid or [t for t in tranches if t.entitled] or tranches if t.day)
        if key[2].startswith("manual:"):
            return self.line(key, amount, "manual", day, earned=day, tier=tier)
        falls = (amount > 0) != (sum(t.amount for t in tranches) > 0)
        hit = [t for t in tranches if any(after is None or loss.known > after for loss, _ in t.recovered)]
        if falls and hit:
            event, rule = max(
                ((loss.day, rule) for t in hit for loss, rule in t.recovered if after is None or loss.known > after),
                key=lambda pair: pair[0],
            )
            earned = max(t.day for t in hit if t.day)
            return self.line(key, amount, "clawback", event, earned=earned, tier=tier, rule=rule)
        reason = "correction" if falls else "true_up"
        if paid:
            reason = "commission" if self.is_first(key, new) else "milestone"
        return self.line(key, amount, reason, day, earned=day, tier=tier)

    def gone(self, key: Key, amount: int) -> Line:
        """Nothing of the key is reached any more: its deal was cancelled, or another one that moved it."""
        old = [t for t in self.before.tranches.get(key, []) if t.state == "reached" and t.day]
        days = [t.day for t in [t for t in old if t.entitled] or old if t.day]
        earned = max(days) if days else (self.now.as_of or date.min)
        on = self.now.cancelled.get(key[1])
        tier = old[0].tier if old else ""
        return self.line(key, amount, "cancelled" if on else "correction", on or earned, earned=earned, tier=tier)

    def correction(self, key: Key, amount: int, posted: list[Line]) -> Line:
        """What today's data say of the closed periods, less what they posted."""
        tranches = [t for t in self.before.tranches.get(key, []) if t.state == "reached" and t.day]
        reason, tier = "correction", ""
        on: date | None
        if tranches:
            on = max(t.day for t in [t for t in tranches if t.entitled] or tranches if t.day)
            tier = tranches[0].tier
        else:
            on, tier = posted[-1].on, posted[-1].tier
        earned = posted[-1].period_earned if posted else self.plans.calendar.around(on, self.pay_period).label
        if key[1] in self.before.cancelled:
            reason, on = "cancelled", self.before.cancelled[key[1]]
        return Line(key, amount, self.label, reason, on, earned, tier, "")


def _place(tranche: Tranche) -> tuple[date, int]:
    return (tranche.day or date.max, tranche.place)


def differences(
    plans: Plans,
    tables: Tables,
    pay_period: str,
    label: str,
    *,
    now: Entitlement,
    before: Entitlement,
    posted: list[Line] | None,
) -> list[Line]:
    """Correction and movement of every key; without a ledger there is only movement."""
    differ = _Differ(plans, pay_period, label, now, before)
    of_key: dict[Key, list[Line]] = defaultdict(list)
    for line in posted or []:
        of_key[line.key].append(line)
    absent = _absent(plans, tables, of_key)
    found = []
    for key in sorted(set(now.tranches) | set(before.tranches) | set(of_key)):
        if key[1] in absent:
            found += _absent_line(differ, plans, tables, key, of_key[key])
            continue
        movement = now.amount(key) - before.amount(key)
        correction = 0
        if posted is not None:
            correction = before.amount(key) - sum(line.amount for line in of_key[key])
        if movement + correction == 0:
            continue
        if correction:
            found.append(differ.correction(key, correction, of_key[key]))
        if movement:
            found.append(differ.movement(key, movement))
    return found


# --- deals that were posted and are missing from today's export


def _absent(plans: Plans, tables: Tables, of_key: dict[Key, list[Line]]) -> set[str]:
    present = {cell(row, "deal_id") for row in tables.get("deals", [])}
    return {key[1] for key in of_key if key[1] and key[1] not in present}


def _absent_line(differ: _Differ, plans: Plans, tables: Tables, key: Key, lines: list[Line]) -> list[Line]:
    """Reversed where cancelled, from that day on; else it stands, unless the export should have held the deal."""
    deal_id = key[1]
    amount = sum(line.amount for line in lines)
    day = differ.now.cancelled.get(deal_id)
    if day is not None:
        last = lines[-1]
        if amount == 0:
            return []
        return [Line(key, -amount, differ.label, "cancelled", day, last.period_earned, last.tier)]
    if any(cell(row, "deal_id") == deal_id for row in tables.get("cancellations", [])):
        return []
    for row in tables.get("resolutions", []):
        if cell(row, "deal_id") == deal_id and cell(row, "decision") == "keep":
            return []
    closes = [
        read_day(cell(row, "close_date"), plans.zone)
        for row in tables.get("deals", [])
        if is_won(row) and cell(row, "close_date")
    ]
    days = [line.on for line in lines if line.on]
    if closes and days and min(closes) <= min(days) <= max(closes):
        raise Refused(f"deal {deal_id} was posted and is missing from the export")
    return []

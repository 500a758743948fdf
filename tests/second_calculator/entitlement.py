"""The entitlement at one date: every tranche of every line, and why a deal pays nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .amounts import money, rounded, sequence
from .bonuses import bonuses, multiplier, window_end
from .conditions import won_deals
from .credit import Credit, accelerate, credit_deal
from .extras import apply_caps, overlay_lines, spiff_lines
from .facts import Deal, Facts, Row, Tables, cell, is_won
from .losses import Loss, find_losses, lost_by, recovers
from .metric_rules import SPANS
from .metrics import Meter
from .milestones import HELD, LAPSED, PENDING, REACHED, find_schedule, released_on, steps_of
from .plan import Plans

Key = tuple[str, str, str, str, str]  # payee, deal, component, milestone, currency
Component = tuple[str, str, str, int]  # payee, component, role, amount


@dataclass(frozen=True, order=True)
class Posted:
    """What the ledger says of one milestone of a deal: the day it was first reached, and posted until when."""

    on: date
    until: date


@dataclass
class Tranche:
    key: Key
    place: int  # order within the schedule
    amount: int
    state: str
    day: date | None
    tier: str
    status: str  # advance, earned or manual
    alone: bool = True  # the only tranche of its key
    role: str = ""
    step: int = 0  # which of its milestone's pieces it is
    entitled: int = 0
    remaining: int = 0  # after losses so far, for those not reached
    forfeited: bool = False
    recovered: list[tuple[Loss, str]] = field(default_factory=list)  # what took something back, by which rule


@dataclass
class Unpaid:
    deal_id: str
    reason: str
    row: Row
    column: str  # where the plan reads its value


@dataclass
class Entitlement:
    as_of: date | None
    tranches: dict[Key, list[Tranche]] = field(default_factory=dict)
    unpaid: list[Unpaid] = field(default_factory=list)
    cancelled: dict[str, date] = field(default_factory=dict)

    def amount(self, key: Key) -> int:
        return sum(tranche.entitled for tranche in self.tranches.get(key, []))


class Calculator:
    """Entitlements of one set of plans and data; `posted` is what the ledger already holds."""

    def __init__(self, plans: Plans, tables: Tables, pay_period: str) -> None:
        self.plans, self.tables, self.pay_period = plans, tables, pay_period
        self._done: dict[tuple[date, tuple[tuple[tuple[str, str], Posted], ...]], Entitlement] = {}

    def entitlement(self, as_of: date | None, posted: Mapping[tuple[str, str], Posted]) -> Entitlement:
        if as_of is None:
            return Entitlement(None)
        known = (as_of, tuple(sorted(posted.items())))
        if known not in self._done:
            self._done[known] = self._calculate(as_of, posted)
        return self._done[known]

    def _calculate(self, as_of: date, posted: Mapping[tuple[str, str], Posted]) -> Entitlement:
        facts = Facts(self.plans, self.tables, as_of)
        deals = won_deals(facts)
        credits_ = {d.id: credit_deal(facts, d) for d in deals if d.covered or d.counts}
        every_line = [line for credit in credits_.values() for line in credit.lines]
        paying = [credit for credit in credits_.values() if credit.deal.covered]
        losses = find_losses(facts, [credit.deal for credit in paying])
        overlays = {}
        for credit in paying:
            for line in credit.lines:
                if line.is_credited:
                    accelerate(facts, line, every_line)
                line.held = line.gross
            overlays[credit.deal.id] = overlay_lines(facts, credit)
        apply_caps([line for c in paying if not c.zeroed for line in c.lines])
        spiffs, exhausted = spiff_lines(facts, paying)

        found = Entitlement(as_of, cancelled=facts.cancelled)
        reasons: dict[str, str] = {}
        for credit in paying:
            deal = credit.deal
            made: list[Tranche] = []
            if credit.tier is not None and not credit.zeroed:
                amounts = self._components(credit, overlays[deal.id])
                made = self._scheduled(facts, credit, amounts)
                made += self._spiffs(credit, spiffs.get(deal.id, []))
                for tranche in made:
                    self._settle(facts, deal, tranche, losses.get(deal.id, []), posted)
                made += self._modified(facts, deal, made, losses.get(deal.id, []))
            for tranche in made:
                found.tranches.setdefault(tranche.key, []).append(tranche)
            nets: dict[str, int] = {}
            for tranche in made:
                nets[tranche.key[0]] = nets.get(tranche.key[0], 0) + tranche.entitled
            if not any(nets.values()):
                reasons[deal.id] = _reason(credit, made, deal.id in exhausted)
        self._unpaid(facts, deals, reasons, found)
        self._bonuses(facts, found)
        self._manual(facts, found)
        return found

    # --- lines and tranches

    def _components(self, credit: Credit, overlays: list[tuple[str, str, int]]) -> list[Component]:
        """All that runs on the deal's schedule."""
        roles = {overlay.name: overlay.role for overlay in credit.deal.plan.overlays}
        found = [(line.payee, f"credit:{line.role}", line.role, line.held) for line in credit.lines if line.is_credited]
        found += [(payee, f"overlay:{name}", roles[name], amount) for payee, name, amount in overlays]
        found += [(line.payee, f"cap:{line.role}", line.role, -line.withheld) for line in credit.lines if line.withheld]
        return found

    def _scheduled(self, facts: Facts, credit: Credit, amounts: list[Component]) -> list[Tranche]:
        deal, mode, currency = credit.deal, credit.deal.plan.rounding, credit.deal.plan.currency
        if not amounts:
            return []
        milestones = find_schedule(facts, deal).milestones
        steps = [steps_of(facts, deal, milestone) for milestone in milestones]
        made = []
        for payee, component, role, amount in amounts:
            total = milestones[0].pays * 0
            cumulative = []
            for milestone in milestones:
                total += milestone.pays
                cumulative.append(total)
            for i, part in enumerate(sequence(amount, cumulative, mode)):
                key = (payee, deal.id, component, milestones[i].name, currency)
                pieces = sequence(part, [step.cumulative for step in steps[i]], mode)
                status = "earned" if milestones[i].earned else "advance"
                for n, (step, piece) in enumerate(zip(steps[i], pieces, strict=True)):
                    alone = len(steps[i]) == 1
                    made.append(Tranche(key, i, piece, step.state, step.day, _tier(credit), status, alone, role, n))
        return made

    def _spiffs(self, credit: Credit, lines: list[tuple[str, str, int]]) -> list[Tranche]:
        deal = credit.deal
        return [
            Tranche(
                (payee, deal.id, f"spiff:{name}", "spiff", deal.plan.currency),
                0, amount, REACHED, deal.close, _tier(credit), "advance",
            )
            for payee, name, amount in lines
        ]  # fmt: skip

    def _settle(
        self, facts: Facts, deal: Deal, tranche: Tranche, losses: list[Loss], posted: Mapping[tuple[str, str], Posted]
    ) -> None:
        """Holds, leavers, losses and clawbacks of one tranche."""
        mode = deal.plan.rounding
        if tranche.state == REACHED and tranche.day is not None:
            released = released_on(facts, deal, tranche.day)
            before = posted.get((tranche.key[1], tranche.key[3]))
            if released != tranche.day and before and (tranche.alone or tranche.day <= before.until):
                day = max(tranche.day, before.on)
                released = day if released is None else min(released, day)
            if released is None:
                tranche.state = HELD
            else:
                tranche.day = released
        payee, size = tranche.key[0], abs(tranche.amount)
        if tranche.state != REACHED or tranche.day is None:
            left = rounded(size * (1 - lost_by(losses, facts.as_of)), mode)
            tranche.remaining = left if tranche.amount > 0 else -left
            tranche.forfeited = tranche.state != LAPSED and self._forfeits(facts, deal, payee, facts.as_of)
            return
        if self._forfeits(facts, deal, payee, tranche.day):
            tranche.forfeited = True
            return
        self._lose(deal, tranche, tranche.day, losses)

    def _lose(self, deal: Deal, tranche: Tranche, judged: date, losses: list[Loss]) -> None:
        """What is left of a tranche after the losses by the day it is judged by, and after what is taken back."""
        mode, size = deal.plan.rounding, abs(tranche.amount)
        left = rounded(size * (1 - lost_by(losses, judged)), mode)
        for loss in losses:
            if loss.day <= judged or tranche.status == "earned":
                continue
            part, _ = recovers(deal, loss)
            back = min(left, rounded(size * loss.share * part, mode))
            if back:
                tranche.recovered.append((loss, recovers(deal, loss)[1]))
            left -= back
        tranche.entitled = left if tranche.amount > 0 else -left

    def _forfeits(self, facts: Facts, deal: Deal, payee: str, day: date) -> bool:
        ended = facts.end_date(payee)
        if ended is None or day <= ended:
            return False
        last = self.plans.calendar.around(day, self.pay_period).end
        return self.plans.for_period(deal.plan.id, last).forfeit_unreached

    # --- modifiers and bonuses

    def _modified(self, facts: Facts, deal: Deal, made: list[Tranche], losses: list[Loss]) -> list[Tranche]:
        """Beside each tranche of a modifier's roles, first reached in a window where the metric is too low, what takes
        it to its part; the shorter window first, each on what those before it leave, rounded once."""
        found: list[Tranche] = []
        meter = Meter(facts, deal.plan)
        reached = [t for t in made if t.role and t.state == REACHED and not t.forfeited and t.day]
        left = {id(t): Fraction(1) for t in reached}
        for rule in sorted(deal.plan.modifiers, key=lambda rule: SPANS[rule.window]):
            groups: dict[tuple[str, str, int], list[Tranche]] = defaultdict(list)
            for t in reached:
                if t.role in rule.roles:
                    groups[t.key[0], t.key[3], t.step].append(t)
            for (payee, milestone, step), group in sorted(groups.items()):
                first, day = group[0], group[0].day
                times = multiplier(meter, deal.plan, rule, payee, day) if day and day <= facts.as_of else None
                if day is None or times is None:
                    continue
                amount = rounded(sum(t.amount * left[id(t)] for t in group) * (times - 1), deal.plan.rounding)
                for t in group:
                    left[id(t)] *= times
                key = (payee, deal.id, f"modifier:{rule.name}", milestone, deal.plan.currency)
                due = window_end(deal.plan, rule, day)
                one = Tranche(key, first.place, amount, REACHED, due, first.tier, first.status, first.alone, step=step)
                self._lose(deal, one, day, losses)
                found.append(one)
        return found

    def _bonuses(self, facts: Facts, found: Entitlement) -> None:
        """A bonus counts from the last day of its metric period."""
        for paid in bonuses(facts, self.pay_period):
            key = (paid.payee, "", f"bonus:{paid.name}", paid.period.label, paid.currency)
            one = Tranche(key, 0, paid.amount, REACHED, paid.period.end, "", "bonus", entitled=paid.amount)
            found.tranches.setdefault(key, []).append(one)

    # --- deals that pay nothing, manual lines

    def _unpaid(self, facts: Facts, deals: list[Deal], reasons: dict[str, str], found: Entitlement) -> None:
        taken = {deal.id: deal for deal in deals}
        for row in facts.deal_rows():
            deal_id = cell(row, "deal_id")
            plan = taken[deal_id].plan if deal_id in taken else self.plans.first
            reason = reasons.get(deal_id)
            if not is_won(row):
                reason = "not_won"
            elif deal_id not in taken:
                reason = "outside_plan"
            elif not taken[deal_id].covered:
                reason = "not_covered"
            if reason is not None:
                found.unpaid.append(Unpaid(deal_id, reason, row, plan.value))

    def _manual(self, facts: Facts, found: Entitlement) -> None:
        """A manual line counts from the first day of its period."""
        sums: dict[Key, int] = defaultdict(int)
        days: dict[Key, date] = {}
        for row in self.tables.get("adjustments", []):
            period = self.plans.calendar.period(cell(row, "period"))
            if period.start > facts.as_of:
                continue
            payee = cell(row, "payee_id")
            facts.payee(payee)
            component = f"manual:{cell(row, 'reference')}"
            key = (payee, "", component, period.label, self.plans.currency)
            sums[key] += money(cell(row, "amount"), self.plans.currency)
            days[key] = period.start
        for key, amount in sums.items():
            tranche = Tranche(key, 0, amount, REACHED, days[key], "", "manual", entitled=amount)
            found.tranches[key] = [tranche]


def _tier(credit: Credit) -> str:
    return credit.tier.name if credit.tier else ""


def _reason(credit: Credit, made: list[Tranche], out_of_budget: bool) -> str:  # noqa: PLR0911
    """The first reason of the closed list that applies to a deal of which nobody is left with anything."""
    if credit.tier is None:
        return "no_tier"
    if credit.some_vacant:
        return "role_vacant"
    if credit.zeroed:
        return "zeroed"
    live = [t for t in made if t.amount]
    for state in (PENDING, LAPSED, HELD):
        here = [t for t in live if t.state == state]
        if any(state == LAPSED or (t.remaining and not t.forfeited) for t in here):
            return state
    if any(not t.entitled and (t.recovered or (not t.forfeited and not t.remaining)) for t in live):
        return "lost"
    if any(t.forfeited for t in live):
        return "forfeited"
    if any(t.entitled for t in live):
        return "capped"
    if out_of_budget:
        return "budget_exhausted"
    return "zeroed"

"""What everybody deserves at a date: a pure function of plans, facts and the date (design page 3).

    deals → tier → credit → rate → accelerator → overlays → caps → milestones → losses

Every step adds columns or lines; none edits an amount that an earlier step made. Up to caps all deals are worked at
once, because quotas, caps and budgets run over many of them; from there on each deal stands alone, and so many are
worked at a time as the processor's cache holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from expcomp.diagnostics import Findings
from expcomp.exact import Ints
from expcomp.lookups import NONE, days, distinct, is_among, kept, stacked
from expcomp.pay.accelerators import accelerate
from expcomp.pay.clawbacks import entitle, recovering
from expcomp.pay.components import PAID, component_lines
from expcomp.pay.credit import NO_TIER, credit_deals
from expcomp.pay.deals import NO_RATE, Deals, read_deals
from expcomp.pay.guardrails import zeroed
from expcomp.pay.losses import find_losses
from expcomp.pay.measure import Meter
from expcomp.pay.milestones import PostedDays, milestone_dates, spiff_dates
from expcomp.pay.modifiers import Modifiers
from expcomp.pay.quotas import Quotas
from expcomp.pay.rates import rate_lines
from expcomp.pay.roles import Holders, Payees
from expcomp.pay.steps import Steps
from expcomp.pay.tranches import cut, forfeit
from expcomp.pay.words import KIND, MODIFIER, REACHED, SPIFF, codes, empty, roles
from expcomp.period import Span
from expcomp.plan.versions import PlanSet
from expcomp.recurring import recurring_lines
from expcomp.sources.book import Book

NOTHING_POSTED: PostedDays = {}


PART = 1 << 17
"""Deals whose tranches are worked at a time."""


@dataclass(frozen=True)
class Settled:
    """What deals pay in all, before milestones: `lines` (LINE of components.py) with their `credits`; what events took
    of the deals closed by `as_of` (`losses`); and why the rest pays nothing."""

    plans: PlanSet
    book: Book
    pay_span: Span
    posted: PostedDays
    as_of: int
    deals: Deals
    payees: Payees
    tier: Ints
    zeroed: Ints
    lines: pd.DataFrame
    credits: pd.DataFrame
    steps: Steps
    losses: pd.DataFrame
    vacant: pd.DataFrame
    overlays_unpaid: pd.DataFrame
    budgets_spent: pd.DataFrame
    meter: Meter
    modifiers: Modifiers

    @cached_property
    def whole(self) -> "Entitlement":
        """Of all deals at once."""
        return self.part(np.arange(len(self.lines)), np.arange(len(self.losses)))

    def parts(self) -> Iterator[tuple[Ints, Ints]]:
        """The lines and the losses of a run of deals at a time, each to be cut by `part`."""
        count = -(-len(self.deals) // PART)
        yield from zip(_by_part(self.lines["deal"], count), _by_part(self.losses["deal"], count), strict=True)

    def part(self, lines: Ints, losses: Ints) -> "Entitlement":
        """Of these lines, with the losses of their deals. Once all parts were cut, `check` tells what they met."""
        tranches, pieces = _tranches(self, lines)
        payee = self.lines["payee"].to_numpy()
        tranches = forfeit(tranches, payee, self.plans, self.payees, self.pay_span, self.as_of)
        tranches = self.modifiers.tranches(tranches, self.lines)
        settled = {field.name: getattr(self, field.name) for field in fields(Settled)}
        settled["losses"] = self.losses.take(losses).reset_index(drop=True)
        every = Entitlement(**settled, tranches=tranches, pieces=pieces, lost=empty({}), recoveries=empty({}))
        return every.at(self.as_of)

    def check(self) -> None:
        """Raises `Refused` for values that a condition asked for and that cannot be converted."""
        findings = Findings()
        _check_rates(self.deals, findings)


def _by_part(deal: pd.Series, count: int) -> list[Ints]:
    """The rows of each part, in their order."""
    part = (deal.to_numpy() // PART).astype(np.uint16)
    rows = np.argsort(part, kind="stable")
    return np.split(rows, np.cumsum(np.bincount(part, minlength=count))[:-1])


POINTS_INTO = {
    "tranches": {"piece": "pieces"}, "pieces": {}, "lost": {"tranche": "tranches"}, "losses": {},
    "recoveries": {"tranche": "tranches", "loss": "losses"},
}  # fmt: skip
"""The tables of an entitlement that belong to a run of deals, and which of their columns are rows of another."""


@dataclass(frozen=True)
class Entitlement(Settled):
    """The tranches of lines with what they are worth at `as_of`. A tranche is a line's part of a piece, a piece a
    deal's part of a step; `detail` puts them together."""

    tranches: pd.DataFrame
    pieces: pd.DataFrame
    lost: pd.DataFrame
    recoveries: pd.DataFrame

    @property
    def step(self) -> Ints:
        """The milestone of each tranche, a row of `steps`."""
        return np.asarray(self.pieces["step"].to_numpy()[self.tranches["piece"]], dtype=np.int64)

    @property
    def left_minor(self) -> Ints:
        """What is left of each tranche after losses on the day reached, or by `as_of` while it is not."""
        left = self.tranches["amount_minor"].to_numpy().copy()
        left[self.lost["tranche"]] = self.lost["left_minor"]
        return left

    def line_detail(self, at: Ints) -> pd.DataFrame:
        """Everything about these lines: LINE and, zero where there is no credit, CREDIT_COLUMNS."""
        lines = self.lines.take(at).reset_index(drop=True)
        row = lines["credit"].to_numpy()
        credits = self.credits.take(row[row != NONE]).set_axis(np.flatnonzero(row != NONE))
        return pd.concat([lines, credits.reindex(range(len(lines)), fill_value=0)], axis=1)

    def detail(self, at: Ints) -> pd.DataFrame:
        """Everything about these tranches: their own columns, those of their piece and of its step; earned_minor
        (what they were worth on the day reached); and lost_top / lost_bottom, the share of the deal lost by then."""
        own = self.tranches.take(at).reset_index(drop=True)
        pieces = self.pieces.take(own["piece"].to_numpy()).drop(columns=["reached", "state"]).reset_index(drop=True)
        steps = self.steps.frame.take(pieces["step"].to_numpy()).reset_index(drop=True)
        hit = np.searchsorted(self.lost["tranche"], at)
        found = np.append(self.lost["tranche"], NONE)[hit] == at
        alive = (own["state"] == REACHED) & (own["reached"] <= self.as_of)
        left = np.where(found, np.append(self.lost["left_minor"], 0)[hit], own["amount_minor"])
        return pd.concat([own.drop(columns="piece"), pieces, steps], axis=1).assign(
            left_minor=left,
            earned_minor=np.where(alive, left, 0),
            lost_top=np.where(found, np.append(self.lost["top"], 0)[hit], 0),
            lost_bottom=np.where(found, np.append(self.lost["bottom"], 1)[hit], 1),
        )

    def at(self, date: int) -> "Entitlement":
        """What tranches are worth at a date not after this one's: only what happened between the two is taken away.

        For plans and data in which nothing after a date changes what lines were before it; see `looks_back`.
        """
        losses = self.losses[(self.losses["known"] <= date).to_numpy()].reset_index(drop=True)
        deal = self.lines["deal"].to_numpy()[self.tranches["line"]]
        earned = self.steps.frame["earned"].to_numpy()[self.step]
        tranches, lost, recoveries = entitle(self.tranches, deal, earned, losses, self.deals, self.plans, date)
        return replace(self, as_of=date, tranches=tranches, lost=lost, losses=losses, recoveries=recoveries)

    def only(self, tranches: Ints) -> "Entitlement":
        """Of these tranches alone, given in their order."""
        own = self.tranches.take(tranches)
        pieces = distinct(own["piece"].to_numpy())
        lost, recovered = (
            table[is_among(table["tranche"].to_numpy(), tranches)] for table in (self.lost, self.recoveries)
        )
        return replace(
            self,
            tranches=own.assign(piece=np.searchsorted(pieces, own["piece"])).reset_index(drop=True),
            pieces=self.pieces.take(pieces).reset_index(drop=True),
            lost=lost.assign(tranche=np.searchsorted(tranches, lost["tranche"])).reset_index(drop=True),
            recoveries=recovered.assign(tranche=np.searchsorted(tranches, recovered["tranche"])).reset_index(drop=True),
        )  # fmt: skip

    @classmethod
    def together(cls, parts: Sequence["Entitlement"]) -> "Entitlement":
        """Of several runs of deals: rows that point into a table point behind those of the runs before."""
        tables = {name: [getattr(part, name) for part in parts] for name in POINTS_INTO}
        before = {name: np.cumsum([0, *map(len, frames)]) for name, frames in tables.items()}

        def pointing_on(name: str, n: int) -> pd.DataFrame:
            frame: pd.DataFrame = tables[name][n]
            return frame.assign(
                **{column: frame[column] + before[into][n] for column, into in POINTS_INTO[name].items()}
            )

        every = range(len(parts))
        whole: dict[str, Any] = {
            name: pd.concat([pointing_on(name, n) for n in every], ignore_index=True) for name in POINTS_INTO
        }
        return replace(parts[0], **whole)


def settle(plans: PlanSet, book: Book, as_of: int, pay_span: Span, posted: PostedDays = NOTHING_POSTED) -> Settled:
    """Raises `Refused` with everything in the data that keeps the plan from being paid by."""
    findings = Findings()
    deals, payees = read_deals(plans, book, as_of, findings), Payees.of(book)
    findings.check()
    holders = [
        Holders(plan, book, deals, worth.credited, payees, findings)
        for plan, worth in zip(plans.versions, deals.worth, strict=True)
    ]
    credited, tier, vacant = _credited(plans, book, deals, payees, holders, findings)
    losses = recovering(plans, find_losses(book, deals), deals)
    _check_rates(deals, findings)
    zero = _merge(deals, [zeroed(plan, i, deals) for i, plan in enumerate(plans.versions)], NONE)
    paid = kept(credited, zero[credited["deal"]] == NONE)
    del credited
    lines, credits, unpaid, spent = component_lines(plans, paid, tier, zero == NONE, deals, holders)
    meter = Meter.of(plans, book, pay_span, findings)
    modifiers = Modifiers.of(plans, meter, lines, deals, as_of)
    findings.check()
    return Settled(
        plans, book, pay_span, posted, as_of, deals, payees, tier, zero, modifiers.lines(lines), credits,
        Steps.of(plans), losses, vacant, unpaid, spent, meter, modifiers,
    )  # fmt: skip


def _credited(
    plans: PlanSet, book: Book, deals: Deals, payees: Payees, holders: list[Holders], findings: Findings
) -> tuple[pd.DataFrame, Ints, pd.DataFrame]:
    """PAID of every credit line that pays; the tier of each deal; and the parts that are paid to nobody."""
    quotas = Quotas(book["quotas"], payees, plans.calendar, plans.currency, findings)
    role_names = roles(plans)
    divided = [
        credit_deals(plan, index, role_names, book, deals, holders[index], payees, findings)
        for index, plan in enumerate(plans.versions)
    ]
    findings.check()
    tier = _merge(deals, [credit.tier for credit in divided], NO_TIER)
    missing = pd.concat([credit.missing for credit in divided], ignore_index=True)
    rated = stacked([
        rate_lines(plan, index, credit.lines, deals, book, payees, quotas, findings)
        for index, (plan, credit) in enumerate(zip(plans.versions, divided, strict=True))
    ])  # fmt: skip
    del divided
    credited = accelerate(plans, rated, deals, payees, quotas, findings)
    return kept(credited[PAID], credited["paid"].to_numpy()), tier, missing


def looks_back(plans: PlanSet, book: Book, since: int) -> bool:
    """Whether facts dated after `since` can change what lines were by then: an accelerator in `whole` mode
    moves all lines of its window; a cancelled deal takes its place in every running total with it; the first
    subscription of an account, or the first seats of a product, decides where a value is read."""
    whole = any(rule.mode == "whole" for plan in plans.versions for rule in plan.accelerators)
    asked = {condition.field for condition in plans.conditions}
    first_seen = []
    if "account.acv" in asked:
        first_seen.append(_first_days(recurring_lines(book["subscriptions"]), "start", ["account_id"]))
    if "account.seat_utilization" in asked:
        with_seats = book["usage"].dropna(subset=["seats_active", "seats_purchased"])
        first_seen.append(_first_days(with_seats, "date", ["account_id", "product"]))
    return whole or len(book["cancellations"]) > 0 or any((first > since).any() for first in first_seen)


def _first_days(table: pd.DataFrame, day: str, by: list[str]) -> Ints:
    return days(table.groupby(by)[day].min())


def _merge(deals: Deals, by_version: list[Ints], none: int) -> Ints:
    """Per deal, the value its own version found."""
    merged = np.full(len(deals), none)
    for index, values in enumerate(by_version):
        mine = deals.version == index
        merged[mine] = values[mine]
    return merged


def _check_rates(deals: Deals, findings: Findings) -> None:
    """Subscriptions in a currency that cannot be converted, where a condition has asked for their value."""
    for row, fault in sorted(deals.facts.faults.items()):
        if deals.version[row] != NONE:
            findings.add(NO_RATE.at(deals.place(row), f"the account's value before {deals.id(row)}: {fault}"))
    findings.check()


def _tranches(settled: Settled, lines: Ints) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tranches of these lines, each line's together; and the pieces they are cut along."""
    deals, steps = settled.deals, settled.steps
    deal, gross, version, kind = (
        settled.lines[name].to_numpy()[lines] if name != "kind" else codes(settled.lines[name])[lines]
        for name in ("deal", "gross_minor", "version", "kind")
    )
    is_spiffs, is_modifiers = (kind == KIND.categories.get_loc(name) for name in (SPIFF, MODIFIER))
    tranches, pieces, done = [], [], 0
    for index, plan in enumerate(settled.plans.versions):
        for is_spiff in (False, True):
            own = np.flatnonzero((version == index) & (is_spiffs == is_spiff) & ~is_modifiers)
            rows = distinct(deal[own])
            dates = (
                spiff_dates(plan, index, steps, deals, rows, settled.posted)
                if is_spiff
                else milestone_dates(plan, index, steps, deals, rows, settled.posted)
            )
            tranches.append(cut(lines[own], deal[own], gross[own], dates, done, steps, plan.plan.rounding))
            pieces.append(dates)
            done += len(dates)
    return stacked(tranches), stacked(pieces)

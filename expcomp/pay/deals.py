"""The deals of a run as columns: which are won, which version of which plan pays them, what they are worth."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Findings, Place
from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Dated, Names, days, folded, numbers
from expcomp.pay.answers import with_answers
from expcomp.pay.facts import Facts, Worth
from expcomp.pay.pins import Pins
from expcomp.pay.signals import credit_signals, link
from expcomp.places import cell, place_of
from expcomp.plan.model import Plan
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book

NO_RATE = Code("D501", "no-exchange-rate")
NO_VALUE = Code("D502", "deal-without-value")
NEGATIVE = Code("D503", "negative-deal")
TWO_PLANS = Code("D504", "two-plans-take-a-deal")


@dataclass(frozen=True)
class Deals:
    """Deals closed by `as_of` and not cancelled by then, ordered by deal id; a deal's code is its row.

    `version` is the position in the plan set of the version that takes a won deal, else NONE. `value` is
    minor units of that plan's currency, for deals it covers or counts toward quota, else 0.
    """

    frame: pd.DataFrame
    names: Names
    facts: Facts
    close: Ints
    won: Flags
    version: Ints
    value: Ints
    covered: Flags
    counted: Flags
    worth: tuple[Worth, ...]
    why_no_signal: tuple[Ints, ...]

    def __len__(self) -> int:
        return len(self.frame)

    def place(self, row: int) -> Place:
        return place_of(self.frame, row)

    def id(self, row: int) -> str:
        return str(self.frame["deal_id"].iat[row])

    @cached_property
    def receipts(self) -> Dated:
        """Rows of the receipts table by deal and day."""
        receipts = self.facts.book["receipts"]
        return Dated.of(self.names.codes(receipts["deal_id"]), days(receipts["date"]))

    def milestone_rows(self, word: str) -> Dated:
        """Rows of the milestones table with this name, by deal and day."""
        if word not in self._milestones:
            rows = self.facts.book["milestones"]
            named = (folded(rows["milestone"]) == word.casefold()).to_numpy()
            self._milestones[word] = Dated.of(self.names.codes(rows["deal_id"]), days(rows["reached_on"]), named)
        return self._milestones[word]

    @cached_property
    def _milestones(self) -> dict[str, Dated]:
        return {}

    def of_version(self, index: int) -> Ints:
        """Rows a version pays or counts."""
        return np.flatnonzero((self.version == index) & (self.covered | self.counted))


def closed_deals(book: Book, as_of: int) -> pd.DataFrame:
    """Rows of the deals table that exist at `as_of`: closed by then, and not cancelled by then."""
    deals = book["deals"]
    cancelled = book["cancellations"]
    gone = cancelled.loc[days(cancelled["date"]) <= as_of, "deal_id"]
    exists = (days(deals["close_date"]) <= as_of) & ~deals["deal_id"].isin(gone).to_numpy()
    return deals if exists.all() else deals[exists].reset_index(drop=True)


def read_deals(plans: PlanSet, book: Book, as_of: int, findings: Findings) -> Deals:
    frame = closed_deals(book, as_of)
    close = days(frame["close_date"])
    won = frame["won"].fillna(False).to_numpy(np.bool_)
    names, accounts = Names.of(frame["deal_id"]), Names.of(book["accounts"]["account_id"], frame["account_id"])
    facts = Facts(book, frame, accounts, close, as_of, plans.zone, Pins.of(book.pinned, names, plans.currency))
    links = link(book, frame, names, findings)
    family = facts.family
    version, value = np.full(len(frame), NONE), np.zeros(len(frame), np.int64)
    covered, counted = np.zeros(len(frame), np.bool_), np.zeros(len(frame), np.bool_)
    worth, why = [], []
    for index, (plan, (first, last)) in enumerate(zip(plans.versions, plans.spans, strict=True)):
        dated = won & (first <= close) & (close <= last)
        pays, counts = family.among(frozenset(plan.plan.covers)), family.among(frozenset(plan.plan.counts_toward_quota))
        own, faults = _values(frame, close, plan, facts, np.flatnonzero(dated))
        credited, reason = credit_signals(plan, book, frame, close, links)
        worth.append(Worth(plan, own, with_answers(plans, book, credited, close)))
        why.append(reason)
        rows = np.flatnonzero(dated)
        claimed = pays | counts
        taken = rows[facts.hold(plan.plan.applies, worth[-1], rows, close[rows])]
        contested = taken[claimed[taken] & (covered | counted)[taken]]
        _refuse_second(plans, frame, version, contested, index, findings)
        taken = taken[claimed[taken] | (version[taken] == NONE)]
        version[taken] = index
        covered[taken], counted[taken] = pays[taken], (counts & ~pays)[taken]
        value[taken] = np.where(claimed[taken], own[taken], 0)
        _report(faults, taken[claimed[taken]], findings)
    for row in np.flatnonzero(covered & (value < 0)).tolist():
        message = f"{frame['deal_id'].iat[row]} is worth less than nothing and the plan would pay it"
        help_ = "a loss belongs in the events table, as contraction or churn"
        findings.add(NEGATIVE.at(place_of(frame, row), message, help_))
    return Deals(
        frame, names, facts, close, won, version, value, covered, counted, tuple(worth), tuple(why)
    )  # fmt: skip


def _values(frame: pd.DataFrame, close: Ints, plan: Plan, facts: Facts, rows: Ints) -> tuple[Ints, dict[int, Finding]]:
    """The plan's value column in its currency, at these rows; and what is wrong with it, by row."""
    column, currency = plan.plan.value, frame["currency"].iloc[rows]
    minor, given = numbers(frame[column].iloc[rows])
    pinned = facts.pins.rates(rows, currency, close[rows])
    own, unconverted = facts.rates.convert(minor, currency, plan.plan.currency, close[rows], plan.plan.rounding, pinned)
    value = np.zeros(len(frame), dtype=np.int64)
    value[rows] = own
    faults = {}
    for at, fault in unconverted.items():
        row = int(rows[at])
        message, help_ = f"{cell(frame, 'deal_id', row)}: {fault}", "add a row to the fx table: currency,date,rate"
        faults[row] = NO_RATE.at(place_of(frame, row), message, help_)
    for row in rows[~given].tolist():
        message = f"{cell(frame, 'deal_id', row)} is won and has no {column}, which is what the plan pays on"
        faults[row] = NO_VALUE.at(place_of(frame, row), message)
    return value, faults


def _report(faults: dict[int, Finding], paid: Ints, findings: Findings) -> None:
    """A value that is missing or cannot be converted matters where the plan pays or counts the deal."""
    findings.extend(faults[row] for row in paid[np.isin(paid, list(faults))].tolist())


def _refuse_second(
    plans: PlanSet, frame: pd.DataFrame, version: Ints, taken: Ints, index: int, findings: Findings
) -> None:
    for row in taken.tolist():
        first, second = plans.versions[version[row]], plans.versions[index]
        message = f"{frame['deal_id'].iat[row]} is taken by {first.label} and by {second.label}"
        findings.add(TWO_PLANS.at(place_of(frame, row), message, "make their  applies:  conditions exclude each other"))

"""A closed period never changes, and nothing late is lost: whatever the exports say next, against a simple model.

Laws P13 to P17, P19 to P27 of closed periods, those of the ledger (P20 to P23) on a real one; P18 is with the rows
that are set aside.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from expcomp.diagnostics import Place, Refused
from expcomp.output.csv_form import to_csv
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import Span
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set, refuse_edited
from expcomp.sources.archived import carry
from expcomp.sources.book import Book
from expcomp.sources.given import book_from_rows
from expcomp.sources.pinned import no_pins
from expcomp.sources.posted import posted_frame

from .closing_model import PLANS, Deal, Ledger, World, changed
from .kept_ledger import KeptLedger

PLAN_SET = plan_set([bind_plan(text, f"plan{n}.yaml") for n, text in enumerate(PLANS, 1)])
FIRST = PLAN_SET.calendar.parse("2027Q1")
MOST_PERIODS = 7
EXAMPLES, STEPS = int(os.environ.get("EXPCOMP_CLOSINGS", "6")), 60

payees = st.sampled_from(["ana", "ben"])
managers = st.sampled_from(["cam", "dee"])
values = st.integers(1, 12).map(lambda thousands: thousands * 1000)
days = st.integers(0, 90)
picks = st.integers(0, 9)


CHANGES: dict[str, tuple[Callable[[Any], object], Callable[..., None], dict[str, st.SearchStrategy[Any]]]] = {}


def change(is_possible: Callable[[Any], object], **drawn: st.SearchStrategy[Any]) -> Callable[..., Callable[..., None]]:
    """A change of the exports; a new export holds several of them."""

    def known(method: Callable[..., None]) -> Callable[..., None]:
        CHANGES[method.__name__] = is_possible, method, drawn
        return method

    return known


class ClosedPeriods(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world, self.model = World(), Ledger()
        self.period = FIRST
        self.lines: list[str] = []
        self.pinned = [no_pins()]
        self.archive: list[tuple[str, Book]] = []
        self.history: list[tuple[World, Posted | None, list[tuple[str, Book]], str, str]] = []
        self.decisions = 0
        self.folder = TemporaryDirectory()
        self.ledger = KeptLedger(Path(self.folder.name))

    def teardown(self) -> None:
        self.folder.cleanup()

    # what the exports say next

    @change(
        lambda self: True, owner=payees, csm=managers, value=values, at=days, late=st.booleans(), large=st.booleans()
    )
    def a_deal_is_won(self, owner: str, csm: str, value: int, at: int, late: bool, large: bool) -> None:
        name = f"D{len(self.world.deals) + 1}"
        first = to_date(self.period.first_day) - timedelta(days=60 if late else 0)
        self.world.deals[name] = Deal(owner, value, max(first + timedelta(days=at), date(2027, 1, 1)))
        self.world.csm[name], self.world.large[name] = csm, large

    def _known(self, pick: int) -> str:
        names = sorted(self.world.exported)
        return names[pick % len(names)]

    @change(lambda self: self.world.exported, pick=picks, value=values)
    def an_amount_is_corrected(self, pick: int, value: int) -> None:
        name = self._known(pick)
        self.world.deals[name] = changed(self.world.deals[name], value=value)

    @change(lambda self: self.world.exported, pick=picks, by=st.integers(-40, 100))
    def a_close_date_moves(self, pick: int, by: int) -> None:
        name = self._known(pick)
        day = max(self.world.deals[name].close + timedelta(days=by), date(2027, 1, 1))
        self.world.deals[name] = changed(self.world.deals[name], close=day)

    @change(lambda self: self.world.exported, pick=picks, at=st.none() | days)
    def it_is_activated_or_was_not(self, pick: int, at: int | None) -> None:
        name = self._known(pick)
        day = None if at is None else to_date(self.period.first_day) + timedelta(days=at - 20)
        self.world.deals[name] = changed(self.world.deals[name], activated=day)

    @change(lambda self: self.world.exported, pick=picks, owner=payees, csm=managers, large=st.booleans())
    def the_crm_is_tidied(self, pick: int, owner: str, csm: str, large: bool) -> None:
        name = self._known(pick)
        self.world.deals[name] = changed(self.world.deals[name], owner=owner)
        self.world.csm[name], self.world.large[name] = csm, large

    def _drifting(self) -> list[str]:
        """Deals of which the exports say something else than what is pinned."""
        pinned = {name: facts for name, (facts, _) in self.model.pins.items() if name in self.world.exported}
        return sorted(name for name, facts in pinned.items() if facts != self.world.facts(name, self.world.deals[name]))

    @change(lambda self: self._drifting(), pick=picks)
    def a_resolution_moves_the_credit(self, pick: int) -> None:
        names = self._drifting()
        self.decisions += 1
        self.world.moves[names[pick % len(names)]] = f"decision {self.decisions}"

    @change(lambda self: self.world.exported, pick=picks, at=days, size=st.none() | st.integers(1, 8))
    def the_customer_leaves_or_shrinks(self, pick: int, at: int, size: int | None) -> None:
        day = to_date(self.period.first_day) + timedelta(days=at)
        event = (day, "churn", 0) if size is None else (day, "contraction", size * 500)
        if event not in self.world.events[self._known(pick)]:
            self.world.events[self._known(pick)].append(event)

    @change(lambda self: any(self.world.events.values()), pick=picks)
    def the_event_was_a_mistake(self, pick: int) -> None:
        names = sorted(name for name, events in self.world.events.items() if events)
        self.world.events[names[pick % len(names)]].pop()

    @change(lambda self: self.world.deals, pick=picks, at=days)
    def a_deal_is_cancelled_or_reinstated(self, pick: int, at: int) -> None:
        name = sorted(self.world.deals)[pick % len(self.world.deals)]
        if self.world.cancelled.pop(name, None) is None:
            end = to_date(self.period.last_day)
            self.world.cancelled[name] = min(to_date(self.period.first_day) + timedelta(days=at), end)

    @change(lambda self: self.world.deals, pick=picks)
    def a_row_is_dropped_or_returns(self, pick: int) -> None:
        name = sorted(self.world.deals)[pick % len(self.world.deals)]
        self.world.dropped ^= {name}

    @change(lambda self: self.world.dropped, pick=picks)
    def a_missing_deal_is_said_to_stand(self, pick: int) -> None:
        self.world.keeps.add(sorted(self.world.dropped)[pick % len(self.world.dropped)])

    @rule(draw=st.data(), count=st.integers(1, 5))
    def the_exports_say_something_else(self, draw: st.DataObject, count: int) -> None:
        for _ in range(count):
            name = draw.draw(st.sampled_from(sorted(CHANGES)))
            is_possible, method, drawn = CHANGES[name]
            if is_possible(self):
                method(self, **{key: draw.draw(strategy) for key, strategy in drawn.items()})

    # what is done with them

    def _compute(self) -> tuple[Sheet, Book]:
        posted = self._posted()
        names = {deal for _, deal, _, _ in self.model.posted}
        exported = book_from_rows(self.world.tables(), needs_of(PLAN_SET), Place("given"), names)
        book = carry(exported, posted.carried(exported, set(self.world.cancelled)), self.archive)
        return payout(PLAN_SET, book, self.period, Span.QUARTER, self.period.last_day, posted), exported

    def _posted(self) -> Posted:
        return posted_of(self.lines, self.pinned, tuple(period for *_, period in self.history))

    @precondition(lambda self: self.world.deals and len(self.history) < MOST_PERIODS)
    @rule()
    def close(self) -> None:
        end = to_date(self.period.last_day)
        if self.model.missing(self.world, end):
            with pytest.raises(Refused, match="D545"):
                self._compute()
            return
        before = copy.deepcopy(self.world), self._posted(), list(self.archive)
        sheet, exported = self._compute()
        difference, settled = self.model.close(self.world, end)

        assert by_key(sheet.lines) == difference
        assert by_payee(sheet) == settled
        assert sum(difference.values()) == sum(gross for gross, *_ in settled.values()) + sum(
            cents for cents in nets(sheet.lines).values() if cents < 0
        )
        self.lines.append(b"".join(map(bytes, to_csv(sheet, lines=True))).decode())
        self.pinned.append(sheet.to_pin)
        self.ledger.post(sheet)
        self.ledger.stands()
        assert self.ledger.sheet(-1) == self.lines[-1]
        in_ledger, in_sheets = self.ledger.posted, self._posted()
        assert in_ledger.by_key().to_dict("index") == in_sheets.by_key().to_dict("index")
        self.archive.insert(0, (str(self.period), exported))
        self.history.append((*before, self.lines[-1], str(self.period)))
        self.period = self.period.next()

    @precondition(lambda self: self.history)
    @rule(pick=picks)
    def a_closed_period_is_computed_again_from_a_backup(self, pick: int) -> None:
        world, posted, archive, lines, period = self.history[pick % len(self.history)]
        names = set(posted.lines["deal_id"])
        exported = book_from_rows(world.tables(), needs_of(PLAN_SET), Place("given"), names)
        book = carry(exported, posted.carried(exported, set(world.cancelled)), archive)
        wanted = PLAN_SET.calendar.parse(period)
        again = payout(PLAN_SET, book, wanted, Span.QUARTER, wanted.last_day, posted)
        assert b"".join(map(bytes, to_csv(again, lines=True))).decode() == lines
        assert self.ledger.sheet(pick % len(self.history)) == lines

    @precondition(lambda self: self.history)
    @rule(table=picks, column=st.integers(0, 99), row=st.integers(0, 99))
    def a_value_of_the_ledger_is_changed(self, table: int, column: int, row: int) -> None:
        self.ledger.shows_any_change(table, column, row)

    @precondition(lambda self: self.history)
    @rule()
    def the_ledger_is_written_out_and_read_in(self) -> None:
        self.ledger.is_rebuilt_from_its_text()

    @precondition(lambda self: self.history)
    @rule()
    def a_closed_period_is_asked_for(self) -> None:
        self.period = PLAN_SET.calendar.parse(self.history[-1][-1])
        try:
            with pytest.raises(Refused, match=r"L101|D545"):
                self._compute()
        finally:
            self.period = self.period.next()

    @precondition(lambda self: self.history)
    @rule(pick=st.integers(0, 1))
    def a_plan_is_edited(self, pick: int) -> None:
        used = {(plan.plan.id, str(plan.plan.version)): plan.hash for plan in PLAN_SET.versions}
        texts = [text.replace("recovers: 100%", "recovers: 50%") if n == pick else text for n, text in enumerate(PLANS)]
        with pytest.raises(Refused, match="L104"):
            refuse_edited(plan_set([bind_plan(text, f"plan{n}.yaml") for n, text in enumerate(texts)]), used)

    @invariant()
    def no_more_was_taken_back_than_posted(self) -> None:
        assert all(cents >= 0 for cents in self.model.posted.values())


def to_date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=int(day))


COLUMNS = "period,payee_id,deal_id,component,milestone,currency,amount,on,reason"


def posted_of(lines: list[str], pinned: list[pd.DataFrame], closed: tuple[str, ...]) -> Posted:
    """As the lines of closed periods are read back from what was written of them."""
    header = lines[0].splitlines()[0] if lines else COLUMNS
    rows = [row for text in lines for row in text.splitlines()[1:]]
    return Posted(posted_frame("\n".join([header, *rows]) + "\n"), pd.concat(pinned, ignore_index=True), closed)


def by_key(lines: pd.DataFrame) -> dict[tuple[str, str, str, str], int]:
    sums = lines.groupby(["payee_id", "deal_id", "component", "milestone"])["amount_minor"].sum()
    return {key: int(cents) for key, cents in sums.items() if cents}


def nets(lines: pd.DataFrame) -> dict[tuple[str, str], int]:
    return dict(lines.groupby(["payee_id", "deal_id"])["amount_minor"].sum())


def by_payee(sheet: Sheet) -> dict[str, tuple[int, int, int, int]]:
    names = ["gross_minor", "recovered_minor", "paid_minor", "carried_forward_minor"]
    return {row["payee_id"]: tuple(int(row[name]) for name in names) for row in sheet.payees.to_dict("records")}


@contextmanager
def played() -> Iterator[ClosedPeriods]:
    machine = ClosedPeriods()
    try:
        yield machine
    finally:
        machine.teardown()


def test_closed_periods() -> None:
    run_state_machine_as_test(ClosedPeriods, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS))


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_seven_quarters_in_a_row(data: st.DataObject) -> None:
    with played() as machine:
        for _ in range(MOST_PERIODS):
            machine.the_exports_say_something_else(data, 6)
            if machine.world.deals:
                machine.close()
            machine.no_more_was_taken_back_than_posted()


def test_a_credit_is_moved_on_purpose_and_drifts_again() -> None:
    """A path that random changes seldom take."""
    with played() as machine:
        machine.a_deal_is_won("ana", "cam", 3000, 10, late=False, large=True)
        machine.close()
        for owner, csm in (("ben", "dee"), ("ana", "cam")):
            machine.the_crm_is_tidied(0, owner, csm, large=True)
            machine.close()
            machine.a_resolution_moves_the_credit(0)
            machine.close()
            assert machine.model.posted[owner, "D1", "credit:ae", "booking"] == 108_00  # 3,000 x 60 % x 10 % x 60 %

"""One seeded case: plans, tables, a period, and perhaps what was posted before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from second_calculator.facts import FAMILY_OF
from second_calculator.periods import ONE_DAY, Calendar, Period

from .books import NUMBER, Row, Tables
from .changes import changed
from .dice import Dice
from .later import BookMaker
from .metrics import Metrics
from .plans import Ground, Tree, make_plans, to_yaml

EARLIEST, LATEST = date(2027, 1, 1), date(2028, 12, 31)


@dataclass(frozen=True)
class Case:
    """`earlier` are the tables by which the periods in `closed` were posted; without `closed` there is no ledger
    (None) or an empty one."""

    plans: list[Tree]
    tables: Tables
    period: str
    pay_period: str
    as_of: date | None
    closed: list[str] | None = None
    earlier: Tables = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        return [to_yaml(plan) for plan in self.plans]

    def with_(self, **changes: object) -> Case:
        return replace(self, **changes)  # type: ignore[arg-type]


def bare(tables: Tables) -> Tables:
    """The tables as a file holds them: without row numbers."""
    return {
        table: [{name: text for name, text in row.items() if name != NUMBER} for row in rows]
        for table, rows in tables.items()
        if rows
    }


def make_case(seed: int) -> Case:
    dice = Dice(seed)
    ground, plans = make_plans(dice)
    tables = BookMaker(dice, ground, plans).make()
    metrics = Metrics(seed, ground)
    measured = metrics.wanted
    if measured:
        metrics.add_rules(plans)
        metrics.add_facts(plans, tables)
    calendar = Calendar(ground.year_starts)
    pay_period = dice.pick(("quarter", "month", "month", "month") if dice.steep else ("quarter", "month"))
    families = [family for plan in plans for family in plan["plan"]["covers"]]
    paid = [row for row in tables["deals"] if row["won"] == "true" and FAMILY_OF[row["motion"]] in families]
    day = _eventful(dice, tables, paid or tables["deals"])
    if measured:  # metrics count from the last day of their windows
        day = min(calendar.around(day, dice.pick(("month", "quarter", "quarter", "year"))).end, LATEST)
    if dice.maybe(0.4):
        return _against_posted(dice, ground, Case(plans, tables, "", pay_period, None), calendar, day)
    views = ("month", "month", "month", "month", *(() if dice.steep else ("quarter", "quarter", "year")))
    if pay_period == "quarter":
        views = ("quarter", "quarter", "quarter", "quarter", "month", "year", "year")
    label = calendar.around(day, dice.pick(views)).label
    if pay_period == "quarter" and dice.maybe(0.05):
        label = f"{calendar.around(day, 'year').label}H{dice.number(1, 2)}"
    return Case(plans, tables, label, pay_period, _as_of(dice, calendar.period(label)))


def _eventful(dice: Dice, tables: Tables, paid: list[Row]) -> date:
    """A day on which something happens: a deal that is paid closes, or what came of it."""
    days = [row["close_date"] for row in paid]
    first = min(days)
    next_ones = [day for day in sorted(days) if day[:7] > max(first, EARLIEST.isoformat())[:7]]
    if dice.steep and next_ones:
        return min(date.fromisoformat(dice.pick(next_ones[:4])), LATEST)
    if dice.maybe(0.5):
        named = {row["deal_id"] for row in paid}
        days += [row["activated_on"] for row in paid if row.get("activated_on")]
        for table, column in (("events", "date"), ("receipts", "date"), ("milestones", "reached_on")):
            days += [r[column] for r in tables.get(table, []) if r.get("deal_id", "") in ("", *named)]
    lost = [row["date"] for row in tables.get("events", ()) if row["event"] != "reactivation" and row["date"] > first]
    if lost and dice.maybe(0.35):
        days = lost
    day = date.fromisoformat(dice.pick([day for day in days if day >= first]))
    return min(max(EARLIEST, day), LATEST)


def _as_of(dice: Dice, period: Period) -> date | None:
    """Mostly the last day; left open; or a day inside the period."""
    if dice.maybe(0.3):
        return None
    return dice.day(period.start, period.end) if dice.maybe(0.3) else period.end


def _against_posted(dice: Dice, ground: Ground, case: Case, calendar: Calendar, day: date) -> Case:
    earlier, today = changed(dice, ground, case.tables)
    period = before = calendar.around(day, case.pay_period)
    closed: list[str] = []
    for _ in range(dice.pick((1, 2, 3) if dice.steep else (0, 1, 1, 1, 2, 3))):
        before = calendar.around(before.start - ONE_DAY, case.pay_period)
        closed.insert(0, before.label)
    as_of = _as_of(dice, period)
    return case.with_(tables=today, earlier=earlier, period=period.label, closed=closed, as_of=as_of)


def row_numbers(case: Case) -> list[tuple[str, str]]:
    """(table, number) of every row of the case."""
    found: dict[tuple[str, str], None] = {}
    for tables in (case.tables, case.earlier):
        found |= {(table, row[NUMBER]): None for table, rows in tables.items() for row in rows}
    return list(found)


def without_rows(case: Case, gone: set[tuple[str, str]]) -> Case:
    def kept(tables: Tables) -> Tables:
        found = {t: [r for r in rows if (t, r[NUMBER]) not in gone] for t, rows in tables.items()}
        return {table: rows for table, rows in found.items() if rows}

    return case.with_(tables=kept(case.tables), earlier=kept(case.earlier))


def with_cell(case: Case, table: str, number: str, cell: str, text: str | None) -> Case:
    """One cell changed, or with None left out, in all tables of the case."""

    def changed_row(row: Row) -> Row:
        if row[NUMBER] != number or cell not in row:
            return row
        return {name: new for name in row if (new := text if name == cell else row[name]) is not None}

    def done(tables: Tables) -> Tables:
        return {t: [changed_row(r) for r in rows] if t == table else rows for t, rows in tables.items()}

    return case.with_(tables=done(case.tables), earlier=done(case.earlier))

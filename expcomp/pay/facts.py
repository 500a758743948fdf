"""What conditions ask about: every field of the plan language as a column, at the day in question.

Facts with dates (health, segment, seat use) are the newest at or before that day; facts without dates are
as a closed period pinned them, else as the export has them. A field with no value makes its condition false.
"""

import copy
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.fx import Rates
from expcomp.lookups import NONE, Dated, Names, days, folded, numbers
from expcomp.pay.columns import Amounts, Words, column_holds, prefer, with_none
from expcomp.pay.pins import ACCOUNT, Pins, typed
from expcomp.plan.conditions import Condition, Conditions, FieldType
from expcomp.plan.model import Plan
from expcomp.recurring import annual_value, recurring_lines
from expcomp.sources.book import Book
from expcomp.sources.tables import MOTIONS
from expcomp.texts import each_text


@dataclass(frozen=True, slots=True)
class Credited:
    """Per deal the row of its credited signal, NONE where there is none; and whether every target of that was
    answered in time by the close date, or one missed by then."""

    signal: Ints
    answered: Flags
    missed: Flags


@dataclass(frozen=True, slots=True)
class Worth:
    """What the deals are worth to one plan: minor units of its currency, and their credited signals."""

    plan: Plan
    value: Ints
    credited: Credited


class Facts:
    """Columns over the deals of a run. Rows are deals; days are the days in question, one per row."""

    def __init__(
        self, book: Book, deals: pd.DataFrame, accounts: Names, close: Ints, as_of: int, zone: ZoneInfo, pins: Pins
    ) -> None:
        self.book, self.deals, self.accounts, self.close, self.as_of = book, deals, accounts, close, as_of
        self.zone, self.pins = zone, pins
        self.account = accounts.codes(deals["account_id"])
        own = folded(deals["product"])
        self.products = Names.of(own, folded(book["usage"]["product"]), folded(book["events"]["product"]))
        self.product = self.products.codes(own)
        self.rates = Rates(book["fx"])
        self.faults: dict[int, str] = {}
        self._columns: dict[str, Words | Amounts] = {}
        self._histories: dict[str, Dated] = {}
        self._acv: dict[str, tuple[Ints, Flags]] = {}

    @cached_property
    def as_exported(self) -> "Facts":
        """The same facts as today's exports have them, whatever was pinned."""
        if not self.pins:
            return self
        facts = copy.copy(self)
        facts.pins, facts._acv = self.pins.none(), {}
        return facts

    def hold(self, conditions: Conditions, worth: Worth, rows: Ints, day: Ints) -> Flags:
        """Whether all conditions hold, for each row on its day."""
        result = np.ones(len(rows), dtype=np.bool_)
        for condition in conditions:
            result &= self._holds(condition, worth, rows, day)
        return result

    def _holds(self, condition: Condition, worth: Worth, rows: Ints, day: Ints) -> Flags:
        subject, _, name = condition.field.partition(".")
        reader = {"deal": self._deal, "account": self._account, "signal": self._signal}[subject]
        column = reader(name, condition.type, worth, rows, day)
        return column_holds(column, condition)

    def _deal(self, name: str, type_: FieldType, worth: Worth, rows: Ints, day: Ints) -> Words | Amounts:
        if name == "acv":
            return Amounts(worth.value[rows], np.ones(len(rows), np.bool_))
        if name == "family":
            return self.family.take(rows)
        return self._column(self.deals, "deal." + name, name, type_, rows)

    def _signal(self, name: str, type_: FieldType, worth: Worth, rows: Ints, day: Ints) -> Words | Amounts:
        credited = worth.credited.signal[rows]
        if name == "qualified":
            return Amounts((credited != NONE).astype(np.int64), np.ones(len(rows), np.bool_))
        if name == "sla_met":
            answered = worth.credited.answered[rows]
            return Amounts(answered.astype(np.int64), answered | worth.credited.missed[rows])
        return self._column(self.book["signals"], "signal." + name, name, type_, credited)

    def _account(self, name: str, type_: FieldType, worth: Worth, rows: Ints, day: Ints) -> Words | Amounts:
        if name == "seat_utilization":
            return self._seat_use(rows, day)
        if name == "acv":
            value, given = self._acv_before(worth.plan)
            return Amounts(value[rows], given[rows])
        row = self.account_row[rows]
        exported = self._column(self.book["accounts"], "account." + name, name, type_, row)
        if self.pins:
            exported = self._pinned(name, type_, rows, exported)
        if name not in self.book["account_history"].columns:
            return exported
        dated = self.history(name).newest(self.account[rows], day)
        newest = self._column(self.book["account_history"], "history." + name, name, type_, dated)
        return prefer(newest, exported, dated != NONE)

    def _pinned(self, name: str, type_: FieldType, rows: Ints, exported: Words | Amounts) -> Words | Amounts:
        """What was pinned of the accounts of these deals, where anything was."""
        values, at = self.pins.by_deal(ACCOUNT + name)
        pinned = with_none(typed(values, type_, self.pins.currency), type_).take(at[rows])
        return prefer(pinned, exported, at[rows] != NONE)

    def _column(self, frame: pd.DataFrame, key: str, name: str, type_: FieldType, rows: Ints) -> Words | Amounts:
        """A field of `frame` at these rows; row NONE has no value."""
        if key not in self._columns:
            self._columns[key] = with_none(frame[name], type_)
        return self._columns[key].take(rows)

    @cached_property
    def family(self) -> Words:
        """The family of each deal's motion."""
        return Words.of(pd.Series(each_text(self.deals["motion"], lambda motion: MOTIONS.get(motion, ""))))

    @cached_property
    def account_row(self) -> Ints:
        """Row of the accounts table of each deal; NONE where no account is told."""
        rows = np.full(len(self.accounts) + 1, NONE)
        rows[self.accounts.codes(self.book["accounts"]["account_id"])] = np.arange(len(self.book["accounts"]))
        rows[-1] = NONE
        return np.asarray(rows[self.account], dtype=np.int64)

    def history(self, name: str) -> Dated:
        if name not in self._histories:
            history = self.book["account_history"]
            column = history[name]
            given = (column != "").to_numpy() if column.dtype == "str" else column.notna().to_numpy()
            self._histories[name] = Dated.of(self.accounts.codes(history["account_id"]), days(history["date"]), given)
        return self._histories[name]

    def undated(self, field: str, rows: Ints, day: Ints) -> Flags:
        """Whether no dated row tells a field of conditions by the day; an account's recurring value, by the deal's
        close date. Seat use is always dated, and of deals and signals nothing is."""
        subject, _, name = field.partition(".")
        undated = np.full(len(rows), name != "seat_utilization")
        if subject != "account":
            return undated
        if name == "acv":
            day, undated = self.close[rows], ~self._subscribed[rows]
        if name in self.book["account_history"].columns:
            undated &= self.history(name).newest(self.account[rows], day) == NONE
        return undated

    @cached_property
    def history_days(self) -> Dated:
        """Every dated row of the accounts' history."""
        history = self.book["account_history"]
        return Dated.of(self.accounts.codes(history["account_id"]), days(history["date"]))

    @cached_property
    def usage_days(self) -> Dated:
        """Every usage row of the accounts, whether it tells seats or not."""
        usage = self.book["usage"]
        return Dated.of(self.accounts.codes(usage["account_id"]), days(usage["date"]))

    @cached_property
    def usage(self) -> "Usage":
        return Usage.of(self.book["usage"], self)

    def _seat_use(self, rows: Ints, day: Ints) -> Amounts:
        newest = self.usage.dated.newest(self.usage.series[rows], day)
        found = self.usage.bought[newest] > 0
        return Amounts(self.usage.active[newest], found, self.usage.bought[newest])

    # recurring value

    def _acv_before(self, plan: Plan) -> tuple[Ints, Flags]:
        """The account's recurring value just before each deal closed: subscriptions, else the newest dated
        value of the account, else the accounts export."""
        if plan.plan.currency not in self._acv:
            self._acv[plan.plan.currency] = self._compute_acv(plan)
        return self._acv[plan.plan.currency]

    def _compute_acv(self, plan: Plan) -> tuple[Ints, Flags]:
        row = self.account_row
        exported, given = numbers(self.book["accounts"]["acv"])
        value, known = self.pins.amounts("acv", np.append(exported, 0)[row], np.append(given, False)[row])
        dated = self.history("acv").newest(self.account, self.close)
        past, _ = numbers(self.book["account_history"]["acv"])
        value, known = np.where(dated != NONE, np.append(past, 0)[dated], value), known | (dated != NONE)
        total = np.zeros(len(self.close), dtype=np.int64)
        for currency, part in self._begun.groupby("currency", sort=True):
            amount = self._recurring_before(part)
            column = pd.Series(np.full(len(amount), currency, object), dtype="str")
            column[amount == 0] = ""
            pinned = self.pins.rates(np.arange(len(column)), column, self.close)
            converted, faults = self.rates.convert(
                amount, column, plan.plan.currency, self.close, plan.plan.rounding, pinned
            )
            self.faults |= faults
            total += converted
        return np.where(self._subscribed, total, value), known | self._subscribed

    @cached_property
    def _begun(self) -> pd.DataFrame:
        lines = recurring_lines(self.book["subscriptions"])
        return lines[days(lines["start"]) <= self.as_of]

    @cached_property
    def _subscribed(self) -> Flags:
        """Whether the value of a deal's account is that of its subscriptions."""
        return np.isin(self.account, self.accounts.codes(self._begun["account_id"]))

    def _recurring_before(self, lines: pd.DataFrame) -> Ints:
        """Σ annual value of the lines with start < close ≤ end: what started before less what ended before."""
        account = self.accounts.codes(lines["account_id"])
        annual = annual_value(lines)
        start, end = days(lines["start"]), days(lines["end"])
        runs = start < end
        before = self.close - 1
        return _sum_until(account, start, annual, runs, self.account, before) - _sum_until(
            account, end, annual, runs, self.account, before
        )


def _sum_until(keys: Ints, day: Ints, amount: Ints, keep: Flags, wanted: Ints, until: Ints) -> Ints:
    """For each wanted key, the sum of amounts dated at or before a day."""
    dated = Dated.of(keys, day, keep)
    total = np.concatenate(([0], np.cumsum(amount[dated.rows])))
    low, high = dated.bounds(wanted, None, until)
    return np.asarray(total[high] - total[low], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Usage:
    """Seat use by series; the last entry of `active` and `bought` is for no row.

    A deal's series is its product's rows where it has any, else those without product.
    """

    dated: Dated
    series: Ints
    active: Ints
    bought: Ints

    @classmethod
    def of(cls, usage: pd.DataFrame, facts: Facts) -> "Usage":
        active, has_active = numbers(usage["seats_active"])
        bought, has_bought = numbers(usage["seats_purchased"])
        day = days(usage["date"])
        keep = has_active & has_bought & (day <= facts.as_of)
        width = len(facts.products) + 1
        code = facts.accounts.codes(usage["account_id"])
        keys = np.where(code == NONE, NONE, code * width + facts.products.codes(folded(usage["product"])) + 1)
        dated = Dated.of(keys, day, keep)
        own = facts.account * width + facts.product + 1
        series = np.where(dated.has(own), own, facts.account * width)
        return cls(dated, series, np.append(active, 0), np.append(bought, 0))

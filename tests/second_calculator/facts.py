"""The data as it stands at one date, and what conditions read from it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from .amounts import Refused, money, number, rounded
from .periods import add, read_day
from .plan import Plan, Plans

Row = dict[str, str]
Tables = dict[str, list[Row]]

FAMILY_OF = {
    "tier": "upsell", "feature": "upsell", "capacity": "upsell", "upsell": "upsell",
    "adjacent": "cross_sell", "complementary": "cross_sell", "platform": "cross_sell",
    "cross_sell": "cross_sell", "usage": "usage", "multi_year": "multi_year",
    "renewal": "renewal", "new_logo": "new_logo", "contraction": "contraction",
}  # fmt: skip
HISTORY_COLUMNS = ("health", "health_score", "segment", "acv")
OLDEST_RATE = 31


def cell(row: Row, column: str) -> str:
    return (row.get(column) or "").strip()


def once(rows: list[Row]) -> list[Row]:
    """Identical rows are dropped; blank cells say nothing."""
    told = {tuple(sorted((name, text.strip()) for name, text in row.items() if text.strip())): row for row in rows}
    return list(told.values())


def word(text: str) -> str:
    return text.strip().casefold()


def yes_no(text: str) -> bool | None:
    if word(text) in ("true", "yes", "y", "1"):
        return True
    if word(text) in ("false", "no", "n", "0"):
        return False
    if not text.strip():
        return None
    raise Refused(f"not yes or no: {text!r}")


def is_won(row: Row) -> bool:
    """`won`, else the stage; a table with neither holds won deals only."""
    said = yes_no(cell(row, "won"))
    if said is not None:
        return said
    stage = word(cell(row, "stage"))
    return stage in ("closed won", "won") if stage else True


class Deal:
    """One deal as one plan version sees it; its value is read when first asked for."""

    def __init__(self, facts: Facts, row: Row, plan: Plan) -> None:
        self.facts, self.row, self.plan = facts, row, plan
        self.id = cell(row, "deal_id")
        self.account = cell(row, "account_id")
        self.close = facts.day(cell(row, "close_date"))
        self.motion = word(cell(row, "motion"))
        if self.motion not in FAMILY_OF:
            raise Refused(f"deal {self.id}: motion {self.motion!r} is not in the vocabulary")
        self.family = FAMILY_OF[self.motion]
        self.product = cell(row, "product")
        self.covered = self.family in plan.covers
        self.counts = not self.covered and self.family in plan.counts
        self._value: int | None = None
        self._signal: tuple[Row | None] | None = None

    @property
    def value(self) -> int:
        if self._value is None:
            text = cell(self.row, self.plan.value)
            if not text:
                raise Refused(f"deal {self.id}: no {self.plan.value}")
            currency = cell(self.row, "currency") or self.plan.currency
            exact = self.facts.convert(text, currency, self.close, self.plan)
            self._value = rounded(exact, self.plan.rounding)
            if self.covered and self._value < 0:
                raise Refused(f"deal {self.id}: a covered deal of negative value")
        return self._value

    @property
    def signal(self) -> Row | None:
        if self._signal is None:
            self._signal = (self.facts.credited_signal(self),)
        return self._signal[0]


class Facts:
    """Tables cut at `as_of`: what is dated after it does not exist."""

    def __init__(self, plans: Plans, tables: Tables, as_of: date) -> None:
        self.plans, self.tables, self.as_of = plans, tables, as_of
        self.zone = plans.zone
        self.accounts = {cell(r, "account_id"): r for r in tables.get("accounts", [])}
        self.payees = {cell(r, "payee_id"): r for r in tables.get("payees", [])}
        self.usage = self._by("usage", "account_id", "date")
        self.history = self._by("account_history", "account_id", "date")
        self.subscriptions = self._by("subscriptions", "account_id", "start")
        self.assignments = self._by("assignments", "account_id", "from")
        self.receipts = self._by("receipts", "deal_id", "date")
        self.reached = self._by("milestones", "deal_id", "reached_on")
        self.splits = self._by("splits", "deal_id", None)
        self.team = self._by("team", "deal_id", None)
        self.quotas = self._by("quotas", "payee_id", None)
        self.targets = self._by("targets", "payee_id", "from")
        self.cancelled: dict[str, date] = {}
        for row in self._until(tables.get("cancellations", []), "date"):
            deal_id, day = cell(row, "deal_id"), self.day(cell(row, "date"))
            self.cancelled[deal_id] = min(day, self.cancelled.get(deal_id, day))

    def day(self, text: str) -> date:
        return read_day(text, self.zone)

    def _until(self, rows: list[Row], column: str) -> list[Row]:
        return [row for row in rows if self.day(cell(row, column)) <= self.as_of]

    def _by(self, table: str, key: str, dated: str | None) -> dict[str, list[Row]]:
        rows = self.tables.get(table, [])
        if dated is not None:
            rows = self._until(rows, dated)
        found: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            found[cell(row, key)].append(row)
        return found

    def payee(self, payee_id: str) -> Row:
        if payee_id not in self.payees:
            raise Refused(f"unknown payee {payee_id!r}")
        return self.payees[payee_id]

    def end_date(self, payee_id: str) -> date | None:
        text = cell(self.payee(payee_id), "end_date")
        return self.day(text) if text else None

    # --- money in other currencies

    def convert(self, text: str, currency: str, day: date, plan: Plan) -> Fraction:
        """An amount in minor units of the plan currency, not yet rounded."""
        amount = Fraction(money(text, currency))
        if currency == plan.currency:
            return amount
        best: tuple[date, Fraction] | None = None
        for row in self.tables.get("fx", []):
            dated = self.day(cell(row, "date"))
            if cell(row, "currency") != currency or dated > day:
                continue
            if best is None or dated > best[0]:
                best = (dated, number(cell(row, "rate")))
        if best is None or day - best[0] > timedelta(days=OLDEST_RATE):
            raise Refused(f"no rate for {currency} within {OLDEST_RATE} days before {day}")
        own = Fraction(money("1", currency))
        return amount / own * best[1] * money("1", plan.currency)

    # --- accounts

    def account(self, account_id: str) -> Row:
        if account_id not in self.accounts:
            raise Refused(f"unknown account {account_id!r}")
        return self.accounts[account_id]

    def account_text(self, account_id: str, column: str, on: date) -> str:
        """The newest dated value at or before the day, else the accounts export."""
        best: tuple[date, str] | None = None
        if column in HISTORY_COLUMNS:
            for row in self.history.get(account_id, []):
                dated = self.day(cell(row, "date"))
                if dated <= on and cell(row, column) and (best is None or dated >= best[0]):
                    best = (dated, cell(row, column))
        return best[1] if best else cell(self.account(account_id), column)

    def annual(self, line: Row, on: date, plan: Plan) -> int:
        currency = cell(line, "currency") or plan.currency
        if cell(line, "arr"):
            return rounded(self.convert(cell(line, "arr"), currency, on, plan), plan.rounding)
        if cell(line, "mrr"):
            return rounded(12 * self.convert(cell(line, "mrr"), currency, on, plan), plan.rounding)
        return 0

    def account_acv(self, deal: Deal) -> int | None:
        """Recurring value just before the deal closed."""
        lines = self.subscriptions.get(deal.account, [])
        if lines:
            total = 0
            for line in lines:
                end = cell(line, "end")
                if self.day(cell(line, "start")) < deal.close and (not end or deal.close <= self.day(end)):
                    total += self.annual(line, deal.close, deal.plan)
            return total
        text = self.account_text(deal.account, "acv", deal.close)
        return money(text, deal.plan.currency) if text else None

    def seat_use(self, deal: Deal, on: date) -> Fraction | None:
        """Seats active over seats purchased, in the newest usage row at or before the day."""
        newest: tuple[date, Row] | None = None
        for row in self.seat_rows(deal):
            dated = self.day(cell(row, "date"))
            if dated <= on and (newest is None or dated > newest[0]):
                newest = (dated, row)
        if newest is None:
            return None
        bought = number(cell(newest[1], "seats_purchased"))
        return number(cell(newest[1], "seats_active")) / bought if bought else None

    def seat_rows(self, deal: Deal) -> list[Row]:
        """The rows of the deal's product where it has any, else the rows without product."""
        rows = [
            row for row in self.usage.get(deal.account, [])
            if cell(row, "seats_purchased") and cell(row, "seats_active")
        ]  # fmt: skip
        own = [row for row in rows if deal.product and word(cell(row, "product")) == word(deal.product)]
        return own or [row for row in rows if not cell(row, "product")]

    # --- signals

    def credited_signal(self, deal: Deal) -> Row | None:
        named = cell(deal.row, "signal_id")
        linked: list[Row] = []
        known = False
        for row in self.tables.get("signals", []):
            signal_id, owner = cell(row, "signal_id"), cell(row, "deal_id")
            known = known or signal_id == named
            if named and signal_id == named and owner and owner != deal.id:
                raise Refused(f"signal {signal_id} names deal {owner}, deal {deal.id} names the signal")
            if owner == deal.id or (named and signal_id == named):
                linked.append(row)
        if named and not known:
            raise Refused(f"deal {deal.id}: unknown signal {named!r}")
        good = [
            (self.day(cell(row, "routed_at")), cell(row, "signal_id"), row)
            for row in linked
            if self._signal_counts(row, deal)
        ]
        return min(good, key=lambda item: item[:2])[2] if good else None

    def _signal_counts(self, row: Row, deal: Deal) -> bool:
        """Qualified, routed in time, and not older than the lookback."""
        plan = deal.plan
        needed, columns = plan.qualified
        if sum(1 for column in columns if word(cell(row, column)) in ("true", "yes", "y", "1")) < needed:
            return False
        withdrawn = cell(row, "withdrawn_at")
        if withdrawn and self.day(withdrawn) <= deal.close:
            return False
        if not cell(row, "routed_at") or self.day(cell(row, "routed_at")) > self.as_of:
            return False
        routed = self.day(cell(row, "routed_at"))
        if plan.before_created:
            created, seen = cell(deal.row, "created_at"), cell(row, "identified_at")
            if not created or not seen or self.day(seen) > self.day(created):
                return False
        elif routed > deal.close:
            return False
        return routed >= add(deal.close, plan.lookback, -1)

    # --- deals

    def deal_rows(self) -> list[Row]:
        """Rows of deals closed by the date and not cancelled by it, won or not."""
        found = []
        seen: dict[str, Row] = {}
        for row in self.tables.get("deals", []):
            deal_id, text = cell(row, "deal_id"), cell(row, "close_date")
            if deal_id in seen:
                if seen[deal_id] != row:
                    raise Refused(f"deal {deal_id} twice, and different")
                continue
            seen[deal_id] = row
            if not text:
                if is_won(row):
                    raise Refused(f"deal {deal_id}: won without a close date")
                continue
            if self.day(text) <= self.as_of and deal_id not in self.cancelled:
                found.append(row)
        return found

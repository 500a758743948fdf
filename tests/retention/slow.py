"""Retention computed a second time, account by account and day by day, from the rows as they are written.

Shares no code with the package: dates, fractions and loops instead of columns.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

Row = Mapping[str, str]
DECIMALS = {"USD": 2, "EUR": 2, "JPY": 0}
FAR = date(2099, 1, 1)


@dataclass(frozen=True)
class Rules:
    rollup: str = "none"
    strict_lapse: bool = False
    reactivation_reset_days: int | None = None
    grr_path: str = "endpoint"
    pause_days: int = 0
    usage_months: int = 3
    escalator: str = "include"
    grace_days: int = 0
    baseline_offset: int = 0


def month_later(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def half_up(value: Fraction) -> int:
    whole = abs(value) + Fraction(1, 2)
    return int(whole) * (1 if value >= 0 else -1)


@dataclass(frozen=True)
class Line:
    account: str
    start: date
    end: date
    annual: int
    currency: str
    usage: bool
    escalator: bool


class Slow:
    """Everything about a book and one window: `base` and `end` are last days."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], rules: Rules, base: date, end: date) -> None:
        self.rules, self.base, self.end = rules, base, end
        self.first, self.last = base + timedelta(1), end + timedelta(1)
        self.rates = {(r["currency"], date.fromisoformat(r["date"])): Fraction(r["rate"]) for r in tables.get("fx", ())}
        self.onto = {
            row["from"]: row["to"]
            for row in tables.get("merges", ())
            if not row.get("effective") or date.fromisoformat(row["effective"]) <= end
        }
        self.parents = {row["account_id"]: row.get("parent_id", "") for row in tables["accounts"]}
        self.lines: dict[str, list[Line]] = {}
        for row in tables["subscriptions"]:
            line = self._line(row)
            if line.start < line.end and not (line.usage and not rules.usage_months):
                self.lines.setdefault(self.customer(line.account), []).append(line)

    def _line(self, row: Row) -> Line:
        scale = 10 ** DECIMALS[row["currency"]]
        annual = Fraction(row["arr"]) * scale if row.get("arr") else Fraction(row["mrr"]) * 12 * scale
        start = date.fromisoformat(row["start"])
        end = date.fromisoformat(row["end"]) if row.get("end") else FAR
        if row.get("kind") == "paused":
            end = min(end, start + timedelta(self.rules.pause_days))
        usage = row.get("line_type") == "usage"
        return Line(row["account_id"], start, end, int(annual), row["currency"], usage, row.get("kind") == "escalator")

    def customer(self, account: str) -> str:
        while account in self.onto:
            account = self.onto[account]
        levels = {"none": 0, "parent": 1, "ultimate_parent": 99}[self.rules.rollup]
        while levels and self.parents.get(account) in self.parents:
            account = self.parents[account]
            while account in self.onto:
                account = self.onto[account]
            levels -= 1
        return account

    def in_plan_currency(self, minor: int, currency: str, day: date) -> int:
        if currency == "USD":
            return minor
        newest = max(on for code, on in self.rates if code == currency and on <= day)
        scale = Fraction(10 ** DECIMALS["USD"], 10 ** DECIMALS[currency])
        return half_up(minor * self.rates[currency, newest] * scale)

    def value(self, customer: str, at: date, rate_day: date, escalators_until: date = FAR) -> int:
        """Recurring value at the first instant of a day."""
        total = 0
        for currency in DECIMALS:
            mine = [
                line
                for line in self.lines.get(customer, ())
                if line.currency == currency
                and not (self.rules.escalator == "exclude" and line.escalator and line.start > escalators_until)
            ]
            held = sum(line.annual for line in mine if not line.usage and line.start <= at < line.end)
            used = 0
            for back in range(1, self.rules.usage_months + 1):
                then = month_later(at, -back)
                used += sum(line.annual for line in mine if line.usage and line.start <= then < line.end)
            average = half_up(Fraction(used, self.rules.usage_months)) if self.rules.usage_months else 0
            total += self.in_plan_currency(held + average, currency, rate_day)
        return total

    def spells(self, customer: str, escalators_until: date = FAR) -> list[tuple[date, date]]:
        """The times of a value above nothing; a usage line lasts as long as its average tells of it."""
        spans = []
        for line in self.lines.get(customer, ()):
            if self.rules.escalator == "exclude" and line.escalator and line.start > escalators_until:
                continue
            end = month_later(line.end, self.rules.usage_months) if line.usage and line.end < FAR else line.end
            spans.append((line.start, end, self.in_plan_currency(line.annual, line.currency, self.base)))
        days = sorted({day for start, end, _ in spans for day in (start, end)})
        found: list[tuple[date, date]] = []
        for day, following in pairwise([*days, FAR]):
            if sum(worth for start, end, worth in spans if start <= day < end) <= 0:
                continue
            if found and found[-1][1] == day:
                found[-1] = (found[-1][0], following)
            else:
                found.append((day, following))
        return found

    def gaps(self, customer: str, escalators_until: date = FAR) -> list[tuple[date, date]]:
        spells = self.spells(customer, escalators_until)
        return [(end, start) for (_, end), (start, _) in pairwise(spells)]

    def trailing(self) -> dict[str, dict[str, int]]:
        """By customer its part in every sum of the bridge."""
        found = {}
        for customer in self.lines:
            row = self._row(customer)
            if any(row[name] for name in ("start", "reached", "now")):
                found[customer] = row
        return found

    def _row(self, customer: str) -> dict[str, int]:
        rules, until = self.rules, self.first
        b = self.value(customer, self.first, self.base, until)
        e = self.value(customer, self.last, self.base, until)
        now = self.value(customer, self.last, self.end, until)
        back = [(a, z) for a, z in self.gaps(customer, until) if self.first < z <= self.last]
        inside = [(a, z) for a, z in back if a > self.first]
        lapsed = any(z - a >= timedelta(rules.grace_days) for a, z in inside)
        reset = rules.reactivation_reset_days
        anew = reset is not None and any(z - a >= timedelta(reset) for a, z in back)
        counted = 0 if anew or (rules.strict_lapse and lapsed) else e
        row = dict.fromkeys(("base", "end", "kept", "expansion", "contraction", "churn", "new", "win_back"), 0) | {
            "start": b,
            "reached": e,
            "now": now,
            "fx": now - e,
        }
        came = e - b
        if b > 0:
            low = counted
            if rules.grr_path == "running_min":
                low = min(low, *(self.value(customer, day, self.base, until) for day in self._months()[1:]))
            row |= {"base": b, "end": counted, "kept": min(b, max(low, 0))}
            if counted > b:
                row["expansion"] = counted - b
            elif counted > 0:
                row["contraction"] = b - counted
            else:
                row["churn"] = b - counted
            came = e - counted
        earlier = any(start < self.first for start, _ in self.spells(customer, until))
        row["new" if anew or (b <= 0 and not earlier) else "win_back"] = came
        return row

    def _months(self) -> list[date]:
        """The base instant, the same day of every month after, and the end instant."""
        days = [self.first]
        while month_later(self.first, len(days)) < self.last:
            days.append(month_later(self.first, len(days)))
        return [*days, self.last]

    def lives(self, customer: str) -> list[tuple[date, date]]:
        reset = self.rules.reactivation_reset_days
        starts = []
        for number, (start, _) in enumerate(self.spells(customer)):
            gone = start - self.spells(customer)[number - 1][1] if number else timedelta(0)
            if not number or (reset is not None and gone >= timedelta(reset)):
                starts.append(start)
        return list(pairwise([*starts, FAR]))

    def cohorts(self) -> dict[tuple[str, int], dict[str, int]]:
        """By quarter of start and age, in quarters of the calendar year."""
        found: dict[tuple[str, int], dict[str, int]] = {}
        for customer in self.lines:
            lives = [life for life in self.lives(customer) if life[0] <= self.end]
            for start, until in lives:
                self._age(customer, start, until, lives[0][0], found)
        return found

    def _age(
        self, customer: str, start: date, until: date, first: date, found: dict[tuple[str, int], dict[str, int]]
    ) -> None:
        ends = []
        day = date(start.year, (start.month - 1) // 3 * 3 + 1, 1)
        while day <= self.end:
            day = month_later(day, 3)
            ends.append(min(day, self.last))
        complete = day <= self.last
        offset = self.rules.baseline_offset
        if offset >= len(ends):
            return
        quarter = date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
        escalators = min(month_later(quarter, 3 * (offset + 1)), self.last)
        values = [self.value(customer, at, self.base, escalators) if start <= at < until else 0 for at in ends[offset:]]
        base = values[0]
        if base <= 0:
            return
        for age, value in enumerate(values):
            low = min(values[: age + 1]) if self.rules.grr_path == "running_min" else value
            key = (f"{start.year}Q{(start.month - 1) // 3 + 1}", age + offset)
            cell = found.setdefault(key, dict.fromkeys(("end", "kept", "base", "stayed", "accounts", "mature"), 0))
            cell["end"] += value
            cell["kept"] += min(base, max(low, 0))
            cell["base"] += base
            cell["stayed"] += value > 0
            cell["accounts"] += 1
            cell["mature"] = int(age + offset < len(ends) - 1 or complete)

    def months(self) -> list[dict[str, int]]:
        """The movement ledger, without pauses: by month what is new, back, more, less and gone."""
        days, rows = self._months(), []
        for before, after in pairwise(days):
            row = dict.fromkeys(("start", "new", "reactivation", "expansion", "contraction", "churn", "end"), 0)
            for customer in self.lines:
                old, new = (self.value(customer, day, self.base) for day in (before, after))
                row["start"] += self.value(customer, before, before - timedelta(1))
                row["end"] += self.value(customer, after, after - timedelta(1))
                began = any(before < start <= after for start, _ in self.lives(customer))
                if old <= 0 < new:
                    row["new" if began else "reactivation"] += new - old
                elif new <= 0 < old:
                    row["churn"] += old - new
                else:
                    row["expansion"] += max(new - old, 0)
                    row["contraction"] += max(old - new, 0)
            rows.append(row)
        return rows

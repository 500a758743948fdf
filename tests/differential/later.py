"""What a book holds beside its deals: quotas, and what happens to deals and accounts afterwards."""

from __future__ import annotations

from datetime import date, timedelta

from second_calculator.periods import Calendar

from .books import PRODUCTS, Maker, Row, Tables
from .dice import money

ENORMOUS = ("10", "1000", "9000")
"""Rates that take the largest amounts beyond 2^53, and to where the engine refuses them."""


LARGE_RATES = YEN_A_DOLLAR, LARGE_RATE = "149.35", "490.123456"
"""Take the largest amounts an export may hold to where a line that crosses bands is refused."""


class BookMaker(Maker):
    """Makes whole books."""

    def make(self) -> Tables:
        super().make()
        self._quotas()
        self._targets()
        self._usage()
        self._history()
        self._evidence()
        if self.dice.maybe(0.8):
            self._events()
        self._subscriptions()
        self._fx()
        self._adjustments()
        self._cancellations()
        return {name: rows for name, rows in self.tables.items() if rows}

    # --- quotas and targets

    def _quotas(self) -> None:
        calendar = Calendar(self.ground.year_starts)
        years = sorted({calendar.around(day, "year").label for day in self.close.values()})
        windows = {rule["window"] for plan in self.plans for rule in plan.get("accelerators", ())}
        own = any("quota" in row["rate"] for plan in self.plans for row in plan["rates"])
        for payee in self.tables["payees"]:
            if not windows and not own and self.dice.maybe(0.4):
                continue
            size = "month" if "month" in windows else self.dice.pick(("month", "quarter"))
            for year in years:
                for period in self._tiles(calendar, year, size):
                    amount = self.dice.pick((100_000, 150_000, 40_000, 99_999, 33_333))
                    self._quota(payee["payee_id"], period, amount)
                if self.dice.maybe(0.35):
                    self._quota(payee["payee_id"], year, self.dice.pick((400_000, 1_000_000)))

    def _tiles(self, calendar: Calendar, year: str, size: str) -> list[str]:
        whole = calendar.period(year)
        return [period.label for period in calendar.inside(whole, size)]

    def _quota(self, payee: str, period: str, amount: int) -> None:
        if self.slip(0.05):
            return
        text = str(0 if self.dice.maybe(0.003) else amount)
        self.add("quotas", payee_id=payee, period=period, amount=text, role="")
        if self.dice.maybe(0.05):
            role = self.dice.pick(("ae", "csm", "am"))
            self.add("quotas", payee_id=payee, period=period, amount=str(amount // 2), role=role)

    def _targets(self) -> None:
        for payee in self.tables["payees"]:
            for day in sorted({self.dice.day() for _ in range(2)}) if self.dice.maybe(0.15) else ():
                text = self.dice.pick(("12000", "24000", "7"))
                self.add("targets", payee_id=payee["payee_id"], target_variable=text, **{"from": day.isoformat()})

    # --- what happens later

    def _accounts_and_days(self, most: int) -> set[tuple[str, str]]:
        """Accounts and days near the close dates of their deals."""
        found = set()
        for _ in range(self.dice.number(0, most)):
            row = self.dice.pick(self.tables["deals"])
            found.add((row["account_id"], self.dice.near(self.close[row["deal_id"]] - timedelta(days=20)).isoformat()))
        return found

    def _usage(self) -> None:
        for account, day in sorted(self._accounts_and_days(14)):
            for product in sorted({self.dice.pick(("", "", "core")), self.dice.pick(("", "", "analytics"))}):
                bought, active = self.dice.pick((("100", "40"), ("100", "39"), ("100", "80"), ("3", "1"), ("0", "0"),
                                                 ("250", "200"), ("100", ""), ("7", "6")))  # fmt: skip
                self.add(
                    "usage", account_id=account, date=day, seats_purchased=bought, seats_active=active, product=product
                )

    def _history(self) -> None:
        for account, day in sorted(self._accounts_and_days(8)):
            acv = money(self.dice.amount(self.ground.currency), self.ground.currency)
            self.add(
                "account_history", account_id=account, date=day,
                health=self.dice.pick(("red", "Green", "yellow", "")),
                health_score=self.dice.pick(("70", "49.5", "90", "")),
                segment=self.dice.pick(("smb", "enterprise", "")),
                acv=self.dice.pick((acv, "")),
            )  # fmt: skip

    def _evidence(self) -> None:
        for deal, close in self.close.items():
            if self.dice.maybe(0.5):
                invoiced = self.dice.pick(("3000", "40000", "700"))
                days = sorted(self._evidence_day(close) for _ in range(self.dice.number(1, 3)))
                for day in days:
                    collected = self.dice.pick(("1000", "700", "333", "3000", "1", "-200"))
                    if self.dice.maybe(0.1):
                        invoiced = "4500"
                    self.add("receipts", deal_id=deal, date=day.isoformat(), collected=collected, invoiced=invoiced)
            for name in ("go_live", "Training"):
                if self.dice.maybe(0.4):
                    shares = self.dice.pick((("",), ("",), ("40%", "100%"), ("33.3333%",), ("50%", "")))
                    days = sorted({self._evidence_day(close) for _ in shares})
                    for share, day in zip(shares, days, strict=False):
                        self.add("milestones", deal_id=deal, milestone=name, reached_on=day.isoformat(), share=share)

    def _events(self) -> None:
        for _ in range(self.dice.pick((0, 1, 2, 3, 4, 6))):
            row = self.dice.pick(self.tables["deals"])
            kind = self.dice.pick(("churn", "contraction", "contraction", "Contraction", "reactivation"))
            day = self._evidence_day(self.close[row["deal_id"]])
            if self.dice.maybe(0.5):
                day = self.close[row["deal_id"]] + timedelta(days=self.dice.number(1, 150))
            if self.dice.maybe(0.2):  # the very day on which something else counts
                row, day = self._counted()
            if "events" in self.tables and self.dice.maybe(0.2):
                day = date.fromisoformat(self.dice.pick(self.tables["events"])["date"])
            amount = money(self.dice.amount(self.ground.currency), self.ground.currency)
            self.add(
                "events", account_id=row["account_id"], date=day.isoformat(), event=kind,
                amount=amount if kind.lower() == "contraction" else "", product=self.dice.pick(PRODUCTS),
                deal_id=row["deal_id"] if self.dice.maybe(0.15) else "",
            )  # fmt: skip

    def _counted(self) -> tuple[Row, date]:
        """A deal, and the day it closes or of its evidence."""
        row = self.dice.pick(self.tables["deals"])
        days = [row["close_date"], row.get("activated_on") or row["close_date"]]
        days += [r["date"] for r in self.tables.get("receipts", ()) if r["deal_id"] == row["deal_id"]]
        days += [r["reached_on"] for r in self.tables.get("milestones", ()) if r["deal_id"] == row["deal_id"]]
        return row, date.fromisoformat(self.dice.pick(days))

    def _subscriptions(self) -> None:
        """Where there are no events they are read off these."""
        if not self.dice.maybe(0.3):
            return
        for account in self.tables["accounts"]:
            start = self.dice.day(date(2026, 6, 1))
            for _ in range(self.dice.number(0, 4)):
                end = self.dice.near(start)
                monthly = self.dice.maybe(0.5)
                size = money(self.dice.amount(self.ground.currency) // (12 if monthly else 1), self.ground.currency)
                key = {
                    "account_id": account["account_id"], "start": start.isoformat(),
                    "end": self.dice.pick(("", end.isoformat(), end.isoformat())), "product": self.dice.pick(PRODUCTS),
                }  # fmt: skip
                rows = self.tables.get("subscriptions", ())
                if not any(all(row.get(name, "") == text for name, text in key.items()) for row in rows):
                    self.add("subscriptions", **key, mrr=size if monthly else "", arr="" if monthly else size)
                start = end + timedelta(days=self.dice.pick((-20, 0, 1, 29, 30, 60)))

    def _fx(self) -> None:
        wanted = {row["currency"] for row in self.tables["deals"] if row.get("currency")} - {self.ground.currency}
        rates = {"EUR": ("1.0833", "0.9"), "JPY": ("0.0067", "0.006543"), "USD": ("0.9231", YEN_A_DOLLAR),
                 "KWD": ("3.25", LARGE_RATE)}  # fmt: skip
        if self.dice.maybe(0.2):
            rates = dict.fromkeys(rates, ENORMOUS)
        for currency in sorted(wanted):
            for day in sorted(
                {close - timedelta(days=self.dice.pick((0, 0, 1, 30, 31))) for close in self.close.values()}
            ):
                if not self.slip(0.1):
                    self.add("fx", currency=currency, date=day.isoformat(), rate=self.dice.pick(rates[currency]))

    def _adjustments(self) -> None:
        calendar = Calendar(self.ground.year_starts)
        for number in range(self.dice.pick((0, 0, 1, 2))):
            day = self.dice.day(date(2027, 1, 1), date(2028, 3, 31))
            period = calendar.around(day, self.dice.pick(("month", "quarter"))).label
            amount = money(self.dice.pick((1, -1)) * self.dice.number(1, 500_000), self.ground.currency)
            self.add(
                "adjustments", payee_id=self.dice.pick(self.tables["payees"])["payee_id"], period=period, amount=amount,
                reason="goodwill", requested_by="mia", approved_by="max", reference=f"T-{number}",
            )  # fmt: skip

    def _cancellations(self) -> None:
        for deal in self.close:
            if self.dice.maybe(0.04):
                day = self.dice.near(self.close[deal])
                self.add("cancellations", deal_id=deal, date=day.isoformat(), reason="void")

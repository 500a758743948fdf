"""Random canonical tables that fit a plan: rows of text, each with a number under `#` that survives changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .dice import DECIMALS, LAST_DAY, Dice, money
from .plans import Ground, Tree

Row = dict[str, str]
Tables = dict[str, list[Row]]

NUMBER = "#"
PEOPLE = {"ae": ("ana", "Bob", "zed"), "csm": ("cam", "P2", "P10"), "am": ("amy",), "closer": ("cleo", "P9")}
PARTNERS, MANAGERS = ("pat",), ("mia", "Max")
ACCOUNTS = ("A1", "A10", "A2", "a1")
DEALS = ("D1", "D2", "D10", "D11", "D9", "d3", "D-4", "D01", "E7", "D100", "D20", "D3", "C5", "D5")
PRODUCTS = ("", "", "core", "Core", "analytics")
MOTIONS = (
    "tier", "feature", "capacity", "upsell", "adjacent", "complementary", "platform", "cross_sell", "usage",
    "multi_year", "renewal", "new_logo", "contraction",
)  # fmt: skip
UNUSUAL = ("coverer", "closer")
"""Columns that a table has only where a role looks for people in them."""

CLOCKS = ("T00:00:00Z", "T03:30:00Z", "T14:59:59Z", "T15:00:00Z", "T23:59:59-05:00", "T12:00:00+09:00")


class Maker:
    """Makes the tables one after the other; later ones refer to earlier ones."""

    def __init__(self, dice: Dice, ground: Ground, plans: list[Tree]) -> None:
        self.dice, self.ground, self.plans = dice, ground, plans
        self.tables: Tables = {}
        self.sound = not dice.maybe(0.06)  # else something small may be missing or wrong
        self.roles: dict[str, Any] = {name: role for plan in plans for name, role in plan["roles"].items()}
        self.known = {role["from"].replace("deal.", "deals.").replace("account.", "accounts.")
                      for plan in plans for role in plan["roles"].values()}  # fmt: skip
        self.close: dict[str, date] = {}

    def make(self) -> Tables:
        """People, accounts and the deals with all that stands beside them on the day they close."""
        self._payees()
        self._accounts()
        self._deals()
        if any(tier.get("splits") for plan in self.plans for tier in plan["ownership"]):
            self._splits()
        self._team()
        self._assignments()
        self._signals()
        return self.tables

    def add(self, table: str, **cells: str) -> Row:
        """A row; blank cells are left out or kept, which must mean the same."""
        row = {
            name: text
            for name, text in cells.items()
            if (text or self.dice.maybe(0.5)) and (name not in UNUSUAL or f"{table}.{name}" in self.known)
        }
        self.tables.setdefault(table, []).append(row)
        row[NUMBER] = f"{table}{len(self.tables[table])}"
        return row

    def holder(self, role: str, day: date | None = None) -> str:
        """Somebody of a role; mostly one who has not left by the day."""
        left = {
            row["payee_id"]
            for row in self.tables["payees"]
            if (row.get("end_date") or "9") < (day or LAST_DAY).isoformat()
        }
        there = [payee for payee in PEOPLE[role] if payee not in left]
        return self.dice.pick(there if there and self.dice.maybe(0.9) else PEOPLE[role])

    def slip(self, chance: float) -> bool:
        """Whether something is missing that is usually there: often only where the book may be unsound."""
        return self.dice.maybe(chance if not self.sound else 0)

    # --- people and accounts

    def _payees(self) -> None:
        everyone = [(payee, role) for role, payees in PEOPLE.items() for payee in payees]
        everyone += [(payee, "partner") for payee in PARTNERS] + [(payee, "boss") for payee in MANAGERS]
        some_leave = self.dice.maybe(0.4)
        for payee, role in everyone:
            leaves = some_leave and self.dice.maybe(0.3)
            self.add(
                "payees", payee_id=payee, role=role,
                manager_id=self.dice.pick(MANAGERS) if role in PEOPLE else "",
                end_date=self.dice.day(date(2027, 2, 1)).isoformat() if leaves else "",
                target_variable=self.dice.pick(("20000", "33333", "1")) if not self.slip(0.3) else "",
            )  # fmt: skip

    def _vacancy(self, role: str) -> bool:
        """Whether a role may stay without holder on a row: rarely where that stops the run."""
        rules = [p["roles"][role].get("vacant", "error") for p in self.plans if role in p["roles"]]
        return self.dice.maybe(0.15) if rules and "error" not in rules else self.slip(0.1)

    def _accounts(self) -> None:
        for account in self.dice.some(ACCOUNTS, 1, 4):
            self.add(
                "accounts", account_id=account,
                segment=self.dice.pick(("enterprise", "Enterprise", "smb", "mid_market", "")),
                region=self.dice.pick(("EMEA", "apac", "")), health=self.dice.pick(("red", "Yellow", "green", "")),
                health_score=self.dice.pick(("70", "69.9", "50", "70.5", "")),
                acv="" if self.dice.maybe(0.1) else money(self.dice.amount(self.ground.currency), self.ground.currency),
                csm="" if self._vacancy("csm") else self.holder("csm"),
                am="" if self._vacancy("am") else self.holder("am"),
                coverer="" if self._vacancy("am") else self.holder("am"),
                grade=self.dice.pick(("A", "b", "c", "")),
            )  # fmt: skip

    # --- deals

    def _deals(self) -> None:
        ids = self.dice.some(DEALS, 1 if self.dice.maybe(0.1) else 4, len(DEALS))
        some_foreign = self.dice.maybe(0.25)
        same = self.dice.day(date(2027, 1, 1), date(2028, 3, 31))
        usual = [m for m in MOTIONS if m not in ("renewal", "new_logo", "contraction")]
        for deal in ids:
            day = same if self.dice.maybe(0.2) else self.dice.day(date(2026, 12, 20), date(2028, 4, 5))
            if self.dice.maybe(0.5):
                day = min(day, date(2027, 1, 1) + timedelta(days=self.dice.number(0, 130)))
            self.close[deal] = day
            self.add("deals", **self._deal(deal, day, usual if self.dice.maybe(0.75) else MOTIONS, some_foreign))

    def _deal(self, deal: str, day: date, motions: Any, some_foreign: bool) -> Row:
        dice, ground = self.dice, self.ground
        foreign = some_foreign and dice.maybe(0.3)
        currency = dice.pick([c for c in DECIMALS if c != ground.currency]) if foreign else ground.currency
        own = dice.maybe(0.2)
        tiers = [tier["tier"] for plan in self.plans for tier in plan["ownership"]]
        amounts = [money(dice.amount(currency), currency) for _ in range(3)]
        cells = {
            "deal_id": deal, "account_id": dice.pick(self.tables["accounts"])["account_id"],
            "motion": dice.pick(motions), "acv": amounts[0], "arr": amounts[1], "amount": amounts[2],
            "close_date": day.isoformat(), "won": "false" if dice.maybe(0.06) else "true",
            "owner": "" if self._vacancy("ae") else self.holder("ae", day),
            "currency": currency if foreign or own else "", "product": dice.pick(PRODUCTS),
            "created_at": dice.pick(("", self._instant(day - timedelta(days=dice.number(0, 200))))),
            "term_months": dice.pick(("12", "24", "36", "6", "")), "self_serve": dice.pick(("true", "false", "")),
            "bundled_with_renewal": dice.pick(("true", "false", "", "")),
            "partner": dice.pick(("pat", "", "")), "partner_role": dice.pick(("influenced", "Sourced", "")),
            "override_tier": dice.pick(tiers) if len(self.plans) == 1 and dice.maybe(0.08) else "",
            "activated_on": self._evidence_day(day).isoformat() if dice.maybe(0.4) else "",
            "source": dice.pick(("CSM", "inbound", "")),
            "closer": "" if self._vacancy("closer") else self.holder("closer", day),
            "partner_tier": dice.pick(("gold", "Silver", "")), "margin": dice.pick(("30%", "29.9999%", "62.5%", "")),
            "list_price": "" if foreign else dice.pick(("10000", "25000", "9999", "")),
            "strategic": dice.pick(("true", "false", "")),
        }  # fmt: skip
        if cells["override_tier"]:
            cells["override_by"] = "mia"
        if self.slip(0.05):
            cells[ground.value] = "-1" if dice.maybe(0.5) else ""
        return cells

    def _instant(self, day: date) -> str:
        return day.isoformat() + self.dice.pick(CLOCKS)

    def _evidence_day(self, close: date) -> date:
        return close - timedelta(days=self.dice.number(0, 40)) if self.dice.maybe(0.12) else self.dice.near(close)

    def _splits(self) -> None:
        credited = [set(tier["credit"]) for plan in self.plans for tier in plan["ownership"] if tier.get("splits")]
        shared = sorted(set.intersection(*credited)) or (sorted(credited[0]) if not self.sound else [])
        for deal in self.close:
            if not shared or not self.dice.maybe(0.35):
                continue
            role = self.dice.pick(shared)
            people = self.dice.some([p for group in PEOPLE.values() for p in group], 1, 3)
            shares = {1: ("100%",), 2: ("33.3%", "66.7%"), 3: ("33.3333%", "33.3333%", "33.3334%")}[len(people)]
            for payee, share in zip(people, shares, strict=True):
                own = "" if self.dice.maybe(0.3) and payee in PEOPLE.get(role, ()) else self.dice.pick(shared)
                wrong = "50%" if self.slip(0.1) else share
                kind = self.dice.pick(("", "revenue", "Revenue"))
                self.add("splits", deal_id=deal, payee=payee, share=wrong, role=own, split_type=kind)
            if self.dice.maybe(0.2):
                self.add("splits", deal_id=deal, payee="pat", share="50%", role="", split_type="overlay")

    def _team(self) -> None:
        if any(role["from"].startswith("team.") for role in self.roles.values()):
            for deal in self.close:
                if not self._vacancy("closer"):
                    self.add("team", deal_id=deal, payee=self.holder("closer"), role="closer")

    def _assignments(self) -> None:
        """Holders that change on a day, sometimes with days in between that nobody holds."""
        for account in self.tables["accounts"]:
            for role in ("csm", "am"):
                if role not in self.roles or not self.dice.maybe(0.25):
                    continue
                change = self.dice.day(date(2027, 1, 2), date(2028, 1, 31))
                gap = 1 + (self.dice.number(1, 30) if self._vacancy(role) else 0)
                first, second = self.holder(role), self.holder(role)
                self.add(
                    "assignments", account_id=account["account_id"], role=role, payee=first,
                    **{"from": "2026-01-01"}, to=change.isoformat(),
                )  # fmt: skip
                later = (change + timedelta(days=gap)).isoformat()
                self.add(
                    "assignments", account_id=account["account_id"], role=role, payee=second,
                    **{"from": later}, to="",
                )  # fmt: skip

    def _signals(self) -> None:
        for number in range(self.dice.number(0, 8)):
            deal = self.dice.pick(list(self.close))
            account = next(row["account_id"] for row in self.tables["deals"] if row["deal_id"] == deal)
            routed = self.close[deal] - timedelta(days=self.dice.pick((-1, 0, 0, 1, 29, 30, 31, 90, 179, 180, 181)))
            seen = self._instant(routed - timedelta(days=self.dice.number(0, 30)))
            signal = f"S{self.dice.pick(('', '1', '0'))}{number}"
            marks = {mark: self.dice.pick(("true", "true", "false", "")) for mark in
                     ("budget", "named_buyer", "timeline", "product_fit")}  # fmt: skip
            by_deal = self.dice.maybe(0.3)
            target = next(row for row in self.tables["deals"] if row["deal_id"] == deal)
            if by_deal and "signal_id" not in target:
                target["signal_id"] = signal
            self.add(
                "signals", signal_id=signal, account_id=account, identified_at=seen,
                routed_at="" if self.dice.maybe(0.08) else self._instant(routed), logged_by=self.holder("csm"),
                assigned_to=self.holder("ae"), deal_id="" if by_deal and self.dice.maybe(0.7) else deal,
                category=self.dice.pick(("product", "relationship", "Behavioural", "")),
                urgency=self.dice.pick(("hot", "Warm", "watch", "")),
                withdrawn_at=(
                    self._instant(routed + timedelta(days=self.dice.number(0, 40))) if self.dice.maybe(0.1) else ""
                ),
                **marks,
            )  # fmt: skip

"""Random bonuses and modifiers, and what they are measured by: recurring value, portfolios, teams, segments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .books import NUMBER, PEOPLE, Tables
from .dice import Dice, money
from .plans import Ground, Tree

SEGMENTS = ("enterprise", "smb", "mid_market")
PORTFOLIOS = ("csm", "csm", "csm", "am", "boss", "ae")
PERS = ("month", "quarter", "quarter", "half", "year")
LEAST = ("30 days", "1 month", "90 days", "1 day")
CURVES = (
    (("95%", "0%"), ("100%", "50%"), ("110%", "100%"), ("120%", "150%")),
    (("0%", "0%"), ("100%", "100%")),
    (("80%", "20%"), ("100%", "33.3333%"), ("300%", "200%")),
    (("50%", "50%"),),
    (("10%", "1%"), ("66.6667%", "40%"), ("66.6668%", "80%")),
)


class Metrics:
    """Adds to the plans and tables of a case, with a chance of its own, so that the rest stays as it was."""

    def __init__(self, seed: int, ground: Ground) -> None:
        self.dice, self.ground = Dice(seed + 1_000_003), ground

    @property
    def wanted(self) -> bool:
        return self.dice.maybe(0.4)

    # --- plans

    def add_rules(self, plans: list[Tree]) -> None:
        ids = sorted({plan["plan"]["id"] for plan in plans})
        first = self._bonuses(plans[0])
        for plan in plans:
            plan["retention"] = self._retention()
            again = plan["roles"] == plans[0]["roles"] and self.dice.maybe(0.7)
            bonuses = first if again else self._bonuses(plan)
            if len(ids) > 1:
                bonuses = [{**bonus, "name": f"{bonus['name']} {plan['plan']['id']}"} for bonus in bonuses]
            plan["bonuses"] = bonuses
            plan["modifiers"] = self._modifiers(plan)
            for block in ("bonuses", "modifiers"):
                if not plan[block]:
                    del plan[block]

    def _retention(self) -> Tree:
        found: Tree = {"min_accounts": self.dice.pick(("1", "1", "2"))}
        if self.dice.maybe(0.6):
            found["window"] = self.dice.pick(("3 months", "6 months", "12 months", "90 days"))
        rows = [{"segment": name, "nrr": self._percent(), "grr": self._percent()} for name in SEGMENTS]
        found["targets"] = [*self.dice.some(rows, 0, 3), {"nrr": self._percent(), "grr": self._percent()}]
        return found

    def _percent(self) -> str:
        return self.dice.pick(("100%", "90%", "80%", "110%", "66.6667%", "50%", "120%"))

    def _metric(self) -> str:
        return self.dice.pick(("nrr", "nrr", "nrr", "grr", "grr", "logo_retention", "expansion"))

    def _bonuses(self, plan: Tree) -> list[Tree]:
        names = self.dice.some(("NRR bonus", "Grow", "Keep"), 1, 3)
        return [self._bonus(plan, name) for name in names]

    def _bonus(self, plan: Tree, name: str) -> Tree:
        dice = self.dice
        curve = dice.pick(CURVES)
        bonus: Tree = {
            "name": name, "metric": self._metric(),
            "scope": dice.pick(("portfolio", "portfolio", "portfolio", "segment", "team", "reports", "company")),
            "per": dice.pick(PERS), "prorate": dice.pick(("days", "none")),
            "pays": dice.pick(("60% of target_variable", "33.3333% of target_variable", "1000", "333")),
            "curve": [{"at": at, "pays": pays} for at, pays in curve],
        }  # fmt: skip
        if dice.maybe(0.85):
            bonus["role"] = dice.pick([role for role in (*PORTFOLIOS, "partner") if role in plan["roles"]])
        if dice.maybe(0.25):
            bonus["for"] = dice.pick((
                {"payee.segment": "enterprise"}, {"payee.segment": ["smb", "Mid_Market"]}, {"payee.role": "CSM"},
            ))  # fmt: skip
        if dice.maybe(0.5):
            bonus["portfolio"] = {"held_at": dice.pick(("start", "end"))}
            if dice.maybe(0.7):
                bonus["portfolio"]["at_least"] = dice.pick(LEAST)
        if dice.maybe(0.7):
            bonus["window"] = dice.pick(("trailing 12 months", "3 months", "90 days", "trailing 2 quarters",
                                         "month", "quarter", "half", "year"))  # fmt: skip
        if bonus["metric"] in ("nrr", "grr") and dice.maybe(0.3):
            bonus["curve_on"] = "target"
        if dice.maybe(0.4):
            bonus["below"] = dice.pick(("0%", curve[0][1]))
        if dice.maybe(0.4):
            bonus["above"] = dice.pick((curve[-1][1], "250%"))
        if dice.maybe(0.35):
            bonus["accrues"] = "year_to_date"
        if dice.maybe(0.4):
            bonus["gate"] = self._gate()
        return bonus

    def _gate(self) -> Tree:
        limits = (">= 50%", "> 50%", ">= 100%", "> 0%", ">= 90%")
        found = {metric: self.dice.pick(limits) for metric in self.dice.some(("grr", "nrr", "logo_retention"), 1, 2)}
        if "grr" in found and self.dice.maybe(0.5):
            found["grr"] = self.dice.pick((">= target", "> target"))
        return found

    def _modifiers(self, plan: Tree) -> list[Tree]:
        roles = sorted({*plan["roles"]})
        return [
            {
                "name": name, "roles": self.dice.some(roles, 1, len(roles)), "metric": self._metric(),
                "scope": self.dice.pick(("portfolio", "portfolio", "company", "company", "segment", "team")),
                "below": self.dice.pick(("80%", "100%", "100%", "150%", "500%")),
                "multiplier": self.dice.pick(("0.5", "0", "0.3333", "1.5", "0.9")),
                "window": self.dice.pick(("month", "quarter", "year")),
            } | ({"metric": self.dice.pick(("nrr", "grr")), "below": "target"} if self.dice.maybe(0.3) else {})
            for name in self.dice.some(("guardrail", "Ünder", "third"), 0, 3)
        ]  # fmt: skip

    # --- tables

    def add_facts(self, plans: list[Tree], tables: Tables) -> None:
        for row in tables["payees"]:
            row["segment"] = self.dice.pick((*SEGMENTS, "Enterprise", ""))
            row["target_variable"] = row.get("target_variable") or "20000"
            if self.dice.maybe(0.15):
                row["start_date"] = self.dice.day(date(2026, 6, 1), date(2027, 12, 31)).isoformat()
        tables["subscriptions"] = []
        for account in tables["accounts"]:
            for number in range(self.dice.number(1, 3)):
                self._subscribed(tables, account["account_id"], ("", "core", "analytics")[number])
        self._teams(tables)
        self._handovers(plans, tables)

    def _subscribed(self, tables: Tables, account: str, product: str) -> None:
        """A line that begins before the deals do, and perhaps others that follow it: more, less, the same."""
        start = self.dice.day(date(2025, 6, 1), date(2027, 3, 31))
        size = self.dice.amount(self.ground.currency)
        for _ in range(self.dice.number(1, 4)):
            end = max(self.dice.near(start), start + timedelta(days=1))
            shown = money(size, self.ground.currency)
            self._add(
                tables, "subscriptions", account_id=account, start=start.isoformat(), product=product,
                end="" if self.dice.maybe(0.3) else end.isoformat(),
                **({"mrr": shown} if self.dice.maybe(0.2) else {"arr": shown}),
            )  # fmt: skip
            start = end + timedelta(days=self.dice.pick((0, 0, 0, 1, 40)))
            size = self.dice.pick((size, size + 1, size - size // 3, size * 2, self.dice.amount(self.ground.currency)))
            size = max(0, min(size, 10**12))

    def _teams(self, tables: Tables) -> None:
        for payee in [payee for group in PEOPLE.values() for payee in group]:
            for team in self.dice.some(("North", "south"), 0, 2):
                since = self.dice.pick(("", "2026-01-01", "2027-05-01"))
                until = self.dice.pick(("", "", "2027-06-30", "2028-01-15"))
                self._add(tables, "teams", payee_id=payee, team=team, **{"from": since}, to=until)

    def _handovers(self, plans: list[Tree], tables: Tables) -> None:
        """Assignments of accounts that had none; a hand-over in two rows, sometimes to the same person."""
        roles = {role for plan in plans for role in plan["roles"]}
        told = {(row["account_id"], row["role"]) for row in tables.get("assignments", ())}
        for account in tables["accounts"]:
            for role in sorted(roles & {"csm", "am", "ae"}):
                holders = {"csm": "csm", "am": "am", "ae": "ae"}[role]
                if (account["account_id"], role) in told or not self.dice.maybe(0.35):
                    continue
                change = self.dice.day(date(2027, 1, 2), date(2028, 3, 1))
                first, second = (self._there(tables, holders) for _ in range(2))
                rows = ((first, "2026-01-01", change), (second, (change + timedelta(days=1)).isoformat(), ""))
                for payee, since, until in rows:
                    self._add(tables, "assignments", account_id=account["account_id"], role=role, payee=payee,
                              **{"from": since}, to=str(until))  # fmt: skip

    def _there(self, tables: Tables, role: str) -> str:
        gone = {row["payee_id"] for row in tables["payees"] if row.get("end_date")}
        return self.dice.pick([payee for payee in PEOPLE[role] if payee not in gone] or PEOPLE[role])

    def _add(self, tables: Tables, table: str, **cells: str) -> None:
        row = {name: text for name, text in cells.items() if text}
        rows: list[Any] = tables.setdefault(table, [])
        rows.append(row)
        row[NUMBER] = f"metric {table}{len(rows)}"

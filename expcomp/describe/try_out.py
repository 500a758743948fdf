"""Imagined deals paid by a plan: the rows they would be in the exports, and what the calculator makes of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expcomp.diagnostics import Place, Refused
from expcomp.money import decimals
from expcomp.pay.entitlement import Entitlement, settle
from expcomp.pay.trace import trace
from expcomp.period import MONTHS, Span, to_date, to_iso
from expcomp.plan.model import Plan, Tier
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows

Rows = list[dict[str, str]]

AFTER = 365 * 8
"""Days after a deal by which everything of it is decided."""

MOST_RUNS = 24
"""Of the calculator, while deals that it refuses are sorted out."""

SOON = 10
"""Days after the close on which an imagined deal is activated and delivered."""

TARGET = 48_000
"""The annual target variable of an imagined payee, in whole units of the currency."""

MARKS = ("budget", "named_buyer", "timeline", "product_fit")


@dataclass(frozen=True)
class Deal:
    """`facts` are fields of conditions and their values as an export writes them. Deals with one `team` share their
    people; `quota` is their quota for each period of `quota_span`, in minor units. `extras`: whether roles that only
    overlays name are held, and a signal led to the deal. `event` is what happens to the account, and how many days
    after the close; a contraction takes half of the deal."""

    name: str
    close: int
    value: int
    facts: Mapping[str, str]
    team: str
    quota: int
    quota_span: Span = Span.MONTH
    extras: bool = False
    event: tuple[str, int] | None = None


@dataclass
class Tables:
    rows: dict[str, Rows] = field(default_factory=dict)

    def add(self, table: str, **row: str) -> None:
        self.rows.setdefault(table, []).append(row)


def try_out(plan: Plan, deals: Sequence[Deal]) -> pd.DataFrame:
    """The tranches of every deal: the columns of `pay/trace.py` with deal_id, payee_id, component and milestone.
    Deals that the plan cannot pay (no rate fits, say) are left out: halves are tried where the whole is refused."""
    plans = plan_set([plan])
    groups, found = [deals] if deals else [], [pd.DataFrame()]
    for _ in range(MOST_RUNS):
        if not groups:
            break
        group = groups.pop(0)
        try:
            book = book_from_rows(_tables(plan, group).rows, needs_of(plans), Place(plan.path))
            found.append(_told(settle(plans, book, max(deal.close for deal in group) + AFTER, Span.QUARTER).whole))
        except Refused:
            half = len(group) // 2
            groups += [part for part in (group[:half], group[half:]) if 0 < len(part) < len(group)]
    return pd.concat(found, ignore_index=True)


def by_name(tried: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tranches of each deal."""
    return {str(name): own for name, own in tried.groupby("deal_id", sort=False)} if len(tried) else {}


def _told(settled: Entitlement) -> pd.DataFrame:
    every, line = np.arange(len(settled.tranches)), settled.tranches["line"].to_numpy()
    lines = settled.lines.iloc[line]
    names = pd.DataFrame({
        "deal_id": np.asarray(settled.deals.names.text(lines["deal"].to_numpy()), dtype=object),
        "payee_id": np.asarray(settled.payees.names.text(lines["payee"].to_numpy()), dtype=object),
        "component": lines["component"].to_numpy(object),
        "milestone": settled.detail(every)["milestone"].to_numpy(object),
        "line": line,
    })  # fmt: skip
    return pd.concat([names, trace(settled, every).reset_index(drop=True)], axis=1)


def _tables(plan: Plan, deals: Iterable[Deal]) -> Tables:
    tables = Tables()
    teams: dict[str, Deal] = {}
    for deal in deals:
        teams.setdefault(deal.team, deal)
        _deal(plan, deal, tables)
    for first in teams.values():
        _people(plan, first, tables)
    return tables


def holder(team: str, role: str) -> str:
    return f"{team}|{role}"


def _people(plan: Plan, first: Deal, tables: Tables) -> None:
    """A payee for every role of a team, with quotas for the fiscal year of its first deal."""
    managers = {source: role for role, source in _managed(plan)}
    for role in plan.roles:
        payee, manager = holder(first.team, role), holder(first.team, managers[role]) if role in managers else ""
        tables.add("payees", payee_id=payee, role=role, target_variable=str(TARGET), manager_id=manager)
        if plan.accelerator(role) or any(rate.role == role and rate.rate is None for rate in plan.rates):
            _quotas(plan, first, payee, tables)


def _quotas(plan: Plan, first: Deal, payee: str, tables: Tables) -> None:
    """One for every month, every quarter and the year, so that none has to be added up."""
    year = plan.calendar.period_of(Span.YEAR, first.close)
    for span in (Span.MONTH, Span.QUARTER, Span.YEAR):
        amount = units(first.quota * MONTHS[span] // MONTHS[first.quota_span], plan.plan.currency)
        for period in year.split(span):
            tables.add("quotas", payee_id=payee, period=str(period), amount=amount)


def _managed(plan: Plan) -> Iterator[tuple[str, str]]:
    """(role, the role whose manager it is)."""
    for name, role in plan.roles.items():
        if role.from_.startswith("manager of "):
            yield name, role.from_.removeprefix("manager of ").strip()


def first_close(plan: Plan) -> int:
    """The first day of the first fiscal quarter that lies in the plan; its first day where there is none."""
    effective = plan.plan.effective
    begins = (effective.from_ - to_date(0)).days
    quarter = plan.calendar.period_of(Span.QUARTER, begins)
    opens = quarter.first_day if quarter.first_day == begins else quarter.next().first_day
    return opens if effective.to is None or to_date(opens) <= effective.to else begins


def units(minor: int, currency: str) -> str:
    """Minor units as an export writes them."""
    places = decimals(currency)
    return f"{minor // 10**places}" + (f".{minor % 10**places:0{places}d}" if places else "")


def _deal(plan: Plan, deal: Deal, tables: Tables) -> None:
    closed = to_iso(deal.close)
    people = {name: holder(deal.team, name) for name in plan.roles}
    row = {"deal_id": deal.name, "account_id": deal.name, "close_date": closed, "activated_on": _later(deal, SOON)}
    row |= {plan.plan.value: units(deal.value, plan.plan.currency), "created_at": f"{_later(deal, -1)}T12:00:00Z"}
    account = {"account_id": deal.name}
    for name, role in plan.roles.items():
        subject, _, column = role.from_.partition(".")
        if not deal.extras and name not in _needed_roles(plan):
            continue
        if subject == "account":
            account[column] = people[name]
        elif subject == "team":
            tables.add("team", deal_id=deal.name, payee=people[name], role=column)
        elif subject == "deal":
            row[column] = people[name]
    for fact, value in deal.facts.items():
        subject, _, column = fact.partition(".")
        if fact == "account.seat_utilization":
            tables.add("usage", account_id=deal.name, date=closed, seats_purchased="1000000", seats_active=value)
        elif subject == "account":
            account[column] = value
        elif subject == "deal" and fact != "deal.acv":
            row["motion" if column == "family" else column] = value
    tables.add("deals", **row)
    tables.add("accounts", **account)
    _evidence(plan, deal, tables)
    credits_signals = any(plan.roles[role].from_.startswith("signal.") for role in _needed_roles(plan))
    if deal.extras or credits_signals or any(fact.startswith("signal.") for fact in deal.facts):
        _signal(plan, deal, people, tables)


def roles_of(tier: Tier) -> set[str]:
    """The roles that a tier needs holders of."""
    return {*tier.credit, *(tier.quota_credit or {}), *(tier.renewal or {})}


def _needed_roles(plan: Plan) -> set[str]:
    """Those of all tiers, and the ones whose managers they are."""
    needed = {role for tier in plan.ownership for role in roles_of(tier)}
    return needed | {of for role, of in _managed(plan) if role in needed}


def _later(deal: Deal, days: int) -> str:
    return to_iso(deal.close + days)


def _evidence(plan: Plan, deal: Deal, tables: Tables) -> None:
    """Everything is reached early: paid on the next day, activated and delivered a few days later."""
    value = units(deal.value, plan.plan.currency)
    tables.add("receipts", deal_id=deal.name, date=_later(deal, 1), collected=value, invoiced=value)
    for word in {m.on for schedule in plan.payout for m in schedule.milestones} - KNOWN_EVIDENCE:
        tables.add("milestones", deal_id=deal.name, milestone=word, reached_on=_later(deal, SOON))
    if deal.event is not None:
        kind, days = deal.event
        half = units((deal.value + 1) // 2, plan.plan.currency) if kind == "contraction" else ""
        tables.add("events", account_id=deal.name, date=_later(deal, days), event=kind, amount=half)


KNOWN_EVIDENCE = {"closed_won", "activated", "paid", "retained", "date"}


def _signal(plan: Plan, deal: Deal, people: Mapping[str, str], tables: Tables) -> None:
    named = {role.from_.partition(".")[2]: people[name] for name, role in plan.roles.items()
             if role.from_.startswith("signal.")}  # fmt: skip
    facts = {fact.partition(".")[2]: value for fact, value in deal.facts.items() if fact.startswith("signal.")}
    known = {name: facts[name] for name in ("category", "urgency") if name in facts}
    at = f"{_later(deal, -1)}T12:00:00Z"
    tables.add("signals", signal_id=deal.name, account_id=deal.name, deal_id=deal.name, identified_at=at, routed_at=at,
               **dict.fromkeys(MARKS, "true"), **named, **known)  # fmt: skip

"""Imagined deals and their people as the rows they would be in the exports."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from expcomp.money import decimals
from expcomp.period import MONTHS, Span, to_date, to_iso
from expcomp.plan.model import Plan, Tier

Rows = list[dict[str, str]]

SOON = 10
"""Days after the close on which an imagined deal is activated and delivered."""

TARGET = 48_000
"""The annual target variable of an imagined payee, in whole units of the currency."""

KNOWN_EVIDENCE = {"closed_won", "activated", "paid", "retained", "date"}
"""What milestones may be reached on; any other word is a row of the milestones table."""

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


def tables_of(plan: Plan, deals: Iterable[Deal]) -> Tables:
    """The rows of all deals and their people, by table, as exports would hold them."""
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


def _signal(plan: Plan, deal: Deal, people: Mapping[str, str], tables: Tables) -> None:
    named = {role.from_.partition(".")[2]: people[name] for name, role in plan.roles.items()
             if role.from_.startswith("signal.")}  # fmt: skip
    facts = {fact.partition(".")[2]: value for fact, value in deal.facts.items() if fact.startswith("signal.")}
    known = {name: facts[name] for name in ("category", "urgency") if name in facts}
    at = f"{_later(deal, -1)}T12:00:00Z"
    tables.add("signals", signal_id=deal.name, account_id=deal.name, deal_id=deal.name, identified_at=at, routed_at=at,
               **dict.fromkeys(MARKS, "true"), **named, **known)  # fmt: skip

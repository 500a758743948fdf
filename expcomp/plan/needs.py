"""What plans want of the data: the columns they declare, and those in which they look for people."""

from collections.abc import Iterable, Iterator

import numpy as np

from expcomp.period import Duration, Unit
from expcomp.plan.model import Plan
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Needs
from expcomp.sources.tables import TABLES as CANONICAL
from expcomp.sources.tables import Field, Kind

KINDS = {
    "text": Kind.TEXT,
    "word": Kind.WORD,
    "number": Kind.NUMBER,
    "money": Kind.MONEY,
    "share": Kind.SHARE,
    "yes/no": Kind.FLAG,
}
NO_GRACE = Duration(0, Unit.DAYS)
TABLES = {"deal": "deals", "account": "accounts", "payee": "payees", "signal": "signals"}


def needs_of(plans: PlanSet) -> Needs:
    fields: dict[str, dict[str, Field]] = {}
    for plan in plans.versions:
        for table, field in _fields(plan):
            fields.setdefault(table, {})[field.name] = field
    return Needs(
        zone=plans.zone,
        currency=plans.currency,
        value=plans.versions[0].plan.value,
        grace=_grace(plans),
        rounding=plans.versions[0].plan.rounding,
        fields={table: tuple(named.values()) for table, named in fields.items()},
        unread=_unread(role.from_ for plan in plans.versions for role in plan.roles.values()),
    )


def _unread(sources: Iterable[str]) -> frozenset[str]:
    """The columns in which a deal and its account may name people, without those where a role looks for them."""
    named = {
        f"{subject}.{own.name}": f"{TABLES[subject]}.{own.name}"
        for subject in ("account", "deal")
        for own in CANONICAL[TABLES[subject]].fields
        if own.kind is Kind.PERSON
    }
    return frozenset(named.values()) - {named.get(source, "") for source in sources}


def _grace(plans: PlanSet) -> tuple[tuple[int, Duration], ...]:
    """From each first day of a version on the longest `churn_grace` of the versions then in force."""
    firsts = sorted({first for first, _ in plans.spans})
    return tuple((first, max(map(_grace_of, plans.in_force(first)), key=_length, default=NO_GRACE)) for first in firsts)


def _grace_of(plan: Plan) -> Duration:
    return (plan.events and plan.events.churn_grace) or NO_GRACE


def _length(grace: Duration) -> int:
    return int(grace.after(np.zeros(1, np.int64))[0])


def _fields(plan: Plan) -> Iterator[tuple[str, Field]]:
    for name, declared in plan.plan.fields.items():
        subject, _, column = name.partition(".")
        if subject in TABLES and column:
            yield TABLES[subject], Field(column, KINDS[declared])
    for role in plan.roles.values():
        subject, _, column = role.from_.partition(".")
        if subject in ("account", "deal") and not _holds_people(TABLES[subject], column):
            yield TABLES[subject], Field(column, Kind.PERSON)


def _holds_people(table: str, column: str) -> bool:
    """A canonical column of people may be absent: then nobody holds the role."""
    return any(field.name == column and field.kind is Kind.PERSON for field in CANONICAL[table].fields)

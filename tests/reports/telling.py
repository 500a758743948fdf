"""Reports of given tables, and the texts in which cases state times."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from expcomp.diagnostics import Place
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.reports.sla import SlaReport, sla_report
from expcomp.sources.given import book_from_rows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LENGTH = re.compile(r"(\d+)h(\d\d)(?:m(\d\d)s)?")

USUAL = {
    "clock": "elapsed",
    "hot": {"acknowledge": "4h", "contact": "24h"},
    "warm": {"acknowledge": "24h", "contact": "72h"},
    "watch": {"review": "next sync", "backstop": "30 days"},
    "sync": {"every": "1 week", "weekday": "Monday", "at": "10:00"},
}
PAYEES = [
    {"payee_id": "ana", "role": "ae", "name": "Ana Reyes", "manager_id": "mia"},
    {"payee_id": "ben", "role": "ae", "name": "Ben Okafor", "manager_id": "mia"},
    {"payee_id": "mia", "role": "ae_manager", "name": "Mia Larsen", "manager_id": "rex"},
    {"payee_id": "rex", "role": "cro", "name": "Rex Stone"},
    {"payee_id": "cam", "role": "csm", "name": "Cam Ortiz", "manager_id": "tom"},
    {"payee_id": "tom", "role": "cs_manager", "name": "Tom Becker"},
]
ACCOUNTS = [
    {"account_id": "A1", "name": "Evergreen Rail", "segment": "smb", "ae": "ana", "csm": "cam", "region": "East"},
    {"account_id": "A2", "name": "Acme [/]", "segment": "enterprise", "ae": "ben", "csm": "cam", "region": "EMEA"},
]


def plan_text(sla: Mapping[str, Any], zone: str = "America/New_York", **signals: Any) -> str:
    return yaml.safe_dump(plain({
        "plan": {"id": "grow", "version": "1", "effective": {"from": "2000-01-01"}, "currency": "USD",
                 "timezone": zone},
        "roles": {"ae": {"from": "deal.owner"}},
        "ownership": [{"tier": "all", "credit": {"ae": "100%"}}],
        "rates": [{"role": "ae", "rate": "10%"}],
        "payout": [{"schedule": "all", "milestones": [{"name": "booking", "pays": "100%", "on": "closed_won"}]}],
        "signals": {"sla": dict(sla), **signals},
    }), default_style='"')  # fmt: skip


def plain(node: Any) -> Any:
    """A tree of a YAML file as ordinary dicts, lists and texts."""
    if isinstance(node, Mapping):
        return {str(name): plain(value) for name, value in node.items()}
    return [plain(item) for item in node] if isinstance(node, list) else str(node)


def tell(tables: Mapping[str, Sequence[Mapping[str, str]]], as_of: int, *plans: str) -> SlaReport:
    """The report of these tables; PAYEES and ACCOUNTS where none are given."""
    bound = plan_set([bind_plan(text, f"plan {n}") for n, text in enumerate(plans or (plan_text(USUAL),), 1)])
    given = {"payees": PAYEES, "accounts": ACCOUNTS, **tables}
    return sla_report(bound, book_from_rows(given, needs_of(bound), Place("given")), as_of)


def instant(text: str, zone: str) -> int:
    """`2026-05-06 10:00` on the clock of a zone, or with its Z, in microseconds."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return (aware - EPOCH) // timedelta(microseconds=1)


def length(text: str) -> int:
    """`4h00m01s` in seconds."""
    match = LENGTH.fullmatch(text)
    assert match, f"{text}: write it like 4h00 or 4h00m01s"
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)

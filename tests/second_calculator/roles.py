"""Who holds a role on a deal, and who is credited for it."""

from __future__ import annotations

from .amounts import Refused
from .facts import Deal, Facts, Row, cell, word


def holder(facts: Facts, deal: Deal, role: str, seen: tuple[str, ...] = ()) -> str | None:
    """The payee who holds the role at the close date, or None."""
    if role not in deal.plan.roles:
        raise Refused(f"unknown role {role!r}")
    if role in seen:
        raise Refused(f"role {role!r} is the manager of itself")
    payee = _found(facts, deal, role, seen)
    if not payee:
        return None
    ended = facts.end_date(payee)
    return None if ended is not None and ended < deal.close else payee


def _found(facts: Facts, deal: Deal, role: str, seen: tuple[str, ...]) -> str | None:
    source = deal.plan.roles[role].source
    if source.startswith("manager of "):
        below = holder(facts, deal, source[len("manager of ") :].strip(), (*seen, role))
        return cell(facts.payee(below), "manager_id") if below else None
    table, _, column = source.partition(".")
    if table == "account":
        rows = [r for r in facts.assignments.get(deal.account, []) if word(cell(r, "role")) == word(role)]
        if rows:
            return _one([r for r in rows if _assigned(facts, r, deal)], deal, role)
        return cell(facts.account(deal.account), column)
    if table == "deal":
        return cell(deal.row, column)
    if table == "signal":
        return cell(deal.signal, column) if deal.signal else None
    if table == "team":
        named = [r for r in facts.team.get(deal.id, []) if word(cell(r, "role")) == word(column)]
        return _one(named, deal, role)
    raise Refused(f"role {role!r}: unknown source {source!r}")


def _assigned(facts: Facts, row: Row, deal: Deal) -> bool:
    last = cell(row, "to")
    return facts.day(cell(row, "from")) <= deal.close and (not last or deal.close <= facts.day(last))


def _one(rows: list[Row], deal: Deal, role: str) -> str | None:
    people = [cell(row, "payee") for row in rows]
    if len(people) > 1:
        raise Refused(f"deal {deal.id}: two people hold the role {role}")
    return people[0] if people else None


def credited(facts: Facts, deal: Deal, role: str) -> str | None:
    """The payee credited for the role after its `vacant` rule; None where it is forfeited."""
    seen: list[str] = []
    asked = role
    while True:
        payee = holder(facts, deal, asked)
        if payee:
            return payee
        seen.append(asked)
        rule = deal.plan.roles[asked].vacant
        if rule == "forfeit":
            return None
        if rule == "error":
            raise Refused(f"deal {deal.id}: nobody holds the role {asked}")
        if not rule.startswith("to "):
            raise Refused(f"role {asked}: unknown vacant rule {rule!r}")
        asked = rule[3:].strip()
        if asked in seen:
            raise Refused(f"deal {deal.id}: vacant roles point at each other")

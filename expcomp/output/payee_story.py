"""One payee's sheet told: lines by deal, how they net, what is recovered and paid, and what waits."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from expcomp.lookups import days
from expcomp.money import percent
from expcomp.output.line_tables import accounts, waiting_rows
from expcomp.output.metric_story import tell_bonus
from expcomp.output.pay_tables import people
from expcomp.output.prose import Prose
from expcomp.output.text import money
from expcomp.pay.bonuses import Earned
from expcomp.pay.difference import MOVEMENT
from expcomp.pay.sheet import Sheet
from expcomp.period import NEVER, to_iso
from expcomp.places import place_of

Row = Mapping[Hashable, Any]


def tell_payee(sheet: Sheet, payee_id: str) -> str:
    prose = Prose()
    _tell_head(sheet, payee_id, prose)
    lines = sheet.lines[sheet.lines["payee_id"] == payee_id]
    payees = sheet.payees[sheet.payees["payee_id"] == payee_id]
    if payees.empty:
        prose.title(f"Nothing in the sheet of {sheet.period}: no line and no balance")
    for row in payees.to_dict("records"):
        mine = lines[(lines["period"] == row["period"]) & (lines["currency"] == row["currency"])]
        _tell_lines(sheet, mine, row, prose)
        _tell_netting(sheet, row, prose)
    _tell_unpaid(sheet, payee_id, prose)
    _tell_waiting(sheet, payee_id, prose)
    return str(prose)


def _tell_head(sheet: Sheet, payee_id: str, prose: Prose) -> None:
    known = people(sheet)
    frame = sheet.book["payees"]
    own = frame[frame["payee_id"] == payee_id]
    if own.empty:
        prose.title(f"Payee {payee_id}: no longer in the export")
        return
    prose.title(f"Payee {payee_id}  {known['name'][payee_id]}".rstrip())
    prose.fact("role", known["role"][payee_id], str(place_of(own, 0)))
    last = int(days(own["end_date"])[0])
    if last < NEVER:
        prose.fact("last day", to_iso(last))


def _tell_lines(sheet: Sheet, lines: pd.DataFrame, row: Row, prose: Prose) -> None:
    """Deal by deal, then adjustments: each line, and what it nets to."""
    currency = row["currency"]
    prose.title(f"Lines of {row['period']}, {currency}")
    if lines.empty:
        prose.say("none")
    what = lines["deal_id"].where(lines["deal_id"] != "", lines["component"] + " " + lines["milestone"])
    for name, own in lines.groupby(what, sort=True):
        account = accounts(sheet, own["account_id"])[0]
        prose.amount(f"{name}  {account}".rstrip(), money(int(own["amount_minor"].sum()), currency))
        first = own.iloc[0]
        if first["deal_id"]:
            prose.say(f"closed {first['close_date']}, tier {first['tier']}", first["source"], indent=4)
        for line in own.to_dict("records"):
            _tell_line(sheet, line, prose)
    prose.amount("sum", money(int(lines["amount_minor"].sum()), currency))


def _tell_line(sheet: Sheet, line: Row, prose: Prose) -> None:
    if line["metric"] and not line["deal_id"]:
        tell_bonus(sheet, _earned(sheet, line), prose)
        return
    if not line["deal_id"] and line["kind"] == MOVEMENT:
        prose.say(line["after"], line["source"], indent=4)
        return
    amount = money(int(line["amount_minor"]), line["currency"])
    head = f"{line['component']} {line['milestone']}, {line['reason']} of {line['on']}: {amount}"
    prose.say(head, line["rule"], indent=4)
    if line["event"]:
        prose.say(line["event"], line["event_rule"], indent=6)
    if line["changed"]:
        prose.say(f"{line['changed']}: {line['before']} → {line['after']}", indent=6)


def _earned(sheet: Sheet, line: Row) -> Earned:
    """What a line of a bonus was made from."""
    key = line["payee_id"], line["component"], line["milestone"]
    people = sheet.settled.meter.people
    return next(
        one for one in sheet.bonuses if (people.id(one.payee), one.award.component, str(one.award.period)) == key
    )


def _tell_unpaid(sheet: Sheet, payee_id: str, prose: Prose) -> None:
    """Bonuses of metric periods that ended in the period, and pay nothing."""
    people = sheet.settled.meter.people
    unpaid = [one for one in sheet.bonuses if one.reason and people.id(one.payee) == payee_id]
    if unpaid:
        prose.title("Bonuses that pay nothing")
    for one in unpaid:
        prose.amount(f"{one.award.component} {one.award.period}", money(0, one.award.plan.plan.currency))
        tell_bonus(sheet, one, prose)


def _tell_netting(sheet: Sheet, row: Row, prose: Prose) -> None:
    currency = row["currency"]

    def show(name: str) -> str:
        return money(int(row[f"{name}_minor"]), currency)

    prose.title(f"From lines to pay, {row['period']}")
    prose.amount("gross: deals and adjustments that pay", show("gross"))
    prose.amount("taken: deals and adjustments that take back", show("clawback"))
    if sheet.is_view:
        prose.say(f"what is recovered and paid is decided for the pay period, which is longer than {sheet.period}")
        return
    if sheet.posted is not None:
        prose.amount("brought forward", show("brought_forward"))
    _tell_recovery(sheet, row, prose)
    prose.amount("recovered", show("recovered"))
    prose.amount("paid = gross − recovered", show("paid"))
    left = "taken + brought forward + recovered" if sheet.posted is not None else "taken + recovered"
    prose.amount(f"carried forward = {left}", show("carried_forward"))
    if row["written_off_minor"]:
        prose.amount("written off", show("written_off"))


def _tell_recovery(sheet: Sheet, row: Row, prose: Prose) -> None:
    """The rule in force on the period's last day."""
    period = next(p for p in sheet.pay_periods if str(p) == row["period"])
    plan = sheet.plans.about_period(period.last_day)
    if row["has_left"]:
        text = "nothing is recovered from" if plan.leavers.recover == "stop" else "everything is recovered from"
        prose.say(f"leavers: {text} who has left", _at(plan.leavers.place), indent=4)
    elif row["clawback_minor"] or row["brought_forward_minor"]:
        prose.say(f"at most {percent(plan.recovery.at_most)} of gross is recovered", _at(plan.recovery.place), indent=4)


def _at(place: object) -> str:
    path, line = place.path, place.line  # type: ignore[attr-defined]
    return f"{path}:{line}" if path else ""


def _tell_waiting(sheet: Sheet, payee_id: str, prose: Prose) -> None:
    rows = waiting_rows(sheet)
    own = rows[rows["payee_id"] == payee_id]
    if own.empty:
        return
    prose.title(f"Waiting as of {to_iso(sheet.as_of)}")
    account = accounts(sheet, own["account_id"])
    for row, name in zip(own.to_dict("records"), account, strict=True):
        last = f", last day {row['deadline']}" if row["deadline"] else ""
        amount = money(int(row["amount_minor"]), row["currency"])
        prose.amount(f"{row['deal_id']}  {name}", amount)
        prose.say(f"{row['component']} {row['milestone']}, {row['state']}{last}", indent=4)
    for currency, total in own.groupby("currency")["amount_minor"].sum().items():
        prose.amount(f"sum {currency}", money(int(total), str(currency)))

"""One deal told from its value to what was paid: tier, lines, milestones, losses, sums."""

import pandas as pd

from expcomp.lookups import NONE, days
from expcomp.output.component_story import recovers, tell_component
from expcomp.output.deal_facts import LINE, DealFacts
from expcomp.output.line_tables import accounts
from expcomp.output.pay_tables import people
from expcomp.output.prose import Prose
from expcomp.output.table import Table, amounts, texts
from expcomp.output.text import money
from expcomp.output.unpaid_story import tell_parts, tell_unpaid
from expcomp.pay.sheet import Sheet
from expcomp.pay.words import HELD, PENDING
from expcomp.period import to_iso
from expcomp.places import place_of
from expcomp.plan.model import Plan, Tier
from expcomp.sources.tables import MOTIONS


def tell_deal(sheet: Sheet, deal_id: str) -> str:
    facts, prose = DealFacts(sheet, deal_id), Prose()
    _tell_head(facts, prose)
    if facts.plan is not None and facts.tier != NONE:
        _tell_tier(facts, facts.plan, prose)
    names = people(sheet)["name"]
    for _, component in facts.tranches.groupby("line", sort=True):
        tell_component(facts, component, str(names.get(component["payee_id"].iat[0], "")), prose)
    _tell_losses(facts, prose)
    tell_unpaid(facts, prose)
    tell_parts(facts, prose)
    _tell_sums(facts, prose)
    return str(prose)


def _tell_head(facts: DealFacts, prose: Prose) -> None:
    if facts.exported.empty:
        prose.title(f"Deal {facts.deal_id}: no longer in the export, posted earlier")
        return
    row = facts.exported.iloc[0]
    prose.title(f"Deal {facts.deal_id}  {row['name']}".rstrip())
    account = accounts(facts.sheet, facts.exported["account_id"])[0]
    prose.fact("account", f"{row['account_id']}  {account}".rstrip())
    stage = f" ({row['stage']})" if row["stage"] else ""
    won = "won" if facts.exported["won"].fillna(False).iat[0] else f"not won{stage}"
    motion = f"{row['motion']} ({MOTIONS.get(row['motion'], 'no family')})" if row["motion"] else "no motion"
    closed = to_iso(int(days(facts.exported["close_date"])[0]))
    prose.fact("closed", f"{closed}, {won}, {motion}", str(place_of(facts.exported, 0)))
    prose.fact("value", _value(facts, row))
    if facts.plan is not None:
        prose.fact("plan", facts.plan.label, facts.plan.path)


def _value(facts: DealFacts, row: pd.Series) -> str:
    """As exported, and in the plan's currency where that is another one."""
    plan = facts.plan or facts.sheet.plans.versions[0]
    exported, currency = row[plan.plan.value], row["currency"] or plan.plan.currency
    shown = "blank" if pd.isna(exported) else f"{money(int(exported), currency)} {currency}"
    if facts.row == NONE or currency == facts.currency or facts.plan is None:
        return f"{shown} ({plan.plan.value})"
    own = money(int(facts.sheet.entitlement.deals.value[facts.row]), facts.currency)
    return f"{shown} ({plan.plan.value}) = {own} {facts.currency} at the rate in force on the close date"


def _tell_tier(facts: DealFacts, plan: Plan, prose: Prose) -> None:
    tier: Tier = plan.ownership[facts.tier]
    row = facts.exported.iloc[0]
    prose.title(f"Tier {tier.tier}")
    if row["override_tier"]:
        by = row["override_by"] or "nobody named"
        prose.say(f"moved there by {by}, whatever its conditions", str(place_of(facts.exported, 0)))
    for condition in tier.when:
        prose.say(f"{condition.field}: {condition.written}", _at(condition.place))
    if not tier.when:
        prose.say("no conditions: it takes every deal that the tiers above it leave", _at(tier.place))
    before = [other.tier for other in plan.ownership[: facts.tier]]
    if before and not row["override_tier"]:
        prose.say(f"the first that fits on the close date; before it stand {', '.join(before)}")


def _at(place: object) -> str:
    return f"{place.path}:{place.line}"  # type: ignore[attr-defined]


def _tell_losses(facts: DealFacts, prose: Prose) -> None:
    if facts.losses.empty:
        return
    prose.title("Lost value")
    for loss in facts.losses.to_dict("records"):
        taken, whole = money(int(loss["top"]), facts.currency), money(int(loss["bottom"]), facts.currency)
        prose.say(f"{loss['event']}: {taken} of {whole}")
        if loss["rule"] == NONE:
            prose.say("no clawback rule covers that day: what was reached before stays", indent=4)
        else:
            prose.say(f"takes back {recovers(loss)} of the lost share", loss["event_rule"], indent=4)


def _tell_sums(facts: DealFacts, prose: Prose) -> None:
    """By payee, component and milestone: entitled now = before + in this sheet; and the sums."""
    frame = _sums(facts)
    if frame.empty and facts.tranches.empty:
        return
    day, period = to_iso(facts.sheet.as_of), str(facts.sheet.period)
    prose.title(f"What it comes to, in {facts.currency}")
    earlier = "posted in closed periods" if facts.sheet.posted is not None else "earned before the period (no ledger)"
    prose.say(f"before: {earlier}; entitled: what it has earned and kept by {day}")
    columns = (
        *(texts(name.removesuffix("_id"), frame[name]) for name in LINE),
        amounts("before", frame["before_minor"], adds_up=True),
        amounts(period, frame["now_minor"], adds_up=True),
        amounts("entitled", frame["entitled_minor"], adds_up=True),
    )
    prose.table(Table("", columns, [facts.currency] * len(frame), keys=3, packed=True))
    waits = facts.tranches["state"].isin((PENDING, HELD))
    prose.amount("still waiting", money(int(facts.tranches.loc[waits, "left_minor"].sum()), facts.currency))
    _tell_lines(facts, prose)


def _sums(facts: DealFacts) -> pd.DataFrame:
    """LINE with entitled_minor, now_minor and before_minor, where any is not nothing."""
    sums = {
        "entitled_minor": facts.tranches.groupby(LINE)["entitled_minor"].sum(),
        "now_minor": facts.lines.groupby(LINE)["amount_minor"].sum(),
        "before_minor": facts.posted.groupby(LINE)["amount_minor"].sum().astype("int64"),
    }
    keys = sorted(set().union(*(column.index for column in sums.values())))
    rows = pd.MultiIndex.from_tuples(keys, names=LINE)
    frame = pd.DataFrame({name: column.reindex(rows, fill_value=0) for name, column in sums.items()}, index=rows)
    if facts.sheet.posted is None:
        frame["before_minor"] = frame["entitled_minor"] - frame["now_minor"]
    return frame[(frame != 0).any(axis=1)].reset_index()


def _tell_lines(facts: DealFacts, prose: Prose) -> None:
    if len(facts.posted):
        prose.title("Posted in closed periods")
        for row in facts.posted.to_dict("records"):
            what = f"{row['period']}  {row['payee_id']} {row['component']} {row['milestone']}"
            prose.amount(what, money(int(row["amount_minor"]), facts.currency))
    if facts.lines.empty:
        prose.say(f"no line of the sheet of {facts.sheet.period} is of this deal")
        return
    prose.title(f"Its lines in the sheet of {facts.sheet.period}")
    for line in facts.lines.to_dict("records"):
        what = f"{line['on']}  {line['payee_id']} {line['component']} {line['milestone']}, {line['reason']}"
        changed = f" ({line['changed']}: {line['before']} → {line['after']})" if line["changed"] else ""
        prose.amount(what + changed, money(int(line["amount_minor"]), line["currency"]))
    for currency, total in facts.lines.groupby("currency")["amount_minor"].sum().items():
        prose.amount(f"sum {currency}", money(int(total), str(currency)))

"""Facts without a date that lines are made from, as today's exports have them: what is pinned, and what has drifted.

Role holders from columns of deals and accounts, columns of accounts that conditions ask at the close date, annual
targets of the payees table, and exchange rates of a close date (design page 3, pinned facts).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from expcomp.diagnostics import Findings
from expcomp.exact import Ints
from expcomp.lookups import NONE, pairs
from expcomp.pay.entitlement import Settled
from expcomp.pay.labels import places
from expcomp.pay.pins import ACCOUNT, RATE, ROLE, TARGET, written
from expcomp.pay.roles import Holders
from expcomp.pay.targets import target_variables
from expcomp.pay.words import CREDIT, KIND, codes
from expcomp.period import to_iso
from expcomp.plan.conditions import FieldType
from expcomp.plan.model import Plan
from expcomp.plan.versions import judged_at_close
from expcomp.recurring import recurring_lines
from expcomp.texts import taken_text

COLUMNS = ["deal", "deal_id", "payee_id", "milestone", "fact", "value", "source"]
"""deal: the deal's row; value: as `pins.written` writes it; source: the row of the export, `path:row`."""


def undated_facts(settled: Settled) -> pd.DataFrame:
    """COLUMNS of every deal that stands in a tier."""
    found = []
    for index, plan in enumerate(settled.plans.versions):
        mine = np.flatnonzero((settled.deals.version == index) & (settled.tier != NONE))
        found += [*_accounts(settled, plan, mine), *_holders(settled, plan, index, mine), _rates(settled, plan, mine)]
    found.append(_targets(settled))
    every = pd.concat(found, ignore_index=True)
    return every.assign(deal_id=settled.deals.names.text(every["deal"].to_numpy()))[COLUMNS]


def _facts(deal: Ints, fact: str | pd.Series, value: object, source: object, payee_id: object = "") -> pd.DataFrame:
    return pd.DataFrame(
        {"deal": deal, "payee_id": payee_id, "milestone": "", "fact": fact, "value": value, "source": source}
    )


def _accounts(settled: Settled, plan: Plan, mine: Ints) -> Iterator[pd.DataFrame]:
    """Columns of the accounts export, for deals whose account has no dated value of them by the close date."""
    facts, accounts = settled.deals.facts, settled.book["accounts"]
    row = facts.account_row[mine]
    asked = {c.field: c.type for c in judged_at_close(settled.plans, plan) if c.field.startswith(ACCOUNT)}
    for field, type_ in sorted(asked.items()):
        name = field.removeprefix(ACCOUNT)
        if name == "seat_utilization":
            continue
        own = np.flatnonzero(facts.undated(field, mine, settled.deals.close[mine]) & (row != NONE))
        texts = written(accounts[name], type_, settled.plans.currency)
        yield _facts(mine[own], field, taken_text(texts, row[own]), places(accounts, row[own]))


def _holders(settled: Settled, plan: Plan, index: int, mine: Ints) -> Iterator[pd.DataFrame]:
    """Who holds the roles that a deal's tier credits or its overlays pay; blank where nobody does."""
    deals, payees = settled.deals, settled.payees
    holders = Holders(plan, settled.book, deals, deals.worth[index].credited, payees, Findings())
    for role in plan.roles:
        of_tier = np.asarray([role in _roles_of(plan, number) for number in range(len(plan.ownership))], dtype=np.bool_)
        holder, no_date = holders.exported(role)
        own = mine[of_tier[settled.tier[mine]] & no_date[mine]]
        yield _facts(own, ROLE + role, payees.names.text(holder[own]), _told_by(settled, plan, role, own))


def _roles_of(plan: Plan, tier: int) -> set[str]:
    rule = plan.ownership[tier]
    named = {*rule.credit, *(rule.renewal or {}), *(rule.quota_credit or {})}
    named |= {overlay.role for overlay in plan.overlays.values() if overlay.applies_to(rule.tier)}
    return named | {plan.roles[role].falls_to for role in named if plan.roles[role].falls_to}


def _told_by(settled: Settled, plan: Plan, role: str, rows: Ints) -> object:
    """The row of the export that names the holder; nothing where that is a line of managers."""
    match plan.roles[role].from_.partition(".")[0]:
        case "deal":
            return places(settled.deals.frame, rows)
        case "account":
            row = settled.deals.facts.account_row[rows]
            return taken_text(places(settled.book["accounts"]), row)
        case _:
            return ""


def _rates(settled: Settled, plan: Plan, mine: Ints) -> pd.DataFrame:
    """The exchange rate of the close date: of the deal's currency, and of its account's subscriptions."""
    facts, to = settled.deals.facts, plan.plan.currency
    currency = settled.deals.frame["currency"].iloc[mine]
    deal, needed = [mine], [currency]
    if any(condition.field == "account.acv" for condition in judged_at_close(settled.plans, plan)):
        lines = recurring_lines(settled.book["subscriptions"])
        lines = lines[~lines["currency"].isin(("", to))].drop_duplicates(["account_id", "currency"])
        at, line = pairs(facts.account[mine], facts.accounts.codes(lines["account_id"]))
        deal, needed = [*deal, mine[at]], [*needed, lines["currency"].iloc[line]]
    frame = pd.DataFrame({"deal": np.concatenate(deal), "currency": pd.concat(needed, ignore_index=True)})
    frame = frame[~frame["currency"].isin(("", to))].drop_duplicates(ignore_index=True)
    close = settled.deals.close[frame["deal"].to_numpy(np.int64)]
    rates = [facts.rates.rate_of(*key) for key in zip(frame["currency"], close.tolist(), strict=True)]
    value = [f"{to_iso(day)} {rate}" for day, rate in zip(close.tolist(), rates, strict=True)]
    found = _facts(frame["deal"].to_numpy(np.int64), RATE + frame["currency"], value, "")
    return found[[rate != "" for rate in rates]]


def _targets(settled: Settled) -> pd.DataFrame:
    """Annual targets of the payees table, of lines whose rate is made of them."""
    plans, payees, lines = settled.plans, settled.payees, settled.lines
    credits = lines[codes(lines["kind"]) == KIND.categories.get_loc(CREDIT)]
    version, rule = credits["version"].to_numpy(), credits["rule"].to_numpy()
    made = np.zeros(len(credits), dtype=np.bool_)
    for index, plan in enumerate(plans.versions):
        own_rates = [number for number, rate in enumerate(plan.rates) if rate.rate is None]
        made |= (version == index) & np.isin(rule, own_rates)
    deal, payee = (credits[name].to_numpy(np.int64)[made] for name in ("deal", "payee"))
    own = ~target_variables(payees, settled.book["targets"], payee, settled.deals.close[deal])[2]
    texts = written(payees.frame["target_variable"], FieldType.MONEY, plans.currency)
    found = _facts(
        deal[own],
        TARGET,
        taken_text(texts, payee[own]),
        places(payees.frame, payee[own]),
        payees.names.text(payee[own]),
    )
    return found.drop_duplicates(["deal", "payee_id"])

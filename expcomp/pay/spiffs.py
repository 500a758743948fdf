"""SPIFFs: an amount per deal to who is credited in a role, from a budget spent in order of close date."""

import numpy as np
import pandas as pd

from expcomp.exact import Ints, divide
from expcomp.pay.deals import Deals
from expcomp.pay.limits import UNLIMITED, use_up
from expcomp.pay.words import empty
from expcomp.period import to_day
from expcomp.plan.versions import PlanSet

COLUMNS = {"deal": "int64", "payee": "int64", "version": "int64", "spiff": "int64", "gross_minor": "int64"}


def spiff_lines(
    plans: PlanSet, credits: pd.DataFrame, roles: pd.CategoricalDtype, deals: Deals
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SPIFF lines; and the deals whose SPIFF found its budget spent (deal, version, spiff).

    `credits` are the paid lines of deals that no guardrail zeroes. A name's budget runs on across versions.
    """
    eligible = _eligible(plans, credits, deals)
    deal = eligible["deal"].to_numpy()
    left = use_up(
        eligible["pays"].to_numpy(), eligible["budget"].to_numpy(), eligible["name"].to_numpy(), deals.close[deal], deal
    )
    spent = eligible.loc[(left == 0) & (eligible["pays"] > 0).to_numpy(), ["deal", "version", "spiff"]]
    batches = [empty(COLUMNS | {"role": roles})]
    eligible = eligible.assign(left=left)
    for version, plan in enumerate(plans.versions):
        for number, rule in enumerate(plan.spiffs):
            rows = eligible[(eligible["version"] == version) & (eligible["spiff"] == number)]
            batches.append(_shared(rows, credits, version, number, rule.role, deals))
    return pd.concat(batches, ignore_index=True), spent


def _eligible(plans: PlanSet, credits: pd.DataFrame, deals: Deals) -> pd.DataFrame:
    rows = [empty(dict.fromkeys(("deal", "version", "spiff", "name", "pays", "budget"), "int64"))]
    names = list(dict.fromkeys((plan.plan.id, rule.name) for plan in plans.versions for rule in plan.spiffs))
    for index, plan in enumerate(plans.versions):
        for number, rule in enumerate(plan.spiffs):
            mine = ((credits["version"] == index) & (credits["role"] == rule.role)).to_numpy()
            deal = np.unique(credits["deal"].to_numpy()[mine])
            first, last = to_day(rule.between.from_), to_day(rule.between.to)
            deal = deal[(first <= deals.close[deal]) & (deals.close[deal] <= last)]
            deal = deal[deals.facts.hold(rule.when, deals.worth[index], deal, deals.close[deal])]
            budget = UNLIMITED if rule.budget is None else rule.budget
            name = names.index((plan.plan.id, rule.name))
            rows.append(pd.DataFrame({"deal": deal, "version": index, "spiff": number, "name": name,
                                      "pays": rule.pays, "budget": budget}))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def _shared(
    rows: pd.DataFrame, credits: pd.DataFrame, version: int, number: int, role: str, deals: Deals
) -> pd.DataFrame:
    """Payees who share the role divide the amount by their shares."""
    mine = (credits["role"] == role).to_numpy() & credits["deal"].isin(rows["deal"]).to_numpy()
    part = credits[mine]
    amount = np.zeros(len(deals), dtype=np.int64)
    amount[rows["deal"]] = rows["left"]
    deal, payee = part["deal"].to_numpy(), part["payee"].to_numpy()
    weight = part["within_role_ppm"].to_numpy()
    gross: Ints = divide(amount, weight, deal, payee)
    return pd.DataFrame({"deal": deal, "payee": payee, "version": version, "spiff": number, "role": part["role"],
                         "gross_minor": gross})[gross > 0]  # fmt: skip

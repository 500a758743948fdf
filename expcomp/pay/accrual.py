"""What is owed and not paid yet, contract by contract: reached and unpaid, pending and held (accruals, ASC 340-40).

The accounting is not done here: each row is an incremental commission of a contract with its dates and term.
"""

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.lookups import NONE
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.keys import KEY
from expcomp.pay.labels import choice, each
from expcomp.pay.pins import written
from expcomp.pay.sheet import Sheet
from expcomp.pay.trace import outline
from expcomp.pay.words import HELD, PENDING
from expcomp.period import NEVER, to_iso
from expcomp.plan.conditions import FieldType
from expcomp.texts import look_up, taken_text

PARTS = ("paid_before_minor", "reached_unpaid_minor", "pending_minor", "held_minor")
COLUMNS = [
    *KEY, "plan", "plan_version", "account_id", "motion", "close_date", "term_months", "expected_on", *PARTS,
    "total_minor",
]  # fmt: skip
"""paid_before: posted in closed periods; reached_unpaid: this period's lines, corrections and clawbacks among them;
pending, held: what waits, `expected_on` where the plan knows the day; total is the sum of the four."""


def accrual(sheet: Sheet) -> pd.DataFrame:
    """COLUMNS by key: payee, deal (the contract; blank for a manual line), component, milestone, currency."""
    source = sheet.entitlement
    waits = _waiting(source)
    lines = sheet.lines.rename(columns={"amount_minor": "reached_unpaid_minor"})
    named = ["plan", "plan_version"]
    parts = [
        lines[[*KEY, *named, "reached_unpaid_minor"]],
        _paid_before(sheet),
        waits,
    ]
    every = pd.concat(parts, ignore_index=True)
    every[[*named, "expected_on"]] = every[[*named, "expected_on"]].fillna("")
    every[list(PARTS)] = every[list(PARTS)].astype("Int64").fillna(0).astype("int64")
    how = dict.fromkeys(PARTS, "sum") | dict.fromkeys((*named, "expected_on"), "max")
    found = every.groupby(KEY, sort=True, as_index=False).agg(how)
    found = found[(found[list(PARTS)] != 0).any(axis=1)].reset_index(drop=True)
    found["total_minor"] = found[list(PARTS)].sum(axis=1)
    return pd.concat([found, _contract(sheet, found["deal_id"])], axis=1)[COLUMNS]


def _paid_before(sheet: Sheet) -> pd.DataFrame:
    """By key what closed periods posted; without them, what was earned before the period."""
    if sheet.posted is not None:
        posted = sheet.posted.lines.reindex(columns=[*KEY, "plan", "plan_version", "amount_minor"], fill_value="")
        return posted.rename(columns={"amount_minor": "paid_before_minor"})
    source = sheet.entitlement
    at = np.flatnonzero(source.tranches["entitled_minor"].to_numpy())
    earned = _named(source, at).assign(paid_before_minor=source.tranches["entitled_minor"].to_numpy()[at])
    of_deals = sheet.lines[sheet.lines["deal_id"] != ""]
    now = of_deals[[*KEY, "amount_minor"]].rename(columns={"amount_minor": "paid_before_minor"})
    return pd.concat([earned, now.assign(paid_before_minor=-now["paid_before_minor"])], ignore_index=True)


def _waiting(source: Entitlement) -> pd.DataFrame:
    state, left = source.tranches["state"], source.left_minor
    at = np.flatnonzero(state.isin((PENDING, HELD)).to_numpy() & (left != 0))
    pends = (state == PENDING).to_numpy()[at]
    return _named(source, at).assign(
        pending_minor=np.where(pends, left[at], 0),
        held_minor=np.where(pends, 0, left[at]),
        expected_on=each(to_iso, _expected(source, at)),
    )


def _named(source: Entitlement, at: Ints) -> pd.DataFrame:
    plans = source.plans
    version = source.lines["version"].to_numpy()[source.tranches["line"].to_numpy()[at]]
    return outline(source, at)[KEY].assign(
        plan=choice([plan.plan.id for plan in plans.versions], version),
        plan_version=choice([str(plan.plan.version) for plan in plans.versions], version),
    )


def _expected(source: Entitlement, at: Ints) -> Ints:
    """The day of a milestone that comes by the calendar; NEVER where evidence decides."""
    line, step = source.tranches["line"].to_numpy()[at], source.step[at]
    close = source.deals.close[source.lines["deal"].to_numpy()[line]]
    version = source.lines["version"].to_numpy()[line]
    expected = np.full(len(at), NEVER)
    schedule, position = (source.steps.frame[name].to_numpy()[step] for name in ("schedule", "position"))
    for index, plan in enumerate(source.plans.versions):
        for number, rule in enumerate(plan.payout):
            for place, milestone in enumerate(rule.milestones):
                if milestone.on in ("retained", "date") and milestone.after is not None:
                    mine = (version == index) & (schedule == number) & (position == place)
                    expected[mine] = milestone.after.after(close[mine])
    return expected


def _contract(sheet: Sheet, deal_ids: pd.Series) -> pd.DataFrame:
    """What the exports say of each deal; blank for a manual line, and for a deal that they no longer hold."""
    deals = sheet.book["deals"]
    row = look_up(deal_ids, deals["deal_id"])
    close = deals["close_date"].dt.strftime("%Y-%m-%d").fillna("").astype("str")
    term = written(deals["term_months"].iloc[row], FieldType.NUMBER, sheet.currency)
    return pd.DataFrame({
        "account_id": taken_text(deals["account_id"], row), "motion": taken_text(deals["motion"], row),
        "close_date": taken_text(close, row),
        "term_months": ["" if at == NONE else text for at, text in zip(row.tolist(), term, strict=True)],
    })  # fmt: skip


def by_plan(rows: pd.DataFrame) -> pd.DataFrame:
    """Per payee, currency, plan and version: PARTS and total_minor."""
    keys = ["payee_id", "currency", "plan", "plan_version"]
    return rows.groupby(keys, sort=True, as_index=False)[[*PARTS, "total_minor"]].sum()

"""Control totals: every row and every cent of the deals is accounted for, and every sum agrees, or the run stops."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.lookups import NONE, days, numbers
from expcomp.pay.entitlement import Settled
from expcomp.pay.netting import Amounts
from expcomp.pay.unpaid import exported_value

CREDITED = "credited"


class Unbalanced(AssertionError):
    """A sum that must agree does not: a fault of the program, never of the data."""


@dataclass(frozen=True)
class DealTotals:
    """`frame`: per currency and standing of the deals, rows and amount_minor (their value as exported).

    Standings: credited; or why a deal is not: not_won, not_covered, outside_plan, no_tier, role_vacant,
    zeroed, cancelled, after_as_of. They add up to the deals read.
    """

    frame: pd.DataFrame
    rows: int


def deal_totals(source: Settled) -> DealTotals:
    deals = source.deals
    value, given, currency = exported_value(source)
    credited = np.zeros(len(deals), dtype=np.bool_)
    credited[source.lines["deal"].to_numpy()] = True
    standing = np.select(
        [
            ~deals.won,
            (deals.version != NONE) & ~deals.covered,
            deals.version == NONE,
            source.tier == NONE,
            source.zeroed != NONE,
            ~credited,
        ],
        ["not_won", "not_covered", "outside_plan", "no_tier", "zeroed", "role_vacant"],
        CREDITED,
    )
    inside = pd.DataFrame({"currency": currency, "standing": standing, "amount_minor": np.where(given, value, 0)})
    frame = pd.concat([inside, _outside(source)], ignore_index=True)
    totals = frame.groupby(["currency", "standing"], sort=True)["amount_minor"].agg(["size", "sum"]).reset_index()
    totals = totals.rename(columns={"size": "rows", "sum": "amount_minor"})
    rows = len(source.book["deals"])
    if int(totals["rows"].sum()) != rows:
        raise Unbalanced(f"{rows} deals were read and {totals['rows'].sum()} are accounted for")
    return DealTotals(totals, rows)


def _outside(source: Settled) -> pd.DataFrame:
    """Deals that do not exist at `as_of`: closed later, or cancelled by then."""
    frame, plans = source.book["deals"], source.plans
    frame = frame[source.deals.names.codes(frame["deal_id"]) == NONE]
    value, given = numbers(frame[plans.versions[0].plan.value])
    won, later = frame["won"].fillna(False).to_numpy(np.bool_), days(frame["close_date"]) > source.as_of
    return pd.DataFrame({
        "currency": frame["currency"].where(frame["currency"] != "", plans.currency).to_numpy(object),
        "standing": np.select([~won, later], ["not_won", "after_as_of"], "cancelled"),
        "amount_minor": np.where(given, value, 0),
    })  # fmt: skip


def prove(lines: Mapping[str, Amounts], payees: pd.DataFrame) -> None:
    """Σ lines = Σ payees' gross and clawbacks, per period and currency."""
    of_lines = pd.concat({period: amounts.by_currency() for period, amounts in lines.items()}, names=["period"])
    nets = payees.assign(amount_minor=payees["gross_minor"] + payees["clawback_minor"])
    of_payees = nets.groupby(["period", "currency"])["amount_minor"].sum()
    both = of_lines.index.union(of_payees.index)
    if not of_lines.reindex(both, fill_value=0).equals(of_payees.reindex(both, fill_value=0)):
        raise Unbalanced("the lines and the payees of the sheet do not add up to the same total")

"""Everything the calculation holds about one deal, picked out for its story."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.lookups import NONE
from expcomp.pay.sheet import Sheet
from expcomp.pay.trace import event_columns, trace
from expcomp.plan.model import Plan

LINE = ["payee_id", "component", "milestone"]


@dataclass(frozen=True)
class DealFacts:
    """One deal of a sheet. `row` is its position among the deals of the entitlement, NONE where it is not there."""

    sheet: Sheet
    deal_id: str

    @cached_property
    def exported(self) -> pd.DataFrame:
        """Its row of the export: one, or none."""
        deals = self.sheet.book["deals"]
        return deals[deals["deal_id"] == self.deal_id]

    @cached_property
    def row(self) -> int:
        found = np.flatnonzero((self.sheet.entitlement.deals.frame["deal_id"] == self.deal_id).to_numpy())
        return int(found[0]) if len(found) else NONE

    @cached_property
    def version(self) -> int:
        return NONE if self.row == NONE else int(self.sheet.entitlement.deals.version[self.row])

    @property
    def plan(self) -> Plan | None:
        return None if self.version == NONE else self.sheet.plans.versions[self.version]

    @property
    def currency(self) -> str:
        return self.plan.plan.currency if self.plan else self.sheet.plans.currency

    @cached_property
    def tier(self) -> int:
        return NONE if self.row == NONE else int(self.sheet.entitlement.tier[self.row])

    @cached_property
    def tranche_rows(self) -> Ints:
        source = self.sheet.entitlement
        own = np.flatnonzero((source.lines["deal"] == self.row).to_numpy())
        return np.flatnonzero(source.tranches["line"].isin(own).to_numpy())

    @cached_property
    def tranches(self) -> pd.DataFrame:
        """The trace of every tranche with payee_id, kind, name, component, milestone, left_minor, amount_minor
        and `at`, its row in the entitlement; in the plan's order."""
        source, rows = self.sheet.entitlement, self.tranche_rows
        line = source.tranches["line"].to_numpy()[rows]
        lines = source.lines.iloc[line]
        component = lines["component"].to_numpy(object)
        parts = [text.partition(":") for text in component]
        own = source.detail(rows)
        keys = pd.DataFrame({
            "payee_id": source.payees.names.text(lines["payee"].to_numpy()), "line": line, "at": rows,
            "component": component, "kind": [kind for kind, _, _ in parts], "name": [name for _, _, name in parts],
            "milestone": own["milestone"].to_numpy(object), "left_minor": own["left_minor"].to_numpy(),
            "position": own["position"].to_numpy(), "piece": own["piece"].to_numpy(),
        })  # fmt: skip
        found = pd.concat([keys, trace(source, rows)], axis=1)
        return found.sort_values(["line", "position", "piece"], ignore_index=True)

    @cached_property
    def losses(self) -> pd.DataFrame:
        """What events took of the deal, with `event` and `event_rule` as text and the row as `at`."""
        source = self.sheet.entitlement
        at = np.flatnonzero((source.losses["deal"] == self.row).to_numpy())
        told = event_columns(source, at)
        own = source.losses.iloc[at].drop(columns="event").reset_index(drop=True)
        return pd.concat([own.assign(at=at), told], axis=1)

    def recoveries(self, tranche: int) -> pd.DataFrame:
        """What clawbacks took of a tranche: amount_minor, loss."""
        found = self.sheet.entitlement.recoveries
        return found[(found["tranche"] == tranche) & (found["amount_minor"] != 0)]

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Its lines in this sheet."""
        return self.sheet.lines[self.sheet.lines["deal_id"] == self.deal_id]

    @cached_property
    def posted(self) -> pd.DataFrame:
        """What was posted of it: LINE, period, amount_minor."""
        if self.sheet.posted is None:
            return pd.DataFrame(columns=[*LINE, "period", "amount_minor"])
        lines = self.sheet.posted.lines
        return lines.loc[lines["deal_id"] == self.deal_id, [*LINE, "period", "amount_minor"]]

    @property
    def reason(self) -> str:
        """Why it pays nobody; "" where it does."""
        rows = self.sheet.not_paid.loc[self.sheet.not_paid["deal_id"] == self.deal_id, "reason"]
        return str(rows.iloc[0]) if len(rows) else ""

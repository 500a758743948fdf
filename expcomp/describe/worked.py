"""Worked tables of commission and overlays: what imagined deals pay, each number as the calculator gives it."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from expcomp.describe.document import Grid
from expcomp.describe.imagined import TARGET
from expcomp.describe.samples import Sample, kinds
from expcomp.describe.wording import a_deal, amount, money, one_of, where
from expcomp.period import MONTHS
from expcomp.plan.model import Plan, Rate

PAID_AT = frozenset({"paid at"})


@dataclass(frozen=True)
class CommissionRow:
    """A row of the commission table but for the kinds of deal that share it, and the condition it was made for."""

    cells: tuple[str, ...]
    condition: str

    @property
    def plain(self) -> "CommissionRow":
        return CommissionRow(self.cells, "")


def commission_table(plan: Plan, samples: list[Sample], roles: Collection[str]) -> Iterator[Grid]:
    """One row per tier, kind of deal and credited role; kinds that are paid alike share a row."""
    rows: dict[CommissionRow, list[str]] = {}
    for sample in samples:
        for role, line in lines_of(sample, "credit"):
            if role in roles:
                row = CommissionRow(_cells(plan, sample, role, line), where(sample.conditions, plan.plan.currency))
                if sample.kind not in rows.get(row.plain, ()):
                    rows.setdefault(row, []).append(sample.kind)
    if not rows:
        return
    every = kinds(plan)
    told = []
    for row, found in rows.items():
        tier, value, *rest = row.cells
        kind = "any" if found == every and len(every) > 1 else one_of(word.replace("_", "-") for word in found)
        further = f", where {row.condition}" if row.condition else ""
        told.append((tier, f"{kind} of {value}{further}", *rest))
    columns = ("tier", "deal", "paid to", "credited", "rate", "commission", "paid at")
    caption = f"What one deal by itself pays, in {plan.plan.currency}"
    yield Grid(columns, tuple(told), caption, frozenset({"credited", "rate", "commission"}), PAID_AT)


def lines_of(sample: Sample, kind: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """The lines of a deal of one kind, by name: (role or overlay, its tranches)."""
    for _, line in sample.tranches.groupby("line", sort=True):
        component, _, name = str(line["component"].iat[0]).partition(":")
        if component == kind:
            yield name, line


def _cells(plan: Plan, sample: Sample, role: str, line: pd.DataFrame) -> tuple[str, ...]:
    first = line.iloc[0].to_dict()
    value = amount(int(first["value_minor"]), plan.plan.currency)
    credited, commission = (money(int(first[f"{name}_minor"]), plan.plan.currency) for name in ("credited", "gross"))
    paid_at = _milestones(line, plan.plan.currency)
    return sample.tier, value, role, credited, _rate(plan, sample, first), commission, paid_at


def _rate(plan: Plan, sample: Sample, line: Mapping[Hashable, Any]) -> str:
    """The rate; of a payee's own one also the target and the quota it comes from."""
    accelerated = line["accelerated_minor"] != line["base_minor"]
    rate = f"{line['rate']}, accelerated" if accelerated else str(line["rate"])
    if not any(own.rate is None and _at(own) == line["rule"] for own in plan.rates):
        return rate
    per_year = sample.deal.quota * (12 // MONTHS[sample.deal.quota_span])
    return f"{TARGET:,} ÷ {amount(per_year, plan.plan.currency).split()[0]} = {rate}"


def _at(rate: Rate) -> str:
    return f"{rate.place.path}:{rate.place.line}"


def first_of(frame: pd.DataFrame, column: str) -> int:
    return int(frame[column].to_numpy(np.int64)[0])


def _milestones(line: pd.DataFrame, currency: str) -> str:
    """One milestone on a line: `booking 1,200.00`"""
    sums = line.groupby("milestone", sort=False)["tranche_minor"].sum()
    return "\n".join(f"{name} {money(int(minor), currency)}" for name, minor in sums.items())


def overlay_table(plan: Plan, name: str, sample: Sample) -> Grid:
    """What everybody on one deal is paid when the overlay applies, and others that then apply as well."""
    currency = plan.plan.currency
    lines = [(role, "commission", line) for role, line in lines_of(sample, "credit")]
    lines += [(plan.overlays[found].role, found, line) for found, line in lines_of(sample, "overlay")]
    rows = tuple(
        (role, what, money(first_of(line, "gross_minor"), currency), _milestones(line, currency))
        for role, what, line in lines
    )
    value = amount(first_of(sample.tranches, "value_minor"), currency)
    caption = f"{name}: {a_deal(sample.kind)} of {value} in tier {sample.tier}"
    return Grid(("paid to", "for", "pays", "paid at"), rows, caption, frozenset({"pays"}), PAID_AT)

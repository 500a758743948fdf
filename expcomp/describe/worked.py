"""Worked tables: what imagined deals pay, each number as the calculator gives it."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from expcomp.describe.document import Grid
from expcomp.describe.samples import Sample, kinds
from expcomp.describe.try_out import TARGET, Deal, try_out
from expcomp.describe.wording import a_deal, amount, grouped, money, one_of, where
from expcomp.exact import PPM
from expcomp.money import decimals
from expcomp.period import MONTHS, NEVER
from expcomp.plan.model import SPANS, Accelerator, Clawback, Plan, Rate

MOST_DEALS = 12
"""Deals a worked accelerator may need to pass its last edge."""

PAID_AT = frozenset({"paid at"})

YEARLY_QUOTA = 1_200_000
"""What an imagined payee's own rate is held against, in whole units of the currency."""


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
    caption = f"What one deal pays, in {plan.plan.currency}"
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


def _first(frame: pd.DataFrame, column: str) -> int:
    return int(frame[column].to_numpy(np.int64)[0])


def _milestones(line: pd.DataFrame, currency: str) -> str:
    """One milestone on a line: `booking 1,200.00`"""
    sums = line.groupby("milestone", sort=False)["tranche_minor"].sum()
    return "\n".join(f"{name} {money(int(minor), currency)}" for name, minor in sums.items())


def overlay_table(plan: Plan, name: str, sample: Sample) -> Grid:
    """What everybody on one deal is paid when the overlay applies."""
    currency = plan.plan.currency
    lines = [(role, "commission", line) for role, line in lines_of(sample, "credit")]
    lines += [(plan.overlays[name].role, name, line) for found, line in lines_of(sample, "overlay") if found == name]
    rows = tuple(
        (role, what, money(_first(line, "gross_minor"), currency), _milestones(line, currency))
        for role, what, line in lines
    )
    value = amount(_first(sample.tranches, "value_minor"), currency)
    caption = f"{name}: {a_deal(sample.kind)} of {value} in tier {sample.tier}"
    return Grid(("paid to", "for", "pays", "paid at"), rows, caption, frozenset({"pays"}), PAID_AT)


def accelerator_table(plan: Plan, rule: Accelerator, samples: list[Sample]) -> Iterator[Grid]:
    """Equal deals one after the other, until one of them has passed the last edge."""
    for sample in samples:
        tried = _in_a_row(plan, rule, sample)
        if not tried.empty:
            yield _accelerated(plan, rule, sample, tried)
            return


def _in_a_row(plan: Plan, rule: Accelerator, sample: Sample) -> pd.DataFrame:
    """The first tranche of the role's line on each deal; nothing where the sample does not lead past the last edge."""
    line = next((line for role, line in lines_of(sample, "credit") if role == rule.role), None)
    edges = [band.below for band in rule.bands if band.below is not None]
    if line is None or not edges or rule.window == "deal":
        return pd.DataFrame()
    deal, last = _in_window(plan, rule, sample.deal), edges[-1]
    counts = _first(line, "quota_credit_minor") * deal.value // sample.deal.value
    edge = deal.quota * last.value // PPM if last.is_share else last.value
    if counts <= 0 or not 1 < edge // counts + 1 <= MOST_DEALS:
        return pd.DataFrame()
    deals = [replace(deal, name=f"d{n:05d}", close=deal.close + n) for n in range(edge // counts + 1)]
    tried = try_out(plan, deals)
    if tried.empty or set(tried["tier"]) != {sample.tier}:
        return pd.DataFrame()
    return tried[tried["component"] == f"credit:{rule.role}"].groupby("deal_id", sort=True).first()


def _in_window(plan: Plan, rule: Accelerator, deal: Deal) -> Deal:
    """The deal against a quota of twice its value; where a rate is somebody's own, against a usual quota."""
    span = SPANS[rule.window]
    value = deal.value
    if any(rate.rate is None and rate.role == rule.role for rate in plan.rates):
        value = YEARLY_QUOTA * MONTHS[span] // 24 * 10 ** decimals(plan.plan.currency)
    return replace(deal, team="team", value=value, quota=2 * value, quota_span=span)


def _accelerated(plan: Plan, rule: Accelerator, sample: Sample, tried: pd.DataFrame) -> Grid:
    currency = plan.plan.currency
    rows = tuple(
        (f"{n}", money(int(line["credited_minor"]), currency), money(int(line["running_total_minor"]), currency),
         grouped(line["bands"]), str(line["rate"]), money(int(line["gross_minor"]), currency))
        for n, line in enumerate(tried.to_dict("records"), 1)
    )  # fmt: skip
    quota = _first(tried, "window_quota_minor")
    against = f", against a quota of {amount(quota, currency)}" if rule.measure == "attainment" else ""
    caption = f"Equal deals of tier {sample.tier} in one {rule.window}, in order of close date{against}"
    columns = ("deal", "credited", "counted before", "parts and multipliers", "rate", "commission")
    return Grid(columns, rows, caption, frozenset({"deal", "credited", "counted before", "rate", "commission"}))


def clawback_table(plan: Plan, event: str, sample: Sample, role: str) -> Iterator[Grid]:
    """The same deal, with the event on the days on which another rule begins to hold or ends."""
    days = _telling_days(plan, event, sample.deal.close)
    deals = [replace(sample.deal, name=f"d{day:05d}", team=f"t{day:05d}", event=(event, day)) for day in days]
    tried = try_out(plan, deals)
    if tried.empty:
        return
    own = tried[(tried["role"] == role) & tried["component"].isin((f"credit:{role}", f"cap:{role}"))]
    on = np.asarray([_day(text) for text in own["reached_on"]], dtype=np.int64)
    rows = tuple(
        _taken(plan, day, own[(own["deal_id"] == deal.name).to_numpy()], on[(own["deal_id"] == deal.name).to_numpy()]
               < deal.close + day)
        for day, deal in zip(days, deals, strict=True)
    )  # fmt: skip
    value = amount(sample.deal.value, plan.plan.currency)
    what = "the customer leaves" if event == "churn" else "the customer gives up half of the deal's value"
    caption = f"{a_deal(sample.kind)} of {value} in tier {sample.tier}, when {what}: the commission of the {role}"
    columns = ("days after close", "paid before", "taken back", "paid later", "kept in all")
    yield Grid(columns, rows, caption[:1].upper() + caption[1:], frozenset(columns))


def _taken(plan: Plan, day: int, line: pd.DataFrame, before: np.ndarray) -> tuple[str, ...]:
    paid = int(line.loc[before, "tranche_minor"].sum())
    kept, later = int(line.loc[before, "entitled_minor"].sum()), int(line.loc[~before, "entitled_minor"].sum())
    return f"{day}", *(money(minor, plan.plan.currency) for minor in (paid, paid - kept, later, kept + later))


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64)) if text else NEVER


def _telling_days(plan: Plan, event: str, close: int) -> list[int]:
    """Of every rule a day inside, its last day, and the first day after it."""
    days, begins = set[int](), 0
    for end in (end for rule in plan.clawbacks if rule.event == event for end in _ends(rule, close)):
        if end > begins:
            days |= {(begins + end) // 2, end - 1, end}
            begins = end
    return sorted(day for day in days if day > 0)


def _ends(rule: Clawback, close: int) -> Iterator[int]:
    """Days after the close on which the rule, or a step of it, no longer holds."""
    steps = rule.recovers if isinstance(rule.recovers, tuple) else ()
    for until in (*(step.until for step in steps), rule.ends):
        yield int(until.after(np.asarray([close]))[0]) - close

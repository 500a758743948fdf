"""What each line was made from, as columns: copied from the calculation, never computed again.

Amounts end in `_minor`; rules are `path:line` of the plan, sources `path:row` of an input file.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from expcomp.diagnostics import Place
from expcomp.exact import Ints
from expcomp.money import to_text
from expcomp.pay.accelerators import band_parts
from expcomp.pay.credit import percent
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.lookups import NONE, Texts, group_of
from expcomp.pay.milestones import EVIDENCE
from expcomp.pay.places import cell
from expcomp.pay.words import CAP, CREDIT, OVERLAY, SPIFF
from expcomp.period import NEVER, to_iso
from expcomp.plan.model import Accelerator, Plan
from expcomp.plan.scalars import MULTIPLIER_UNIT
from expcomp.plan.versions import PlanSet
from expcomp.sources.book import Book

TRACE = [
    "role", "account_id", "tier", "rule", "source", "plan", "plan_version", "tier_rule", "override_by", "close_date",
    "value_minor", "share", "split_source", "credited_minor", "quota_credit_minor", "rate", "base_minor",
    "running_total_minor", "window_quota_minor", "bands", "accelerated_minor", "carved_out_minor", "basis_minor",
    "gross_minor", "schedule_rule", "milestone_share", "tranche_minor", "status", "state", "deadline",
    "held_from", "reached_on", "evidence", "lost_share", "earned_minor", "entitled_minor",
]  # fmt: skip


def trace(source: Entitlement, tranche: Ints, plans: PlanSet, book: Book) -> pd.DataFrame:
    """TRACE for these tranches, in their order."""
    tranches = source.tranches.iloc[tranche]
    used, line_at = np.unique(tranches["line"].to_numpy(), return_inverse=True)
    lines = source.lines.iloc[used]
    columns = {name: values[line_at] for name, values in _line_columns(source, lines, plans, book).items()}
    version = lines["version"].to_numpy()[line_at]
    shares = tranches["until_ppm"].to_numpy() - tranches["before_ppm"].to_numpy()
    columns |= {
        "schedule_rule": _schedules(plans, version, tranches["schedule"].to_numpy()),
        "milestone_share": _each(percent, shares),
        "tranche_minor": tranches["amount_minor"].to_numpy(),
        "status": np.where(tranches["earned"], "earned", "advance"),
        "state": tranches["state"].to_numpy(object),
        "deadline": _each(to_iso, tranches["deadline"].to_numpy()),
        "held_from": _each(to_iso, tranches["held_from"].to_numpy()),
        "reached_on": _each(to_iso, tranches["reached"].to_numpy()),
        "evidence": _evidence(source, tranches, book),
        "lost_share": _lost(tranches),
        "earned_minor": tranches["earned_minor"].to_numpy(),
        "entitled_minor": tranches["entitled_minor"].to_numpy(),
    }
    return pd.DataFrame(columns)[TRACE]


def outline(source: Entitlement, tranche: Ints, plans: PlanSet) -> pd.DataFrame:
    """The few columns that tell a tranche that is not paid: keys, role, account, tier, rule, source, days."""
    tranches = source.tranches.iloc[tranche]
    lines, deals = source.lines.iloc[tranches["line"].to_numpy()], source.deals
    version, deal = lines["version"].to_numpy(), lines["deal"].to_numpy()
    currency = np.asarray([plan.plan.currency for plan in plans.versions], dtype=object)
    return pd.DataFrame({
        "payee_id": source.payees.names.text(lines["payee"].to_numpy()),
        "deal_id": deals.names.text(deal),
        "component": lines["component"].to_numpy(object),
        "milestone": tranches["milestone"].to_numpy(object),
        "currency": currency[version],
        "role": lines["role"].to_numpy(object),
        "account_id": deals.frame["account_id"].to_numpy(object)[deal],
        "tier": _of_version(plans, version, source.tier[deal], lambda plan: [rule.tier for rule in plan.ownership]),
        "rule": _rules(plans, lines),
        "source": places(deals.frame.iloc[deal]),
        "deadline": _each(to_iso, tranches["deadline"].to_numpy()),
        "held_from": _each(to_iso, tranches["held_from"].to_numpy()),
    })  # fmt: skip


def _line_columns(source: Entitlement, lines: pd.DataFrame, plans: PlanSet, book: Book) -> dict[str, np.ndarray]:
    """The columns every tranche of a line shares."""
    deals = source.deals
    version, deal, kind = lines["version"].to_numpy(), lines["deal"].to_numpy(), lines["kind"].to_numpy(object)
    tier = source.tier[deal]
    frame = deals.frame
    credit = np.isin(kind, (CREDIT, CAP))

    def where(flag: np.ndarray, column: str) -> Ints:
        return np.where(flag, lines[column].to_numpy(), 0)

    splits = book["splits"]
    split_at = where(credit, "split_row") if len(splits) else np.full(len(lines), NONE)
    return {
        "role": lines["role"].to_numpy(object),
        "account_id": frame["account_id"].to_numpy(object)[deal],
        "tier": _of_version(plans, version, tier, lambda plan: [rule.tier for rule in plan.ownership]),
        "rule": _rules(plans, lines),
        "source": places(frame.iloc[deal]),
        "plan": np.asarray([plan.plan.id for plan in plans.versions], dtype=object)[version],
        "plan_version": np.asarray([plan.plan.version for plan in plans.versions])[version],
        "tier_rule": _of_version(plans, version, tier, lambda plan: [_at(rule.place) for rule in plan.ownership]),
        "override_by": np.where(frame["override_tier"] != "", frame["override_by"], "")[deal],
        "close_date": _each(to_iso, deals.close[deal]),
        "value_minor": deals.value[deal],
        "share": np.where(credit, _each(percent, lines["share_ppm"].to_numpy()), ""),
        "split_source": np.where(split_at == NONE, "", np.append(places(splits), "")[split_at]),
        "credited_minor": where(credit, "credited_minor"),
        "quota_credit_minor": where(credit, "quota_minor"),
        "rate": _rates(lines, credit),
        "base_minor": where(kind == CREDIT, "base_minor"),
        "running_total_minor": where(kind == CREDIT, "before_minor"),
        "window_quota_minor": where(kind == CREDIT, "window_quota_minor"),
        "bands": _bands(lines, plans),
        "accelerated_minor": where(kind == CREDIT, "accelerated_minor"),
        "carved_out_minor": where(kind == CREDIT, "carved_minor"),
        "basis_minor": lines["basis_minor"].to_numpy(),
        "gross_minor": lines["gross_minor"].to_numpy(),
    }


def _at(place: Place) -> str:
    return f"{place.path}:{place.line}"


def _each(render: Callable[[int], str], values: Ints) -> Texts:
    """Render each distinct value once."""
    distinct, inverse = np.unique(values, return_inverse=True)
    return (
        np.asarray([render(int(value)) for value in distinct], dtype=object)[inverse]
        if len(values)
        else np.asarray([], dtype=object)
    )


def places(frame: pd.DataFrame) -> Texts:
    """`path:row` of every row of a frame."""
    pairs = zip(frame["input_file"], frame["input_row"].tolist(), strict=True)
    return np.fromiter((f"{file}:{row}" for file, row in pairs), dtype=object, count=len(frame))


def _of_version(plans: PlanSet, version: Ints, position: Ints, names: Callable[[Plan], Sequence[str]]) -> Texts:
    """The name at a position of a block of each row's own version; "" for NONE."""
    result = np.full(len(version), "", dtype=object)
    for index, plan in enumerate(plans.versions):
        mine = version == index
        result[mine] = np.asarray([*names(plan), ""], dtype=object)[position[mine]]
    return result


def _rules(plans: PlanSet, lines: pd.DataFrame) -> Texts:
    """Where the plan says what a line pays: its rate, overlay, cap or SPIFF."""
    blocks: dict[str, Callable[[Plan], list[str]]] = {
        CREDIT: lambda plan: [_at(rule.place) for rule in plan.rates],
        OVERLAY: lambda plan: [_at(rule.place) for rule in plan.overlays.values()],
        SPIFF: lambda plan: [_at(rule.place) for rule in plan.spiffs],
    }
    kind, version = lines["kind"].to_numpy(object), lines["version"].to_numpy()
    result = np.full(len(lines), "", dtype=object)
    for name, block in blocks.items():
        mine = kind == name
        result[mine] = _of_version(plans, version[mine], lines["rule"].to_numpy()[mine], block)
    capped = np.flatnonzero(kind == CAP)
    for index, plan in enumerate(plans.versions):
        first = {cap.role: _at(cap.place) for cap in reversed(plan.caps)}
        for at in capped[version[capped] == index].tolist():
            result[at] = first[cell(lines, "role", at)]
    return result


def _rates(lines: pd.DataFrame, credit: np.ndarray) -> Texts:
    """`8%`, or the exact fraction of a payee's own rate."""
    top, bottom = lines["rate_top"].to_numpy(), lines["rate_bottom"].to_numpy()
    codes = group_of(top, bottom)
    first = np.unique(codes, return_index=True)[1]
    texts = [_rate(t, b) for t, b in zip(top[first].tolist(), bottom[first].tolist(), strict=True)]
    return np.where(credit, np.asarray([*texts, ""], dtype=object)[codes], "")


def _rate(top: int, bottom: int) -> str:
    ppm, rest = divmod(top * 1_000_000, bottom) if bottom else (0, 0)
    return percent(ppm) if rest == 0 else f"{top}/{bottom}"


def _bands(lines: pd.DataFrame, plans: PlanSet) -> Texts:
    """`20000.00 × 1 + 30000.00 × 1.5`: the parts of a line's quota credit by band, where one accelerates it."""
    result = np.full(len(lines), "", dtype=object)
    for index, plan in enumerate(plans.versions):
        for rule in {a.role: plan.accelerator(a.role) for a in plan.accelerators}.values():
            assert rule is not None
            mine = (lines["kind"] == CREDIT) & (lines["version"] == index) & (lines["role"] == rule.role)
            mine &= lines["at_base_rate"] == 0
            at = np.flatnonzero(mine.to_numpy())
            result[at] = _whole(lines.iloc[at]) if rule.mode == "whole" else _marginal(rule, plan, lines.iloc[at])
    return result


def _whole(lines: pd.DataFrame) -> list[str]:
    return [f"all × {multiplier(e4)}" for e4 in lines["weighted"].tolist()]


def _marginal(rule: Accelerator, plan: Plan, lines: pd.DataFrame) -> list[str]:
    columns = [lines[name].to_numpy() for name in ("window_quota_minor", "before_minor", "quota_minor")]
    parts = band_parts(rule, plan, *columns)
    factors = [f" × {multiplier(band.multiplier)}" for band in rule.bands]
    return [
        " + ".join(
            to_text(part, plan.plan.currency) + factor for part, factor in zip(row, factors, strict=True) if part > 0
        )
        for row in parts.tolist()
    ]


def multiplier(e4: int) -> str:
    whole, part = divmod(e4, MULTIPLIER_UNIT)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".")


def _schedules(plans: PlanSet, version: Ints, schedule: Ints) -> Texts:
    return _of_version(plans, version, schedule, lambda plan: [_at(rule.place) for rule in plan.payout])


def _evidence(source: Entitlement, tranches: pd.DataFrame, book: Book) -> Texts:
    """The row that shows a tranche was reached; nothing for one that is not."""
    text = np.full(len(tranches), "", dtype=object)
    reached = (tranches["reached"] < NEVER).to_numpy()
    for number, table in enumerate(EVIDENCE):
        mine = np.flatnonzero(reached & (tranches["evidence_in"] == number).to_numpy())
        frame = source.deals.frame if table == "deals" else book[table]
        text[mine] = places(frame.iloc[tranches["evidence_at"].to_numpy()[mine]])
    return text


def _lost(tranches: pd.DataFrame) -> Texts:
    """Share of the deal lost by the day reached, as an exact fraction; "" when nothing was."""
    top, bottom = tranches["lost_top"].to_numpy(), tranches["lost_bottom"].to_numpy()
    return np.asarray([f"{t}/{b}" if t else "" for t, b in zip(top, bottom, strict=True)], dtype=object)


EVENT = ["event", "event_rule"]


def event_columns(source: Entitlement, event: Ints, plans: PlanSet, book: Book) -> pd.DataFrame:
    """EVENT for rows of the losses (NONE: blank): `churn on 2027-05-01 (data/events.csv:3)` and the rule."""
    if (event == NONE).all():
        return pd.DataFrame({name: np.full(len(event), "", dtype=object) for name in EVENT})
    losses, table = source.losses.iloc[event], book["events"]
    word = np.where(losses["churn"], "churn", "contraction")
    day = _each(to_iso, losses["day"].to_numpy())
    place = places(table)[losses["event"].to_numpy()]
    text = np.asarray([f"{w} on {d} ({p})" for w, d, p in zip(word, day, place, strict=True)], dtype=object)
    version = source.deals.version[losses["deal"].to_numpy()]
    rule = _of_version(
        plans, version, losses["rule"].to_numpy(), lambda plan: [_at(rule.place) for rule in plan.clawbacks]
    )
    none = event == NONE
    return pd.DataFrame({"event": np.where(none, "", text), "event_rule": np.where(none, "", rule)})

"""What each line was made from, as columns: copied from the calculation, never computed again.

Amounts end in `_minor`; rules are `path:line` of the plan, sources `path:row` of an input file.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.exact import PPM, Flags, Ints
from expcomp.lookups import NONE
from expcomp.money import percent
from expcomp.pay.accelerators import band_parts
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.labels import (
    Text,
    choice,
    each,
    fractions,
    money_text,
    numbered,
    of_version,
    places,
    rule_place,
    word,
)
from expcomp.pay.milestones import EVIDENCE
from expcomp.pay.words import CAP, CREDIT, KIND, MODIFIER, OVERLAY, SPIFF, codes
from expcomp.period import NEVER, to_iso
from expcomp.plan.model import Accelerator, Plan
from expcomp.plan.scalars import MULTIPLIER_UNIT
from expcomp.plan.versions import PlanSet
from expcomp.texts import LARGE, arrow_text, joined, taken_text

TRACE = [
    "role", "account_id", "tier", "rule", "source", "plan", "plan_version", "tier_rule", "override_by", "close_date",
    "value_minor", "share", "split_source", "credited_minor", "quota_credit_minor", "rate", "base_minor",
    "running_total_minor", "window_quota_minor", "bands", "accelerated_minor", "carved_out_minor", "basis_minor",
    "gross_minor", "schedule_rule", "milestone_share", "tranche_minor", "status", "state", "deadline",
    "held_from", "reached_on", "evidence", "lost_share", "earned_minor", "entitled_minor",
]  # fmt: skip

NAMES = ["payee_name", "account_name"]


def trace(source: Entitlement, tranche: Ints) -> pd.DataFrame:
    """TRACE and NAMES for these tranches, in their order."""
    tranches = source.detail(tranche)
    lines = source.line_detail(tranches["line"].to_numpy())
    columns = _line_columns(source, lines) | {
        "schedule_rule": _schedules(source.plans, lines["version"].to_numpy(), tranches["schedule"].to_numpy()),
        "milestone_share": each(percent, tranches["until_ppm"].to_numpy() - tranches["before_ppm"].to_numpy()),
        "tranche_minor": tranches["amount_minor"].to_numpy(),
        "status": choice(("advance", "earned"), tranches["earned"].to_numpy(np.int64)),
        "state": word(tranches["state"]),
        "deadline": each(to_iso, tranches["deadline"].to_numpy()),
        "held_from": each(to_iso, tranches["held_from"].to_numpy()),
        "reached_on": each(to_iso, tranches["reached"].to_numpy()),
        "evidence": _evidence(source, tranches),
        "lost_share": fractions(tranches["lost_top"].to_numpy(), tranches["lost_bottom"].to_numpy(), _lost),
        "earned_minor": tranches["earned_minor"].to_numpy(),
        "entitled_minor": tranches["entitled_minor"].to_numpy(),
    }
    return pd.DataFrame(columns, copy=False)[TRACE + NAMES]


def _lost(top: int, bottom: int) -> str:
    """Share of the deal lost by the day reached, as an exact fraction; "" when nothing was."""
    return f"{top}/{bottom}" if top else ""


def outline(source: Entitlement, tranche: Ints) -> pd.DataFrame:
    """The few columns that tell a tranche that is not paid: keys, role, account, tier, rule, source, days."""
    tranches = source.detail(tranche)
    lines, deals, plans = source.lines.iloc[tranches["line"].to_numpy()], source.deals, source.plans
    version, deal = lines["version"].to_numpy(), lines["deal"].to_numpy()
    return pd.DataFrame({
        "payee_id": source.payees.names.text(lines["payee"].to_numpy()),
        "deal_id": deals.names.text(deal),
        "component": word(lines["component"]),
        "milestone": word(tranches["milestone"]),
        "currency": choice(plans.currencies, version),
        "role": word(lines["role"]),
        "account_id": taken_text(deals.frame["account_id"], deal),
        "tier": _tiers(plans, version, source.tier[deal]),
        "rule": _rules(plans, lines),
        "source": places(deals.frame, deal),
        "deadline": each(to_iso, tranches["deadline"].to_numpy()),
        "held_from": each(to_iso, tranches["held_from"].to_numpy()),
    })  # fmt: skip


def _line_columns(source: Entitlement, lines: pd.DataFrame) -> dict[str, Text | Ints]:
    """The columns every tranche of a line shares."""
    deals, frame, plans = source.deals, source.deals.frame, source.plans
    version, deal = lines["version"].to_numpy(), lines["deal"].to_numpy()
    tier = source.tier[deal]
    kind = codes(lines["kind"])
    is_credit = kind == KIND.categories.get_loc(CREDIT)
    has_credit = is_credit | (kind == KIND.categories.get_loc(CAP))

    def of_credit(column: str, flag: Flags = has_credit) -> Ints:
        return np.where(flag, lines[column].to_numpy(), 0)

    split_at = np.where(has_credit, lines["split_row"].to_numpy(), NONE)
    return {
        "role": word(lines["role"]),
        "account_id": taken_text(frame["account_id"], deal),
        "tier": _tiers(plans, version, tier),
        "rule": _rules(plans, lines),
        "source": places(frame, deal),
        "plan": choice([plan.plan.id for plan in plans.versions], version),
        "plan_version": choice([str(plan.plan.version) for plan in plans.versions], version),
        "tier_rule": of_version(plans, version, tier, lambda plan: [rule_place(r.place) for r in plan.ownership]),
        "override_by": _overridden_by(frame, deal),
        "close_date": each(to_iso, deals.close[deal]),
        "value_minor": deals.value[deal],
        "share": each(_share, np.where(has_credit, lines["share_ppm"].to_numpy(), NONE)),
        "split_source": taken_text(places(source.book["splits"]), split_at),
        "credited_minor": of_credit("credited_minor"),
        "quota_credit_minor": of_credit("quota_minor"),
        "rate": fractions(of_credit("rate_top"), of_credit("rate_bottom"), _rate),
        "base_minor": of_credit("base_minor", is_credit),
        "running_total_minor": of_credit("before_minor", is_credit),
        "window_quota_minor": of_credit("window_quota_minor", is_credit),
        "bands": _bands(lines, plans, is_credit),
        "accelerated_minor": of_credit("accelerated_minor", is_credit),
        "carved_out_minor": of_credit("carved_minor", is_credit),
        "basis_minor": lines["basis_minor"].to_numpy(),
        "gross_minor": lines["gross_minor"].to_numpy(),
        "payee_name": taken_text(source.payees.frame["name"], lines["payee"].to_numpy()),
        "account_name": taken_text(source.book["accounts"]["name"], deals.facts.account_row[deal]),
    }


def _overridden_by(deals: pd.DataFrame, deal: Ints) -> Text:
    overridden = (deals["override_tier"] != "").to_numpy()[deal]
    return taken_text(deals["override_by"], np.where(overridden, deal, NONE))


def _tiers(plans: PlanSet, version: Ints, tier: Ints) -> Text:
    return of_version(plans, version, tier, lambda plan: [rule.tier for rule in plan.ownership])


def _share(ppm: int) -> str:
    return "" if ppm == NONE else percent(ppm)


def _rate(top: int, bottom: int) -> str:
    """`8%`, or the exact fraction of a payee's own rate; "" for a line without one."""
    if not bottom:
        return ""
    ppm, rest = divmod(top * PPM, bottom)
    return percent(ppm) if rest == 0 else f"{top}/{bottom}"


def _rules(plans: PlanSet, lines: pd.DataFrame) -> Text:
    """Where the plan says what a line pays: its rate, overlay, cap, SPIFF or modifier."""
    roles = lines["role"].cat.categories
    blocks: dict[str, Callable[[Plan], list[str]]] = {
        CREDIT: lambda plan: [rule_place(rule.place) for rule in plan.rates],
        OVERLAY: lambda plan: [rule_place(rule.place) for rule in plan.overlays.values()],
        SPIFF: lambda plan: [rule_place(rule.place) for rule in plan.spiffs],
        MODIFIER: lambda plan: [rule_place(rule.place) for rule in plan.modifiers],
        CAP: lambda plan: [_first_cap(plan, role) for role in roles],
    }
    kind, version, rule = codes(lines["kind"]), lines["version"].to_numpy(), lines["rule"].to_numpy()
    texts: list[str] = []
    at = np.full(len(lines), NONE)
    for number, name in enumerate(KIND.categories):
        mine = np.flatnonzero(kind == number)
        position = codes(lines["role"])[mine] if name == CAP else rule[mine]
        own, own_at = numbered(plans, version[mine], position, blocks[name])
        at[mine] = np.where(own_at == NONE, NONE, own_at + len(texts))
        texts += own
    return taken_text(texts, at)


def _first_cap(plan: Plan, role: str) -> str:
    return next((rule_place(cap.place) for cap in plan.caps if cap.role == role), "")


def _bands(lines: pd.DataFrame, plans: PlanSet, is_credit: Flags) -> Text:
    """`20000.00 × 1 + 30000.00 × 1.5`: the parts of a line's quota credit by band, where one accelerates it."""
    found, texts = np.full(len(lines), NONE), [pa.array([], LARGE)]
    role, version = codes(lines["role"]), lines["version"].to_numpy()
    accelerated, written = is_credit & (lines["at_base_rate"] == 0).to_numpy(), 0
    for index, plan in enumerate(plans.versions):
        for rule in {a.role: plan.accelerator(a.role) for a in plan.accelerators}.values():
            assert rule is not None
            of_role = role == lines["role"].cat.categories.get_loc(rule.role)
            at = np.flatnonzero(accelerated & of_role & (version == index))
            found[at] = written + np.arange(len(at))
            written += len(at)
            texts.append((_whole if rule.mode == "whole" else _marginal)(rule, plan, lines.iloc[at]))
    return taken_text(pa.concat_arrays(texts), found)


def _whole(rule: Accelerator, plan: Plan, lines: pd.DataFrame) -> pa.Array:
    return arrow_text(each(lambda e4: f"all × {multiplier(e4)}", lines["weighted"].to_numpy()))


def _marginal(rule: Accelerator, plan: Plan, lines: pd.DataFrame) -> pa.Array:
    columns = [lines[name].to_numpy() for name in ("window_quota_minor", "before_minor", "quota_minor")]
    told = pa.array([""] * len(lines), LARGE)
    for band, part in zip(rule.bands, band_parts(rule, plan, *columns), strict=True):
        text = joined(money_text(part, plan.plan.currency), f" × {multiplier(band.multiplier)}")
        further = pc.if_else(pc.equal(told, ""), text, joined(told, " + ", text))
        told = pc.if_else(pa.array(part > 0), further, told)
    return told


def multiplier(e4: int) -> str:
    whole, part = divmod(e4, MULTIPLIER_UNIT)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".")


def _schedules(plans: PlanSet, version: Ints, schedule: Ints) -> Text:
    return of_version(plans, version, schedule, lambda plan: [rule_place(rule.place) for rule in plan.payout])


def _evidence(source: Entitlement, tranches: pd.DataFrame) -> Text:
    """The row that shows a tranche was reached; nothing for one that is not."""
    found, texts, written = np.full(len(tranches), NONE), [], 0
    reached = (tranches["reached"] < NEVER).to_numpy()
    for number, table in enumerate(EVIDENCE):
        mine = np.flatnonzero(reached & (tranches["evidence_in"] == number).to_numpy())
        frame = source.deals.frame if table == "deals" else source.book[table]
        texts.append(arrow_text(places(frame, tranches["evidence_at"].to_numpy()[mine])))
        found[mine] = written + np.arange(len(mine))
        written += len(mine)
    return taken_text(pa.concat_arrays(texts), found)


EVENT = ["event", "event_rule"]


def event_columns(source: Entitlement, event: Ints) -> pd.DataFrame:
    """EVENT for rows of the losses (NONE: blank): `churn on 2027-05-01 (data/events.csv:3)` and the rule."""
    some = event != NONE
    losses = source.losses.iloc[event[some]]
    what = arrow_text(choice(("contraction", "churn"), losses["churn"].to_numpy(np.int64)))
    day = arrow_text(each(to_iso, losses["day"].to_numpy()))
    place = arrow_text(places(source.book["events"], losses["event"].to_numpy()))
    version = source.deals.version[losses["deal"].to_numpy()]
    number = losses["rule"].to_numpy()
    rule = of_version(source.plans, version, number, lambda plan: [rule_place(r.place) for r in plan.clawbacks])
    at = np.where(some, np.cumsum(some) - 1, NONE)
    told = joined(what, " on ", day, " (", place, ")")
    return pd.DataFrame({"event": taken_text(told, at), "event_rule": taken_text(rule, at)})

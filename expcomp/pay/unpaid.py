"""What is not paid, and why: deals, tranches that wait, and parts of deals, each with one reason of a closed list."""

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, group_of, numbers
from expcomp.pay.entitlement import Entitlement, Settled
from expcomp.pay.labels import places
from expcomp.pay.trace import outline
from expcomp.pay.words import FORFEITED, HELD, LAPSED, PENDING, REACHED, STATE

REASONS = (
    "not_won", "not_covered", "outside_plan", "no_tier", "role_vacant", "no_signal", "signal_unqualified",
    "signal_late", "signal_expired", "pending", "lapsed", "held", "zeroed", "lost", "forfeited", "capped",
    "budget_exhausted", "gate_failed", "below_curve", "insufficient_base", "payee_inactive",
)  # fmt: skip
"""In order of precedence (design page 3, reasons)."""


def deal_reasons(source: Entitlement) -> np.ndarray:
    """Per deal why it pays nothing at `as_of`; "" for a deal of which anything is left."""
    deals, lines, tranches = source.deals, source.lines, source.tranches
    deal_of = lines["deal"].to_numpy()[tranches["line"]]
    pays = _pays_somebody(source, deal_of)
    vacant = np.zeros(len(deals), dtype=np.bool_)
    vacant[source.vacant["deal"].to_numpy(np.int64)] = True
    by_state = _first_state(source, deal_of)
    return np.select(
        [
            pays,
            ~deals.won,
            (deals.version != NONE) & ~deals.covered,
            deals.version == NONE,
            source.tier == NONE,
            vacant,
            source.zeroed != NONE,
        ],
        ["", "not_won", "not_covered", "outside_plan", "no_tier", "role_vacant", "zeroed"],
        by_state,
    ).astype(object)


def _pays_somebody(source: Entitlement, deal_of: Ints) -> Flags:
    """Per deal whether what it pays any one payee is not nothing: a cap may take all of a credit."""
    payee = source.lines["payee"].to_numpy()[source.tranches["line"]]
    group = group_of(deal_of, payee)
    net = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(net, group, source.tranches["entitled_minor"].to_numpy())
    pays = np.zeros(len(source.deals), dtype=np.bool_)
    pays[deal_of[net[group] != 0]] = True
    return pays


def _first_state(source: Entitlement, deal_of: Ints) -> np.ndarray:
    """The first reason, in the list's order, of a deal's own tranches; of a deal without any, its SPIFF's."""
    tranches = source.tranches
    some = (tranches["amount_minor"] != 0).to_numpy()
    of_state = [REASONS.index("lost" if state == REACHED else state) for state in STATE.categories]
    rank = np.asarray(of_state, dtype=np.int64)[tranches["state"].cat.codes]
    waits = tranches["state"].isin((PENDING, HELD)).to_numpy()
    rank[waits & (source.left_minor == 0)] = REASONS.index("lost")
    rank[(tranches["entitled_minor"] != 0).to_numpy()] = REASONS.index("capped")
    first = np.full(len(source.deals), REASONS.index("zeroed"))
    first[source.budgets_spent["deal"].to_numpy(np.int64)] = REASONS.index("budget_exhausted")
    started = np.full(len(source.deals), len(REASONS))
    np.minimum.at(started, deal_of[some], rank[some])
    return np.asarray(REASONS, dtype=object)[np.where(started < len(REASONS), started, first)]


def unpaid_deals(source: Entitlement) -> pd.DataFrame:
    """deal_id, reason, value_minor and currency (as exported; NA when blank), close_date, source."""
    reason, frame = deal_reasons(source), source.deals.frame
    value, given, currency = exported_value(source)
    mine = np.flatnonzero(reason != "")
    return pd.DataFrame({
        "deal_id": frame["deal_id"].to_numpy(object)[mine], "reason": reason[mine],
        "value_minor": pd.array(np.where(given, value, 0)[mine], dtype="Int64"), "currency": currency[mine],
        "account_id": frame["account_id"].to_numpy(object)[mine],
        "close_date": frame["close_date"].dt.strftime("%Y-%m-%d").to_numpy(object)[mine], "source": places(frame, mine),
    }).assign(value_minor=lambda f: f["value_minor"].mask(~given[mine]))  # fmt: skip


def exported_value(source: Settled) -> tuple[Ints, np.ndarray, np.ndarray]:
    """What each deal is worth in its own currency: the value column of the plan that takes it."""
    frame, version, plans = source.deals.frame, source.deals.version, source.plans
    value, given = numbers(frame[plans.versions[0].plan.value])
    value, given = value.copy(), given.copy()
    for index, plan in enumerate(plans.versions):
        own, has = numbers(frame[plan.plan.value])
        mine = version == index
        value[mine], given[mine] = own[mine], has[mine]
    currency = frame["currency"].where(frame["currency"] != "", plans.currency).to_numpy(object)
    return value, given, currency


def waiting(source: Entitlement) -> pd.DataFrame:
    """Tranches pending, held or lapsed of which something is left: the columns of `outline`, state, and
    amount_minor (what is left)."""
    state, left = source.tranches["state"], source.left_minor
    at = np.flatnonzero(state.isin((PENDING, HELD, LAPSED)).to_numpy() & (left != 0))
    return outline(source, at).assign(state=state.to_numpy(object)[at], amount_minor=left[at])


def unpaid_parts(source: Entitlement) -> pd.DataFrame:
    """Overlays, SPIFFs, roles and tranches that pay nothing on deals that are credited: deal_id, component,
    milestone, payee_id, reason, amount_minor (of the tranche, 0 where none was computed), currency."""
    tranches, names = source.tranches, source.deals.names
    zero = (tranches["entitled_minor"] == 0) & (tranches["amount_minor"] != 0)
    gone = np.flatnonzero((zero & tranches["state"].isin((REACHED, FORFEITED))).to_numpy())
    lost = outline(source, gone)
    lost = lost.assign(
        reason=np.where(tranches["state"].iloc[gone] == FORFEITED, "forfeited", "lost"),
        amount_minor=tranches["amount_minor"].to_numpy()[gone],
    )
    overlay, spent, vacant = source.overlays_unpaid, source.budgets_spent, source.vacant
    others = [
        pd.DataFrame({
            "deal_id": names.text(overlay["deal"].to_numpy(np.int64)),
            "component": ["overlay:" + list(source.plans.versions[v].overlays)[o] for v, o in
                          zip(overlay["version"], overlay["overlay"], strict=True)],
            "reason": overlay["reason"].to_numpy(object),
        }),
        pd.DataFrame({
            "deal_id": names.text(spent["deal"].to_numpy(np.int64)),
            "component": ["spiff:" + source.plans.versions[int(v)].spiffs[int(s)].name for v, s in
                          zip(spent["version"], spent["spiff"], strict=True)],
            "reason": "budget_exhausted",
        }),
        pd.DataFrame({
            "deal_id": names.text(vacant["deal"].to_numpy(np.int64)),
            "component": [f"credit:{role}" for role in vacant["role"]],
            "reason": np.where(vacant["left"].astype(bool), "payee_inactive", "role_vacant"),
        }),
    ]  # fmt: skip
    columns = ["deal_id", "component", "milestone", "payee_id", "reason", "amount_minor", "currency"]
    frame = pd.concat([lost.reindex(columns=columns), *others], ignore_index=True)
    frame["amount_minor"] = frame["amount_minor"].fillna(0).astype("int64")
    texts = [name for name in columns if name != "amount_minor"]
    frame[texts] = frame[texts].fillna("").astype(object)
    return frame.sort_values(["deal_id", "component", "milestone", "payee_id"], ignore_index=True)

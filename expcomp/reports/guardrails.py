"""Segments against their targets: what was reached, who broke it, and which pay rests on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from expcomp.plan.metrics import RetentionTarget
from expcomp.plan.model import Plan
from expcomp.reports.masking import masked
from expcomp.retention.rates import Retained, reaches, retained_by
from expcomp.retention.terms import Terms


class Verdict(StrEnum):
    MET = "met"
    BROKEN = "broken"
    TOO_FEW = "too few accounts"
    NO_BASE = "no base"
    NO_TARGET = "no target"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment, frozen at the base. `shown` is false where its rates are masked."""

    name: str
    retained: Retained
    target: RetentionTarget | None
    shown: bool
    verdict: Verdict


def segments_of(frame: pd.DataFrame, terms: Terms) -> list[Segment]:
    """Of the accounts in the base, in the order of their names; accounts without a segment come last, as ""."""
    rows = frame[frame["base_minor"] > 0]
    names = sorted(rows["segment"].unique(), key=lambda name: (name == "", name.casefold()))
    code = pd.Categorical(rows["segment"], categories=names).codes.astype(np.int64)
    retained = retained_by(rows, code, len(names))
    accounts = np.asarray([each.accounts for each in retained], np.int64)
    hidden = masked(accounts, np.zeros(len(names), np.int64), terms.rules.min_accounts)
    return [
        _segment(str(name), each, terms.rules.target_of(str(name)), not hide, terms.rules.min_accounts)
        for name, each, hide in zip(names, retained, hidden.tolist(), strict=True)
    ]


def _segment(name: str, retained: Retained, target: RetentionTarget | None, shown: bool, least: int) -> Segment:
    if target is None:
        verdict = Verdict.NO_TARGET
    elif retained.accounts < least:
        verdict = Verdict.TOO_FEW
    else:
        met = reaches(retained.nrr, target.nrr) and reaches(retained.grr, target.grr)
        verdict = Verdict.MET if met else Verdict.BROKEN
    return Segment(name, retained, target, shown, verdict)


def losses(frame: pd.DataFrame, segment: str) -> pd.DataFrame:
    """The accounts of a segment that are worth less than at the base, the greatest loss first."""
    lost = frame["contraction_minor"] + frame["churn_minor"]
    rows = frame.assign(lost_minor=lost)[(frame["segment"] == segment) & (lost > 0)]
    return rows.sort_values(["lost_minor", "account_id"], ascending=[False, True], ignore_index=True)


def resting_pay(plans: Sequence[Plan]) -> list[str]:
    """The bonuses and modifiers that look at a retention target or floor: `bonus:NRR bonus (gate grr >= 90%)`."""
    found = []
    for plan in plans:
        for bonus in plan.bonuses:
            gates = [f"{metric} {limit}" for metric, limit in bonus.gate.items() if metric in ("nrr", "grr")]
            if bonus.metric in ("nrr", "grr") and bonus.curve_on == "target":
                gates.append(f"{bonus.metric} over its target")
            found += [f"bonus:{bonus.name} ({', '.join(gates)})"] if gates else []
        for modifier in plan.modifiers:
            if modifier.metric in ("nrr", "grr"):
                found.append(f"modifier:{modifier.name} ({modifier.metric} below {modifier.below})")
    return found

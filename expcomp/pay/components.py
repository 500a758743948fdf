"""Everything a deal pays as lines: credit after carve-outs, overlays, what caps withhold, SPIFFs.

Design page 3, steps 5 to 7. A line is one component of one payee on one deal.
"""

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE
from expcomp.pay.deals import Deals
from expcomp.pay.limits import cap_lines
from expcomp.pay.overlays import overlay_lines
from expcomp.pay.roles import Holders
from expcomp.pay.spiffs import spiff_lines
from expcomp.pay.words import CAP, CREDIT, KIND, OVERLAY, SPIFF, codes, components, pick, repeat, roles
from expcomp.plan.versions import PlanSet

LINE = ["kind", "component", "role", "deal", "payee", "version", "rule", "basis_minor", "gross_minor", "credit"]
"""kind, component and role are categories. `rule` is the position in the plan's block; gross_minor what milestones
share out; basis_minor what an overlay or a cap was reckoned on; `credit` the row of the credits, NONE without one."""

CREDIT_COLUMNS = [
    "share_ppm", "credited_minor", "quota_minor", "rate_top", "rate_bottom", "base_minor", "accelerated_minor",
    "weighted", "at_base_rate", "before_minor", "window_quota_minor", "carved_minor", "split_row",
]  # fmt: skip
"""How a credit line came about, up to what it pays before caps."""

MADE_HERE = ("accelerated_minor", "carved_minor")
PAID = ["deal", "payee", "role", "version", "rate_row", "within_role_ppm", "gross_minor",
        *(name for name in CREDIT_COLUMNS if name not in MADE_HERE)]  # fmt: skip


def component_lines(
    plans: PlanSet, paid: pd.DataFrame, tier: Ints, live: Flags, deals: Deals, holders: list[Holders]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """LINE of every component; CREDIT_COLUMNS of every paid credit; overlays that pay nobody, and SPIFFs whose
    budget is spent. `paid` are credit lines with PAID."""
    holds = paid["gross_minor"].to_numpy().copy()
    overlays, unpaid = _overlays(plans, paid, tier, live, deals, holders, holds)
    credits = paid.assign(accelerated_minor=paid["gross_minor"], carved_minor=paid["gross_minor"] - holds)
    row = np.arange(len(paid))
    own = paid[["role", "deal", "payee", "version"]]
    credited = _lines(own, plans, CREDIT, rule=paid["rate_row"], basis_minor=0, gross_minor=holds, credit=row)
    allowed = cap_lines(plans, paid, holds, deals)
    capped = np.flatnonzero(allowed < holds)
    withheld = _lines(own.take(capped), plans, CAP, rule=NONE, basis_minor=holds[capped],
                      gross_minor=(allowed - holds)[capped], credit=capped)  # fmt: skip
    spiffs, spent = spiff_lines(plans, paid, roles(plans), deals)
    named = spiffs.assign(
        kind=repeat(SPIFF, len(spiffs), KIND), rule=spiffs["spiff"], basis_minor=0, credit=NONE,
        component=_spiff_names(plans, spiffs, components(plans)),
    )[LINE]  # fmt: skip
    frames = [frame for frame in (credited, *overlays, withheld, named) if len(frame)] or [credited]
    return pd.concat(frames, ignore_index=True), credits[CREDIT_COLUMNS], unpaid, spent


def _overlays(
    plans: PlanSet, paid: pd.DataFrame, tier: Ints, live: Flags, deals: Deals, holders: list[Holders], holds: Ints
) -> tuple[list[pd.DataFrame], pd.DataFrame]:
    """LINE of the overlays of each version, taking carve-outs from `holds` in place; and those that pay nobody."""
    batches, unpaid, names = [], [], components(plans)
    for index, plan in enumerate(plans.versions):
        mine = np.flatnonzero((paid["version"] == index).to_numpy())
        own = paid.iloc[mine].reset_index(drop=True)
        overlays, holds[mine], missing = overlay_lines(plan, index, own, tier, live, deals, holders[index])
        number = overlays["overlay"].to_numpy()
        batches.append(overlays.assign(
            version=index, rule=number, kind=repeat(OVERLAY, len(overlays), KIND), credit=NONE,
            component=pick([f"{OVERLAY}:{name}" for name in plan.overlays], number, names),
            role=pick([rule.role for rule in plan.overlays.values()], number, roles(plans)),
        )[LINE])  # fmt: skip
        unpaid.append(missing.assign(version=index))
    return batches, pd.concat(unpaid, ignore_index=True)


def _lines(own: pd.DataFrame, plans: PlanSet, kind: str, **columns: Ints | pd.Series | int) -> pd.DataFrame:
    """LINE of a component that is named after its role."""
    names = [f"{kind}:{name}" for name in own["role"].cat.categories]
    component = pick(names, codes(own["role"]), components(plans))
    return own.assign(kind=repeat(kind, len(own), KIND), component=component, **columns)[LINE]


def _spiff_names(plans: PlanSet, spiffs: pd.DataFrame, names: pd.CategoricalDtype) -> pd.Categorical:
    ordered = [(i, n, s.name) for i, plan in enumerate(plans.versions) for n, s in enumerate(plan.spiffs)]
    position = {(version, number): at for at, (version, number, _) in enumerate(ordered)}
    at = [position[key] for key in zip(spiffs["version"], spiffs["spiff"], strict=True)]
    return pick([f"{SPIFF}:{name}" for *_, name in ordered], np.asarray(at, dtype=np.int64), names)

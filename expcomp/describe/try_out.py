"""What the calculator makes of imagined deals under a plan."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from expcomp.describe.imagined import Deal, tables_of
from expcomp.diagnostics import Place, Refused
from expcomp.pay.entitlement import Entitlement, settle
from expcomp.pay.trace import trace
from expcomp.period import Span
from expcomp.plan.model import Plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows

AFTER = 365 * 8
"""Days after a deal by which everything of it is decided."""

MOST_RUNS = 24
"""Of the calculator, while deals that it refuses are sorted out."""


def try_out(plan: Plan, deals: Sequence[Deal]) -> pd.DataFrame:
    """The tranches of every deal: the columns of `pay/trace.py` with deal_id, payee_id, component and milestone.
    Deals that the plan cannot pay (no rate fits, say) are left out: halves are tried where the whole is refused."""
    plans = plan_set([plan])
    groups, found = [deals] if deals else [], [pd.DataFrame()]
    for _ in range(MOST_RUNS):
        if not groups:
            break
        group = groups.pop(0)
        try:
            book = book_from_rows(tables_of(plan, group).rows, needs_of(plans), Place(plan.path))
            found.append(_told(settle(plans, book, max(deal.close for deal in group) + AFTER, Span.QUARTER).whole))
        except Refused:
            half = len(group) // 2
            groups += [part for part in (group[:half], group[half:]) if 0 < len(part) < len(group)]
    return pd.concat(found, ignore_index=True)


def by_name(tried: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tranches of each deal."""
    return {str(name): own for name, own in tried.groupby("deal_id", sort=False)} if len(tried) else {}


def _told(settled: Entitlement) -> pd.DataFrame:
    every, line = np.arange(len(settled.tranches)), settled.tranches["line"].to_numpy()
    lines = settled.lines.iloc[line]
    names = pd.DataFrame({
        "deal_id": np.asarray(settled.deals.names.text(lines["deal"].to_numpy()), dtype=object),
        "payee_id": np.asarray(settled.payees.names.text(lines["payee"].to_numpy()), dtype=object),
        "component": lines["component"].to_numpy(object),
        "milestone": settled.detail(every)["milestone"].to_numpy(object),
        "line": line,
    })  # fmt: skip
    return pd.concat([names, trace(settled, every).reset_index(drop=True)], axis=1)

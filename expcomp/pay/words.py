"""The closed sets of words in the columns of the calculation, as categories: compared as numbers, read as words."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.plan.versions import PlanSet

CREDIT, OVERLAY, CAP, SPIFF, MODIFIER = "credit", "overlay", "cap", "spiff", "modifier"
KIND = pd.CategoricalDtype([CREDIT, OVERLAY, CAP, SPIFF, MODIFIER])

PENDING, REACHED, LAPSED, HELD, FORFEITED = "pending", "reached", "lapsed", "held", "forfeited"
STATE = pd.CategoricalDtype([PENDING, REACHED, LAPSED, HELD, FORFEITED])

SPIFF_MILESTONE = "spiff"


def roles(plans: PlanSet) -> pd.CategoricalDtype:
    """Every role, in code-point order: comparing codes compares names."""
    return _sorted({role for plan in plans.versions for role in plan.roles})


def components(plans: PlanSet) -> pd.CategoricalDtype:
    """Every component a line may have, as `kind:name`."""
    names = set()
    for plan in plans.versions:
        names |= {f"{kind}:{role}" for role in plan.roles for kind in (CREDIT, CAP)}
        names |= {f"{OVERLAY}:{name}" for name in plan.overlays}
        names |= {f"{SPIFF}:{spiff.name}" for spiff in plan.spiffs}
        names |= {f"{MODIFIER}:{modifier.name}" for modifier in plan.modifiers}
    return _sorted(names)


def milestones(plans: PlanSet) -> pd.CategoricalDtype:
    schedules = (schedule for plan in plans.versions for schedule in plan.payout)
    return _sorted({m.name for schedule in schedules for m in schedule.milestones} | {SPIFF_MILESTONE})


def _sorted(names: set[str]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(sorted(names))


def repeat(word: str, count: int, words: pd.CategoricalDtype) -> pd.Categorical:
    """One word on every row."""
    return pd.Categorical.from_codes(np.full(count, words.categories.get_loc(word)), dtype=words)


def pick(names: Sequence[str], at: Ints, words: pd.CategoricalDtype) -> pd.Categorical:
    """The name at each position."""
    known = words.categories.get_indexer(pd.Index(list(names), dtype=words.categories.dtype))
    return pd.Categorical.from_codes(np.append(known, -1)[at], dtype=words)


def codes(column: pd.Series) -> Ints:
    """The numbers behind a column of categories."""
    return np.asarray(column.cat.codes, dtype=np.int64)


def empty(columns: Mapping[str, str | pd.CategoricalDtype]) -> pd.DataFrame:
    """No rows, with these columns of these types."""
    return pd.DataFrame({
        name: pd.Categorical.from_codes([], dtype=dtype) if isinstance(dtype, pd.CategoricalDtype)
        else pd.Series([], dtype=dtype) if dtype == "str" else np.zeros(0, dtype)
        for name, dtype in columns.items()
    })  # fmt: skip

"""Which signals pass a bar: so many of the marks that the CSM has given them."""

import numpy as np
import pandas as pd

from expcomp.exact import Flags
from expcomp.lookups import flags
from expcomp.plan.signals import Passing

TWO_OF_THREE = Passing.model_construct(at_least=2, of=("budget", "timeline", "named_buyer"))
THREE_OF_FOUR = Passing.model_construct(at_least=3, of=("budget", "named_buyer", "timeline", "product_fit"))
"""The usual bars for routing and for credit (design page 1), for a plan that says nothing of them."""


def passes(bar: Passing, signals: pd.DataFrame) -> Flags:
    marks = np.zeros(len(signals), dtype=np.int64)
    for mark in bar.of:
        value, given = flags(signals[mark])
        marks += value & given
    return np.asarray(marks >= bar.at_least, np.bool_)

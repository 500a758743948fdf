"""What recurs of the subscriptions: the lines that count, and their value for a year."""

import numpy as np
import pandas as pd

from expcomp.exact import Ints
from expcomp.texts import each_text

ONE_OFF = frozenset({"one_off", "one-off", "one off", "one_time", "one-time", "one time", "non_recurring",
                     "non-recurring", "nonrecurring", "services"})  # fmt: skip
"""Line types of a subscription that are not recurring value."""


def recurring_lines(subscriptions: pd.DataFrame) -> pd.DataFrame:
    """The lines whose value comes back every year."""
    kind = pd.Series(each_text(subscriptions["line_type"], lambda text: text.strip().casefold()))
    return subscriptions[~kind.isin(ONE_OFF).to_numpy()]


def annual_value(lines: pd.DataFrame) -> Ints:
    """Minor units a year in the line's own currency: `arr`, else twelve times `mrr`."""
    yearly = lines["arr"].fillna(0).to_numpy(np.int64)
    monthly = lines["mrr"].fillna(0).to_numpy(np.int64)
    return np.where(lines["arr"].notna().to_numpy(), yearly, monthly * 12)

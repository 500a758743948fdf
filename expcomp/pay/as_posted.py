"""Lines of the ledger in the form in which posted lines are compared: texts, as `payout --lines` writes them."""

import pandas as pd

from expcomp.pay.labels import amount_texts, currencies
from expcomp.texts import text_array


def as_posted(lines: pd.DataFrame) -> pd.DataFrame:
    """Every `x_minor` as decimal text `x`, all other columns as they are, and amount_minor."""
    currency = currencies(lines["currency"])
    columns = {
        name.removesuffix("_minor"): text_array(amount_texts(lines[name].to_numpy("int64"), currency))
        if name.endswith("_minor")
        else lines[name]
        for name in lines.columns
    }
    return pd.DataFrame(columns, index=lines.index).assign(amount_minor=lines["amount_minor"])

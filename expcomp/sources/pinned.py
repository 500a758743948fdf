"""Facts without a date, as they were when the first lines were made from them: the rows a ledger keeps of them."""

import pandas as pd

PINNED = ("period", "deal_id", "payee_id", "milestone", "fact", "value", "moved_by")
"""All text. `period`: the closed period that pinned it; `payee_id` and `milestone` only where the fact is about one;
`value`: as a person writes it; `moved_by`: who moved the fact and why, where a resolution did."""

KEY = ["deal_id", "payee_id", "milestone", "fact"]
"""Of several rows with the same key the last one counts."""


def no_pins() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([], dtype="str") for name in PINNED})


def standing(rows: pd.DataFrame) -> pd.DataFrame:
    """The row that counts for every key, given all rows in the order they were posted."""
    return rows.drop_duplicates(KEY, keep="last").reset_index(drop=True)

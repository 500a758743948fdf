"""Lines of the ledger in the form in which posted lines are compared: texts, as `payout --lines` writes them."""

from collections.abc import Iterable

import pandas as pd

from expcomp.blocks import Block, Changed, told
from expcomp.pay.labels import amount_texts, currencies
from expcomp.pay.lines import LINE_COLUMNS, complete
from expcomp.pay.posted import LOOKED_AT
from expcomp.texts import text_array

COLUMNS = [name for name in LINE_COLUMNS if name.removesuffix("_minor") in LOOKED_AT]


def as_posted(blocks: Iterable[Block]) -> pd.DataFrame:
    """Of all lines, what later ones are compared with: every `x_minor` as decimal text `x`, and amount_minor."""
    frames = [*told(Changed(block, _as_posted) for block in blocks)]
    return pd.concat(frames or [_as_posted(pd.DataFrame(columns=COLUMNS))], ignore_index=True)


def _as_posted(posted: pd.DataFrame) -> pd.DataFrame:
    lines = complete(posted)[COLUMNS]
    currency = currencies(lines["currency"])
    columns = {
        name.removesuffix("_minor"): text_array(amount_texts(lines[name].to_numpy("int64"), currency))
        if name.endswith("_minor")
        else lines[name].astype("str")
        for name in lines.columns
    }
    return pd.DataFrame(columns, index=lines.index).assign(amount_minor=lines["amount_minor"])

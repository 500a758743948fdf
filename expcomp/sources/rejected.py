"""The table of rejected rows: each reason a row is refused for, and once per row the money it carries."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from expcomp.diagnostics import Place
from expcomp.sources.book import REJECTED
from expcomp.sources.carried import SET_ASIDE_TOO
from expcomp.sources.draft import Draft
from expcomp.sources.refusals import Refusal

Row = tuple[str, int, Place, str, str, str, str, str, str, str]
Money = Mapping[tuple[str, int], tuple[int | None, str]]
"""Minor units and currency of the refused rows that carry any, by file and row number."""

NO_MONEY = (None, "")


def rejected_rows(refusals: Sequence[Refusal], drafts: Mapping[str, Draft]) -> pd.DataFrame:
    """REJECTED, in order of file and row, what only hangs by others at the end; asked for before the drafts set
    their rows aside."""
    money = {name: _money(draft) for name, draft in drafts.items() if draft.bad.any()}
    found = sorted(
        {row for each in refusals for row in _rows(each)}, key=lambda row: (row[6] == SET_ASIDE_TOO.id, *row[:5])
    )
    told: set[tuple[str, int]] = set()
    listed = []
    for label, number, place, table, *cells in found:
        first = (label, number) not in told
        told.add((label, number))
        minor, currency = money.get(table, {}).get((label, number), NO_MONEY) if first else NO_MONEY
        listed.append((label, number, str(place), table, *cells, minor, currency))
    return pd.DataFrame(listed, columns=pd.Index(REJECTED), dtype=object)


def _rows(refusal: Refusal) -> Iterator[Row]:
    finding = refusal.finding
    for at, number in enumerate(refusal.rows.tolist()):
        text = refusal.texts[at if len(refusal.texts) > 1 else 0]
        reason = refusal.reasons[at if len(refusal.reasons) > 1 else 0]
        place = refusal.locate(number)
        yield (
            refusal.label, number, place, refusal.table, refusal.header, text, finding.code, finding.name, reason,
            finding.help,
        )  # fmt: skip


def _money(draft: Draft) -> Money:
    if not draft.sums.money:
        return {}
    rows = draft.frame[draft.bad]
    minor = rows[draft.sums.money]
    given = minor.notna().to_numpy(np.bool_)
    keys = zip(rows["input_file"].astype(str)[given], rows["input_row"][given], strict=True)
    currencies, codes = draft.sums.currencies(rows)
    amounts = zip(minor[given].tolist(), (currencies[code] for code in codes[given].tolist()), strict=True)
    return dict(zip(keys, amounts, strict=True))

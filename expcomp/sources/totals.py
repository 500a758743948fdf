"""A totals row in an export is a free check: it is compared with the rows above it."""

import numpy as np
import pyarrow as pa

from expcomp.diagnostics import Code, Severity
from expcomp.exact import Flags
from expcomp.sources import amounts
from expcomp.sources.cells import Cells
from expcomp.sources.column import Settings
from expcomp.sources.complaints import Complaints, quote
from expcomp.sources.raw import RawTable
from expcomp.sources.tables import TABLES, Kind
from expcomp.sources.typed import Match
from expcomp.texts import LARGE

TOTAL_DIFFERS = Code("D231", "total-differs")


def check_totals(raw: RawTable, match: Match, totals: Flags, settings: Settings, complaints: Complaints) -> None:
    """Warn where the last totals row says another amount than the rows add up to.

    Only a column of one currency can be compared, and only the last row, which totals everything.
    """
    last = int(np.flatnonzero(totals)[-1])
    for field in TABLES[match.table].fields:
        if field.kind is not Kind.MONEY or field.name not in match.columns or "currency" in match.columns:
            continue
        index = match.columns[field.name][0]
        column = raw.columns[index]
        said = _sum([column[last].as_py()], settings)
        added = _sum(column.filter(pa.array(~totals)).to_pylist(), settings)
        if said is not None and added is not None and said != added:
            place = raw.locate(int(raw.rows[last]), raw.numbers[index])
            written = quote(column[last].as_py())
            message = f"the totals row says {written}, the rows above add up to {_shown(added)}"
            complaints.note(TOTAL_DIFFERS, place, message, "rows may be missing from the export", Severity.WARNING)


def _sum(texts: list[str], settings: Settings) -> int | None:
    """In millionths; None when a text is no plain number or there is none."""
    style = settings.decimal or amounts.POINT
    filled = [text for text in Cells(pa.chunked_array([pa.array(texts, LARGE)])).column.to_pylist() if text]
    try:
        numbers = [amounts.plain(amounts.take_apart(text), style) for text in filled]
        return sum(amounts.scaled(number, amounts.MILLION) for number in numbers) if numbers else None
    except ValueError:
        return None


def _shown(millionths: int) -> str:
    whole, part = divmod(abs(millionths), amounts.MILLION)
    return f"{'-' if millionths < 0 else ''}{whole:,}.{part:06d}"[:-4]

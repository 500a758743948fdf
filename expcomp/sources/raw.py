"""A table as text: what a CSV, a worksheet or an example gives before anything is understood."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from expcomp.diagnostics import Finding, Place
from expcomp.exact import Ints

Locate = Callable[[int, int], Place]
"""The place of a cell, from its row number and column number in the file; row 0 is the file itself."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """Columns of text, none of it null, each with its header and its place in the file.

    `rows` are physical line or worksheet row numbers, `numbers` the columns' own (1 is the first). `name`
    is the file's stem, the sheet's name or the table's: it may say which table this is. `label` is what
    frames carry as `input_file`. `rows_read` counts `rows` and the `dropped`;
    `header_row` is the header's row number, 0 where there is none. `since_1904`: its day numbers count from there.
    """

    label: str
    name: str
    headers: tuple[str, ...]
    columns: list[pa.ChunkedArray]
    numbers: tuple[int, ...]
    rows: Ints
    locate: Locate
    rows_read: int
    header_row: int = 0
    sha256: str = ""
    dropped: Counter[str] = field(default_factory=Counter)
    notes: tuple[Finding, ...] = ()
    decimal: str = ""
    since_1904: bool = False

    def keep(self, mask: np.ndarray, reason: str) -> "RawTable":
        """Without the rows where `mask` is False, counted under `reason`."""
        count = int(len(mask) - mask.sum())
        if not count:
            return self
        chosen = pa.array(mask)
        columns = [column.filter(chosen) for column in self.columns]
        return replace(self, columns=columns, rows=self.rows[mask], dropped=self.dropped + Counter({reason: count}))

    def without_columns(self) -> "RawTable":
        """What is still told about the table when its cells were converted."""
        return replace(self, columns=[])

    def give_columns(self) -> list[pa.ChunkedArray]:
        """The columns, which nobody who knows the table holds any more: each goes as soon as it was converted."""
        given = list(self.columns)
        self.columns.clear()
        return given


def locate_in_text(path: str) -> Locate:
    return lambda row, column: Place(path, row, column if row else 0)


def locate_in_sheet(path: str, sheet: str) -> Locate:
    def locate(row: int, column: int) -> Place:
        where = f"!{column_letters(column)}{row}" if row and column else f"!{row}" if row else ""
        return Place(path, row, column, cell=f"[{sheet}]{where}")

    return locate


def column_letters(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

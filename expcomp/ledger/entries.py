"""A block of entries as the ledger keeps it: the columns of the table, and apart from them what they were made from."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from expcomp.ledger.batch import Document
from expcomp.ledger.cells import split_cells
from expcomp.ledger.chain import KEYS, entry_rows
from expcomp.ledger.faults import telling
from expcomp.texts import text_array

BLOCK = 1 << 16
"""Entries that share a trace, from the first of their batch on."""

COLUMNS = ("sequence", "closing", *KEYS, "hash")
WRITE = f"""INSERT INTO entry ({", ".join(f'"{name}"' for name in COLUMNS)}) VALUES ({", ".join("?" * len(COLUMNS))})"""

BETWEEN = "\x1f"
_TEXTS = ", ".join(f"""group_concat("{name}", '{BETWEEN}')""" for name in KEYS)
READ = f"SELECT {_TEXTS} FROM (SELECT * FROM entry WHERE sequence BETWEEN ? AND ? ORDER BY sequence)"
"""A whole column of a block as one text: SQLite puts it together faster than rows can be taken over."""


def rows(lines: pd.DataFrame, closing: int, first: int, hashes: list[bytes]) -> Any:
    """COLUMNS of each line."""
    keys = (lines[name].tolist() for name in KEYS)
    return zip(range(first, first + len(lines)), [closing] * len(lines), *keys, hashes, strict=True)


def trace_name(first: int) -> str:
    return f"{first:012}"


@dataclass(frozen=True)
class Entries:
    """`columns` are the texts of READ. `trace` is None where nothing of it is wanted."""

    path: Path
    first: int
    count: int
    columns: tuple[str | None, ...]
    trace: Document | None = None
    wanted: Collection[str] | None = None

    @property
    def keys(self) -> pd.DataFrame:
        """KEYS. ValueError where cells are missing, or there are too many."""
        cells = {name: split_cells(text or "", BETWEEN) for name, text in zip(KEYS, self.columns, strict=True)}
        if any(len(column) != self.count for column in cells.values()):
            raise ValueError(f"entries are missing behind {self.first - 1}, or cells of them")
        amounts = cells.pop("amount_minor").cast(pa.int64()).to_numpy()
        texts = {name: text_array(column) for name, column in cells.items()}
        return pd.DataFrame({**texts, "amount_minor": amounts}, copy=False)[list(KEYS)]

    @property
    def hashed(self) -> list[bytes]:
        """What the hash of each covers."""
        return entry_rows(self.first, self.keys)

    def tell(self) -> pd.DataFrame:
        """The lines, as they were posted. Raises `Refused` (L201) where they cannot be read."""
        with telling(self.path, ValueError, zlib.error):
            keys = self.keys if self.wanted is None else self.keys[[name for name in KEYS if name in self.wanted]]
            if self.trace is None:
                return keys
            trace = self.trace.tell(self.wanted)
            if len(trace) != self.count:
                raise ValueError(f"the trace of the entries behind {self.first - 1} is not whole")
            return pd.concat([keys, trace], axis=1)

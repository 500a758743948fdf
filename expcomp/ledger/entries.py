"""A block of entries as the ledger keeps it: the columns of the table, and apart from them what they were made from."""

import json
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from expcomp.ledger.batch import Document
from expcomp.ledger.chain import KEYS, entry_rows, links
from expcomp.ledger.faults import telling
from expcomp.texts import LARGE, text_array

BLOCK = 1 << 16
"""Entries that share a trace, from the first of their batch on."""

COLUMNS = ("sequence", "closing", *KEYS, "hash")
WRITE = f"""INSERT INTO entry ({", ".join(f'"{name}"' for name in COLUMNS)}) VALUES ({", ".join("?" * len(COLUMNS))})"""

_LISTS = ", ".join(f'json_group_array("{name}")' for name in KEYS)
READ = f"SELECT {_LISTS} FROM (SELECT * FROM entry WHERE sequence BETWEEN ? AND ? ORDER BY sequence)"
"""Each column of a block as one list: SQLite puts it together faster than rows can be taken over."""

READ_HASHES = "SELECT hash FROM entry WHERE sequence BETWEEN ? AND ? ORDER BY sequence"


def rows(lines: pd.DataFrame, closing: int, first: int, hashes: list[bytes]) -> Any:
    """COLUMNS of each line."""
    keys = (lines[name].tolist() for name in KEYS)
    return zip(range(first, first + len(lines)), [closing] * len(lines), *keys, hashes, strict=True)


def trace_name(first: int) -> str:
    return f"{first:012}"


@dataclass(frozen=True)
class Entries:
    """`columns` are the lists of READ, `previous` and `hashes` what is written of the chain. `trace` is None where
    nothing of it is wanted."""

    path: Path
    first: int
    columns: tuple[str, ...]
    previous: bytes
    hashes: list[bytes]
    trace: Document | None = None
    wanted: Collection[str] | None = None

    @property
    def keys(self) -> pd.DataFrame:
        """KEYS. ValueError where they are not whole."""
        columns = {name: self._column(name, listed) for name, listed in zip(KEYS, self.columns, strict=True)}
        return pd.DataFrame(columns, copy=False)

    def _column(self, name: str, listed: str) -> Any:
        is_amount = name == "amount_minor"
        try:
            cells = pa.array(json.loads(listed), pa.int64() if is_amount else LARGE)
        except TypeError as error:
            raise ValueError(str(error)) from None
        if len(cells) != len(self.hashes) or cells.null_count:
            raise ValueError(f"entries are missing behind {self.first - 1}, or their {name}")
        return cells.to_numpy() if is_amount else text_array(cells)

    def wrong(self, keys: pd.DataFrame) -> str:
        """Which entry is not the one its hash was made of; "" for none."""
        linked = links(self.previous, entry_rows(self.first, keys))
        if linked == self.hashes:
            return ""
        at = [one == other for one, other in zip(linked, self.hashes, strict=True)].index(False)
        said = " ".join(keys[name].iloc[at] for name in ("payee_id", "deal_id", "component") if keys[name].iloc[at])
        return f"entry {self.first + at} ({said}) is not as it was posted"

    def tell(self) -> pd.DataFrame:
        """The lines, as they were posted. Raises `Refused` (L201) where they are not, or cannot be read."""
        with telling(self.path, ValueError, zlib.error):
            keys = self.keys
            if wrong := self.wrong(keys):
                raise ValueError(wrong)
            if self.wanted is not None:
                keys = keys[[name for name in KEYS if name in self.wanted]]
            if self.trace is None:
                return keys
            trace = self.trace.tell(self.wanted)
            if len(trace) != len(keys):
                raise ValueError(f"the trace of the entries behind {self.first - 1} is not whole")
            return pd.concat([keys, trace], axis=1)

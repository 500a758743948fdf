"""The chain: every row of the ledger carries the hash of itself and of everything before it."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.ledger.batch import Batch, Closing, Document
from expcomp.ledger.cells import cells_of, escape, headers_of, rows_of
from expcomp.texts import LARGE

START = bytes(32)
"""What comes before the first entry."""

FORM = b"expcomp ledger 1\n"

KEYS = (
    "period", "kind", "payee_id", "deal_id", "component", "milestone", "currency", "on", "period_earned", "reason",
    "amount_minor", "plan", "plan_version", "rule", "source",
)  # fmt: skip
"""Columns of a line that are columns of an entry; all others stand in its `trace`."""

HEAD = (
    "number", "kind", "period", "as_of", "first", "count", "sums", "columns", "prepared_by", "approved_by", "opening",
    "proposal", "versions", "documents",
)  # fmt: skip
"""What the hash of a closing covers, in this order."""


def link(previous: bytes, row: bytes) -> bytes:
    return sha256(FORM + previous + row).digest()


def links(previous: bytes, rows: Iterable[bytes]) -> list[bytes]:
    """The hash of each row."""
    found = []
    for row in rows:
        previous = link(previous, row)
        found.append(previous)
    return found


def traces(lines: pd.DataFrame) -> pd.DataFrame:
    """The columns that an entry keeps as one text."""
    return lines[[name for name in lines.columns if name not in KEYS]]


def entry_rows(first: int, keys: pd.DataFrame, trace: pa.Array) -> list[bytes]:
    """Of each entry what its hash covers: sequence, KEYS, and the trace as it is kept."""
    sequence = pa.array(range(first, first + len(keys)), pa.int64()).cast(LARGE)
    cells = [sequence, *(cells_of(keys[name]) for name in KEYS), trace]
    joined = pc.binary_join_element_wise(*cells, pa.scalar("\t", LARGE))
    return list(joined.cast(pa.large_binary()).to_pylist())


def documents_hash(documents: Sequence[Document]) -> str:
    """Over kind, name and content of every document."""
    rows = (f"{d.kind}\t{escape(d.name)}\t{d.sha256}\n" for d in documents)
    return sha256("".join(rows).encode()).hexdigest()


def closing_row(closing: Closing) -> bytes:
    return "\t".join(escape(str(getattr(closing, name))) for name in HEAD).encode()


def closed(batch: Batch, number: int, first: int, previous: bytes) -> Closing:
    """The record of a batch whose entries end in `previous`."""
    draft = Closing(
        number, batch.kind, batch.period, batch.as_of, first, len(batch.lines), sums_text(batch.sums),
        "\t".join(headers_of(traces(batch.lines))), batch.prepared_by, batch.approved_by, batch.opening,
        batch.proposal, batch.versions, documents_hash(batch.documents), previous, b"",
    )  # fmt: skip
    return sealed(draft)


def sealed(closing: Closing) -> Closing:
    fields = {name: getattr(closing, name) for name in HEAD}
    return Closing(**fields, previous=closing.previous, hash=link(closing.previous, closing_row(closing)))


def sums_text(sums: Mapping[str, int]) -> str:
    """`EUR=1200 USD=8061373`"""
    return " ".join(f"{code}={minor}" for code, minor in sorted(sums.items()))


def trace_rows(lines: pd.DataFrame) -> pa.Array:
    return rows_of(traces(lines))

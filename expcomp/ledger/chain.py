"""The chain: every row of the ledger carries the hash of itself and of everything before it."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.ledger.batch import Batch, Closing
from expcomp.ledger.cells import cells_of, escape
from expcomp.texts import LARGE

START = bytes(32)
"""What comes before the first entry."""

FORM = b"expcomp ledger 1\n"

KEYS = (
    "period", "kind", "payee_id", "deal_id", "component", "milestone", "currency", "on", "period_earned", "reason",
    "amount_minor", "plan", "plan_version", "rule", "source",
)  # fmt: skip
"""Columns of a line that are columns of an entry; all others are kept in its block's `trace`."""

HEAD = (
    "number", "kind", "period", "as_of", "first", "count", "sums", "prepared_by", "approved_by", "opening", "proposal",
    "versions", "documents",
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
    """What lines were made from."""
    return lines[[name for name in lines.columns if name not in KEYS]]


def entry_rows(first: int, keys: pd.DataFrame) -> list[bytes]:
    """Of each entry what its hash covers: sequence and KEYS. (What it was made from stands in the closing's hash, with
    all documents.)"""
    sequence = pa.array(range(first, first + len(keys)), pa.int64()).cast(LARGE)
    cells = [sequence, *(cells_of(keys[name]) for name in KEYS)]
    joined = pc.binary_join_element_wise(*cells, pa.scalar("\t", LARGE))
    return list(joined.cast(pa.large_binary()).to_pylist())


def documents_hash(documents: Iterable[tuple[str, str, str]]) -> str:
    """Over kind, name and hash of the content of every document, in order of kind and name."""
    rows = (f"{kind}\t{escape(name)}\t{content}\n" for kind, name, content in documents)
    return sha256("".join(rows).encode()).hexdigest()


def closing_row(closing: Closing) -> bytes:
    return "\t".join(escape(str(getattr(closing, name))) for name in HEAD).encode()


def closed(batch: Batch, number: int, first: int, last: int, sums: str, documents: str, previous: bytes) -> Closing:
    """The record of a batch whose entries end in `previous`."""
    draft = Closing(
        number, batch.kind, batch.period, batch.as_of, first, last - first + 1, sums, batch.prepared_by,
        batch.approved_by, batch.opening, batch.proposal, batch.versions, documents, previous, b"",
    )  # fmt: skip
    return sealed(draft)


def sealed(closing: Closing) -> Closing:
    fields = {name: getattr(closing, name) for name in HEAD}
    return Closing(**fields, previous=closing.previous, hash=link(closing.previous, closing_row(closing)))


def sums_text(sums: Mapping[str, int]) -> str:
    """`EUR=1200 USD=8061373`"""
    return " ".join(f"{code}={minor}" for code, minor in sorted(sums.items()))

"""Batches as plain text, a row each, cells between tabs: what outlives the tool, and what `import` reads back."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from expcomp.ledger.batch import Batch, Document
from expcomp.ledger.cells import escape, frame_of, headers_of, rows_of, unescape
from expcomp.texts import LARGE

FORM = "expcomp ledger 1"
ABOUT = ("kind", "period", "as_of", "prepared_by", "approved_by", "opening", "proposal", "versions")


def text_of(batch: Batch) -> bytes:
    """`batch`, `document`, `columns` and `entry` rows."""
    return "".join(f"{row}\n" for row in _rows(batch)).encode()


def _rows(batch: Batch) -> Iterator[str]:
    yield "\t".join(["batch", *(escape(str(getattr(batch, name))) for name in ABOUT)])
    for document in batch.documents:
        yield "\t".join(["document", document.kind, escape(document.name), b64encode(document.body).decode()])
    yield "\t".join(["columns", *headers_of(batch.lines)])
    if len(batch.lines):
        for row in rows_of(batch.lines).to_pylist():
            yield f"entry\t{row}"


def batches_of(text: bytes) -> list[Batch]:
    """ValueError for a text that is none."""
    found: list[Batch] = []
    part: list[str] = []
    for row in text.decode().split("\n")[:-1]:
        if row.startswith("batch\t") and part:
            found.append(_batch(part))
            part = []
        part.append(row)
    return [*found, _batch(part)] if part else found


@dataclass(frozen=True, slots=True)
class Exported:
    """A whole ledger as text: every batch with the head after it, and the rows of its proposals."""

    batches: list[tuple[Batch, str]]
    proposals: list[tuple[str, ...]]


def whole_text(batches: Iterable[tuple[Batch, str]], proposals: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A ledger, batch by batch, each with the head that stands after it."""
    yield f"{FORM}\n".encode()
    for batch, head in batches:
        yield text_of(batch)
        yield f"closed\t{batch.period}\t{head}\n".encode()
    for row in proposals:
        yield ("\t".join(["proposal", *(_cell(value) for value in row)]) + "\n").encode()


def _cell(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes) else escape(str(value))


def exported(text: bytes) -> Exported:
    """ValueError for a text that `whole_text` did not write."""
    form, *rows = text.decode().split("\n")
    if form != FORM or rows[-1:] != [""]:
        raise ValueError("it is not a whole export of a ledger")
    batches: list[tuple[Batch, str]] = []
    proposals: list[tuple[str, ...]] = []
    part: list[str] = []
    for row in rows[:-1]:
        what, _, rest = row.partition("\t")
        if what == "closed":
            batches.append((_batch(part), rest.split("\t")[1]))
            part = []
        elif what == "proposal":
            proposals.append(tuple(rest.split("\t")))
        else:
            part.append(row)
    if part:
        raise ValueError("its last batch has no end")
    return Exported(batches, proposals)


def _batch(rows: Iterable[str]) -> Batch:
    about: dict[str, str] = {}
    documents: list[Document] = []
    headers: list[str] = []
    entries: list[str] = []
    for row in rows:
        what, _, rest = row.partition("\t")
        if what == "batch":
            about = dict(zip(ABOUT, map(unescape, rest.split("\t")), strict=True))
        elif what == "document":
            kind, name, body = rest.split("\t")
            documents.append(Document(kind, unescape(name), b64decode(body, validate=True)))
        elif what == "columns":
            headers = rest.split("\t")
        elif what == "entry":
            entries.append(rest)
        else:
            raise ValueError(f'a row begins with "{what[:20]}"')
    lines: pd.DataFrame = frame_of(headers, pa.array(entries, LARGE))
    return Batch(lines=lines, documents=tuple(documents), **about)  # type: ignore[arg-type]

"""Batches as plain text, a row each, cells between tabs: what outlives the tool, and what `import` reads back."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from expcomp.blocks import evenly, told
from expcomp.ledger.batch import Batch, Document
from expcomp.ledger.cells import escape, frame_of, headers_of, rows_of, unescape
from expcomp.ledger.entries import BLOCK
from expcomp.texts import LARGE, joined, letters_of

FORM = "expcomp ledger 1"
ABOUT = ("kind", "period", "as_of", "prepared_by", "approved_by", "opening", "proposal", "versions")


def text_of(batch: Batch) -> Iterator[bytes]:
    """`batch`, `document`, `columns` and `entry` rows."""
    yield _row("batch", *(escape(str(getattr(batch, name))) for name in ABOUT))
    for document in batch.documents:
        yield _row("document", document.kind, escape(document.name), b64encode(document.body).decode())
    for number, lines in enumerate(evenly(told(batch.blocks()), BLOCK)):
        if number == 0:
            yield _row("columns", *headers_of(lines))
        yield letters_of(joined("entry\t", rows_of(lines), "\n")).tobytes()


def _row(*cells: str) -> bytes:
    return ("\t".join(cells) + "\n").encode()


def batches_of(rows: Iterable[str]) -> list[Batch]:
    """ValueError for rows that `text_of` did not write."""
    found: list[Batch] = []
    part = _Part()
    for row in rows:
        if row.startswith("batch\t") and part.about:
            found.append(part.batch())
            part = _Part()
        part.read(row)
    return [*found, part.batch()]


@dataclass(frozen=True, slots=True)
class Exported:
    """A whole ledger as text: every batch with the head after it, and the rows of its proposals."""

    batches: list[tuple[Batch, str]]
    proposals: list[tuple[str, ...]]


def whole_text(batches: Iterable[tuple[Batch, str]], proposals: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A ledger, batch by batch, each with the head that stands after it."""
    yield _row(FORM)
    for batch, head in batches:
        yield from text_of(batch)
        yield _row("closed", batch.period, head)
    for row in proposals:
        yield _row("proposal", *map(_cell, row))


def _cell(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes) else escape(str(value))


def exported(rows: Iterator[str]) -> Exported:
    """ValueError for rows that `whole_text` did not write. Each has its end."""
    if next(rows, "") != f"{FORM}\n":
        raise ValueError("it is not a whole export of a ledger")
    batches: list[tuple[Batch, str]] = []
    proposals: list[tuple[str, ...]] = []
    part = _Part()
    for row in rows:
        what, _, rest = _whole(row).partition("\t")
        if what == "closed":
            batches.append((part.batch(), rest.split("\t")[1]))
            part = _Part()
        elif what == "proposal":
            proposals.append(tuple(rest.split("\t")))
        else:
            part.read(row)
    if part.about:
        raise ValueError("its last batch has no end")
    return Exported(batches, proposals)


def _whole(row: str) -> str:
    if not row.endswith("\n"):
        raise ValueError("its last row was cut")
    return row[:-1]


@dataclass
class _Part:
    """A batch as far as it was read; its lines packed, a block at a time."""

    about: dict[str, str] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    blocks: list[Document] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)

    def read(self, row: str) -> None:
        what, _, rest = _whole(row).partition("\t")
        if what == "batch":
            self.about = dict(zip(ABOUT, map(unescape, rest.split("\t")), strict=True))
        elif what == "document":
            kind, name, body = rest.split("\t")
            document = Document(kind, unescape(name), b64decode(body, validate=True))
            if not document.is_whole:
                raise ValueError(f"{document.kind} {document.name} was changed")
            self.documents.append(document)
        elif what == "columns":
            self.headers = rest.split("\t")
        elif what == "entry":
            self.entries.append(rest)
            if len(self.entries) == BLOCK:
                self._pack()
        else:
            raise ValueError(f'a row begins with "{what[:20]}"')

    def _pack(self) -> None:
        self.blocks.append(Document.of_frame("", frame_of(self.headers, pa.array(self.entries, LARGE))))
        self.entries = []

    def batch(self) -> Batch:
        if self.entries:
            self._pack()
        return Batch(blocks=lambda: self.blocks, documents=tuple(self.documents), **self.about)  # type: ignore[arg-type]

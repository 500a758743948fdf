"""The ledger's file: the only reader and writer of it. Knows nothing of pay."""

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import pandas as pd

from expcomp.blocks import evenly, told
from expcomp.diagnostics import Place, Refused
from expcomp.lanes import side_by_side
from expcomp.ledger import schema
from expcomp.ledger.batch import TRACE, Batch, Closing, Document
from expcomp.ledger.chain import HEAD, KEYS, START, closed, documents_hash, entry_rows, links, sealed, sums_text, traces
from expcomp.ledger.entries import BLOCK, READ, READ_HASHES, WRITE, Entries, rows, trace_name
from expcomp.ledger.faults import CHAIN_BROKEN, NEWER, NO_LEDGER, RESTORE, SCHEMA_CHANGED, WAIT, damaged, telling
from expcomp.ledger.proposal import Proposal
from expcomp.ledger.text_form import ABOUT
from expcomp.ledger.verify import wrong_with

Watch = Callable[[str], None]
"""Told each thing that was done, by name, as it is done."""


def unwatched(step: str) -> None:
    """Nobody looks on."""


class Store:
    """An open ledger. Raises `Refused` (L2xx, L301, O107, O108) for whatever keeps it from being read or written."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._db = path, connection

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    @property
    def closings(self) -> list[Closing]:
        """Every batch posted, in order. Raises `Refused` (L202) where a record is not the one its hash was made of."""
        names = (*HEAD, "previous", "hash")
        found = [Closing(*row) for row in self._rows(f"SELECT {', '.join(names)} FROM closing ORDER BY number")]
        for closing in found:
            if sealed(closing) != closing:
                message = f"{closing.period}: the record of its closing is not as it was posted"
                raise Refused(CHAIN_BROKEN.at(Place.of(self.path), message, RESTORE))
        return found

    @property
    def head(self) -> bytes:
        closings = self.closings
        return closings[-1].hash if closings else START

    def lines(self, closing: Closing, wanted: Collection[str] | None = None) -> Iterator[Entries]:
        """The lines of a batch as they were given, or the wanted columns of them: blocks to be told."""
        needs_trace = wanted is None or not set(wanted) <= set(KEYS)
        for entries in self.entries(closing):
            trace = self.document(closing, TRACE, trace_name(entries.first)) if needs_trace else None
            yield replace(entries, trace=trace, wanted=wanted)

    def entries(self, closing: Closing) -> Iterator[Entries]:
        before = self._rows("SELECT hash FROM closing WHERE number = ?", (closing.number - 1,))
        previous = before[0][0] if before else START
        for first in range(closing.first, closing.last + 1, BLOCK):
            span = first, min(first + BLOCK - 1, closing.last)
            hashes = [found for (found,) in self._rows(READ_HASHES, span)]
            if not hashes:
                raise Refused(damaged(self.path, f"entry {first} is missing"))
            yield Entries(self.path, first, self._rows(READ, span)[0], previous, hashes)
            previous = hashes[-1]

    def held(self, closing: Closing) -> int:
        """How many entries stand where a batch's should, and belong to it."""
        asked = "SELECT count(*) FROM entry WHERE sequence BETWEEN ? AND ? AND closing = ?"
        return int(self._rows(asked, (closing.first, closing.last, closing.number))[0][0])

    def sums(self, first: int, last: int) -> str:
        asked = "SELECT currency, sum(amount_minor) FROM entry WHERE sequence BETWEEN ? AND ? GROUP BY currency"
        return sums_text(dict(self._rows(asked, (first, last))))

    def documents(self, closing: Closing, kind: str, name: str = "") -> tuple[Document, ...]:
        """Those of a kind, or the one of a name. Nothing is ever made of one that was changed."""
        if self._documents_hash(closing.number) != closing.documents:
            raise Refused(damaged(self.path, f"what was kept with {closing.period} is not all there"))
        asked = "SELECT kind, name, body, packed FROM document WHERE closing = ? AND kind = ? AND ? IN ('', name)"
        found = []
        for *about, packed in self._rows(f"{asked} ORDER BY name", (closing.number, kind, name)):
            document = Document(*about)
            if document.packed != packed:
                raise Refused(damaged(self.path, f"{document.kind} {document.name} is not as it was kept"))
            found.append(document)
        return tuple(found)

    def document(self, closing: Closing, kind: str, name: str) -> Document:
        return self.documents(closing, kind, name)[0]

    def documents_as_written(self, closing: Closing) -> Iterator[tuple[Document, str, str]]:
        """Each with its `sha256` and `packed` as they are written beside it; in order of kind and name."""
        asked = "SELECT kind, name, body, sha256, packed FROM document WHERE closing = ? ORDER BY kind, name"
        with telling(self.path):
            for *document, content, packed in self._db.execute(asked, (closing.number,)):
                yield Document(*document), content, packed

    def count(self, table: str) -> int:
        return int(self._rows(f"SELECT count(*) FROM {table}")[0][0])

    def trouble(self) -> str:
        """What SQLite finds wrong with the file; "" for nothing."""
        found = self._rows("PRAGMA integrity_check(1)")[0][0]
        orphans = self._rows("PRAGMA foreign_key_check")
        return found if found != "ok" else f"a row of {orphans[0][0]} belongs to no closing" if orphans else ""

    @property
    def proposals(self) -> list[Proposal]:
        return [Proposal(*row) for row in self._rows("SELECT * FROM proposal ORDER BY number")]

    def propose(self, batches: list[Batch], expected_head: bytes, watch: Watch = unwatched) -> Proposal:
        """Keep batches until somebody approves them. `Moved` as for `post`."""
        with self._transaction(expected_head, watch):
            before = self.proposals
            previous = before[-1].hash if before else START
            proposal = Proposal.of(batches, len(before) + 1, expected_head, previous)
            self._keep(proposal)
        watch("the proposal is committed")
        return proposal

    def bring(self, proposals: list[Proposal]) -> None:
        """Proposals of another ledger, as they were."""
        with self._transaction(self.head, unwatched):
            for proposal in proposals:
                self._keep(proposal)

    def _keep(self, proposal: Proposal) -> None:
        values = proposal.row
        self._db.execute(f"INSERT INTO proposal VALUES ({', '.join('?' * len(values))})", values)
        if self.proposals[-1] != proposal:
            raise Refused(damaged(self.path, "what was written is not what is read back"))

    def batch(self, closing: Closing) -> Batch:
        """A batch as it was given to be posted."""
        about = {name: getattr(closing, name) for name in ABOUT}
        documents = (document for document, _, _ in self.documents_as_written(closing) if document.kind != TRACE)
        return Batch(blocks=lambda: self.lines(closing), documents=tuple(documents), **about)

    def copy_to(self, path: Path) -> None:
        """The whole file as it stands, by SQLite's own way of copying a database in use."""
        with telling(self.path), contextlib.closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)

    @contextlib.contextmanager
    def _transaction(self, expected_head: bytes, watch: Watch) -> Iterator[None]:
        """All of it or nothing, and only upon the head that was looked at."""
        with telling(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                watch("the ledger is locked")
                if self.head != expected_head:
                    raise Moved
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def post(self, batches: list[Batch], expected_head: bytes, watch: Watch = unwatched) -> list[Closing]:
        """Append batches in one transaction: all of them or nothing. `Moved` when the ledger's head is no longer the
        expected one."""
        with self._transaction(expected_head, watch):
            posted = [self._append(batch, watch) for batch in batches]
            watch("the batch is read back and the same")
        watch("the batch is committed")
        return posted

    def _append(self, batch: Batch, watch: Watch) -> Closing:
        before = self.closings[-1] if self.closings else None
        number, first = (before.number + 1, before.last + 1) if before else (1, 1)
        self._keep_documents(number, batch.documents)
        watch("the documents are written")
        end, last = before.hash if before else START, first - 1
        for lines, trace in side_by_side(_with_trace, evenly(told(batch.blocks()), BLOCK)):
            self._keep_documents(number, [replace(trace, name=trace_name(last + 1))])
            hashes = links(end, entry_rows(last + 1, lines))
            self._db.executemany(WRITE, rows(lines, number, last + 1, hashes))
            end, last = hashes[-1], last + len(lines)
        watch("the entries are written")
        closing = closed(batch, number, first, last, self.sums(first, last), self._documents_hash(number), end)
        names = (*HEAD, "previous", "hash")
        values = [getattr(closing, name) for name in names]
        self._db.execute(f"INSERT INTO closing ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", values)
        watch("the closing is written")
        if self.closings[-1] != closing or any(wrong_with(self, closing, before)):
            raise Refused(damaged(self.path, "what was written is not what is read back"))
        return closing

    def _keep_documents(self, closing: int, documents: Iterable[Document]) -> None:
        kept = ((closing, d.kind, d.name, d.sha256, d.packed, d.body) for d in documents)
        self._db.executemany("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)", kept)

    def _documents_hash(self, closing: int) -> str:
        asked = "SELECT kind, name, sha256 FROM document WHERE closing = ? ORDER BY kind, name"
        return documents_hash(self._rows(asked, (closing,)))

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with telling(self.path):
            return self._db.execute(sql, values).fetchall()


class Moved(Exception):
    """The ledger is no longer the one that was looked at: another run has closed meanwhile."""


def _with_trace(lines: pd.DataFrame) -> tuple[pd.DataFrame, Document]:
    return lines, Document.of_frame("", traces(lines), TRACE)


def open_store(path: Path) -> Store:
    """A ledger that is there."""
    if not path.is_file():
        raise Refused(NO_LEDGER.at(Place.of(path), "there is no ledger at this place"))
    if path.stat().st_size == 0:
        raise Refused(damaged(path, "the file is empty"))
    with telling(path):
        return Store(path, _connected(path))


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=rw", uri=True, isolation_level=None, timeout=WAIT)
    try:
        for name, value in schema.SETTINGS.items():
            db.execute(f"PRAGMA {name} = {value}")
        _check_form(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _check_form(db: sqlite3.Connection, path: Path) -> None:
    """That it is a ledger, of this form, with every table and trigger as it was made."""
    (identity,), (version,) = (
        db.execute("PRAGMA application_id").fetchone(),
        db.execute("PRAGMA user_version").fetchone(),
    )
    if identity != schema.APPLICATION_ID:
        raise Refused(damaged(path, "the file is not a ledger of expcomp"))
    if version > schema.VERSION:
        message = f"the ledger has form {version}, and this expcomp knows forms up to {schema.VERSION}"
        raise Refused(NEWER.at(Place.of(path), message, "use the newer expcomp that wrote it"))
    for name, value in schema.SETTINGS.items():
        assert db.execute(f"PRAGMA {name}").fetchone() == (value,), name
    if made(db) != _as_made():
        message = "a table or a trigger of the ledger is not as it was made: somebody has worked on the file by hand"
        raise Refused(SCHEMA_CHANGED.at(Place.of(path), message, RESTORE))


def made(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name").fetchall()


def _as_made() -> list[tuple[str, str, str]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript(schema.SCHEMA)
        return made(db)

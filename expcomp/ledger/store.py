"""The ledger's file: the only reader and writer of it. Knows nothing of pay."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa

from expcomp.diagnostics import Place, Refused
from expcomp.ledger import schema
from expcomp.ledger.batch import Batch, Closing, Document
from expcomp.ledger.cells import frame_of
from expcomp.ledger.chain import HEAD, KEYS, START, closed, documents_hash, entry_rows, links, trace_rows
from expcomp.ledger.faults import NEWER, NO_LEDGER, RESTORE, SCHEMA_CHANGED, WAIT, damaged, told
from expcomp.ledger.proposal import Proposal
from expcomp.ledger.text_form import ABOUT
from expcomp.texts import LARGE

READING = (sqlite3.Error, UnicodeDecodeError)
"""What reading may meet: of a damaged file not even the texts need be texts."""

BLOCK = 1 << 16
"""Entries written or read at a time."""

COLUMNS = ("sequence", "closing", *KEYS, "trace", "previous", "hash")
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
        """Every batch posted, in order."""
        names = (*HEAD, "previous", "hash")
        return [Closing(*row) for row in self._rows(f"SELECT {', '.join(names)} FROM closing ORDER BY number")]

    @property
    def head(self) -> bytes:
        closings = self.closings
        return closings[-1].hash if closings else START

    def lines(self, closing: Closing) -> pd.DataFrame:
        """The lines of a batch, as they were given."""
        columns = closing.columns.split("\t")
        parts = [_frame(rows, columns) for rows in self.entries(closing)]
        return pd.concat(parts, ignore_index=True) if len(parts) != 1 else parts[0]

    def entries(self, closing: Closing) -> Iterator[list[tuple[Any, ...]]]:
        """COLUMNS of a batch, a block at a time; at least one block."""
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        asked = f"SELECT {names} FROM entry WHERE closing = ? ORDER BY sequence"
        with self._telling():
            cursor = self._db.execute(asked, (closing.number,))
            yield cursor.fetchmany(BLOCK)
            while rows := cursor.fetchmany(BLOCK):
                yield rows

    def documents(self, closing: Closing, kind: str = "") -> tuple[Document, ...]:
        asked = "SELECT kind, name, body FROM document WHERE closing = ? AND (? IN ('', kind)) ORDER BY kind, name"
        return tuple(Document(*row) for row in self._rows(asked, (closing.number, kind)))

    def document(self, closing: Closing, kind: str, name: str) -> Document:
        return next(each for each in self.documents(closing, kind) if each.name == name)

    def hashes(self, closing: Closing) -> list[tuple[str, str]]:
        """`sha256` and `packed` as they are written beside each document."""
        return self._rows(
            "SELECT sha256, packed FROM document WHERE closing = ? ORDER BY kind, name", (closing.number,)
        )

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
        return Batch(lines=self.lines(closing), documents=self.documents(closing), **about)

    def copy_to(self, path: Path) -> None:
        """The whole file as it stands, by SQLite's own way of copying a database in use."""
        with self._telling(), contextlib.closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)

    @contextlib.contextmanager
    def _transaction(self, expected_head: bytes, watch: Watch) -> Iterator[None]:
        """All of it or nothing, and only upon the head that was looked at."""
        with self._telling():
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
        before = self.closings
        number, previous = len(before) + 1, before[-1].hash if before else START
        first = before[-1].last + 1 if before else 1
        inserted = ((number, d.kind, d.name, d.sha256, d.packed, d.body) for d in batch.documents)
        self._db.executemany("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)", inserted)
        watch("the documents are written")
        end = previous
        for start in range(0, len(batch.lines), BLOCK):
            block = batch.lines.iloc[start : start + BLOCK]
            end = self._append_entries(block, number, first + start, end)
        watch("the entries are written")
        closing = closed(batch, number, first, end)
        names = (*HEAD, "previous", "hash")
        values = [getattr(closing, name) for name in names]
        self._db.execute(f"INSERT INTO closing ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", values)
        watch("the closing is written")
        self._compare(batch, closing, previous)
        return closing

    def _append_entries(self, lines: pd.DataFrame, closing: int, first: int, previous: bytes) -> bytes:
        trace = trace_rows(lines)
        hashes = links(previous, entry_rows(first, lines[list(KEYS)], trace))
        keys = [lines[name].tolist() for name in KEYS]
        befores = [previous, *hashes[:-1]]
        sequence = range(first, first + len(lines))
        rows = zip(sequence, [closing] * len(lines), *keys, trace.to_pylist(), befores, hashes, strict=True)
        self._db.executemany(f"INSERT INTO entry VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        return hashes[-1]

    def _compare(self, batch: Batch, closing: Closing, previous: bytes) -> None:
        """What was written, read back and hashed once more, is what was given."""
        for rows in self.entries(closing):
            for (_, before, after), linked in zip(_ends(rows), relinked(previous, rows), strict=True):
                if before != previous or after != linked:
                    raise Refused(damaged(self.path, "what was written is not what is read back"))
                previous = linked
        same = previous == closing.previous and documents_hash(self.documents(closing)) == closing.documents
        if not same or self.closings[-1] != closing or closing.count != len(batch.lines):
            raise Refused(damaged(self.path, "what was written is not what is read back"))

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._telling():
            return self._db.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """SQLite's errors as findings."""
        try:
            yield
        except READING as error:
            raise told(error, self.path) from None


class Moved(Exception):
    """The ledger is no longer the one that was looked at: another run has closed meanwhile."""


def _ends(rows: list[tuple[Any, ...]]) -> Iterator[tuple[int, bytes, bytes]]:
    """Sequence, previous and hash of each entry."""
    return ((row[0], row[-2], row[-1]) for row in rows)


def relinked(previous: bytes, rows: list[tuple[Any, ...]]) -> list[bytes]:
    """The hashes that entries (COLUMNS) must have when they follow `previous`."""
    if not rows:
        return []
    keys, trace = _keys(rows)
    return links(previous, entry_rows(rows[0][0], keys, trace))


def _keys(rows: list[tuple[Any, ...]]) -> tuple[pd.DataFrame, pa.Array]:
    columns = list(zip(*rows, strict=True))
    own = dict(zip(KEYS, columns[2:], strict=False))
    frame = {name: pd.array(values, dtype="int64" if name == "amount_minor" else "str") for name, values in own.items()}
    return pd.DataFrame(frame, copy=False), pa.array(columns[2 + len(KEYS)], LARGE)


def _frame(rows: list[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    if not rows:
        return frame_of([*(f"{k}:int" if k == "amount_minor" else k for k in KEYS), *columns], pa.array([], LARGE))
    keys, trace = _keys(rows)
    return pd.concat([keys, frame_of(columns, trace)], axis=1)


def open_store(path: Path) -> Store:
    """A ledger that is there."""
    if not path.is_file():
        raise Refused(NO_LEDGER.at(Place.of(path), "there is no ledger at this place"))
    if path.stat().st_size == 0:
        raise Refused(damaged(path, "the file is empty"))
    try:
        return Store(path, _connected(path))
    except READING as error:
        raise told(error, path) from None


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

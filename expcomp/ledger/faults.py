"""What can be wrong with a ledger, and what SQLite's errors mean to a person."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from expcomp.diagnostics import Code, Finding, Place, Refused

DAMAGED = Code("L201", "ledger-damaged")
CHAIN_BROKEN = Code("L202", "chain-broken")
SCHEMA_CHANGED = Code("L203", "schema-changed")
NO_LEDGER = Code("L204", "ledger-missing")
OTHER_LEDGER = Code("L205", "receipt-not-of-this-ledger")
FILE_CHANGED = Code("L206", "file-changed")
NEWER = Code("L207", "ledger-is-newer")
BUSY = Code("L301", "ledger-busy")
CANNOT_WRITE = Code("O107", "ledger-not-writable")
NO_ROOM = Code("O108", "no-room-for-the-ledger")

WAIT = 5.0
"""Seconds that a ledger in use is waited for."""

RESTORE = "restore the newest backup that  expcomp ledger verify  finds intact, or  expcomp ledger import  an export"
UNCHANGED = "nothing was posted: the ledger stands as before"


@contextmanager
def telling(path: Path, *further: type[Exception]) -> Iterator[None]:
    """What SQLite meets, as findings: of a damaged file not even the texts need be texts; and `further` errors."""
    met: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError, *further)
    try:
        yield
    except met as error:
        raise told(error, path) from None


def told(error: Exception, path: Path) -> Refused:
    """As a finding: what happened, and that nothing was posted."""
    name = getattr(error, "sqlite_errorname", "")
    place = Place.of(path)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        help_ = "wait until the other run is done, or close the program that shows the file, and run this again"
        return Refused(
            BUSY.at(place, f"another program has held the ledger for {WAIT:.0f} seconds; {UNCHANGED}", help_)
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return not_writable(path)
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return no_room(path)
    return Refused(damaged(path, f"SQLite says: {error}" if isinstance(error, sqlite3.Error) else str(error)))


def not_writable(path: Path) -> Refused:
    help_ = "the ledger and its folder must be writable for whoever closes"
    return Refused(CANNOT_WRITE.at(Place.of(path), f"the ledger cannot be written; {UNCHANGED}", help_))


def no_room(path: Path) -> Refused:
    help_ = "make room on the disk, and run this again"
    return Refused(NO_ROOM.at(Place.of(path), f"the disk has no room for the ledger; {UNCHANGED}", help_))


def damaged(path: Path, what: str) -> Finding:
    return DAMAGED.at(Place.of(path), f"the ledger is damaged: {what}", RESTORE)

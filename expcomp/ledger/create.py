"""Making a ledger's file: complete or not there at all, and never over another one."""

import contextlib
import errno
import os
import sqlite3
import tempfile
from pathlib import Path

from expcomp.ledger import schema
from expcomp.ledger.faults import no_room, not_writable

NO_SPACE = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def check_writable(path: Path) -> None:
    """Before anything is computed: the ledger, or where it will be. Raises `Refused` (O107)."""
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise not_writable(path)


def create_store(path: Path) -> None:
    """An empty ledger, complete or not there at all; nothing where there is one. Only the owner reads it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while not path.exists():
            _create(path)
    except OSError as error:
        raise (no_room if error.errno in NO_SPACE else not_writable)(path) from None


def _create(path: Path) -> None:
    """One of several that create at once may tidy up another's file: that one looks again."""
    for left in path.parent.glob(f".{path.name}-new-*"):
        left.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-new-", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_empty_ledger())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            put_in_place(new, path)
    finally:
        new.unlink(missing_ok=True)


def _empty_ledger() -> bytes:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        identity = f"PRAGMA application_id = {schema.APPLICATION_ID}; PRAGMA user_version = {schema.VERSION};"
        db.executescript(f"{identity} BEGIN; {schema.SCHEMA} COMMIT;")
        return db.serialize()


def put_in_place(new: Path, path: Path) -> None:
    """Under its name, complete at once. FileExistsError where there is a file already, which is never replaced."""
    try:
        os.link(new, path)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # a file system without links, like that of many a memory stick
        if path.exists():
            raise FileExistsError(path) from None
        new.rename(path)

"""Writing a file so that there is never half of one: temporary file, fsync, rename; only the owner reads it."""

import contextlib
import filecmp
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from expcomp.diagnostics import Code, Place, Refused

EXISTS = Code("O101", "file-exists")
CANNOT_WRITE = Code("O102", "cannot-write")

LEFT_OVER = ".expcomp-"


def write_atomic(path: Path, blocks: Iterable[bytes | memoryview], *, force: bool = False) -> bool:
    """Write a file of mode 0600; False when it already held exactly this. A symbolic link is replaced, never
    followed. Raises `Refused`: O101 for another file there without `force`, O102 where it cannot be written."""
    try:
        if path.is_dir() and not path.is_symlink():
            raise IsADirectoryError(0, "it is a folder")
        _clean_up(path)
        return _replace(path, blocks, force)
    except OSError as error:
        help_ = "is it open in another program?" if isinstance(error, PermissionError) else ""
        raise Refused(
            CANNOT_WRITE.at(Place(str(path)), f"the file cannot be written: {error.strerror}", help_)
        ) from None


def _clean_up(path: Path) -> None:
    """Temporary files of runs that were killed while they wrote this file."""
    for left in path.parent.glob(f"{LEFT_OVER}*"):
        if left.name.startswith(_prefix(path)):
            left.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    return f"{LEFT_OVER}{path.name}-"


def _replace(path: Path, blocks: Iterable[bytes | memoryview], force: bool) -> bool:
    handle, name = tempfile.mkstemp(prefix=_prefix(path), dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(blocks)
            file.flush()
            os.fsync(file.fileno())
        if _same(path, new):
            new.unlink()
            return False
        if os.path.lexists(path) and not force:
            help_ = "choose another name, or replace it with --force"
            raise Refused(EXISTS.at(Place(str(path)), "another run, or somebody else, wrote this file", help_))
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    _sync_folder(path.parent)
    return True


def _same(path: Path, new: Path) -> bool:
    return path.is_file() and not path.is_symlink() and filecmp.cmp(path, new, shallow=False)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where a folder can be opened."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

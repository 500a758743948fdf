"""How much there is to read: files that are too large are refused before they are, and progress is told by bytes."""

from collections.abc import Callable
from pathlib import Path

from expcomp.diagnostics import Code, Place, Refused

TOO_LARGE = Code("D117", "file-too-large")

GIB = 1 << 30
LIMITS = {".csv": 4 * GIB, ".tsv": 4 * GIB, ".txt": 4 * GIB}
WORKBOOK_LIMIT = GIB // 4

Progress = Callable[[str, int, int], None]
"""Told before each file is read: its name, the bytes read so far, and the bytes of all files."""


def untold(_name: str, _done: int, _total: int) -> None:
    """Nobody looks."""


def size_of(path: Path) -> int:
    """Bytes; 0 of a file that has gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def check_size(path: Path, shown: str) -> None:
    """Raises `Refused` for a file that is larger than any export."""
    size, limit = size_of(path), LIMITS.get(path.suffix.lower(), WORKBOOK_LIMIT)
    if size > limit:
        message = f"the file has {size:,} bytes; {limit:,} is the limit"
        raise Refused(TOO_LARGE.at(Place(shown), message, "export fewer columns, or a shorter span"))

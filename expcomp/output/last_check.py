"""What a check read, kept for the next one: how rows and money of the same file changed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expcomp.diagnostics import Code, Finding, Place, Refused, Severity
from expcomp.output.files import write_atomic
from expcomp.sources.book import FileAccount

FEWER_ROWS = Code("D240", "fewer-rows-than-before")
NOT_KEPT = Code("D242", "check-not-kept")

FILE = "last-check.json"
FEWER = 10
"""Per cent of a file's rows that may go before it is warned of."""

Seen = Mapping[str, Any]
"""sha256, table, preset, rows and money (minor units by currency) of a file, as it was read."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file now and, where it was seen before with other contents, then; `old_path` where it had another name."""

    path: str
    now: Seen
    before: Seen | None
    old_path: str = ""


def changes(folder: Path, files: Iterable[FileAccount]) -> list[Change]:
    """Each file against the last other version of it. A file of another name is the same one when each check has
    one file of this table and preset that the other has not."""
    known = _load(folder)
    now = {file.path: _seen(file) for file in files}
    gone = {path: entry for path, entry in known.items() if path not in now}
    found = []
    for path, seen in now.items():
        old_path = path if path in known else _renamed(path, now, known, gone)
        entry = known.get(old_path)
        before = None
        if entry:
            before = entry["before"] if entry["now"] == seen else entry["now"]
        found.append(Change(path, seen, before, old_path if old_path != path else ""))
    return found


def keep(folder: Path, found: Iterable[Change]) -> Iterator[Finding]:
    """Write the state of now; files that were not seen this time are forgotten. A note where it cannot be written:
    the check itself is none the worse."""
    state = {change.path: {"now": change.now, "before": change.before} for change in found}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / FILE, [(json.dumps(state, indent=1, sort_keys=True) + "\n").encode()], force=True)
    except (OSError, Refused):
        message = f"{folder.name}/{FILE} cannot be written, so the next check cannot say what changed"
        help = "make the folder writable, or name another with  out:  in expcomp.yaml"
        yield NOT_KEPT.at(None, message, help, Severity.NOTE)


def fewer_rows(found: Iterable[Change]) -> Iterator[Finding]:
    """Warnings about files that lost many rows: a filtered or cut export looks like this."""
    for change in found:
        then, now = (change.before or change.now)["rows"], change.now["rows"]
        if now * 100 < then * (100 - FEWER):
            message = f"the file has {now:,} of the {then:,} rows it had at the check before: it may be filtered or cut"
            help = "look at its filter and its row limit; nothing is wrong if the rows were meant to go"
            yield FEWER_ROWS.at(Place(change.path), message, help, Severity.WARNING)


def _seen(file: FileAccount) -> Seen:
    money = {currency: sums["read"] for currency, sums in file.money.items()}
    return {
        "sha256": file.sha256, "table": file.table, "preset": file.preset,
        "rows": file.rows_read - file.dropped.total(), "money": money,
    }  # fmt: skip


def _renamed(path: str, now: Mapping[str, Seen], known: Mapping[str, Any], gone: Mapping[str, Any]) -> str:
    def kind(seen: Seen) -> tuple[str, str]:
        return seen["table"], seen["preset"]

    mine = kind(now[path])
    new = [other for other, seen in now.items() if other not in known and kind(seen) == mine]
    old = [other for other, entry in gone.items() if kind(entry["now"]) == mine]
    return old[0] if len(new) == len(old) == 1 else ""


def _load(folder: Path) -> dict[str, Any]:
    """Nothing where there is no such file, or it is not one that a check wrote."""
    try:
        state = json.loads((folder / FILE).read_text("utf-8"))
        return {path: entry for path, entry in state.items() if entry["now"]["rows"] >= 0 and "before" in entry}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}

"""`python -m ledger`: changes every byte of a small ledger, one after the other, and counts what verify finds."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from expcomp.diagnostics import Refused
from expcomp.ledger.receipt import changed_file, read_receipt
from expcomp.ledger.store import open_store
from expcomp.ledger.verify import check

from .conftest import COMPANY, LEDGER_RECEIPT, done

LEDGER = Path("expcomp.ledger")
HASHES, RECEIPT, NOTHING = "the ledger's own checks", "its receipt alone", "nothing"


def finder() -> str:
    """What tells that the ledger was changed."""
    try:
        with open_store(LEDGER) as store:
            closings = check(store)
            changed = changed_file(read_receipt(LEDGER_RECEIPT), LEDGER_RECEIPT, closings, 0, LEDGER)
            return RECEIPT if changed else NOTHING
    except Refused:
        return HASHES


def found_by(closed: Path, changed: Iterable[int]) -> Counter[str]:
    """Of each byte of a copy that was changed, one bit of it, and put back again."""
    with tempfile.TemporaryDirectory() as name:
        root = shutil.copytree(closed, Path(name) / "company")
        os.chdir(root)
        whole, found = LEDGER.read_bytes(), Counter[str]()
        for at in changed:
            with LEDGER.open("r+b") as file:
                file.seek(at)
                file.write(bytes([whole[at] ^ 1 << at % 8]))
            found[finder()] += 1
            LEDGER.write_bytes(whole)
        os.chdir("/")
        return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        root = shutil.copytree(COMPANY, Path(name) / "company")
        done(f"close --period 2027Q1 --opening computed --prepared-by kim --project {root}")
        size, lanes = (root / LEDGER).stat().st_size, os.cpu_count() or 1
        with ProcessPoolExecutor(lanes, get_context("spawn")) as pool:
            parts = pool.map(found_by, [root] * lanes, (range(lane, size, lanes) for lane in range(lanes)))
            found = sum(parts, Counter[str]())
        print(f"{size:,} bytes, each changed once, found by: {dict(found)}")  # noqa: T201 - a program for people

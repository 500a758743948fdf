"""`python -m ledger`: changes every byte of a small ledger, one after the other, and counts what tells it."""

import os
import shutil
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from .changed_bytes import LEDGER, found_by
from .conftest import COMPANY, done

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        root = shutil.copytree(COMPANY, Path(name) / "company")
        done(f"close --period 2027Q1 --opening computed --prepared-by kim --project {root}")
        size, lanes = (root / LEDGER).stat().st_size, os.cpu_count() or 1
        with ProcessPoolExecutor(lanes, get_context("spawn")) as pool:
            parts = pool.map(found_by, [root] * lanes, (range(lane, size, lanes) for lane in range(lanes)))
            found = sum(parts, Counter[str]())
        print(f"{size:,} bytes, each changed once, found by: {dict(found)}")  # noqa: T201 - a program for people

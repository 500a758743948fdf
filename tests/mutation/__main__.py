"""python -m mutation [--books 40] [--only TEXT]   (in tests/): which test notices what.

Each mutation is made in a copy of the tree; the golden cases that belong to it and the first random books of
the differential test are run against the copy. Exit code 1 when something was broken and nobody noticed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .places import PLACES, Place

ROOT = Path(__file__).parents[2]
FIRST_DIFFERENT = """
import sys
from differential.cases import make_case
from differential.compare import compare
for seed in range(int(sys.argv[1])):
    result = compare(make_case(seed))
    if result and result[0]:
        sys.exit(f"book {seed}: {result[0][0].kind}")
"""


def broken(place: Place, tree: Path) -> str:
    """Breaks the copy and returns the file as it was."""
    path = tree / "expcomp" / place.file
    text = path.read_text(encoding="utf-8")
    found = text.count(place.old)
    if found != 1:
        sys.exit(f"{place.what}: expcomp/{place.file} holds {place.old!r} {found} times; aim it again")
    path.write_text(text.replace(place.old, place.new), encoding="utf-8")
    return text


def run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=tree / "tests", env=environment, capture_output=True, text=True, check=False
    )


def golden(place: Place, tree: Path) -> str:
    done = run(tree, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "test_cases.py", "-k", place.cases)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return failed[0].partition("[")[2].partition("]")[0] if failed else ""


def differential(tree: Path, books: int) -> str:
    done = run(tree, "-c", FIRST_DIFFERENT, str(books))
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutation")
    parser.add_argument("--books", type=int, default=40, help="random books that may notice")
    parser.add_argument("--only", default="", help="mutations whose name contains this text")
    options = parser.parse_args()
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        leave_out = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", "*.egg-info")
        shutil.copytree(ROOT, tree, ignore=leave_out)
        for place in (place for place in PLACES if options.only in place.what):
            whole = broken(place, tree)
            noticed = golden(place, tree), differential(tree, options.books)
            (tree / "expcomp" / place.file).write_text(whole, encoding="utf-8")
            unnoticed += not any(noticed)
            told = [f"golden {noticed[0] or 'did not notice'}", noticed[1] or f"{options.books} books did not notice"]
            sys.stdout.write(f"{place.what}\n    " + "\n    ".join(told) + "\n")
            sys.stdout.flush()
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())

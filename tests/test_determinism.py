"""Row order, file splits, machine zone, locale, hash seed and folder change no byte."""

import csv
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(project: Path, *arguments: str, cwd: Path = ROOT, **environment: str) -> bytes:
    command = [sys.executable, "-m", "expcomp", "payout", "--project", str(project), "--period", "2027Q1", *arguments]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company with its own tables (the vendor files stay as they are)."""
    project = tmp_path_factory.mktemp("company")
    shutil.copytree(ROOT / "plans", project / "plans")
    shutil.copytree(ROOT / "sample_data", project / "sample_data")
    return project


def shuffled(project: Path, into: Path, seed: int) -> Path:
    """Every CSV with its rows in another order; the Salesforce file keeps its footer last."""
    shutil.copytree(project, into)
    chance = random.Random(seed)
    for path in sorted((into / "sample_data").glob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        end = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
        body = lines[1:end]
        assert len(list(csv.reader(body))) == len(body), "a cell of the sample holds a line break"
        chance.shuffle(body)
        path.write_text("".join([lines[0], *body, *lines[end:]]), encoding="utf-8")
    return into


def without_places(text: bytes) -> list[list[str]]:
    """The CSV without the columns that name a row of a file, which do move."""
    rows = list(csv.DictReader(text.decode().splitlines()))
    places = {"source", "evidence", "split_source", "event"}
    return [[value for name, value in row.items() if name not in places] for row in rows]


@pytest.mark.parametrize("environment", [
    {"TZ": "Asia/Tokyo", "LANG": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "Pacific/Honolulu", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2", "COLUMNS": "40"},
])  # fmt: skip
@pytest.mark.parametrize("form", [("--format", "json"), ("--lines", "--format", "csv")])
def test_the_machine_changes_no_byte(
    canonical: Path, tmp_path: Path, environment: dict[str, str], form: tuple[str, ...]
) -> None:
    assert run(canonical, *form) == run(canonical, *form, cwd=tmp_path, **environment)


def test_the_order_of_rows_changes_no_amount(canonical: Path, tmp_path: Path) -> None:
    one = run(canonical, "--lines", "--format", "csv")
    other = run(shuffled(canonical, tmp_path / "shuffled", 7), "--lines", "--format", "csv")
    assert without_places(one) == without_places(other)


def test_a_file_cut_in_two_changes_no_amount(canonical: Path, tmp_path: Path) -> None:
    project = tmp_path / "cut"
    shutil.copytree(canonical, project)
    path = project / "sample_data" / "usage.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([header, *rows[:500]]), encoding="utf-8")
    (project / "sample_data" / "usage_2.csv").write_text("".join([header, *rows[500:]]), encoding="utf-8")

    one, other = (run(place, "--lines", "--format", "csv") for place in (canonical, project))

    assert without_places(one) == without_places(other)

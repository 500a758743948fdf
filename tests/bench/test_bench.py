"""One job, not two: the job by hand writes what expcomp writes, the pandas script all of it but cents."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from .numpy_job.__main__ import compute, write
from .pandas_script.__main__ import write as write_with_pandas
from .project import write_project
from .same import KEY

CENTS_OFF = 3
FLOATS = {
    "amount", "credited", "quota_credit", "base", "running_total", "bands", "accelerated", "basis", "gross", "tranche",
    "earned", "entitled",
}  # fmt: skip
"""Columns of the pandas script that may be a cent off: each is a float rounded, or a sum of floats rounded."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    write_project(folder, deals=300)
    return folder


@pytest.fixture(scope="module")
def lines(project: Path) -> str:
    command = [sys.executable, "-m", "expcomp", "payout", "--project", str(project), "--period", "2026Q4"]
    return subprocess.run([*command, "--lines", "--format", "csv"], capture_output=True, check=True, text=True).stdout


def test_expcomp_and_the_job_by_hand_write_the_same_lines(project: Path, lines: str) -> None:
    write(compute(project / "data"), project / "by_hand.csv", core=False)
    assert lines.count("\n") > 400
    assert (project / "by_hand.csv").read_text() == lines


def test_the_pandas_script_writes_the_same_lines_but_for_floats(project: Path, lines: str) -> None:
    write_with_pandas(project / "data", project / "pandas.csv", everything=True)
    floats = (project / "pandas.csv").read_text()
    assert floats.partition("\n")[0] == lines.partition("\n")[0]
    theirs, ours = (pd.read_csv(StringIO(text), dtype=str, keep_default_na=False) for text in (floats, lines))
    assert theirs[KEY].equals(ours[KEY])
    assert {name for name in ours if not ours[name].equals(theirs[name])} <= FLOATS
    cents = (theirs["amount"].astype(float) - ours["amount"].astype(float)).abs() * 100
    assert cents.max() < CENTS_OFF


def test_the_core_columns_of_the_pandas_script_are_those_of_all(project: Path) -> None:
    whole, core = project / "pandas.csv", project / "pandas_core.csv"
    write_with_pandas(project / "data", whole, everything=True)
    write_with_pandas(project / "data", core, everything=False)
    columns = [*KEY, "on", "amount", "reason"]
    assert pd.read_csv(whole)[columns].equals(pd.read_csv(core))

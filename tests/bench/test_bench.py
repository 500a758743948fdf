"""The job by hand and expcomp write the same lines: the bench measures one job, not two."""

import subprocess
import sys
from pathlib import Path

from .numpy_job.__main__ import compute, write
from .project import write_project


def test_expcomp_and_the_job_by_hand_write_the_same_lines(tmp_path: Path) -> None:
    write_project(tmp_path, deals=300)
    write(compute(tmp_path / "data"), tmp_path / "by_hand.csv", core=False)
    command = [sys.executable, "-m", "expcomp", "payout", "--project", str(tmp_path), "--period", "2026Q4"]
    lines = subprocess.run([*command, "--lines", "--format", "csv"], capture_output=True, check=True, text=True).stdout
    assert lines.count("\n") > 400
    assert (tmp_path / "by_hand.csv").read_text() == lines

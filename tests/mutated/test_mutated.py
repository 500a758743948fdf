"""Any byte of any file may be wrong: the sheet is right, or refused with an exit code and a place. Seeded."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from .projects import write_sample, write_small
from .rounds import Project, play


@pytest.mark.filterwarnings("ignore")  # openpyxl, the other reader, speaks of odd workbooks
@pytest.mark.parametrize(("write", "rounds"), [(write_small, 200), (write_sample, 25)], ids=["small", "sample"])
def test_any_bytes_may_be_wrong(write: Callable[[Path], Path], rounds: int, tmp_path: Path) -> None:
    project = Project.at(write(tmp_path))
    verdicts = [play(project, random.Random(seed)) for seed in range(rounds)]
    assert [verdict for verdict in verdicts if verdict.wrong] == []
    exits = Counter(verdict.exit for verdict in verdicts)
    assert {0, 3} <= set(exits), "some are harmless and some are not"

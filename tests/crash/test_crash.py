"""A few rounds of every fault; `python -m crash 30` plays many."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .rounds import CLOSED, DISK, KILLED, Scene, at_once, exit_at, full_disk, interrupted, killed, read_only


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """In a folder that others may enter: pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Scene.second(Path(folder))


@pytest.mark.parametrize("step", [1, 3, 5, 6, 7, 8, 9, 11])
def test_the_program_dies_after_a_step(scene: Scene, step: int) -> None:
    assert exit_at(scene, step) == KILLED


def test_the_program_is_killed_or_interrupted_at_any_moment(scene: Scene) -> None:
    chance = random.Random(7)
    killed(scene, chance, 0)
    interrupted(scene, chance, 0)


@pytest.mark.parametrize("room", [2_000, 70_000, 140_000])
def test_the_disk_is_full(scene: Scene, room: int) -> None:
    assert full_disk(scene, room) in (0, DISK)


def test_several_close_at_once(scene: Scene) -> None:
    assert set(at_once(scene, 3, 0)) <= {0, CLOSED, DISK}


@pytest.mark.parametrize(
    ("what", "code"),
    [("the ledger", "O107"), ("the project's folder", "O107"), ("the output folder", "O102"), ("the exports", "")],
)
def test_a_place_that_may_not_be_written(scene: Scene, what: str, code: str) -> None:
    done = read_only(scene, what)
    assert done.code == (DISK if code else 0), done.said
    assert code in done.said

"""`python -m crash 30`: every fault of closing, so many random rounds of each kind; prints the exit codes."""

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from .rounds import READ_ONLY, Scene, at_once, exit_at, full_disk, interrupted, killed, read_only

KINDS: dict[str, Callable[[Scene, random.Random, int], Iterator[object]]] = {
    "exit after each step": lambda scene, chance, rounds: every_step(scene),
    "read-only": lambda scene, chance, rounds: ((what, read_only(scene, what).code) for what in READ_ONLY),
    "2 at once": lambda scene, chance, rounds: (tuple(at_once(scene, 2, number)) for number in range(rounds)),
    "3 at once": lambda scene, chance, rounds: (tuple(at_once(scene, 3, number)) for number in range(rounds)),
    "kill -9": lambda scene, chance, rounds: (killed(scene, chance, number) for number in range(rounds)),
    "Ctrl-C": lambda scene, chance, rounds: (interrupted(scene, chance, number) for number in range(rounds)),
    "disk full": lambda scene, chance, rounds: (full_disk(scene, room) for room in rooms(rounds)),
}


def every_step(scene: Scene) -> Iterator[int]:
    """Until the program has no step any more after which it could die."""
    for step in count(1):
        code = exit_at(scene, step)
        yield code
        if code == 0:
            return


def rooms(rounds: int) -> Iterator[int]:
    """Most of them where posting or a sheet runs out of room."""
    yield from range(2_048, 260_000, 260_000 // rounds)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        for scene in (Scene.first(Path(name)), Scene.second(Path(name))):
            chance = random.Random(int([*sys.argv, "0"][2]))
            for kind, play in KINDS.items():
                codes = Counter(play(scene, chance, int(sys.argv[1])))
                print(f"{scene.period} {kind}: {dict(codes)}", flush=True)  # noqa: T201 - a program for people

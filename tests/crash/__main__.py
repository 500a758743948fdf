"""`python -m crash 30`: every fault of closing, so many random rounds of each kind; prints the exit codes."""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from .rounds import READ_ONLY, Scene, at_once, exit_at, full_disk, interrupted, killed, read_only

if __name__ == "__main__":
    rounds = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        for scene in (Scene.first(Path(name)), Scene.second(Path(name))):
            chance = random.Random(int([*sys.argv, "0"][2]))
            found: dict[str, Counter[object]] = {"exit at each step": Counter()}
            step = 0
            while True:
                step += 1
                code = exit_at(scene, step)
                found["exit at each step"][code] += 1
                if code == 0:
                    break
            found["kill -9"] = Counter(killed(scene, chance, number) for number in range(rounds))
            found["Ctrl-C"] = Counter(interrupted(scene, chance, number) for number in range(rounds))
            sizes = [*range(4096, 65_536, 61_440 // rounds), *range(65_536, 400_000, 400_000 // rounds)]
            found["disk full"] = Counter(full_disk(scene, size) for size in sizes)
            for several in (2, 3):
                together = (at_once(scene, several, number) for number in range(rounds))
                found[f"{several} at once"] = Counter(tuple(codes) for codes in together)
            found["read-only"] = Counter((what, read_only(scene, what).code) for what in READ_ONLY)
            for kind, codes in found.items():
                print(f"{scene.period} {kind}: {dict(codes)}", flush=True)  # noqa: T201 - a program for people

"""`python -m mutated small 3000 [first seed]`: rounds by hand; prints each wrong answer and the exit codes."""

import random
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from .projects import write_sample, write_small
from .rounds import Project, play

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    which, rounds, first = sys.argv[1], int(sys.argv[2]), int([*sys.argv, "0"][3])
    with tempfile.TemporaryDirectory() as folder:
        project = Project.at({"small": write_small, "sample": write_sample}[which](Path(folder)))
        exits: Counter[int] = Counter()
        for seed in range(first, first + rounds):
            verdict = play(project, random.Random(seed))
            exits[verdict.exit] += 1
            if verdict.wrong:
                print(seed, verdict, flush=True)  # noqa: T201 - a program for people
    print(f"{rounds} rounds from seed {first}: exits {dict(sorted(exits.items()))}")  # noqa: T201

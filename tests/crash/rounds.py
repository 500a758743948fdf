"""Rounds of faults while a period is closed. Each returns the exit codes; what is wrong raises AssertionError."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .child import Ended, as_in_a_terminal, as_nobody, load_all, no_file_over, run, start, wait
from .company import FIRST, SECOND, Company, new_company, second_quarter

EXIT_AT = "EXPCOMP_EXIT_AT_STEP"
CLOSED, BUSY, DISK, KILLED = 5, 8, 7, 137


@dataclass(frozen=True)
class Scene:
    """A company about to close `period`, and all that an undisturbed close leaves: computed again, it was the same."""

    company: Company
    period: str
    undisturbed: dict[str, bytes]
    seconds: float

    @classmethod
    def first(cls, folder: Path) -> "Scene":
        return cls._of(new_company(folder / "first"), FIRST, folder)

    @classmethod
    def second(cls, folder: Path) -> "Scene":
        company = new_company(folder / "second")
        done = run(company.closing(FIRST))
        assert done.code == 0, done.said
        second_quarter(company)
        return cls._of(company, SECOND, folder)

    @classmethod
    def _of(cls, company: Company, period: str, folder: Path) -> "Scene":
        """The undisturbed close runs twice: to learn what it loads, and timed."""
        loaded, model = company.copy(folder / f"loaded-{period}"), company.copy(folder / f"model-{period}")
        load_all(loaded.closing(period))
        began = time.monotonic()
        done = run(model.closing(period))
        seconds = time.monotonic() - began
        assert done.code == 0, done.said
        replayed = model.run("replay", "--period", period)
        assert replayed.code == 0, replayed.said
        return cls(company, period, model.left, seconds)

    @contextmanager
    def taken(self, name: str) -> Iterator[Company]:
        """A copy to play a round on."""
        company = self.company.copy(self.company.root.parent / f"round-{name}")
        try:
            yield company
        finally:
            shutil.rmtree(company.root)


def is_whole(scene: Scene, company: Company) -> bool:
    """Whether the period is closed. It is that wholly or not at all: the ledger proves intact either way."""
    closed = scene.period in company.periods
    if company.ledger.exists():
        proof = company.run("ledger verify")
        assert proof.code == 0, proof.said
    return closed


def ends_the_same(scene: Scene, company: Company) -> None:
    """The next run, and what it leaves: the ledger and the sheets of the undisturbed close."""
    closed = is_whole(scene, company)
    again = run(company.closing(scene.period))
    if closed:
        assert again.code == CLOSED, again.said
        assert f"{scene.period} is closed" in again.said
        again = company.run("ledger export", "--period", scene.period)
    assert again.code == 0, again.said
    left = company.left
    assert left.keys() == scene.undisturbed.keys(), sorted(left.keys() ^ scene.undisturbed.keys())
    for name, content in scene.undisturbed.items():
        assert left[name] == content, f"{name} is not the same"
    assert not company.left_overs, company.left_overs


def exit_at(scene: Scene, step: int) -> int:
    """The program dies right after a numbered step."""
    with scene.taken(f"step{step}") as company:
        done = run(company.closing(scene.period), lambda: os.environ.update({EXIT_AT: str(step)}))
        assert done.code in (0, KILLED), done.said
        ends_the_same(scene, company)
        return done.code


def killed(scene: Scene, chance: random.Random, number: int) -> int:
    """kill -9 at any moment."""
    with scene.taken(f"kill{number}") as company:
        child = start(company.closing(scene.period))
        time.sleep(chance.uniform(0, scene.seconds * 1.1))
        os.kill(child.process, signal.SIGKILL)
        done = wait(child)
        ends_the_same(scene, company)
        return done.code


def interrupted(scene: Scene, chance: random.Random, number: int) -> int:
    """Ctrl-C at any moment: what is said of the period is so."""
    with scene.taken(f"interrupt{number}") as company:
        child = start(company.closing(scene.period), as_in_a_terminal)
        time.sleep(chance.uniform(0, scene.seconds * 1.1))
        os.kill(child.process, signal.SIGINT)
        done = wait(child)
        assert done.code in (0, 7, 130, -signal.SIGINT), done.said
        closed = is_whole(scene, company)
        if done.code in (0, 7) or f"{scene.period} is closed" in done.said:
            assert closed, done.said
        elif done.code == 130 and "nothing was written" in done.said:
            assert not closed, done.said
        ends_the_same(scene, company)
        return done.code


def full_disk(scene: Scene, room: int) -> int:
    """No file may grow beyond `room` bytes."""
    with scene.taken(f"room{room}") as company:
        done = run(company.closing(scene.period), no_file_over(room))
        assert done.code in (0, DISK), done.said
        closed = is_whole(scene, company)
        assert closed == ("O109" in done.said or done.code == 0), done.said
        assert closed or "nothing was posted" in done.said, done.said
        ends_the_same(scene, company)
        return done.code


def at_once(scene: Scene, several: int, number: int) -> list[int]:
    """So many closes begin in the same moment: one posts, the others say why not."""
    with scene.taken(f"once{several}-{number}") as company:
        ready, go = os.pipe()

        def until_all_are_there() -> None:
            os.close(go)
            os.read(ready, 1)

        children = [start(company.closing(scene.period), until_all_are_there) for _ in range(several)]
        os.close(ready)
        os.close(go)
        done = [wait(child) for child in children]
        codes = sorted(each.code for each in done)
        said = "\n".join(each.said for each in done)
        assert codes.count(0) == 1, said
        assert set(codes) <= {0, CLOSED, DISK, BUSY}, said
        ends_the_same(scene, company)
        return codes


READ_ONLY = ("the ledger", "the project's folder", "the output folder", "the exports")


def read_only(scene: Scene, what: str) -> Ended:
    """A place that may not be written, for somebody without rights of their own over it."""
    with scene.taken(what.replace(" ", "-").replace("'", "")) as company:
        places = {
            "the ledger": company.ledger,
            "the project's folder": company.root,
            "the output folder": company.root / "out",
            "the exports": company.root / "exports",
        }
        for path in [company.root, *company.root.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        (company.root / "out").mkdir(exist_ok=True)
        (company.root / "out").chmod(0o777)
        place = places[what]
        if place.exists():
            place.chmod(0o555 if place.is_dir() else 0o444)
        before = company.ledger.read_bytes() if company.ledger.exists() else b""
        done = run(company.closing(scene.period), as_nobody)
        if place.exists():
            place.chmod(0o777)
        if done.code:
            assert (company.ledger.read_bytes() if company.ledger.exists() else b"") == before
            assert "nothing was posted" in done.said, done.said
        for path in [company.root, *company.root.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        ends_the_same(scene, company)
        return done

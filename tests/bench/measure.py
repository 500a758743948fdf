"""Whole processes measured in turn, A B A B, and compared within a round: machines differ and drift."""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

TESTS = Path(__file__).parents[1]
EXPCOMP = str(Path(sys.executable).with_name("expcomp"))

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of the clock, seconds of CPU (user and system), and the most memory held, in MB."""

    wall: float
    cpu: float
    peak: float


Rounds = Mapping[str, list[Run]]


def python(*arguments: str) -> Command:
    return (sys.executable, *arguments)


def run(command: Command) -> Run:
    return _run(command)[0]


def told(command: Command) -> str:
    return _run(command)[1]


def run_told(command: Command) -> Run:
    """For a program that measures itself: its last words are seconds of the clock and of CPU."""
    whole, said = _run(command)
    wall, cpu = map(float, said.split()[-2:])
    return Run(wall, cpu, whole.peak)


def _run(command: Command) -> tuple[Run, str]:
    """Raises when the program fails. This process must stay small: a child begins with its parent's peak."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), said


def in_turn(programs: Mapping[str, Command], rounds: int, measure: Callable[[Command], Run] = run) -> Rounds:
    found: dict[str, list[Run]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            found[name].append(measure(command))
    return found


def ratio(rounds: Rounds, name: str, reference: str, what: str) -> float:
    """The median over the rounds of what a program took, times what the reference took in the same round."""
    pairs = zip(rounds[name], rounds[reference], strict=True)
    return float(median(getattr(one, what) / getattr(other, what) for one, other in pairs))


def machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "pyarrow"))
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


def table(rounds: Rounds, references: Sequence[str]) -> str:
    """One row per program: medians, then its ratio of CPU to each reference."""
    width = max(map(len, rounds))
    heads = [f"× {reference}" for reference in references]
    lines = [f"{'':{width}}  {'wall s':>8}  {'CPU s':>8}  {'peak MB':>8}" + "".join(f"  {head:>10}" for head in heads)]
    for name, runs in rounds.items():
        wall, cpu, peak = (median(getattr(each, part) for each in runs) for part in ("wall", "cpu", "peak"))
        ratios = (
            f"  {ratio(rounds, name, reference, 'cpu'):>{max(len(head), 10)}.2f}"
            for reference, head in zip(references, heads, strict=True)
        )
        lines.append(f"{name:{width}}  {wall:8.2f}  {cpu:8.2f}  {peak:8.0f}" + "".join(ratios))
    return "\n".join(lines) + "\n"

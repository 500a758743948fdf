"""Reading a large export of deals into checked columns, beside reading the same bytes as text or as cells."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import Rounds, in_turn, machine, python, run, run_told, table

KEPT = ("deals.csv", "accounts.csv", "payees.csv")
"""Deals of fourteen columns, and the accounts and people they name."""


def run_reading(deals: int, rounds: int) -> str:
    with TemporaryDirectory() as name:
        project = _project(name, deals)
        size = sum(file.stat().st_size for file in (project / "data").iterdir())
        found = _in_turn(("arrow", "pandas", "expcomp"), name, rounds)
    told = f"{deals:,} deals × 14 columns, their accounts and payees: {size / 1e6:,.0f} MB; without imports"
    return f"{_how(rounds)}{told}\n" + table(found, ("arrow", "pandas"))


def run_workbook(deals: int, rounds: int) -> str:
    """The deals as a workbook, dates as date cells and amounts as numbers; accounts and payees as CSV."""
    with TemporaryDirectory() as name:
        project = _project(name, deals)
        run(python("-m", "bench.workbook", name))
        size = (project / "data" / "deals.xlsx").stat().st_size
        found = _in_turn(("calamine", "expcomp"), name, rounds)
    told = f"{deals:,} deals × 14 columns in a workbook of {size / 1e6:,.1f} MB; without imports"
    return f"{_how(rounds)}{told}\n" + table(found, ("calamine",))


def _project(name: str, deals: int) -> Path:
    run(python("-m", "bench", "make", str(deals), name))
    for file in (Path(name) / "data").iterdir():
        if file.name not in KEPT:
            file.unlink()
    return Path(name)


def _in_turn(readers: Sequence[str], project: str, rounds: int) -> Rounds:
    return in_turn({reader: python("-m", "bench.reading", reader, project) for reader in readers}, rounds, run_told)


def _how(rounds: int) -> str:
    return f"{machine()}; {rounds} rounds in turn, medians; ratios of CPU\n"

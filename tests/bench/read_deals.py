"""Reading a large export of deals into checked columns, beside reading the same bytes as text."""

from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import in_turn, machine, python, run, run_told, table
from .reading import READERS

KEPT = ("deals.csv", "accounts.csv", "payees.csv")
"""Deals of fourteen columns, and the accounts and people they name."""


def run_reading(deals: int, rounds: int) -> str:
    with TemporaryDirectory() as name:
        project = Path(name)
        run(python("-m", "bench", "make", str(deals), name))
        for file in (project / "data").iterdir():
            if file.name not in KEPT:
                file.unlink()
        size = sum(file.stat().st_size for file in (project / "data").iterdir())
        programs = {reader: python("-m", "bench.reading", reader, name) for reader in READERS}
        found = in_turn(programs, rounds, run_told)
    told = f"{deals:,} deals × 14 columns, their accounts and payees: {size / 1e6:,.0f} MB; without imports"
    return f"{machine()}; {rounds} rounds in turn, medians; ratios of CPU\n{told}\n" + table(found, ("arrow", "pandas"))

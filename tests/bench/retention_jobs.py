"""What retention of so many account-months takes, beside reading the same file with pyarrow."""

from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import EXPCOMP, Command, in_turn, machine, python, run, run_told, table

ARROW, READING, WINDOW, ALL = "pyarrow reads it", "checked columns", "and the window", "and every table"
CSV = "whole, long CSV"
END = "2026-02-28"


def run_retention(account_months: int, rounds: int) -> str:
    with TemporaryDirectory() as name:
        folder = Path(name)
        run(python("-m", "bench.subscriptions", name, str(account_months)))
        size = (folder / "data" / "subscriptions.csv").stat().st_size
        measured = {ARROW: python("-m", "bench.reading", "arrow", name)}
        measured |= {what: python("-m", "bench.retaining", how, name) for what, how in
                     ((READING, "read"), (WINDOW, "window"), (ALL, "all"))}  # fmt: skip
        found = in_turn(measured, rounds, run_told)
        whole = in_turn({CSV: _tool(name, folder / "nrr.csv")}, rounds)
    return (
        f"{machine()}; {rounds} rounds in turn, medians; ratios of CPU; without imports, but for the last\n"
        f"{account_months:,} account-months, one line each, two currencies: {size / 1e6:,.0f} MB\n"
        f"{table(found | whole, (ARROW, READING))}"
    )


def _tool(project: str, output: Path) -> Command:
    return (EXPCOMP, "nrr", "--project", project, "--end", END, "-o", str(output), "--force")

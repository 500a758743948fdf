"""What response times of so many signals take beyond reading them, and business time per row."""

from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import EXPCOMP, Command, in_turn, machine, python, run, run_told, table, told

READING, JUDGED, VIEWS, CSV = "reading alone", "every target judged", "and the tables", "whole, CSV of all targets"


def run_signals(signals: int, rounds: int) -> str:
    with TemporaryDirectory() as name:
        folder = Path(name)
        run(python("-m", "bench.signals", name, str(signals)))
        size = sum(file.stat().st_size for file in (folder / "data").iterdir())
        measured = {what: python("-m", "bench.answering", how, name) for what, how in
                    ((READING, "read"), (JUDGED, "judge"), (VIEWS, "views"))}  # fmt: skip
        found = in_turn(measured, rounds, run_told)
        whole = in_turn({CSV: _tool(name, folder / "targets.csv")}, rounds)
    return (
        f"{machine()}; {rounds} rounds in turn, medians; ratios of CPU; without imports, but for the last\n"
        f"{signals:,} signals, business clock, 3 zones, holidays, one in fifty paused: {size / 1e6:,.0f} MB\n"
        f"{table(found | whole, (READING,))}{told(python('-m', 'bench.business_hours', str(signals)))}"
    )


def _tool(project: str, output: Path) -> Command:
    return (EXPCOMP, "sla-report", "--project", project, "--as-of", "2026-11-15", "-o", str(output), "--force")

"""The payout job by everybody who does it: expcomp, numpy by hand, an analyst's pandas; and reading alone."""

from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import EXPCOMP, Command, Rounds, in_turn, machine, python, ratio, table

PERIOD = "2026Q4"
READING, TOOL = "reading alone", "expcomp"
BY_HAND, HAND_CORE, PANDAS, PANDAS_CORE = "by hand", "by hand, core", "pandas", "pandas, core"


def payout(project: Path, output: Path) -> Command:
    return (EXPCOMP, "payout", "--project", str(project), "--period", PERIOD, "--lines", "-o", str(output), "--force")


def by_hand(project: Path, output: Path, *, core: bool = False) -> Command:
    return python("-m", "bench.numpy_job", str(project), str(output), *(["--core"] if core else []))


def analyst(project: Path, output: Path, *, core: bool = False) -> Command:
    return python("-m", "bench.pandas_script", str(project), str(output), *([] if core else ["--all"]))


def run_jobs(project: Path, rounds: int) -> str:
    project = project.resolve()
    with TemporaryDirectory(dir=project) as name:
        folder = Path(name)
        programs = {
            READING: python("-m", "bench.reading", "arrow", str(project)),
            BY_HAND: by_hand(project, folder / "by_hand.csv"),
            HAND_CORE: by_hand(project, folder / "core.csv", core=True),
            PANDAS: analyst(project, folder / "pandas.csv"),
            PANDAS_CORE: analyst(project, folder / "pandas_core.csv", core=True),
            TOOL: payout(project, folder / "expcomp.csv"),
        }
        found = in_turn(programs, rounds)
        with (folder / "core.csv").open("rb") as lines:
            count = sum(1 for _ in lines) - 1
    told = [
        f"{machine()}; {rounds} rounds in turn, whole processes, medians",
        f"{project.name}: {_deals(project):,} deals, {count:,} lines; ratios of CPU",
        table(found, (READING, BY_HAND, HAND_CORE)),
        *(_compared(what, found) for what in ("wall", "cpu")),
    ]
    return "\n".join(told) + "\n"


def _compared(what: str, found: Rounds) -> str:
    hand, hand_core = (ratio(found, TOOL, reference, what) for reference in (BY_HAND, HAND_CORE))
    pandas, pandas_core = (ratio(found, script, TOOL, what) for script in (PANDAS, PANDAS_CORE))
    return (
        f"{what}: expcomp takes {hand:.2f} × the job by hand ({hand_core:.2f} × its core columns alone); "
        f"the pandas script takes {pandas:.2f} × expcomp ({pandas_core:.2f} × with its core columns alone)"
    )


def _deals(project: Path) -> int:
    with (project / "data" / "deals.csv").open("rb") as file:
        return sum(1 for _ in file) - 1

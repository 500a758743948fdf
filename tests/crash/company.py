"""A small company about to close a quarter, and what an undisturbed close leaves."""

import csv
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

from mutated.projects import write_small

from .child import Ended, run

FIRST, SECOND = "2027Q1", "2027Q2"
LEFT_OVERS = ("*-journal", "**/.expcomp*", ".*-new-*", "**/*.tmp", "**/tmp*")


@dataclass(frozen=True)
class Company:
    """A project's folder."""

    root: Path

    @property
    def ledger(self) -> Path:
        return self.root / "expcomp.ledger"

    def arguments(self, command: str, *more: str) -> list[str]:
        return [*command.split(), *more, "--project", str(self.root)]

    def closing(self, period: str) -> list[str]:
        opening = ["--opening", "computed"] if period == FIRST else []
        return self.arguments("close", "--period", period, "--prepared-by", "kim", *opening)

    def run(self, command: str, *more: str) -> Ended:
        return run(self.arguments(command, *more))

    def copy(self, root: Path) -> "Company":
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return Company(root)

    @property
    def left(self) -> dict[str, bytes]:
        """Every file that closing made: the ledger as its text, the sheets as they are."""
        files = {path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.sheets}
        exported = self.run("ledger export")
        assert exported.code == 0, exported.said
        return {**files, "the ledger": exported.said.encode()}

    @property
    def sheets(self) -> list[Path]:
        return sorted(path for path in (self.root / "out").rglob("*") if path.is_file())

    @property
    def periods(self) -> list[str]:
        """Of the ledger, closed; none where there is no ledger yet."""
        if not self.ledger.exists():
            return []
        shown = self.run("ledger show", "--format", "csv")
        assert shown.code == 0, shown.said
        return [row["period"] for row in csv.DictReader(io.StringIO(shown.said)) if row["what"] == "closed"]

    @property
    def left_overs(self) -> list[Path]:
        return [path for pattern in LEFT_OVERS for path in self.root.glob(pattern)]


def new_company(root: Path) -> Company:
    return Company(write_small(root))


def second_quarter(company: Company) -> None:
    """Exports of the next quarter: a deal and a loss, and a correction of a paid deal."""
    deals = company.root / "exports" / "deals.csv"
    late = "D6,A1,tier,50000.00,2027-04-15,Closed Won,ana,USD,2027-04-01 09:30,Platform,2027-06-20\n"
    deals.write_text(deals.read_text("utf-8").replace("120000.00", "124000.00") + late, "utf-8")
    with (company.root / "exports" / "events.csv").open("a", encoding="utf-8") as events:
        events.write("A3,2027-05-20,churn,\n")

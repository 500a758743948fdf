"""One run of the job:  python -m bench.numpy_job PROJECT OUTPUT [--core]   (in tests/)."""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from .changes import find_changes
from .credit import credit, tiers
from .evidence import reached
from .inputs import read_accounts, read_deals, read_payees
from .lines import Lines
from .losses import find_losses
from .overlays import overlays, signalers
from .table import Job, all_columns, core_columns, in_order

BLOCK = 128 * 1024
PLAIN = pa_csv.WriteOptions(include_header=False, quoting_style="none")


def compute(data: Path) -> Job:
    payees = read_payees(data)
    accounts = read_accounts(data, payees)
    deals = read_deals(data, payees, accounts)
    tier, lines = tiers(deals, accounts), Lines.empty(len(deals))
    credit(lines, deals, tier, accounts, payees)
    overlays(lines, deals, tier, payees, signalers(data, deals, payees))
    dates, (losses, told) = reached(data, deals, accounts), find_losses(data, deals, accounts)
    changes = in_order(find_changes(lines, deals, dates, losses), lines, dates.schedule)
    return Job(payees, accounts, deals, tier, lines, dates, losses, told, changes)


def write(job: Job, output: Path, *, core: bool) -> None:
    columns = core_columns if core else all_columns
    with output.open("wb") as file:
        file.write((",".join(columns(job, slice(0))) + "\n").encode())
        for start in range(0, len(job.changes.deal), BLOCK):
            pa_csv.write_csv(pa.table(columns(job, slice(start, start + BLOCK))), file, PLAIN)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.numpy_job")
    parser.add_argument("project", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--core", action="store_true", help="only the columns that say who is paid what for what")
    options = parser.parse_args()
    write(compute(options.project / "data"), options.output, core=options.core)


if __name__ == "__main__":
    main()

"""Measure by hand, in tests/:

python -m bench make 1000000 FOLDER   a project of so many deals
python -m bench same FOLDER           whether expcomp and the job by hand write the same lines of it
python -m bench run FOLDER            what both take, beside reading alone and a pandas script
python -m bench read 1000000          reading so many deals into checked columns
python -m bench workbook 100000       reading so many deals out of a workbook
python -m bench signals 1000000       response times of so many signals beyond reading them, and business time a row
python -m bench retention 5000000     NRR and cohorts of so many account-months beside pyarrow reading them
python -m bench close FOLDER          what closing, verifying, printing and exporting a period takes, and its size
python -m bench startup               what --version, --help and small runs take
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Commands import what they need: the process that measures stays small."""
    options = _options()
    match options.command:
        case "make":
            from .project import write_project

            write_project(options.folder, options.deals, options.seed)
            return 0
        case "same":
            from .same import same_lines

            same, said = same_lines(options.folder)
            sys.stdout.write(said)
            return 0 if same else 1
        case "run":
            from .jobs import run_jobs

            said = run_jobs(options.folder, options.rounds)
        case "close":
            from .closing import run_closing

            said = run_closing(options.folder)
        case "read":
            from .read_deals import run_reading

            said = run_reading(options.deals, options.rounds)
        case "workbook":
            from .read_deals import run_workbook

            said = run_workbook(options.deals, options.rounds)
        case "signals":
            from .signal_jobs import run_signals

            said = run_signals(options.signals, options.rounds)
        case "retention":
            from .retention_jobs import run_retention

            said = run_retention(options.account_months, options.rounds)
        case _:
            from .startup import run_startup

            said = run_startup(options.rounds)
    sys.stdout.write(said)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, arguments, rounds in (
        ("make", ("deals", "folder"), 0),
        ("same", ("folder",), 0),
        ("run", ("folder",), 3),
        ("close", ("folder",), 0),
        ("read", ("deals",), 5),
        ("workbook", ("deals",), 5),
        ("signals", ("signals",), 3),
        ("retention", ("account_months",), 3),
        ("startup", (), 11),
    ):
        command = commands.add_parser(name)
        for argument in arguments:
            command.add_argument(argument, type=Path if argument == "folder" else int)
        if name == "make":
            command.add_argument("--seed", type=int, default=1)
        if rounds:
            command.add_argument("--rounds", type=int, default=rounds)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

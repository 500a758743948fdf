"""Retention of a project of subscriptions:  python -m bench.retaining read|window|all FOLDER

`read` reads the Book, `window` computes what became of every account as well, `all` every part of the report. Its last
words are the seconds that it took (clock, CPU), without imports.
"""

import sys
import time
from datetime import date
from pathlib import Path

from expcomp.commands.make import project_plans
from expcomp.period import to_day
from expcomp.plan.needs import needs_of
from expcomp.reports.retention import retention_report
from expcomp.reports.windows import lengths, quarters
from expcomp.sources.read import read_book

END = "2026-02-28"


def main(what: str, folder: Path) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    root, config, plans = project_plans(folder, None)
    book = read_book(config, root, needs_of(plans))
    if what != "read":
        report = retention_report(plans, book, to_day(date.fromisoformat(END)))
        sys.stdout.write(f"{len(report.accounts):,} accounts, {report.total}\n")
        if what == "all":
            _ = report.segments, report.triangle, report.ledger, report.renewals, report.findings
            _ = quarters(report), lengths(report)
    sys.stdout.write(f"{time.perf_counter() - wall:.3f} {time.process_time() - cpu:.3f}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

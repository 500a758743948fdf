"""Response times of a project of signals:  python -m bench.answering read|judge|views FOLDER

`read` reads the Book, `judge` finds the state of every target too, `views` the tables of the report as well. Its last
words are the seconds that it took (clock, CPU), without imports.
"""

import sys
import time
from pathlib import Path

from expcomp.commands.instant import read_instant
from expcomp.commands.make import project_plans
from expcomp.plan.needs import needs_of
from expcomp.reports.sla import sla_report
from expcomp.sources.read import read_book

AS_OF = "2026-11-15"


def main(what: str, folder: Path) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    root, config, plans = project_plans(folder, None)
    book = read_book(config, root, needs_of(plans))
    if what != "read":
        report = sla_report(plans, book, read_instant(AS_OF, plans.zone))
        sys.stdout.write(f"{len(report.targets):,} targets, {report.summary}\n")
        if what == "views":
            _ = report.by_owner, report.by_segment, report.by_csm, report.times("owner"), report.trend
            _ = report.open_breaches, report.escalations, report.unrouted
    sys.stdout.write(f"{time.perf_counter() - wall:.3f} {time.process_time() - cpu:.3f}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

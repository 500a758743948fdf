"""An SLA report as a workbook: a summary, one page per manager, and every row behind it."""

from collections.abc import Iterator
from pathlib import Path

from expcomp.output.faults import fault_table
from expcomp.output.pages import Page, page_name
from expcomp.output.sla_frames import utc
from expcomp.output.sla_headline import headline, origin, title
from expcomp.output.sla_tables import (
    breach_table,
    csm_table,
    person,
    rate_table,
    running_table,
    target_table,
    time_table,
    trend_table,
    unrouted_table,
    untold_table,
)
from expcomp.output.workbook import write_pages
from expcomp.reports.measured import AT_RISK, ON_TRACK, PAUSED
from expcomp.reports.sla import SlaReport

MARK = "expcomp sla-report"
OWN_PAGES = (
    "Summary",
    "Late and open",
    "Response times",
    "Signals by CSM",
    "Never routed",
    "CSM not told",
    "Targets",
    "Data faults",
)
OF_A_TEAM = ("severity", "elapsed", "business", "urgency", "state", "holders")
RUNNING = (AT_RISK, ON_TRACK, PAUSED)


def write_sla_workbook(report: SlaReport, path: Path, *, force: bool = False) -> bool:
    """As `workbook.write_workbook`."""
    footer = f"{MARK}, as of {utc(report.as_of)}"
    return write_pages(sla_pages(report), path, footer, MARK, force=force)


def sla_pages(report: SlaReport) -> list[Page]:
    heading = (title(report), *headline(report), *(f"{name}: {value}" for name, value in origin(report)))
    by_owner = rate_table(report, "owner", "Answered in time, by AE")
    by_segment = rate_table(report, "segment", "By segment of the account")
    late = breach_table(report, report.open_breaches, "Late and open, the oldest first")
    return [
        Page("Summary", (by_owner, by_segment, trend_table(report)), heading),
        Page("Late and open", (late,), frozen=2),
        *_manager_pages(report),
        Page("Response times", (time_table(report, "owner", "By AE"), time_table(report, "segment", "By segment"))),
        Page("Signals by CSM", (csm_table(report),)),
        Page("Never routed", (unrouted_table(report),), frozen=2),
        Page("CSM not told", (untold_table(report),), frozen=2),
        Page("Targets", (target_table(report, report.targets, "Targets"),), frozen=2),
        Page("Data faults", (fault_table(report.findings),)),
    ]


def _manager_pages(report: SlaReport) -> Iterator[Page]:
    """For each manager: what is told, what runs, and how the team answers."""
    taken = {name.casefold() for name in OWN_PAGES}
    told = dict(report.by_manager(report.escalations))
    for manager, team in report.by_manager(report.targets):
        own = report.narrowed(week=None, owners=(), managers=(manager,), segments=())
        name = person(report, manager)
        runs = team[team["state"].isin(RUNNING)].sort_values(["due_us", "signal"])
        late = told.get(manager, team.iloc[:0])
        tables = (
            breach_table(report, late, "Late and open, or answered late this week or last", further=OF_A_TEAM),
            running_table(report, runs, "Not due yet, the next first"),
            rate_table(own, "owner", "Answered in time, by AE"),
            time_table(own, "owner", "How long answers took, by AE"),
        )
        yield Page(page_name(name, taken), tables, (f"{name}: signals of the team", title(report)))

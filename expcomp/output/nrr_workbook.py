"""A retention report as a workbook: summary, heat maps that a spreadsheet colours itself, and every row behind them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from expcomp.output.faults import fault_table
from expcomp.output.nrr_headline import headline, origin, title
from expcomp.output.nrr_tables import (
    account_table,
    bridge_table,
    ledger_table,
    loss_table,
    renewal_table,
    renewals_table,
    segment_table,
)
from expcomp.output.nrr_triangle import What, average_table, triangle_table
from expcomp.output.nrr_views import length_table, quarter_table
from expcomp.output.pages import Chart, Page
from expcomp.output.table import Table
from expcomp.output.workbook import write_pages
from expcomp.period import to_iso
from expcomp.reports.retention import RetentionReport

MARK = "expcomp nrr"
PAGES: dict[What, str] = {"nrr": "NRR", "grr": "GRR", "logo": "Logos", "money": "Money"}


def write_nrr_workbook(report: RetentionReport, further: Sequence[Table], path: Path, *, force: bool = False) -> bool:
    """As `workbook.write_workbook`."""
    footer = f"{MARK}, {to_iso(report.base)} to {to_iso(report.end)}, definition {report.terms.fingerprint}"
    return write_pages(list(nrr_pages(report, further)), path, footer, MARK, force=force)


def nrr_pages(report: RetentionReport, further: Sequence[Table]) -> Iterator[Page]:
    heading = (title(report), *headline(report), *(f"{name}: {value}" for name, value in origin(report)))
    losses = tuple(loss_table(report, segment) for segment in report.broken)
    yield Page("Summary", (segment_table(report), bridge_table(report), *losses), heading)
    for what, name in PAGES.items():
        table = triangle_table(report, what)
        yield Page(f"{name} by cohort", (table,), (table.title,), frozen=3)
    chart = Chart("age", ("NRR", "GRR", "logos"), "Average of the mature cohorts")
    yield Page("Averages by age", (average_table(report),), frozen=1, chart=chart)
    yield Page("Windows", (quarter_table(report), length_table(report)))
    if further:
        yield Page("Definitions", tuple(further))
    yield Page("Movements", (ledger_table(report),), frozen=1)
    yield Page("Renewals", (renewal_table(report), renewals_table(report)))
    yield Page("Accounts", (account_table(report),), frozen=2)
    yield Page("Data faults", (fault_table(report.findings),))

"""A retention report as a workbook: summary, heat maps that a spreadsheet colours itself, and every row behind them."""

from collections.abc import Iterator
from pathlib import Path

from expcomp.output.faults import fault_table
from expcomp.output.nrr_headline import headline, origin, title
from expcomp.output.nrr_tables import (
    account_table,
    bridge_table,
    ledger_table,
    loss_tables,
    renewal_table,
    renewals_table,
    segment_table,
)
from expcomp.output.nrr_triangle import What, average_table, triangle_table
from expcomp.output.nrr_view import View
from expcomp.output.nrr_views import blocked_table, length_table, portfolio_table, quarter_table
from expcomp.output.pages import Chart, Page
from expcomp.output.workbook import write_pages
from expcomp.period import to_iso

MARK = "expcomp nrr"
PAGES: dict[What, str] = {"nrr": "NRR", "grr": "GRR", "logo": "Logos", "money": "Money"}


def write_nrr_workbook(view: View, path: Path, *, force: bool = False) -> bool:
    """As `workbook.write_workbook`."""
    report = view.report
    footer = f"{MARK}, {to_iso(report.base)} to {to_iso(report.end)}, definition {report.terms.fingerprint}"
    return write_pages(list(nrr_pages(view)), path, footer, MARK, force=force)


def nrr_pages(view: View) -> Iterator[Page]:
    report, pay = view.report, view.pay
    heading = (title(report), *headline(report), *(f"{name}: {value}" for name, value in origin(report)))
    yield Page("Summary", (segment_table(report), bridge_table(report), *loss_tables(report, pay)), heading)
    yield Page("Portfolios", (portfolio_table(report, pay), blocked_table(report, pay)))
    for what, name in PAGES.items():
        table = triangle_table(report, what)
        yield Page(f"{name} by cohort", (table,), (table.title,), frozen=3)
    chart = Chart("age", ("NRR", "GRR", "logos"), "Average of the mature cohorts")
    yield Page("Averages by age", (average_table(report),), frozen=1, chart=chart)
    yield Page("Windows", (quarter_table(report), length_table(report)))
    if view.further:
        yield Page("Compared", view.further)
    yield Page("Movements", (ledger_table(report),), frozen=1)
    yield Page("Renewals", (renewal_table(report), renewals_table(report)))
    yield Page("Accounts", (account_table(report),), frozen=2)
    yield Page("Data faults", (fault_table(view.findings),))

"""A retention report on a terminal or in a pipe: three lines to read aloud, the bridge, segments, cohorts, the rest."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from expcomp.output.faults import fault_lines
from expcomp.output.layout import headline_lines, origin_lines
from expcomp.output.nrr_headline import headline, origin, title
from expcomp.output.nrr_tables import bridge_table, ledger_table, loss_tables, renewal_table, segment_table
from expcomp.output.nrr_triangle import What, average_table, triangle_table
from expcomp.output.nrr_view import View
from expcomp.output.nrr_views import blocked_table, length_table, portfolio_table, quarter_table
from expcomp.output.table import Table
from expcomp.output.terminal import Screen
from expcomp.reports.retention import RetentionReport


def print_nrr(view: View, stream: TextIO, triangles: Sequence[What], width: int | None = None) -> None:
    """`width` None: that of the terminal, or as wide as it gets in a pipe."""
    report = view.report
    screen = Screen(stream, width)
    screen.lines(headline_lines(title(report), headline(report), screen.width))
    for table in (*_window(view), *view.further, *_cohorts(report, triangles), *_rest(report)):
        screen.table(table)
    screen.lines(fault_lines(view.findings, screen.width))
    screen.lines(origin_lines(origin(report), screen.width))


def _window(view: View) -> Iterator[Table]:
    report, pay = view.report, view.pay
    yield bridge_table(report)
    yield segment_table(report)
    yield from loss_tables(report, pay)
    if pay.portfolios:
        yield portfolio_table(report, pay)
    if pay.blocked:
        yield blocked_table(report, pay)


def _cohorts(report: RetentionReport, triangles: Sequence[What]) -> Iterator[Table]:
    yield from (triangle_table(report, what) for what in triangles)
    yield average_table(report)


def _rest(report: RetentionReport) -> Iterator[Table]:
    yield quarter_table(report)
    yield length_table(report)
    yield ledger_table(report)
    yield renewal_table(report)

"""A retention report on a terminal or in a pipe: three lines to read aloud, the bridge, segments, cohorts, the rest."""

from collections.abc import Iterator
from typing import TextIO

from expcomp.output.layout import Line, Look, wrapped
from expcomp.output.nrr_headline import headline, title
from expcomp.output.nrr_tables import bridge_table, ledger_table, loss_table, renewal_table, segment_table
from expcomp.output.nrr_triangle import average_table, triangle_table
from expcomp.output.table import Table
from expcomp.output.terminal import Screen
from expcomp.reports.retention import RetentionReport


def print_nrr(report: RetentionReport, stream: TextIO, width: int | None = None) -> None:
    """`width` None: that of the terminal, or as wide as it gets in a pipe."""
    screen = Screen(stream, width)
    screen.lines(_headline(report, screen.width))
    for table in _tables(report):
        screen.table(table)


def _headline(report: RetentionReport, width: int | None) -> Iterator[Line]:
    yield Line(title(report), Look.TITLE)
    for line in headline(report):
        yield from (Line(part) for part in wrapped(line, width))
    yield Line("")


def _tables(report: RetentionReport) -> Iterator[Table]:
    yield bridge_table(report)
    yield segment_table(report)
    yield from (loss_table(report, segment) for segment in report.broken)
    yield triangle_table(report, "nrr")
    yield triangle_table(report, "grr")
    yield average_table(report)
    yield ledger_table(report)
    yield renewal_table(report)

"""An SLA report on a terminal or in a pipe: three lines to read aloud, late and open, by manager, then the rest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TextIO

from expcomp.output.faults import fault_lines
from expcomp.output.layout import headline_lines, origin_lines
from expcomp.output.sla_headline import headline, origin, title
from expcomp.output.sla_tables import (
    breach_table,
    csm_table,
    person,
    rate_table,
    time_table,
    trend_table,
    unrouted_table,
    untold_table,
)
from expcomp.output.table import Table
from expcomp.output.terminal import Screen
from expcomp.reports.in_words import targets_in_words
from expcomp.reports.measured import BREACHED, BREACHED_OPEN
from expcomp.reports.sla import SlaReport

LISTED = 10
"""Rows of a list that is not about breaches; how many more there are is said."""

WIDE = 110
SHOWN_WIDE = ("severity", "elapsed", "business")
"""Columns of breaches on a terminal of at least so many."""


def print_sla(report: SlaReport, stream: TextIO, width: int | None = None) -> None:
    """`width` None: that of the terminal, or as wide as it gets in a pipe."""
    screen = Screen(stream, width)
    screen.lines(headline_lines(title(report), headline(report), screen.width))
    further = SHOWN_WIDE if screen.width is None or screen.width >= WIDE else ()
    for table in _tables(report, further):
        screen.table(table)
    screen.lines(fault_lines(report.findings, screen.width))
    screen.lines(origin_lines(origin(report), screen.width))


def _tables(report: SlaReport, further: Sequence[str]) -> Iterator[Table]:
    rows = report.open_breaches
    yield breach_table(report, rows, f"Late and open, the oldest first: {len(rows)}", further=further)
    yield from _escalations(report, further)
    yield rate_table(report, "owner", "Answered in time, by AE")
    yield rate_table(report, "segment", "By segment of the account")
    yield time_table(report, "owner", "How long answers took, by AE")
    yield csm_table(report)
    yield _shortened(unrouted_table(report, report.unrouted.head(LISTED)), len(report.unrouted))
    yield _shortened(untold_table(report, report.untold.head(LISTED)), len(report.untold))
    yield trend_table(report)


def _escalations(report: SlaReport, further: Sequence[str]) -> Iterator[Table]:
    """One table per manager: how many of the late and open are theirs, and what was answered late since the Monday
    of last week."""
    for manager, rows in report.by_manager(report.escalations):
        name = person(report, manager)
        waiting, answered = rows[rows["state"] == BREACHED_OPEN], rows[rows["state"] == BREACHED]
        counted = Counter(targets_in_words(report, waiting)["owner"])
        by_owner = ", ".join(f"{owner} {count}" for owner, count in sorted(counted.items()))
        above = f"{len(waiting)} of those above ({by_owner})" if len(waiting) else "nothing late and open"
        title = f"To {name}: {above}; answered late this week or last: {len(answered)}"
        yield breach_table(report, answered, title, further=further)


def _shortened(table: Table, total: int) -> Table:
    more = total - len(table)
    notes = (f"… and {more} more: all of them with  -o sla.xlsx",) if more else ()
    return replace(table, notes=(*notes, *table.notes))

"""The cohort triangles as tables: one per rate and one of money, and what stands below them by age."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

from expcomp.output.nrr_tables import fraction, masked_note, too_few
from expcomp.output.table import Column, Scale, Table, amounts, counts, heat, rates, texts
from expcomp.output.text import points
from expcomp.period import Span
from expcomp.reports.retention import RetentionReport
from expcomp.reports.triangle import RATES

What = Literal["nrr", "grr", "logo", "money"]
Row = Mapping[Hashable, Any]

TITLES = {"nrr": "NRR", "grr": "GRR", "logo": "Logo retention", "money": "Recurring value"}
SCALES = {"nrr": Scale.DIVERGING, "grr": Scale.SEQUENTIAL, "logo": Scale.SEQUENTIAL}
IMMATURE = "·"
"""A period that still runs at the end."""


def triangle_table(report: RetentionReport, what: What) -> Table:
    """Rows cohorts, the oldest first, then the average; columns periods since the start."""
    first = report.triangle.cells.drop_duplicates("cohort").sort_values("cohort")
    labels = [report.terms.calendar.label(report.span, number) for number in first["cohort"].tolist()]
    columns = (
        texts("cohort", [*labels, "all" if what == "money" else "average"]),
        counts("accounts", [*first["accounts"].tolist(), None]),
        amounts("base", [*first["base_minor"].tolist(), None]),
        *_ages(report, what),
    )
    span = "month" if report.span is Span.MONTH else "quarter"
    unit = f"a year in {report.terms.currency}" if what == "money" else "% of the base"
    title = f"{TITLES[what]} by {span} of start, {unit}, so many {span}s later"
    currency = (report.terms.currency,) * (len(labels) + 1)
    return Table(title, columns, currency, panels=True, notes=_notes(report, what), empty="no cohort has a base")


def _ages(report: RetentionReport, what: What) -> Iterator[Column]:
    """One column for each age that any cohort has reached, or is about to."""
    cells = {(row["cohort"], row["k"]): row for row in report.triangle.cells.to_dict("records")}
    below = {row["k"]: row for row in report.triangle.below.to_dict("records")}
    for age in sorted({k for _, k in cells}):
        rows = [cells.get((cohort, age)) for cohort in report.triangle.cohorts.tolist()]
        average = below.get(age)
        if what == "money":
            worth = [int(row["end_minor"]) if row and row["mature"] and not row["masked"] else None for row in rows]
            yield amounts(str(age), [*worth, int(average["end_minor"]) if average else None])
        else:
            shown = [_cell(report, row, what) for row in rows]
            yield heat(str(age), [*shown, _rate(average, what) if average else None], SCALES[what])


def _cell(report: RetentionReport, row: Row | None, what: What) -> Fraction | str | None:
    if row is None:
        return None
    if not row["mature"]:
        return IMMATURE
    return too_few(report) if row["masked"] else _rate(row, what)


def _rate(row: Row, what: What, prefix: str = "") -> Fraction | None:
    top, bottom = RATES[what]
    return fraction((int(row[prefix + top]), int(row[prefix + bottom])))


def _notes(report: RetentionReport, what: What) -> tuple[str, ...]:
    cells = report.triangle.cells
    last = "the sum" if what == "money" else "sums divided by sums"
    notes = [f"last row: {last} of the cohorts whose period has ended"]
    if not cells["mature"].all():
        notes.append(f"{IMMATURE}: the period still runs")
    if cells["masked"].any():
        notes.append(masked_note(report))
    return tuple(notes)


def average_table(report: RetentionReport) -> Table:
    """By age: who is counted, the averages over mature cohorts, and the change on the cohorts that have both ages."""
    below = report.triangle.below
    rows = below.astype(object).where(below.notna(), None).to_dict("records")
    columns = (
        texts("age", [str(row["k"]) for row in rows]),
        counts("cohorts", [row["cohorts"] for row in rows]),
        counts("accounts", [row["accounts"] for row in rows]),
        rates("NRR", [_rate(row, "nrr") for row in rows]),
        rates("NRR change", _changes(rows, "nrr")),
        rates("GRR", [_rate(row, "grr") for row in rows]),
        rates("GRR change", _changes(rows, "grr")),
        rates("logos", [_rate(row, "logo") for row in rows]),
        amounts("base", [row["base_minor"] for row in rows]),
    )
    span = "months" if report.span is Span.MONTH else "quarters"
    notes = ("change: in points since the age before, like for like, on the cohorts that have reached both",)
    title = f"Average of the mature cohorts, by age in {span}"
    currency = (report.terms.currency,) * len(rows)
    return Table(title, columns, currency, panels=True, notes=notes, empty="no period has ended")


def _changes(rows: Sequence[Row], what: What) -> list[str]:
    return [_change(row, what) for row in rows]


def _change(row: Row, what: What) -> str:
    if row["like_base_minor"] is None:
        return ""
    now, before = _rate(row, what, "like_"), _rate(row, what, "before_")
    return "" if now is None or before is None else points(now - before)

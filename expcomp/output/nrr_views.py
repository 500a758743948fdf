"""What surrounds a retention figure, as tables: other windows, other definitions, and what changed since a report."""

from collections.abc import Sequence
from fractions import Fraction

from expcomp.output.nrr_tables import fraction, shown
from expcomp.output.table import Column, Table, amounts, counts, rates, texts
from expcomp.output.text import points
from expcomp.period import to_iso
from expcomp.reports.retention import RetentionReport
from expcomp.reports.sensitivity import Variant, sensitivity
from expcomp.reports.windows import Window, lengths, quarters
from expcomp.retention.rates import Rate, Retained


def quarter_table(report: RetentionReport) -> Table:
    title = f"Trailing {report.terms.window}, quarter by quarter"
    return _windows(report, title, quarters(report), ())


def length_table(report: RetentionReport) -> Table:
    notes = ("a short window flatters annual contracts: all can expand in it, few can leave",)
    return _windows(report, "Other windows to the same end", lengths(report), notes)


def _windows(report: RetentionReport, title: str, windows: Sequence[Window], notes: tuple[str, ...]) -> Table:
    columns = (
        texts("window", [str(window.length) for window in windows]),
        texts("base", [to_iso(window.base) for window in windows]),
        texts("end", [to_iso(window.end) for window in windows]),
        counts("accounts", [window.retained.accounts if window.retained else None for window in windows]),
        amounts("base value", [window.retained.base_minor if window.retained else None for window in windows]),
        *(rates(name, [_rate(window.retained, what) for window in windows]) for name, what in RATES),
    )
    if any(window.retained is None for window in windows):
        notes = (*notes, "n/a: an exchange rate of that time is missing")
    return Table(title, columns, (report.terms.currency,) * len(windows), keys=3, notes=notes, empty="none")


RATES = (("NRR", "nrr"), ("GRR", "grr"), ("logos", "logo"))


def _rate(retained: Retained | None, what: str) -> Fraction | str:
    return shown(getattr(retained, what)) if retained else "n/a"


def sensitivity_table(report: RetentionReport) -> Table:
    """Each definition, and how far its figures lie from the plan's."""
    found = sensitivity(report)
    columns = (
        texts("definition", [each.name for each in found]),
        *_compared(found, "NRR", "nrr"),
        *_compared(found, "GRR", "grr"),
        texts("accounts", [f"{each.retained.stayed:,} of {each.retained.accounts:,}" for each in found]),
        texts("used by", [each.used_by for each in found]),
    )
    return Table("The same window under other definitions", columns, packed=True)


def _compared(found: Sequence[Variant], name: str, what: str) -> tuple[Column, Column]:
    values = [getattr(each.retained, what) for each in found]
    return rates(name, [shown(value) for value in values]), rates(
        f"{name} points", [difference(value, values[0]) for value in values]
    )


def difference(value: Rate, against: Rate) -> str:
    """In percentage points; `-` where there is none."""
    one, other = fraction(value), fraction(against)
    if one is None or other is None or one == other:
        return "-"
    return points(one - other)

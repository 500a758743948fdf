"""What surrounds a retention figure, as tables: other windows, other definitions, and what changed since a report."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from expcomp.money import percent
from expcomp.output.nrr_tables import fraction, names_of, shown
from expcomp.output.table import Column, Table, amounts, counts, rates, texts
from expcomp.output.text import points, rate
from expcomp.pay.bonuses import Gate
from expcomp.pay.retained import RetentionPay
from expcomp.period import to_iso
from expcomp.reports.comparison import Step, compared
from expcomp.reports.earlier import Earlier
from expcomp.reports.retention import RetentionReport
from expcomp.reports.sensitivity import sensitivity
from expcomp.reports.windows import Window, lengths, quarters
from expcomp.retention.rates import Rate, Retained


def quarter_table(report: RetentionReport) -> Table:
    title = f"Trailing {report.terms.window}, quarter by quarter"
    found = quarters(report)
    return _windows(report, title, found, texts("end", [to_iso(window.end) for window in found]), ())


def length_table(report: RetentionReport) -> Table:
    notes = ("a short window flatters annual contracts: all can expand in it, few can leave",)
    found = lengths(report)
    keys = texts("window", [str(window.length) for window in found])
    return _windows(report, f"Other windows to {to_iso(report.end)}", found, keys, notes)


def _windows(
    report: RetentionReport, title: str, windows: Sequence[Window], keys: Column, notes: tuple[str, ...]
) -> Table:
    columns = (
        keys,
        texts("base", [to_iso(window.base) for window in windows]),
        counts("accounts", [window.retained.accounts if window.retained else None for window in windows]),
        *(rates(name, [_rate(window.retained, what) for window in windows]) for name, what in RATES),
        amounts("base value", [window.retained.base_minor if window.retained else None for window in windows]),
    )
    if any(window.retained is None for window in windows):
        notes = (*notes, "n/a: an exchange rate of that time is missing")
    return Table(
        title, columns, (report.terms.currency,) * len(windows), keys=2, panels=True, notes=notes, empty="none"
    )


RATES = (("NRR", "nrr"), ("GRR", "grr"), ("logos", "logo"))


def _rate(retained: Retained | None, what: str) -> Fraction | str:
    return shown(getattr(retained, what)) if retained else "n/a"


def sensitivity_table(report: RetentionReport) -> Table:
    """Each definition, and how far its figures lie from the plan's."""
    found = sensitivity(report)
    retained = [each.retained for each in found]
    columns = (
        texts("definition", [each.name for each in found]),
        *_stepwise(retained, [retained[0]] * len(found), "NRR", "nrr"),
        *_stepwise(retained, [retained[0]] * len(found), "GRR", "grr"),
        texts("accounts", [f"{each.retained.stayed:,} of {each.retained.accounts:,}" for each in found]),
        texts("used by", [each.used_by for each in found]),
    )
    return Table("The same window under other definitions", columns, panels=True)


def difference(value: Rate, against: Rate) -> str:
    """In percentage points; `-` where there is none."""
    one, other = fraction(value), fraction(against)
    if one is None or other is None or one == other:
        return "-"
    return points(one - other)


def comparison_tables(report: RetentionReport, earlier: Earlier) -> Iterator[Table]:
    """What changed the figures since an earlier report, and the accounts behind each cause."""
    then, steps = compared(report, earlier)
    yield _causes(report, earlier, then, steps)
    for step in steps:
        if len(step.moved):
            yield _moved(report, step)


def _causes(report: RetentionReport, earlier: Earlier, then: Retained, steps: Sequence[Step]) -> Table:
    found = [then, *(step.retained for step in steps)]
    previous = [then, *found[:-1]]
    columns = (
        texts("cause", ["as it was", *(step.cause for step in steps)]),
        counts("accounts moved", [None, *(len(step.moved) for step in steps)]),
        amounts("base value", [each.base_minor for each in found]),
        amounts("end value", [each.end_minor for each in found]),
        *_stepwise(found, previous, "NRR", "nrr"),
        *_stepwise(found, previous, "GRR", "grr"),
    )
    same = earlier.terms.fingerprint == report.terms.fingerprint
    told = "the definition is the same" if same else f"the definition was {earlier.terms.fingerprint}"
    notes = (f"{told}; points: what each cause did, one after the other",)
    title = f"What changed since {earlier.path}"
    return Table(title, columns, (report.terms.currency,) * len(found), panels=True, notes=notes)


def _stepwise(found: Sequence[Retained], previous: Sequence[Retained], name: str, what: str) -> tuple[Column, Column]:
    values = [getattr(each, what) for each in found]
    before = [getattr(each, what) for each in previous]
    return rates(name, [shown(value) for value in values]), rates(
        f"{name} points", [difference(value, other) for value, other in zip(values, before, strict=True)]
    )


def _moved(report: RetentionReport, step: Step) -> Table:
    rows = step.moved
    columns = (
        texts("account", rows["account_id"]),
        texts("name", names_of(report, rows["account_id"])),
        *(
            amounts(f"{name} {side}", rows[f"{name}_minor_{side}"], adds_up=True, quiet=True)
            for name in ("base", "end")
            for side in ("before", "after")
        ),
    )
    return Table(f"Changed by {step.cause}", columns, (report.terms.currency,) * len(rows), keys=2, panels=True)


def portfolio_table(report: RetentionReport, pay: RetentionPay) -> Table:
    """What each person is measured by; accounts for themselves, as they pay."""
    found = pay.portfolios
    columns = (
        texts("payee", [each.payee_id for each in found]),
        texts("role", [each.role for each in found]),
        counts("accounts", [each.retained.accounts for each in found]),
        *(rates(name, [shown(getattr(each.retained, what)) for each in found]) for name, what in RATES),
        amounts("base value", [each.retained.base_minor for each in found]),
    )
    notes = ("as bonuses count them, without one those held on the last day; as merged, never rolled up to a parent",)
    currency = (report.terms.currency,) * len(found)
    return Table("By portfolio", columns, currency, keys=2, panels=True, notes=notes, empty="nobody holds accounts")


def blocked_table(report: RetentionReport, pay: RetentionPay) -> Table:
    """In the pay period that holds the last day: bonuses not paid, and commission that modifiers take."""
    found = pay.blocked
    columns = (
        texts("payee", [each.payee_id for each in found]),
        texts("pay", [each.component for each in found]),
        texts("period", [str(each.period) for each in found]),
        texts("floor", ["; ".join(map(_gate, each.gates)) for each in found]),
        amounts("not paid", [each.amount_minor for each in found], adds_up=True),
    )
    currency = (report.terms.currency,) * len(found)
    return Table("Pay that a missed floor keeps back", columns, currency, keys=2, empty="none")


def _gate(gate: Gate) -> str:
    """`grr 88.20% under 90%`"""
    return f"{gate.metric} {rate(shown(gate.value))} under {percent(gate.floor)}"

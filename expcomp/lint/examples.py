"""The examples of a plan, run through the calculator: what they expect must be what is paid, line by line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from expcomp.diagnostics import Code, Finding, Refused, Severity
from expcomp.money import to_minor, to_text
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import Span, to_day
from expcomp.plan.model import Example, Expected, Plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows

FAILS = Code("E401", "example-fails")
CANNOT_RUN = Code("E402", "example-cannot-run")

NAMES = {"payee": "payee_id", "deal": "deal_id", "component": "component", "milestone": "milestone", "reason": "reason"}
"""What an expected row may say of a line, and the column of the sheet it is said of."""

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with an example; the deals whose arithmetic tells why, in the sheet they were paid by."""

    finding: Finding
    sheet: Sheet | None = None
    deals: tuple[str, ...] = ()


def run_examples(plan: Plan) -> Iterator[Failure]:
    for example in plan.examples:
        try:
            sheet = _paid(plan, example)
            yield from _differences(example, sheet, plan.plan.currency)
        except Refused as refused:
            yield from (_cannot_run(example, f) for f in refused.findings if f.severity is Severity.ERROR)
        except OverflowError as error:
            yield _cannot_run(example, CANNOT_RUN.at(None, str(error)))


def _paid(plan: Plan, example: Example) -> Sheet:
    """The sheet of the example's period, by this version alone."""
    plans = plan_set([plan])
    try:
        period = plan.calendar.parse(example.period)
    except ValueError as error:
        raise Refused(CANNOT_RUN.at(example.place, str(error))) from None
    book = book_from_rows(example.given, needs_of(plans), example.cell)
    as_of = None if example.as_of is None else to_day(example.as_of)
    return payout(plans, book, period, Span.MONTH if period.span is Span.MONTH else Span.QUARTER, as_of)


def _cannot_run(example: Example, finding: Finding) -> Failure:
    told = finding.message if finding.code == CANNOT_RUN.id else f"{finding.code} {finding.name}: {finding.message}"
    place = finding.place if finding.place and finding.place.line else example.place
    return Failure(CANNOT_RUN.at(place, f'the example "{example.name}" cannot be paid: {told}', finding.help))


def _differences(example: Example, sheet: Sheet, currency: str) -> Iterator[Failure]:
    """`expect` is the full list of lines of the payees it names."""
    named = {row.payee for row in example.expect}
    strangers = named - set(sheet.book["payees"]["payee_id"])
    lines = sheet.lines
    over: list[Row] = lines[lines["payee_id"].isin(named)].to_dict("records")  # type: ignore[assignment]
    missing = []
    for row in example.expect:
        if row.payee in strangers:
            yield Failure(CANNOT_RUN.at(row.place, f'"{row.payee}" is no payee of the example "{example.name}"'))
            continue
        hit = next((line for line in over if _is(row, line) and _amount(row, currency) == line["amount_minor"]), None)
        missing.append(row) if hit is None else over.remove(hit)
    for row in missing:
        near = next((line for line in over if _is(row, line)), None)
        if near is not None:
            over.remove(near)
        yield _failure(example, sheet, row, near, currency)
    for line in over:
        yield _unexpected(example, sheet, line)


def _is(row: Expected, line: Row) -> bool:
    """Whether a line is the one a row speaks of, whatever its amount."""
    said = {name: getattr(row, name) for name in NAMES}
    return all(not value or value == line[NAMES[name]] for name, value in said.items())


def _amount(row: Expected, currency: str) -> int:
    try:
        return to_minor(row.amount, currency)
    except ValueError as error:
        message = f'"{row.amount}" is no amount of {currency}: {error}'
        raise Refused(CANNOT_RUN.at(row.place, message, "write it like 1200.00")) from None


def _failure(example: Example, sheet: Sheet, row: Expected, line: Row | None, currency: str) -> Failure:
    what = " ".join(filter(None, (row.payee, row.component, row.milestone, row.deal, row.reason)))
    expected = to_text(_amount(row, currency), currency, grouped=True)
    got = "no such line" if line is None else _money(line)
    message = f'the example "{example.name}": {what}: expected {expected}, got {got}'
    deals = [str(line["deal_id"])] if line is not None else [row.deal] if row.deal else _deals(sheet)
    return Failure(FAILS.at(row.place, message, _remedy(example)), sheet, tuple(filter(None, deals)))


def _unexpected(example: Example, sheet: Sheet, line: Row) -> Failure:
    what = " ".join(filter(None, (str(line[name]) for name in ("payee_id", "component", "milestone", "deal_id"))))
    message = f'the example "{example.name}": {what}: expected no such line, got {_money(line)}'
    help_ = f"expect lists every line of the payees it names: add it, or leave {line['payee_id']} out altogether"
    deals = tuple(filter(None, [str(line["deal_id"])]))
    return Failure(FAILS.at(example.place, message, help_), sheet, deals)


def _money(line: Row) -> str:
    return to_text(int(str(line["amount_minor"])), str(line["currency"]), grouped=True)


def _deals(sheet: Sheet) -> Sequence[str]:
    return list(sheet.book["deals"]["deal_id"])


def _remedy(example: Example) -> str:
    return f"mend the rule, or the example on line {example.place.line}"

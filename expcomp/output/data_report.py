"""The report of `check-data` in each of its forms: terminal, JSON, Markdown, CSV and workbook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from expcomp.diagnostics import Finding, Severity
from expcomp.money import to_text
from expcomp.output.control_tables import file_table, money_read, rows_read
from expcomp.output.data_tables import change_table, mapping_tables, period_table, understood_table
from expcomp.output.last_check import Change
from expcomp.output.layout import Line, Look, wrapped
from expcomp.output.machine import SCHEMA_VERSION, file_totals, finding_records, json_text
from expcomp.output.markdown import listed, markdown_table
from expcomp.output.new_workbook import new_workbook
from expcomp.output.pages import Page, rejected_pages
from expcomp.output.rejected_table import rejected_findings, rejected_table, to_csv
from expcomp.output.table import Table, texts
from expcomp.output.terminal import SEVERITY_LOOK, Screen, counted, shown_of_each_code
from expcomp.period import Period
from expcomp.sources.book import Book, Needs

MARK = "expcomp check-data"


@dataclass(frozen=True, slots=True)
class Check:
    """What was read and what is wrong with it; `errors` are those that stop a run, rows set aside not among them."""

    book: Book
    needs: Needs
    errors: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    changes: tuple[Change, ...]
    period: Period | None = None
    mapping: bool = False
    lenient: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.errors, *self.notes)

    @property
    def has_warnings(self) -> bool:
        return any(note.severity is Severity.WARNING for note in self.notes)

    def tables(self) -> Iterator[Table]:
        """Everything but the findings."""
        yield rows_read(self.book)
        if not self.book.files:
            return
        yield money_read(self.book)
        yield change_table(self.changes, self.book)
        if self.period is not None:
            yield period_table(self.book, self.period, self.needs)
        yield from mapping_tables(self.book) if self.mapping else (understood_table(self.book),)
        if self.lenient and len(self.book.rejected):
            yield rejected_table(self.book)


def print_check(check: Check, stream: TextIO, width: int | None = None) -> None:
    """The findings come last: what scrolls by least is what has to be done."""
    screen = Screen(stream, width)
    for table in check.tables():
        screen.table(table)
    screen.lines(_told(check.findings, screen.width))


def _told(findings: Iterable[Finding], width: int | None) -> Iterator[Line]:
    found = list(findings)
    errors = any(finding.severity is Severity.ERROR for finding in found)
    yield Line("What is wrong" if errors else "What to know", Look.TITLE)
    if not found:
        yield Line("  nothing")
        return
    for finding, more in shown_of_each_code(found):
        if more:
            yield Line(f"  … and {more:,} more of {finding.code} {finding.name}")
            continue
        look = SEVERITY_LOOK[finding.severity]
        yield from (Line(text, look) for text in wrapped(str(finding), width, "    ", "  "))
        if finding.help:
            yield from (Line(text) for text in wrapped(f"help: {finding.help}", width, "      ", "    "))
    yield Line("")
    last = wrapped(f"{counted(found)}; expcomp explain CODE says more about each", width)
    yield from (Line(text, Look.NOTE) for text in last)


def check_json(check: Check) -> str:
    """The object of the other commands' kind: control totals and findings, and `files` with their columns."""
    return json_text({
        "schema_version": SCHEMA_VERSION, "command": "check-data",
        "period": str(check.period) if check.period else None, "currency": check.needs.currency,
        "files": list(_files(check)), "changes": list(_changes(check.changes)),
        "control_totals": list(file_totals(check.book)),
        "findings": [*finding_records(check.errors), *rejected_findings(check.book), *finding_records(check.notes)],
    })  # fmt: skip


def _files(check: Check) -> Iterator[dict[str, Any]]:
    for file in sorted(check.book.files, key=lambda f: (f.path, f.table)):
        yield {
            "file": file.path, "sha256": file.sha256, "table": file.table, "preset": file.preset,
            "verified": file.verified, "because": file.recognised_by,
            "columns": [
                {"header": column.header, "field": column.field or None, "read_as": column.how,
                 "samples": list(column.samples)}
                for column in file.columns
            ],
        }  # fmt: skip


def _changes(changes: Iterable[Change]) -> Iterator[dict[str, Any]]:
    for change in changes:
        if change.before:
            states = {"before": change.before, "now": change.now}
            yield {"file": change.path, "was": change.old_path or None} | {
                name: {"sha256": seen["sha256"], "rows": seen["rows"],
                       "money": {code: to_text(minor, code) for code, minor in seen["money"].items()}}
                for name, seen in states.items()
            }  # fmt: skip


def check_markdown(check: Check) -> str:
    lines = [line for table in check.tables() for line in markdown_table(table)]
    return "\n".join([*lines, "## Findings", "", *listed(check.findings), ""])


def check_csv(check: Check) -> bytes:
    """The rejected rows; a check without `--lenient` lists here what it would reject."""
    return to_csv(check.book)


def check_workbook(check: Check) -> bytes:
    findings = Table(
        "Findings",
        (
            texts("severity", [str(f.severity) for f in check.findings]),
            texts("code", [f.code for f in check.findings]),
            texts("name", [f.name for f in check.findings]),
            texts("place", [str(f.place or "") for f in check.findings]),
            texts("message", [f.message for f in check.findings]),
            texts("help", [f.help for f in check.findings]),
        ),
        empty="nothing is wrong",
    )
    others = [
        *([period_table(check.book, check.period, check.needs)] if check.period else []),
        change_table(check.changes, check.book),
    ]
    pages = [
        Page("Control totals", (file_table(check.book), money_read(check.book), *others)),
        Page("Findings", (findings,)),
        *rejected_pages(check.book),
        Page("Files", tuple(mapping_tables(check.book)) or (understood_table(check.book),)),
    ]
    return new_workbook(pages, MARK)

"""Findings as text with the line they speak of, as JSON, as annotations of GitHub, and as SARIF 2.1.0."""

import json
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from expcomp import __version__
from expcomp.diagnostics import Finding, Severity
from expcomp.visible import INVISIBLE, clean

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
SHOWN_PER_CODE = 20
CONTEXT = 200
"""A source line longer than this is shown around the place."""


@dataclass(frozen=True)
class Report:
    """What a check of files found. `sources` holds the lines of each file, `details` the arithmetic behind a finding,
    `tables` what is shown after the findings; `summary` is the last line of the text."""

    findings: Sequence[Finding]
    sources: Mapping[str, Sequence[str]]
    facts: Mapping[str, Any]
    summary: str
    details: Mapping[Finding, Sequence[str]] = field(default_factory=dict)
    tables: Sequence[str] = ()

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)


def as_text(report: Report, width: int | None, *, coloured: bool) -> Iterator[str]:
    """Lines; `width` breaks messages between words, None leaves them on one line."""
    shown: Counter[str] = Counter()
    for finding in report.findings:
        shown[finding.code] += 1
        if shown[finding.code] <= SHOWN_PER_CODE:
            yield from _told(finding, report, width, coloured)
            yield ""
    for code, count in shown.items():
        if count > SHOWN_PER_CODE:
            yield f"… and {count - SHOWN_PER_CODE} more of {code}"
    for line in report.tables:
        yield from _wrapped(line, width, "      ") if len(line) > (width or len(line)) else [line]
    counted = ", ".join(_counted(report.count(severity), severity) for severity in Severity if report.count(severity))
    yield from _wrapped(f"{report.summary}: {counted or 'no findings'}", width, "  ")


def _counted(count: int, severity: Severity) -> str:
    return f"{count} {severity}{'s' if count > 1 else ''}"


def _told(finding: Finding, report: Report, width: int | None, coloured: bool) -> Iterator[str]:
    head, *rest = _wrapped(str(finding), width, "  ")
    yield _coloured(head, finding, coloured)
    yield from rest
    yield from _source_line(finding, report)
    if finding.help:
        yield from _wrapped(f"help: {finding.help}", width, "        ", "  ")
    yield from (f"    {clean(line)}".rstrip() for line in report.details.get(finding, ()))


def _coloured(head: str, finding: Finding, coloured: bool) -> str:
    """Code and name in the colour of the severity."""
    if not coloured:
        return head
    from typer import style

    mark = f"{finding.code} {finding.name}"
    return head.replace(mark, style(mark, fg=COLOURS[finding.severity], bold=True), 1)


def _source_line(finding: Finding, report: Report) -> Iterator[str]:
    """The line with a caret below the column."""
    place = finding.place
    lines = report.sources.get(place.path, ()) if place else ()
    if place is None or not 0 < place.line <= len(lines):
        return
    text, column = lines[place.line - 1], max(place.column, 1)
    start = max(column - CONTEXT // 2, 0) if len(text) > CONTEXT else 0
    shown, gap = clean(text[start : start + CONTEXT]), f"{'':{len(str(place.line))}}"
    before = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in shown[: column - 1 - start])
    yield f"  {place.line} | {shown}"
    yield f"  {gap} | {'':{before}}^"


def _wrapped(text: str, width: int | None, indent: str, first: str = "") -> list[str]:
    cleaned = clean(text)
    if width is None:
        return [first + cleaned]
    return textwrap.wrap(
        cleaned, max(width, 40), initial_indent=first, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    ) or [first]  # fmt: skip


def as_json(report: Report) -> str:
    found = [_record(finding, report.details.get(finding, ())) for finding in report.findings]
    counts = {f"{severity}s": report.count(severity) for severity in (Severity.ERROR, Severity.WARNING)}
    return _json({"schema_version": 1, **report.facts, **counts, "findings": found}) + "\n"


def _record(finding: Finding, details: Sequence[str]) -> dict[str, Any]:
    place = finding.place
    record: dict[str, Any] = {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "place": str(place) if place else None,
        "path": place.path if place else "",
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "message": finding.message,
        "help": finding.help,
    }
    return record | ({"arithmetic": list(details)} if details else {})


def as_github(report: Report) -> str:
    """One workflow command a finding: GitHub shows it at its line of the change."""
    return "".join(f"{_command(finding)}\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    kind = {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(finding.severity, "notice")
    place, title = finding.place, f"{finding.code} {finding.name}"
    where = f"file={_escaped(place.path)},line={place.line or 1},col={place.column or 1}," if place else ""
    message = finding.message + (f"\nhelp: {finding.help}" if finding.help else "")
    return f"::{kind} {where}title={_escaped(title)}::{_escaped(message, value=False)}"


def _escaped(text: str, *, value: bool = True) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return clean(escaped.replace(":", "%3A").replace(",", "%2C") if value else escaped)


def as_sarif(report: Report) -> str:
    rules = {finding.code: finding for finding in reversed(report.findings)}
    driver = {
        "name": "expcomp", "version": __version__,
        "rules": [{"id": code, "name": rules[code].name, "help": {"text": f"expcomp explain {code}"}}
                  for code in sorted(rules)],
    }  # fmt: skip
    results = [_result(finding, sorted(rules)) for finding in report.findings]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return _json({"$schema": schema, "version": "2.1.0", "runs": [run]}) + "\n"


def _result(finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    text = finding.message + (f" (help: {finding.help})" if finding.help else "")
    result: dict[str, Any] = {
        "ruleId": finding.code, "ruleIndex": rules.index(finding.code), "level": str(finding.severity),
        "message": {"text": text},
    }  # fmt: skip
    if place := finding.place:
        region = {"startLine": place.line or 1, "startColumn": place.column or 1}
        location = {"artifactLocation": {"uri": _uri(place.path)}, "region": region}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def _json(value: Any) -> str:
    """Text stays as it is; what could act on a terminal is written as \\uXXXX."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return INVISIBLE.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)

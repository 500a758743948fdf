"""The headline of a retention report: what it is of, and three lines to read aloud."""

from collections.abc import Iterator
from dataclasses import replace

from expcomp.output.nrr_tables import NO_SEGMENT, missed, shown
from expcomp.output.text import money, rate
from expcomp.period import to_iso
from expcomp.plan.metrics import Retention
from expcomp.reports.guardrails import Verdict
from expcomp.reports.retention import RetentionReport
from expcomp.reports.retention_notes import TABLES
from expcomp.retention.terms import NONE, Terms


def title(report: RetentionReport) -> str:
    """`Retention from 2025-06-30 to 2026-06-30, recurring value a year in USD`"""
    days = f"from {to_iso(report.base)} to {to_iso(report.end)}"
    return f"Retention {days}, recurring value a year in {report.terms.currency}"


def headline(report: RetentionReport) -> tuple[str, str, str]:
    return _nrr(report), _grr(report), _guardrails(report)


def _nrr(report: RetentionReport) -> str:
    total, currency = report.total, report.terms.currency
    if not total.accounts:
        return f"NRR n/a: no account was worth anything on {to_iso(report.base)}."
    end, base = money(total.end_minor, currency), money(total.base_minor, currency)
    was, now = ("1 account was", "is") if total.accounts == 1 else (f"{total.accounts:,} accounts were", "are")
    return f"NRR {rate(shown(total.nrr))}: {was} worth {base}, and {now} worth {end}."


def _grr(report: RetentionReport) -> str:
    total, currency = report.total, report.terms.currency
    kept = money(total.kept_minor, currency)
    logos = f"{total.stayed:,} of {total.accounts:,} accounts stayed ({rate(shown(total.logo))})"
    return f"GRR {rate(shown(total.grr))}: {kept} of it is still there, expansion left out. {logos}."


def _guardrails(report: RetentionReport) -> str:
    judged = [segment for segment in report.segments if segment.verdict in (Verdict.MET, Verdict.BROKEN)]
    if not any(segment.target for segment in report.segments):
        return "The plan sets no retention targets."
    if not judged:
        return "No segment has accounts enough to be held against its target."
    if not report.broken:
        return f"Every guardrail holds: {', '.join(segment.name or NO_SEGMENT for segment in judged)}."
    broken = "; ".join(f"{segment.name or NO_SEGMENT} ({missed(segment)})" for segment in report.broken)
    return f"Broken guardrails: {broken}."


def origin(report: RetentionReport) -> list[tuple[str, str]]:
    """Where the report came from: days, plan, definition, the files that were read."""
    files = sorted({file.path for file in report.book.files if file.table in TABLES})
    plan, terms = report.plan, report.terms
    return [
        ("base, end", f"{to_iso(report.base)} and {to_iso(report.end)}, at the first instant after each"),
        ("rates", f"both at the exchange rates of {to_iso(report.base)}"),
        *([("pinned", f"holders, segments and people as when {report.closed} was closed")] if report.closed else []),
        ("definition", f"{terms.fingerprint} ({', '.join(_settings(terms)) or 'the defaults'})"),
        (f"plan {plan.label}", f"{plan.path}, hash {plan.hash[:12]}"),
        *([("read", ", ".join(files))] if files else []),
    ]


def _settings(terms: Terms) -> Iterator[str]:
    """What the plan sets unlike the defaults."""
    defaults = replace(terms, rules=Retention.model_construct(), grace=NONE).settings
    yield from (f"{name} {value}" for name, value in terms.settings.items() if value != defaults[name])

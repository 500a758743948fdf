"""The headline of an SLA report: what it is of, and three lines to read aloud."""

from datetime import UTC, datetime, timedelta

from expcomp.output.sla_frames import utc
from expcomp.output.sla_tables import people
from expcomp.output.text import percent, spoken_length
from expcomp.reports.business_time import SECOND_US
from expcomp.reports.faults import TABLES
from expcomp.reports.in_words import targets_in_words
from expcomp.reports.rates import share_ppm
from expcomp.reports.sla import SlaReport

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def title(report: SlaReport) -> str:
    """`Signals answered, as of Wed 2027-03-31 17:00 EDT (America/New_York)`"""
    at = (EPOCH + timedelta(microseconds=report.as_of)).astimezone(report.zone)
    return f"Signals answered, as of {at:%a %Y-%m-%d %H:%M %Z} ({report.zone.key})"


def headline(report: SlaReport) -> tuple[str, str, str]:
    return _rate(report), _late(report), _unheard(report)


def _rate(report: SlaReport) -> str:
    """The rate, and beside it the naive one of those answered alone."""
    summary = report.summary
    rate, naive = share_ppm(summary.rate), share_ppm(summary.closed_only_rate)
    if rate is None:
        return "No target has fallen due yet."
    counts = (
        f"{summary.met:,} of {summary.due:,} due, {summary.breached:,} late, {summary.breached_open:,} late and open"
    )
    of_answered = "none answered" if naive is None else f"answered only: {percent(naive)}"
    return f"{percent(rate)} in time: {counts} ({of_answered})."


def _late(report: SlaReport) -> str:
    summary, rows = report.summary, report.open_breaches
    running = f"{summary.not_due:,} not due yet{f', {summary.paused:,} paused' * bool(summary.paused)}."
    if rows.empty:
        return f"Nothing is late and open. {running}"
    first = targets_in_words(report, rows.head(1))
    oldest, who = first.iloc[0], people(report, first["owner"])[0]
    late = spoken_length(int(oldest["overrun_us"]) // SECOND_US)
    return f"Oldest open: {oldest['account']}, {oldest['target']}, {late} late, {who}. {running}"


def _unheard(report: SlaReport) -> str:
    routed, untold = len(report.unrouted), len(report.untold)
    never = f"{routed} signal{'s' * (routed != 1)} never reached the AE" if routed else "Every signal reached the AE"
    told = f"{untold} outcome{'s' * (untold != 1)} the CSM was not told" if untold else "every CSM knows the outcomes"
    return f"{never}; {told}."


def origin(report: SlaReport) -> list[tuple[str, str]]:
    """Where the report came from: plans, the clock that decides, the files that were read."""
    plans = [plan for plan in report.plans.versions if plan.signals.sla]
    clocks = sorted({plan.signals.sla.clock for plan in plans if plan.signals.sla})
    files = sorted({file.path for file in report.book.files if file.table in TABLES})
    return [
        ("as of", f"{utc(report.as_of)}, shown in {report.zone.key}"),
        ("clock", f"{' and '.join(clocks)} time decides, both are shown"),
        *((f"plan {plan.label}", f"{plan.path}, hash {plan.hash[:12]}") for plan in plans),
        *([("read", ", ".join(files))] if files else []),
    ]

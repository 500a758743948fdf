"""What in the data keeps a target from being judged, or makes its judgement doubtful: told, counted, never silent."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from expcomp.diagnostics import Code, Finding, Place, Severity
from expcomp.exact import Ints
from expcomp.lookups import NONE
from expcomp.plan.versions import PlanSet
from expcomp.reports.business_time import NEVER_US
from expcomp.reports.calendars import DAY_US
from expcomp.reports.measured import BREACHED, BREACHED_OPEN, NO_OWNER
from expcomp.reports.moments import microseconds
from expcomp.reports.targets import URGENCIES, Beginnings, Signals
from expcomp.sources.book import Book

NO_URGENCY = Code("D570", "signal-without-urgency")
NO_LIMIT = Code("D571", "urgency-without-limit")
BEFORE_PLAN = Code("D572", "routed-before-the-plan")
BEFORE_ROUTING = Code("D573", "answered-before-routed")
BACKWARDS = Code("D574", "routed-before-identified")
LATER = Code("D575", "later-than-as-of")
NO_OWNER_AT_ALL = Code("D576", "signal-without-owner")
NOBODY_TOLD = Code("D577", "breach-without-manager")
IMPORTED = Code("D578", "routing-dates-doubtful")

TABLES = ("signals", "urgency_changes", "pauses", "assignments", "accounts", "payees")
"""What the report is made from."""

NAMED = 5
LONG_DELAY_US, DOUBTFUL_SHARE = 7 * DAY_US, 5
"""More than a fifth of the signals routed more than 7 days after they were identified looks like an import date."""


def faults_of(
    plans: PlanSet, book: Book, as_of: int, signals: Signals, begun: Beginnings, targets: pd.DataFrame
) -> tuple[Finding, ...]:
    return (
        *_of_scope(plans, signals, begun),
        *_of_instants(book, as_of, signals),
        *_of_people(signals, targets),
        *_of_reading(book),
    )


def _of_reading(book: Book) -> Iterator[Finding]:
    """What was noted of the files that the report is made from."""
    paths = {file.path.partition("[")[0] for file in book.files if file.table in TABLES}
    yield from (note for note in book.notes if note.place is None or note.place.path in paths)


def _of_scope(plans: PlanSet, signals: Signals, begun: Beginnings) -> Iterator[Finding]:
    blank, outside = begun.urgency == NONE, begun.plan == NONE
    lacking = np.zeros(len(begun.signal), np.bool_)
    for index, plan in enumerate(plans.versions):
        sla = plan.signals.sla
        given = {"watch": bool(sla and sla.watch), **{u: bool(r) for u, r in (sla.responses if sla else {}).items()}}
        missing = [level for level, urgency in enumerate(URGENCIES) if not given.get(urgency)]
        lacking |= (begun.plan == index) & np.isin(begun.urgency, missing)
    rows = begun.signal
    message = "routed without an urgency: no target"
    yield from _told(NO_URGENCY, signals, rows[blank & ~outside], message, "give each hot, warm or watch")
    message = "of an urgency for which the plan has no limit: no target"
    yield from _told(NO_LIMIT, signals, rows[lacking], message, "add it to  signals: {sla: …}")
    message = "routed before any plan with response times began: out of scope"
    yield from _told(BEFORE_PLAN, signals, rows[outside], message, severity=Severity.NOTE)


def _of_instants(book: Book, as_of: int, signals: Signals) -> Iterator[Finding]:
    first = np.minimum(np.minimum(signals.acknowledged, signals.contacted), signals.outcome)
    early = (signals.routed < NEVER_US) & (first < signals.routed)
    message = "answered before the routing: counted as answered at once"
    yield from _told(BEFORE_ROUTING, signals, _positions(early), message, "correct the times at the source")
    delay = signals.routed - signals.identified
    routed = signals.routed < NEVER_US
    message = "routed before the signal was identified: the CSM's delay is negative"
    yield from _told(BACKWARDS, signals, _positions(routed & (delay < 0)), message, "correct the times at the source")
    late = routed & (delay > LONG_DELAY_US)
    if late.sum() * DOUBTFUL_SHARE > routed.sum():
        message = "routed more than 7 days after they were identified, more than a fifth of all: were these imported?"
        yield from _told(IMPORTED, signals, _positions(late), message)
    frame = book["signals"]
    names = ("identified", "routed", "acknowledged", "contacted", "outcome", "outcome_reported", "withdrawn")
    instants = np.stack([microseconds(frame[f"{name}_at"]) for name in names])
    later = ((instants < NEVER_US) & (instants > as_of)).any(axis=0)
    message = "with times after the instant of this report: these are not counted"
    yield from _named(LATER, frame, _positions(later), message, severity=Severity.NOTE)


def _of_people(signals: Signals, targets: pd.DataFrame) -> Iterator[Finding]:
    state, row = targets["state"].to_numpy(), targets["signal"].to_numpy()
    message = "routed to nobody who was there when the target fell due: not in any rate"
    help_ = "say who answers:  assigned_to,  or the accounts' ae,  or a row of assignments"
    yield from _told(NO_OWNER_AT_ALL, signals, row[state == NO_OWNER], message, help_)
    unheard = np.isin(state, (BREACHED, BREACHED_OPEN)) & (targets["told_to"] == NONE).to_numpy()
    message = "late, and the owner has no manager to tell (nobody above a manager is told)"
    yield from _told(NOBODY_TOLD, signals, row[unheard], message, "fill in the owner's manager_id in payees")


def _told(
    code: Code, signals: Signals, rows: Ints, message: str, help: str = "",
    severity: Severity = Severity.WARNING,
) -> Iterator[Finding]:  # fmt: skip
    yield from _named(code, signals.frame, np.unique(rows), message, help, severity)


def _named(
    code: Code,
    frame: pd.DataFrame,
    rows: Ints,
    message: str,
    help: str = "",
    severity: Severity = Severity.WARNING,
) -> Iterator[Finding]:
    """One finding for all of these signals: how many, the first of them by name, the place of the first."""
    if not len(rows):
        return
    ids = frame["signal_id"].iloc[rows[:NAMED]].tolist()
    more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
    what = f"{len(rows):,} signals" if len(rows) > 1 else "1 signal"
    place = Place(str(frame["input_file"].iat[rows[0]]), int(frame["input_row"].to_numpy()[rows[0]]))
    yield code.at(place, f"{what} {message} ({', '.join(ids)}{more})", help, severity)


def _positions(flags: npt.ArrayLike) -> Ints:
    return np.asarray(np.flatnonzero(flags), np.int64)

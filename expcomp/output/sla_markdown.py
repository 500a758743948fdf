"""An SLA report as a chat message, and as a note to each manager: short lists, no tables."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from expcomp.output.markdown import escaped
from expcomp.output.sla_frames import seconds
from expcomp.output.sla_headline import headline, title
from expcomp.output.sla_tables import instants, people, person
from expcomp.output.text import spoken_length
from expcomp.reports.in_words import targets_in_words
from expcomp.reports.measured import BREACHED, BREACHED_OPEN
from expcomp.reports.sla import SlaReport

IN_CHAT = 10
"""Late targets of a manager that a chat message names; a note names all."""

COUNTED_IN = {"elapsed": "", "business": " in business time"}


def sla_markdown(report: SlaReport) -> str:
    """Headline, then per manager what is late."""
    return "\n".join([f"**{escaped(title(report))}**", "", *_lines(report), *_by_manager(report)]) + "\n"


def _lines(report: SlaReport) -> Iterator[str]:
    yield from (f"- {escaped(line)}" for line in headline(report))


def _by_manager(report: SlaReport) -> Iterator[str]:
    for manager, rows in report.by_manager(report.escalations):
        yield from ("", f"**{escaped(person(report, manager))}**")
        yield from late_lines(report, rows.head(IN_CHAT))
        if len(rows) > IN_CHAT:
            yield f"- … and {len(rows) - IN_CHAT} more"


def notes(report: SlaReport) -> dict[str, str]:
    """The note to each manager by payee id: what of their people's is late, oldest first."""
    return {
        manager: "\n".join(_note(report, manager, rows)) + "\n"
        for manager, rows in report.by_manager(report.escalations)
    }


def _note(report: SlaReport, manager: str, rows: pd.DataFrame) -> Iterator[str]:
    waiting = rows[rows["state"] == BREACHED_OPEN]
    answered = rows[rows["state"] == BREACHED]
    yield from (f"# Signals of your team: {escaped(person(report, manager))}", "", f"{escaped(title(report))}.", "")
    for heading, part in ((f"Late and not answered: {len(waiting)}", waiting),
                          (f"Answered late, due this week or last: {len(answered)}", answered)):  # fmt: skip
        if len(part):
            yield from (f"## {heading}", "", *late_lines(report, part), "")
    yield "A breach is told to the manager of whoever held the account when it fell due, and to nobody above."


def late_lines(report: SlaReport, rows: pd.DataFrame) -> Iterator[str]:
    """`- Evergreen Rail (warm, S1): contact by Ana Reyes was due 2027-03-25 10:00, 151h00 late, not answered`"""
    named = targets_in_words(report, rows)
    shown = named.assign(
        who=people(report, named["owner"]), due=instants(named["due_us"], report.zone),
        over=seconds(named["overrun_us"]),
    )  # fmt: skip
    yield from (f"- {escaped(_said(row))}" for row in shown.to_dict("records"))


def _said(row: Mapping[Hashable, Any]) -> str:
    what = f"{row['target']} by {row['who']} was due {row['due']}"
    late = f"{spoken_length(row['over'])} late{COUNTED_IN[row['clock']]} ({row['severity']})"
    end = "not answered" if row["state"] == "breached_open" else "answered"
    held = f"; held by {row['chain']}" if row["chain"] else ""
    return f"{row['account']} ({row['urgency']}, {row['signal_id']}): {what}, {late}, {end}{held}"

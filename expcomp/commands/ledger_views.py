"""The ledger's batches as a table, and as the other forms."""

from typing import TextIO

import pandas as pd

from expcomp.commands.closing import Project
from expcomp.commands.forms import Format
from expcomp.ledger.proposal import Proposal
from expcomp.ledger.store import Store
from expcomp.money import to_text
from expcomp.output.csv_form import csv_table
from expcomp.output.machine import to_records
from expcomp.output.markdown import markdown_table
from expcomp.output.table import Table, amounts, counts, texts
from expcomp.output.terminal import Screen

COLUMNS = ("period", "what", "as_of", "lines", "amount_minor", "currency", "prepared_by", "approved_by", "head")


def closings_frame(store: Store) -> pd.DataFrame:
    """COLUMNS: one row per batch and currency; at least one per batch."""
    rows = []
    for closing in store.closings:
        what = "paid before" if closing.kind == "opening" else "closed"
        for currency, minor in closing.amounts.items() or [("", 0)]:
            people = (closing.prepared_by, closing.approved_by)
            rows.append((closing.period, what, closing.as_of, closing.count, minor, currency, *people, closing.head))
    rows += [(each.period, "proposed", "", 0, 0, "", each.prepared_by, "", each.content) for each in pending(store)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"lines": "int64", "amount_minor": "int64"})


def pending(store: Store) -> list[Proposal]:
    """The newest proposal of each period that is not closed."""
    closed = {closing.period for closing in store.closings}
    newest = {proposal.period: proposal for proposal in store.proposals if proposal.period not in closed}
    return list(newest.values())


def closings_table(store: Store) -> Table:
    frame = closings_frame(store)
    columns = (
        *(texts(name.replace("_", " "), frame[name]) for name in ("period", "what", "as_of")),
        counts("lines", frame["lines"]),
        amounts("amount", frame["amount_minor"], quiet=True),
        *(texts(name.replace("_", " "), frame[name]) for name in ("currency", "prepared_by", "approved_by", "head")),
    )
    return Table("Posted", columns, list(frame["currency"]), packed=True, empty="nothing was posted yet")


def standing_text(project: Project, store: Store) -> str:
    closings, waits = store.closings, pending(store)
    if waits:
        return f"open: {waits[-1].period}, proposed by {waits[-1].prepared_by}, waits for approval"
    if not closings:
        return "the next close is the first: it needs --opening"
    return f"open: {project.plans.calendar.parse(closings[-1].period).next()}"


def print_closings(project: Project, store: Store, out: TextIO) -> None:
    screen = Screen(out, None)
    screen.table(closings_table(store))
    screen.write(standing_text(project, store))


def formed(store: Store, form: Format) -> str:
    frame = closings_frame(store)
    if form == "csv":
        return b"".join(bytes(part) for part in csv_table(frame)).decode()
    if form == "markdown":
        return "\n".join(markdown_table(closings_table(store))) + "\n"
    records = [
        {str(name).removesuffix("_minor"): to_text(value, row["currency"]) if name == "amount_minor" else value
         for name, value in row.items()}
        for row in frame.to_dict("records")
    ]  # fmt: skip
    return f'{{"schema_version": 1, "command": "ledger show",\n "batches": [{to_records(records)}]}}\n'

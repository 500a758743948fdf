"""Control totals and provenance as tables: every row and every cent accounted for, and where all of it came from."""

import posixpath
from collections import Counter
from dataclasses import replace

from expcomp.output.pay_tables import netted
from expcomp.output.table import Table, amounts, counts, texts
from expcomp.pay.control import CREDITED
from expcomp.pay.sheet_view import SheetView
from expcomp.period import to_iso
from expcomp.sources.book import OUTCOMES, Book

NOT_CREDITED = ("not_covered", "outside_plan", "no_tier", "role_vacant", "zeroed")
"""Standings of won deals that nobody is credited for."""

DRAFT = "DRAFT"
"""Marks whatever was not closed."""


def named_period(sheet: SheetView) -> str:
    """The period for a title, marked while it may still change."""
    return f"{sheet.period} {DRAFT}" if sheet.is_draft else str(sheet.period)


def file_table(book: Book) -> Table:
    """Rows of every file: read = used + ignored + refused."""
    files = sorted(book.files, key=lambda f: (f.path, f.table))
    columns = (
        texts("file", [f.path for f in files]),
        texts("table", [f.table for f in files]),
        counts("read", [f.rows_read for f in files], adds_up=True),
        counts("used", [f.rows_kept for f in files], adds_up=True),
        counts("ignored", [f.dropped.total() for f in files], adds_up=True),
        counts("refused", [f.refused for f in files], adds_up=True),
        texts("ignored because", [why_ignored(f.dropped) for f in files]),
    )
    return Table("Rows read", columns, [""] * len(files), packed=True, empty="no file was read")


def rows_read(book: Book) -> Table:
    """The same for a narrow page: paths below their common folder, reasons as notes."""
    table = file_table(book)
    file, _, *numbers, reasons = table.columns
    folder = common_folder(book)
    short = texts("file", [below(folder, path) for path in file.values])
    notes = [f"{path}: {reason}" for path, reason in zip(short.values, reasons.values, strict=True) if reason]
    title = f"Rows read from {folder}/" if folder else table.title
    return replace(table, title=title, columns=(short, *numbers), notes=tuple(notes))


def common_folder(book: Book) -> str:
    """The folder that holds every file; "" where there is none."""
    return posixpath.commonpath([posixpath.dirname(file.path) for file in book.files]) if book.files else ""


def below(folder: str, path: str) -> str:
    return path.removeprefix(folder).removeprefix("/")


def money_read(book: Book) -> Table:
    """Money of every file that carries any, by currency: read = used + ignored + refused."""
    rows = [
        (file, currency, sums)
        for file in sorted(book.files, key=lambda f: (f.path, f.table))
        for currency, sums in file.money.items()
    ]
    folder = common_folder(book)
    columns = (
        texts("file", [below(folder, file.path) for file, _, _ in rows]),
        texts("field", [file.money_field for file, _, _ in rows]),
        texts("currency", [currency for _, currency, _ in rows]),
        *(amounts(name, [sums[name] for _, _, sums in rows], quiet=name != "read") for name in OUTCOMES),
    )
    return Table("Money read", columns, [currency for _, currency, _ in rows], packed=True, empty="no money")


def why_ignored(dropped: Counter[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(dropped.items()))


def standing_words(sheet: SheetView, standing: str) -> str:
    """How a standing is said: won deals in, credited and not, then deals that are not won value."""
    if standing == "after_as_of":
        return f"closing after {to_iso(sheet.as_of)}"
    words = standing.replace("_", " ")
    return f"not credited: {words}" if standing in NOT_CREDITED else words


def deal_table(sheet: SheetView) -> Table:
    """Per currency: won value in = credited + not credited by reason; then the deals that are not won value."""
    rows: list[tuple[str, str, int, int]] = []
    for currency, frame in sheet.deal_totals.frame.groupby("currency", sort=True):
        by = {row["standing"]: (int(row["rows"]), int(row["amount_minor"])) for row in frame.to_dict("records")}
        won = [by[name] for name in (CREDITED, *NOT_CREDITED) if name in by]
        rows.append((str(currency), "won", sum(n for n, _ in won), sum(value for _, value in won)))
        order = (CREDITED, *NOT_CREDITED, *sorted(set(by) - {CREDITED, *NOT_CREDITED}))
        rows += [(str(currency), standing_words(sheet, name), *by[name]) for name in order if name in by]
    columns = (
        texts("currency", [row[0] for row in rows]),
        texts("deals", [row[1] for row in rows]),
        counts("count", [row[2] for row in rows]),
        amounts("value", [row[3] for row in rows]),
    )
    return Table("Value of the deals", columns, [row[0] for row in rows], keys=2, empty="no deal")


def sum_table(sheet: SheetView) -> Table:
    """Per currency: the lines, the payees' gross and clawbacks, and what is paid and carried."""
    of_lines = sheet.postings.groupby("currency")["amount_minor"].sum()
    payees = netted(sheet).groupby("currency")[["gross_minor", "clawback_minor", "paid_minor"]].sum()
    frame = payees.assign(lines=of_lines.reindex(payees.index, fill_value=0))
    columns = (
        texts("currency", frame.index),
        amounts("lines", frame["lines"]),
        amounts("gross", frame["gross_minor"]),
        amounts("clawback", frame["clawback_minor"]),
        amounts("together", frame["gross_minor"] + frame["clawback_minor"]),
        amounts("paid", frame["paid_minor"]),
    )
    return Table("Sums that agree", columns, list(frame.index), empty="nothing is paid")


def provenance_table(sheet: SheetView) -> Table:
    """Plan, ledger and day, then every input file with its hash."""
    rows = [(name, value) for name, value in origin(sheet)]
    rows += [(f"input {f.path}", f"sha256 {f.sha256}" if f.sha256 else "") for f in sheet.book.files]
    return Table("Provenance", (texts("what", [r[0] for r in rows]), texts("value", [r[1] for r in rows])))


def origin(sheet: SheetView) -> list[tuple[str, str]]:
    """Where the sheet came from, for people."""
    day = to_iso(sheet.as_of)
    if sheet.quarter_to_date:
        day += f", {sheet.pay_periods[-1].span} to date: the exports end there"
    plans = [(f"plan {plan.label}", f"{plan.path}, hash {plan.hash[:12]}") for plan in sheet.plans_used]
    return [
        ("period", str(sheet.period)), ("as of", day), *plans, ("compared with", sheet.compared_with),
        ("status", f"{DRAFT}: {sheet.status}" if sheet.is_draft else sheet.status),
    ]  # fmt: skip

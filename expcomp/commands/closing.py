"""From the exports to what is posted: preflight, read once, calculate (design page 6, steps 1 to 3)."""

import platform
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

from expcomp import __version__
from expcomp.blocks import Told
from expcomp.commands.archive import FOLDER, deals_of, with_carried
from expcomp.commands.make import period_of, plans_of
from expcomp.commands.opening import (
    COMPUTED,
    FROM_FILE,
    NONE,
    computed_opening,
    nothing_posted,
    opening_blocks,
    opening_from,
)
from expcomp.commands.project_ledger import BALANCE, PAID_BEFORE, PINNED_FRAME, plans_used, posted_of
from expcomp.commands.reading import reading
from expcomp.diagnostics import Code, Finding, Refused
from expcomp.ledger.batch import CONFIG, INPUT, OPENING, PERIOD, PLAN, Batch, Closing, documents_of
from expcomp.ledger.chain import START
from expcomp.ledger.proposal import Proposal
from expcomp.ledger.store import open_store
from expcomp.ledger.verify import check
from expcomp.pay.as_posted import as_posted
from expcomp.pay.closed_sheet import frames_of
from expcomp.pay.facts_end import newest_fact
from expcomp.pay.posted import CLOSED, NOT_NEXT, ONLY_PAY_PERIODS, Posted
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import Period, to_iso
from expcomp.plan.load import shown
from expcomp.plan.model import SPANS
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import PlanSet, refuse_edited
from expcomp.sources.book import Book
from expcomp.sources.config import Config, find_project, load_config
from expcomp.sources.pinned import no_pins
from expcomp.sources.read import read_book

OPENING_NEEDED = Code("L105", "opening-needed")
OLD_EXPORTS = Code("L115", "exports-end-before-the-close")
OPENING_TWICE = Code("L106", "opening-given-twice")

Files = dict[tuple[str, str], bytes]


@dataclass(frozen=True)
class Project:
    """What a close reads before the exports: the folder, its settings, the plans; and the bytes of each."""

    root: Path
    config: Config
    plans: PlanSet
    files: Files = field(repr=False)

    @property
    def ledger(self) -> Path:
        return self.root / self.config.ledger

    def out(self, period: str) -> Path:
        return self.root / self.config.out / period

    def period(self, text: str) -> Period:
        """Raises `Refused` for one that is no pay period (L103)."""
        found, span = period_of(self.plans.calendar, text), SPANS[self.config.pay_period]
        if found.span is not span:
            pay_period = self.plans.calendar.period_of(span, found.first_day)
            message = f"{found} is a {found.span}, and pay is closed by {span}"
            raise Refused(ONLY_PAY_PERIODS.at(None, message, f"--period {pay_period}"))
        return found


def open_project(folder: Path | None) -> Project:
    files: Files = {}
    root = find_project(None, folder).root
    config = load_config(root, kept=lambda name, data: files.update({(CONFIG, name): data}))
    plans = plans_of(root, config.plans, None, kept=lambda name, data: files.update({(PLAN, name): data}))
    return Project(root, config, plans, files)


@dataclass(frozen=True)
class Standing:
    """What the ledger says before a close: its batches, all intact, and what they posted."""

    closings: tuple[Closing, ...] = ()
    posted: Posted = field(default_factory=nothing_posted)
    proposals: tuple[Proposal, ...] = ()
    plans: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def head(self) -> bytes:
        return self.closings[-1].hash if self.closings else START


def standing(ledger: Path) -> Standing:
    """Raises `Refused` (L2xx) for a ledger that is not intact."""
    if not ledger.exists():
        return Standing()
    with open_store(ledger) as store:
        closings = tuple(check(store))
        return Standing(closings, posted_of(store, closings), tuple(store.proposals), plans_used(store, closings))


def check_turn(period: Period, project: Project, ledger: Standing, opening: str | None) -> None:
    """Periods are closed in order, and what was paid before is said once. Raises `Refused` (L101, L102, L105, L106)."""
    if not ledger.closings:
        if opening is None:
            raise Refused(OPENING_NEEDED.at(None, _never_closed(period), OPENINGS))
        return
    for closing in ledger.closings:
        if closing.period == str(period):
            raise Refused(CLOSED.at(None, _closed_already(closing), _see(closing)))
    refuse_edited(project.plans, ledger.plans)
    last = project.plans.calendar.parse(ledger.closings[-1].period)
    if period != last.next():
        message = f"the ledger runs to {last}: {last.next()} comes before {period}; nothing was posted"
        raise Refused(NOT_NEXT.at(None, message, f"close {last.next()} first"))
    if opening is not None:
        message = "--opening is for the first close: what was paid before is in the ledger already; nothing was posted"
        raise Refused(OPENING_TWICE.at(None, message, "leave it out"))


def _never_closed(period: Period) -> str:
    return f"{period} is the first period to be closed: what was paid before it? nothing was posted"


OPENINGS = (
    "--opening none  if nobody was paid for anything before, --opening computed  if all that was earned by then was "
    "paid, --opening FILE  with the lines that were paid"
)


def _closed_already(closing: Closing) -> str:
    people = " and ".join(name for name in (closing.prepared_by, closing.approved_by) if name)
    by = f" by {people}" if people else ""
    return f"{closing.period} is closed{by}, {closing.count:,} lines, head {closing.head[:12]}: it stands as paid"


def _see(closing: Closing) -> str:
    return (
        f"expcomp payout --period {closing.period}  shows it, expcomp ledger export --period {closing.period}  writes "
        "its sheets again; what changed since is paid in the next period"
    )


@dataclass(frozen=True)
class Prepared:
    """What would be posted, in order, and the sheet that is its last batch; `newest`: the day of the newest dated
    fact."""

    sheet: Sheet
    newest: int
    batches: list[Batch]


def prepare(
    project: Project, period: Period, ledger: Standing, opening: str | None, by: str, *, old_exports: bool = False
) -> Prepared:
    """Read the exports once, keeping their bytes, and calculate. Raises `Refused` (L115) for exports that end before
    the period, unless `old_exports` may."""
    files = dict(project.files)
    with reading() as progress:
        book = read_book(
            project.config, project.root, needs_of(project.plans), progress=progress,
            kept=lambda name, data: files.update({(INPUT, name): data}), posted_deals=deals_of(ledger.posted),
        )  # fmt: skip
    newest = newest_fact(book, project.plans)
    if newest < period.first_day and not old_exports:
        raise Refused(_exports_end(period, newest))
    if ledger.closings:
        with open_store(project.ledger) as store:
            book = with_carried(book, ledger.posted, project.plans, store, ledger.closings)
    before, posted = _opening(project, book, period, opening, by)
    span = SPANS[project.config.pay_period]
    sheet = payout(project.plans, book, period, span, period.last_day, posted or ledger.posted)
    said = {None: "", NONE: NONE, COMPUTED: COMPUTED}.get(opening, FROM_FILE)
    folder = pd.DataFrame({"shown": [shown(project.root / project.config.data, project.root)]})
    return Prepared(sheet, newest, [*before, _batch(sheet, files, folder, by, said)])


def _exports_end(period: Period, newest: int) -> Finding:
    end = f"end on {to_iso(newest)}" if newest >= 0 else "hold no dated fact"
    message = f"the exports {end}, before {period} begins on {to_iso(period.first_day)}; nothing was posted"
    help_ = "bring the exports of the period, or say  --allow-old-exports  if nothing happened in it"
    return OLD_EXPORTS.at(None, message, help_)


def _batch(sheet: Sheet, files: Files, folder: pd.DataFrame, by: str, opening: str) -> Batch:
    frames = kept_frames(sheet) | {FOLDER: folder}
    return Batch(
        PERIOD, str(sheet.period), to_iso(sheet.as_of), sheet.blocks, documents_of(files, frames), by,
        opening=opening, versions=versions(),
    )  # fmt: skip


def _opening(
    project: Project, book: Book, first: Period, opening: str | None, by: str
) -> tuple[list[Batch], Posted | None]:
    """The batch of what was paid before, none where nothing was; and it as posted lines."""
    if opening in (None, NONE):
        return [], None
    before = first.previous()
    frames = {PINNED_FRAME: no_pins(), "payees": no_balance()}
    if opening == COMPUTED:
        sheet = computed_opening(project.plans, book, before, SPANS[project.config.pay_period])
        frames |= {PINNED_FRAME: sheet.to_pin}
        blocks = partial(opening_blocks, sheet)
    else:
        path = Path(str(opening))
        lines = opening_from(path, shown(path.absolute(), Path.cwd()), project.plans.calendar, first)
        blocks = partial(iter, [Told(lines)])
    batch = Batch(
        OPENING, str(before), to_iso(before.last_day), blocks, documents_of({}, frames), by,
        opening=COMPUTED if opening == COMPUTED else FROM_FILE, versions=versions(),
    )  # fmt: skip
    posted = Posted(as_posted(batch.blocks()), frames[PINNED_FRAME], (batch.period,), no_balance(), PAID_BEFORE)
    return [batch], posted


def kept_frames(sheet: Sheet) -> dict[str, pd.DataFrame]:
    """What is kept of a sheet beside its lines."""
    return frames_of(sheet) | {PINNED_FRAME: sheet.to_pin}


def no_balance() -> pd.DataFrame:
    """Nobody owes anything."""
    return pd.DataFrame({name: pd.Series([], dtype="int64" if name.endswith("_minor") else "str") for name in BALANCE})


def versions() -> str:
    """The programs that computed it: what an auditor asks for when a result changes."""
    found: Mapping[str, str] = {
        "expcomp": __version__,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "pandas": pd.__version__,
        "pyarrow": pa.__version__,
    }
    return ", ".join(f"{name} {version}" for name, version in found.items())

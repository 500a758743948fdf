"""From a project folder to its plans, and to a sheet: what several commands begin with."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from expcomp.commands.archive import deals_of, with_carried
from expcomp.commands.instant import read_day
from expcomp.commands.plans_read import NO_PLANS, plan_files
from expcomp.commands.project_ledger import closing_of, plans_used, posted_of, project_store
from expcomp.commands.reading import reading
from expcomp.diagnostics import Code, Refused
from expcomp.ledger.batch import Closing
from expcomp.ledger.store import Store
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet, payout
from expcomp.pay.sheet_view import SheetView
from expcomp.period import FiscalCalendar, Period, to_day
from expcomp.plan.load import Kept, load_plans, shown
from expcomp.plan.model import SPANS
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import PlanSet, plan_set, refuse_edited
from expcomp.sources.book import Book, Needs
from expcomp.sources.config import Config, find_project, load_config
from expcomp.sources.posted import read_posted
from expcomp.sources.read import read_book

WRONG_PERIOD = Code("C302", "not-a-period")


Of = TypeVar("Of", bound=SheetView)


def sheet_of(
    closed: Callable[[Store, Closing], Of],
    project: Path | None,
    period: str,
    plans: Sequence[Path] | None,
    as_of: str | None,
    posted: Path | None,
    *,
    lenient: bool = False,
) -> Of | Sheet:
    """Of a closed period what `closed` makes of the ledger, any other computed. Raises `Refused` with whatever keeps it
    from being computed."""
    root = find_project(None, project).root
    if posted is None and (store := project_store(root, load_config(root))) is not None:
        with store:
            if closing := closing_of(store, period):
                return closed(store, closing)
    return make_sheet(project, period, plans, as_of, posted, lenient=lenient)


def make_sheet(
    project: Path | None,
    period: str,
    plans: Sequence[Path] | None,
    as_of: str | None,
    posted: Path | None,
    *,
    lenient: bool = False,
) -> Sheet:
    """Raises `Refused` with whatever keeps the sheet from being computed; when `lenient`, wrong rows do not."""
    root, config, in_force = project_plans(project, plans)
    wanted = period_of(in_force.calendar, period)
    day = day_of("--as-of", as_of)
    ledger = None if posted else project_store(root, config)
    with ledger or nullcontext() as store:
        lines = posted_before(store, posted)
        book = exports_of(root, config, in_force, store, lines, lenient=lenient)
        if store is not None and lines is not None:
            book = with_carried(book, lines, in_force, store, store.closings)
    return payout(in_force, book, wanted, SPANS[config.pay_period], day, lines)


def posted_before(store: Store | None, file: Path | None = None) -> Posted | None:
    """The lines of a file, else those of the ledger; None where there is neither."""
    if file is not None:
        return Posted(read_posted(file, shown(file, Path.cwd())), source=str(file))
    return posted_of(store, store.closings) if store is not None and store.closings else None


def exports_of(
    root: Path, config: Config, plans: PlanSet, store: Store | None, posted: Posted | None, *, lenient: bool = False
) -> Book:
    """Today's exports. Raises `Refused` for what is wrong in them, and for a plan that is another than a closed period
    used."""
    if store is not None:
        refuse_edited(plans, plans_used(store, store.closings))
    with reading() as progress:
        needs, deals = needs_of(plans), deals_of(posted)
        return read_book(config, root, needs, lenient=lenient, progress=progress, posted_deals=deals)


def project_plans(project: Path | None, named: Sequence[Path] | None) -> tuple[Path, Config, PlanSet]:
    """The project's folder, its settings, and the plans named, else those of its folder."""
    root = find_project(None, project).root
    config = load_config(root)
    return root, config, plans_of(root, config.plans, named)


def terms_of(
    root: Path, config: Config, plans: Sequence[Path] | None, period: str | None
) -> tuple[Needs, Period | None]:
    """What the plans want of the data, and the period by their calendar. Where there is no plan yet: any value column
    will do, and the calendar year, the config's zone and US dollars are taken."""
    calendar = FiscalCalendar()
    try:
        in_force = plans_of(root, config.plans, plans)
        needs, calendar = needs_of(in_force), in_force.calendar
    except Refused as refused:
        if refused.findings[0].code != NO_PLANS.id:
            raise
        needs = Needs(ZoneInfo(config.timezone or "UTC"), "USD", value="")
    return needs, None if period is None else period_of(calendar, period)


def plans_of(root: Path, folder: str, named: Sequence[Path] | None, kept: Kept | None = None) -> PlanSet:
    if named:
        return plan_set(load_plans(list(named), root, kept))
    return plan_set(load_plans(plan_files(root / folder, folder), root, kept))


def period_of(calendar: FiscalCalendar, text: str) -> Period:
    try:
        return calendar.parse(text)
    except ValueError as error:
        raise Refused(WRONG_PERIOD.at(None, str(error), _nearest_form(text))) from None


def _nearest_form(text: str) -> str:
    """`Q1-2027` and `2027q1` → the form to write."""
    digits = "".join(c for c in text if c.isdigit())
    letter = next((c.upper() for c in text if c.upper() in "QH"), "")
    year = next((digits[i : i + 4] for i in range(len(digits) - 3) if digits[i : i + 2] == "20"), "")
    part = digits.replace(year, "", 1) if year else ""
    if year and letter and len(part) == 1:
        return f"did you mean {year}{letter}{part}?"
    return f"did you mean {year}-{part}?" if year and len(part) == 2 and not letter else ""


def day_of(option: str, text: str | None) -> int | None:
    """The day that an option names, None where it is not given. Raises `Refused` (C303)."""
    return None if text is None else to_day(read_day(option, text))

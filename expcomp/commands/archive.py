"""The inputs that a close kept, read again as they were then."""

import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path, PurePosixPath

from expcomp.commands.reading import reading
from expcomp.ledger.batch import CONFIG, FRAME, INPUT, PERIOD, PLAN, Closing
from expcomp.ledger.store import Store
from expcomp.pay.posted import Posted
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.nodes import decode
from expcomp.plan.versions import PlanSet, plan_set
from expcomp.sources.archived import carry
from expcomp.sources.book import Book
from expcomp.sources.config import FILE, Config, load_config
from expcomp.sources.read import read_book

FOLDER = "folder"
"""The frame that says how the data folder was shown in the places of its files."""


def archived_config(store: Store, closing: Closing) -> Config:
    with tempfile.TemporaryDirectory() as name:
        for document in store.documents(closing, CONFIG):
            (Path(name) / FILE).write_bytes(document.content)
        return load_config(Path(name))


def archived_plans(store: Store, closing: Closing) -> PlanSet:
    found = store.documents(closing, PLAN)
    return plan_set([bind_plan(decode(plan.content, plan.name), plan.name) for plan in found])


def archived_book(
    store: Store, closing: Closing, plans: PlanSet, folder: str | None = None, posted_deals: Collection[str] = ()
) -> Book:
    """The exports of a closed period, at the places they had then or, with `folder`, below that."""
    config = archived_config(store, closing)
    shown = folder or str(store.document(closing, FRAME, FOLDER).tell()["shown"].iloc[0])
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        for document in store.documents(closing, INPUT):
            path = data / document.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document.content)
        there = config.model_copy(update={"data": "data"})
        with reading() as progress:
            return read_book(
                there, Path(name), needs_of(plans), progress=progress, shown=_below(data, shown),
                posted_deals=posted_deals,
            )  # fmt: skip


def with_carried(book: Book, posted: Posted, plans: PlanSet, store: Store, closings: Sequence[Closing]) -> Book:
    """The Book with posted deals that the exports hold no more, from the newest of these closed periods that does.
    Raises `Refused` (D545) for one that ought to be there."""
    cancelled = set(book["cancellations"]["deal_id"])
    missing, counted = posted.carried(book, cancelled), posted.counted(book, cancelled)
    if not missing and not counted:
        return book
    deals = deals_of(posted)
    newest_first = (
        (closing.period, archived_book(store, closing, plans, closing.period, deals))
        for closing in reversed(closings)
        if closing.kind == PERIOD
    )
    return carry(book, missing, newest_first, counted)


def deals_of(posted: Posted | None) -> Collection[str]:
    """Every deal with a posted line or a pinned fact."""
    return () if posted is None else {*posted.lines["deal_id"], *posted.pinned["deal_id"]} - {""}


def _below(data: Path, shown: str) -> Callable[[Path], str]:
    return lambda path: (PurePosixPath(shown) / path.relative_to(data).as_posix()).as_posix()

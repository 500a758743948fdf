"""A closed period computed again from what its close kept."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

import pandas as pd

from expcomp.blocks import Block, evenly, told
from expcomp.commands.archive import FOLDER, archived_book, archived_config, archived_plans, deals_of, with_carried
from expcomp.commands.closing import kept_frames
from expcomp.commands.opening import COMPUTED, computed_opening, opening_blocks
from expcomp.commands.project_ledger import PINNED_FRAME, closed_status, posted_of
from expcomp.ledger.batch import FRAME, OPENING, Closing, Document, documents_of
from expcomp.ledger.cells import rows_of
from expcomp.ledger.entries import BLOCK
from expcomp.ledger.store import Store
from expcomp.pay.sheet import Sheet, payout
from expcomp.plan.model import SPANS


def replayed(store: Store, closing: Closing) -> Sheet:
    """The sheet of a closed period, from its archived inputs and plans and what was posted before it."""
    plans, config = archived_plans(store, closing), archived_config(store, closing)
    earlier = store.closings[: closing.number - 1]
    posted = posted_of(store, earlier)
    period = plans.calendar.parse(closing.period)
    book = archived_book(store, closing, plans, posted_deals=deals_of(posted))
    if earlier:
        book = with_carried(book, posted, plans, store, earlier)
    sheet = payout(plans, book, period, SPANS[config.pay_period], period.last_day, posted)
    return replace(sheet, closed_as=closed_status(store, closing))


def differences(store: Store, closing: Closing) -> tuple[int, list[str]]:
    """How many frames were compared beside the lines, and what is not the same."""
    sheet = replayed(store, closing)
    kept = {document.name: document for document in store.documents(closing, FRAME)}
    again = {document.name: document for document in documents_of({}, kept_frames(sheet))}
    wrong = [*_differing_lines(store, closing, sheet.blocks()), *_differing_opening(store, closing, sheet)]
    names = sorted((set(kept) | set(again)) - {FOLDER})
    wrong += [
        f"the table {name} is not the same"
        for name in names
        if name not in kept or name not in again or kept[name].sha256 != again[name].sha256
    ]
    return len(names), wrong


def _differing_lines(store: Store, closing: Closing, blocks: Iterable[Block]) -> Iterator[str]:
    """Each line that is not the same, and one that says so where there are more or fewer of them."""
    count = 0
    both = zip_longest(evenly(told(store.lines(closing)), BLOCK), evenly(told(blocks), BLOCK))
    for then, now in both:
        count += 0 if now is None else len(now)
        if then is not None and now is not None:
            yield from _differing(then, now)
    if count != closing.count:
        yield f"{closing.count:,} lines were posted, and there are {count:,}"


def _differing(posted: pd.DataFrame, now: pd.DataFrame) -> Iterator[str]:
    then, again = rows_of(posted), rows_of(now.reindex(columns=posted.columns))
    if then.equals(again):
        return
    for number, (one, other) in enumerate(zip(then.to_pylist(), again.to_pylist(), strict=False)):
        if one != other:
            columns = [name for name in posted.columns if str(posted[name].iloc[number]) != str(now[name].iloc[number])]
            row = posted.iloc[number]
            yield f"{row['payee_id']} {row['deal_id']} {row['component']} {row['milestone']}: {', '.join(columns)}"


def _differing_opening(store: Store, closing: Closing, sheet: Sheet) -> Iterator[str]:
    """What was paid before, where it was computed from the same exports."""
    before = store.closings[closing.number - 2] if closing.number > 1 else None
    if before is None or before.kind != OPENING or before.opening != COMPUTED:
        return
    plans, period = sheet.plans, sheet.plans.calendar.parse(before.period)
    book = archived_book(store, closing, plans)
    again = computed_opening(plans, book, period, sheet.settled.pay_span)
    yield from _differing_lines(store, before, opening_blocks(again))
    if store.document(before, FRAME, PINNED_FRAME).sha256 != Document.of_frame(PINNED_FRAME, again.to_pin).sha256:
        yield "the pinned facts of what was paid before are not the same"

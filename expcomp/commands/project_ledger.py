"""The project's ledger, and what it holds of closed periods in the forms that pay works with."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pandas as pd

from expcomp.blocks import Block
from expcomp.lanes import side_by_side
from expcomp.ledger.batch import FRAME, OPENING, PERIOD, Closing
from expcomp.ledger.store import Store, open_store
from expcomp.pay.as_posted import COLUMNS, as_posted
from expcomp.pay.closed_sheet import ClosedSheet
from expcomp.pay.posted import Posted
from expcomp.sources.config import Config
from expcomp.sources.pinned import no_pins

PINNED_FRAME = "pinned"
PAID_BEFORE, NOTHING = "what was paid before the first close", "nothing was posted before"
BALANCE = ["payee_id", "currency", "carried_forward_minor"]


def project_store(root: Path, config: Config) -> Store | None:
    """None where nothing was closed yet."""
    path = root / config.ledger
    return open_store(path) if path.exists() else None


def posted_of(store: Store, closings: Sequence[Closing]) -> Posted:
    """What these batches, the first of the ledger, posted; lines in the order posted."""
    pinned = [store.document(closing, FRAME, PINNED_FRAME).tell() for closing in closings]
    lines = chain.from_iterable(store.lines(closing, COLUMNS) for closing in closings)
    if all(closing.kind == OPENING for closing in closings):
        source = PAID_BEFORE if closings else NOTHING
    else:
        source = f"{store.path.name}, head {closings[-1].head[:12]}"
    return Posted(
        as_posted(lines),
        pd.concat([no_pins(), *pinned], ignore_index=True),
        tuple(closing.period for closing in closings),
        carried_forward(store.document(closings[-1], FRAME, "payees").tell()) if closings else None,
        source,
    )


def closing_of(store: Store, period: str) -> Closing | None:
    """Of a closed period; None for one that is open."""
    return next((each for each in store.closings if each.kind == PERIOD and each.period == period), None)


def plans_used(store: Store, closings: Sequence[Closing]) -> dict[tuple[str, str], str]:
    """The hash of every version that was in force in a closed period, or before."""
    used: dict[tuple[str, str], str] = {}
    for closing in closings:
        if closing.kind == PERIOD:
            frame = store.document(closing, FRAME, "plans").tell()
            frame = frame[frame["begun"] == "yes"]
            used |= dict(zip(zip(frame["id"], frame["version"], strict=True), frame["hash"], strict=True))
    return used


def carried_forward(payees: pd.DataFrame) -> pd.DataFrame:
    """The balances that a closed period left."""
    return payees[BALANCE]


def closed_sheet(store: Store, closing: Closing) -> ClosedSheet:
    documents = (document for document in store.documents(closing, FRAME) if document.name != PINNED_FRAME)
    frames = dict(side_by_side(lambda document: (document.name, document.tell()), documents))

    def told(wanted: Collection[str]) -> Iterator[Block]:
        with open_store(store.path) as again:
            yield from again.lines(closing, wanted)

    return ClosedSheet.of(told, frames, closed_status(store, closing))


def closed_status(store: Store, closing: Closing) -> str:
    lines = f"entries {closing.first:,} to {closing.last:,}" if closing.count else "no entry"
    by = "".join(
        f", {verb} by {name}"
        for verb, name in (("prepared", closing.prepared_by), ("approved", closing.approved_by))
        if name
    )
    return f"closed in {store.path.name}: {lines}{by}, head {closing.head}"

"""The project's ledger, and what it holds of closed periods in the forms that pay works with."""

from pathlib import Path

import pandas as pd

from expcomp.ledger.batch import FRAME, Closing
from expcomp.ledger.store import Store, open_store
from expcomp.pay.as_posted import as_posted
from expcomp.pay.closed_sheet import ClosedSheet
from expcomp.pay.lines import LINE_COLUMNS, complete
from expcomp.pay.posted import Posted
from expcomp.sources.config import Config


def project_store(root: Path, config: Config) -> Store | None:
    """None where nothing was closed yet."""
    path = root / config.ledger
    return open_store(path) if path.exists() else None


def posted_of(store: Store) -> Posted:
    """Every posted line, in the order posted, as far as the ledger goes."""
    closings = store.closings
    lines = [complete(store.lines(closing))[LINE_COLUMNS] for closing in closings]
    frame = pd.concat(lines, ignore_index=True) if lines else complete(pd.DataFrame(columns=LINE_COLUMNS))
    source = f"{store.path.name}, head {closings[-1].head[:12]}" if closings else store.path.name
    return Posted(as_posted(frame), closed=tuple(closing.period for closing in closings), source=source)


def closed_sheet(store: Store, closing: Closing) -> ClosedSheet:
    frames = {document.name: document.frame for document in store.documents(closing, FRAME)}
    return ClosedSheet.of(store.lines(closing), frames, closed_status(store, closing))


def closed_status(store: Store, closing: Closing) -> str:
    lines = f"entries {closing.first:,} to {closing.last:,}" if closing.count else "no entry"
    by = "".join(
        f", {verb} by {name}"
        for verb, name in (("prepared", closing.prepared_by), ("approved", closing.approved_by))
        if name
    )
    return f"closed in {store.path.name}: {lines}{by}, head {closing.head}"

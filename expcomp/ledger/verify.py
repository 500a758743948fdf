"""Whether a ledger is what was posted: SQLite's own checks, every hash, every sum."""

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from expcomp.diagnostics import Finding, Place, Refused
from expcomp.lanes import side_by_side
from expcomp.ledger.batch import Closing, Document
from expcomp.ledger.chain import START, documents_hash
from expcomp.ledger.entries import Entries
from expcomp.ledger.faults import CHAIN_BROKEN, RESTORE, damaged

if TYPE_CHECKING:
    from expcomp.ledger.store import Store


def verify(store: "Store") -> list[Finding]:
    """What is wrong; nothing when the ledger is intact. Raises `Refused` where it cannot even be read."""
    if trouble := store.trouble():
        return [damaged(store.path, trouble)]
    try:
        return [*_broken(store)]
    except (ValueError, zlib.error) as error:
        return [damaged(store.path, str(error))]


def check(store: "Store") -> list[Closing]:
    """The batches of a ledger that is intact. Raises `Refused` for any other."""
    if findings := verify(store):
        raise Refused(findings)
    return store.closings


def _broken(store: "Store") -> Iterator[Finding]:
    """The first thing in each batch that is not as it was posted."""
    closings = store.closings
    for before, closing in zip([None, *closings], closings, strict=False):
        found = next(wrong_with(store, closing, before), None)
        if found is not None:
            yield CHAIN_BROKEN.at(Place.of(store.path), f"{closing.period}: {found}", RESTORE)
            return
    last = closings[-1].last if closings else 0
    if store.count("entry") != last:
        yield CHAIN_BROKEN.at(Place.of(store.path), f"there are entries after the last one posted, {last}", RESTORE)
    yield from _proposals(store)


def wrong_with(store: "Store", closing: Closing, before: Closing | None) -> Iterator[str]:
    """What of a batch is not as it was posted behind the one before it. ValueError and zlib.error where it cannot be
    told."""
    number, first = (before.number + 1, before.last + 1) if before else (1, 1)
    held = store.held(closing)
    if (closing.number, closing.first) != (number, first) or held != closing.count:
        yield f"it holds {held} entries, and {closing.count} were posted"
        return
    previous = before.hash if before else START
    for wrong, last in side_by_side(_wrong_and_last, store.entries(closing)):
        if wrong:
            yield wrong
        previous = last
    if store.sums(closing.first, closing.last) != closing.sums:
        yield "its entries do not add up to the sum that was posted"
    documents = []
    for document, is_as_kept in side_by_side(_as_kept, store.documents_as_written(closing)):
        if not is_as_kept:
            yield f"{document.kind} {document.name} is not as it was kept"
        documents.append((document.kind, document.name, document.sha256))
    if documents_hash(documents) != closing.documents:
        yield "a file that was kept with it is not as it was"
    if closing.previous != previous:
        yield "its closing does not follow its last entry"


def _wrong_and_last(entries: Entries) -> tuple[str, bytes]:
    return entries.wrong(entries.keys), entries.hashes[-1]


def _as_kept(written: tuple[Document, str, str]) -> tuple[Document, bool]:
    """Compared with the hashes that stand beside it; the body's first, so that only what was kept is unpacked."""
    document, content, packed = written
    return document, document.packed == packed and document.sha256 == content


def _proposals(store: "Store") -> Iterator[Finding]:
    previous = START
    for proposal in store.proposals:
        if not proposal.is_intact(previous):
            message = f"proposal {proposal.number} for {proposal.period} is not as it was stored"
            yield CHAIN_BROKEN.at(Place.of(store.path), message, RESTORE)
            return
        previous = proposal.hash

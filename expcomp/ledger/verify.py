"""Whether a ledger is what was posted: SQLite's own checks, every hash, every sum."""

import zlib
from collections.abc import Iterator

from expcomp.diagnostics import Finding, Place, Refused
from expcomp.ledger.batch import Closing
from expcomp.ledger.chain import START, documents_hash, sealed, sums_text
from expcomp.ledger.faults import CHAIN_BROKEN, RESTORE, damaged
from expcomp.ledger.store import Store, relinked


def verify(store: Store) -> list[Finding]:
    """What is wrong; nothing when the ledger is intact. Raises `Refused` where it cannot even be read."""
    try:
        if trouble := store.trouble():
            return [damaged(store.path, trouble)]
        return [*_broken(store)]
    except (ValueError, zlib.error) as error:
        return [damaged(store.path, str(error))]


def check(store: Store) -> list[Closing]:
    """The batches of a ledger that is intact. Raises `Refused` for any other."""
    if findings := verify(store):
        raise Refused(findings)
    return store.closings


def _broken(store: Store) -> Iterator[Finding]:
    """The first thing in each batch that is not as it was posted."""
    previous, first = START, 1
    for number, closing in enumerate(store.closings, 1):
        found = next(_of_batch(store, closing, number, first, previous), None)
        if found is not None:
            yield CHAIN_BROKEN.at(Place.of(store.path), f"{closing.period}: {found}", RESTORE)
            return
        previous, first = closing.hash, closing.last + 1
    if store.count("entry") != first - 1:
        yield CHAIN_BROKEN.at(
            Place.of(store.path), f"there are entries after the last one posted, {first - 1}", RESTORE
        )
    yield from _proposals(store)


def _of_batch(store: Store, closing: Closing, number: int, first: int, previous: bytes) -> Iterator[str]:
    sums: dict[str, int] = {}
    expected = first
    for rows in store.entries(closing):
        for row, linked in zip(rows, relinked(previous, rows), strict=True):
            if row[0] != expected:
                yield f"entry {expected} is missing"
            if row[-2] != previous or row[-1] != linked:
                yield f"entry {row[0]} ({_said(row)}) is not as it was posted"
            previous, expected = linked, expected + 1
            sums[row[8]] = sums.get(row[8], 0) + row[12]
    if closing.number != number or closing.first != first or closing.count != expected - first:
        yield f"it holds {expected - first} entries, and {closing.count} were posted"
    if sums_text(sums) != closing.sums:
        yield "its entries do not add up to the sum that was posted"
    for document, written in zip(store.documents(closing), store.hashes(closing), strict=True):
        if written != (document.sha256, document.packed):
            yield f"{document.kind} {document.name} is not as it was kept"
    if documents_hash(store.documents(closing)) != closing.documents:
        yield "a file that was kept with it is not as it was"
    if closing.previous != previous or sealed(closing) != closing:
        yield "the record of its closing is not as it was posted"


def _said(row: tuple[object, ...]) -> str:
    payee, deal, component = row[4], row[5], row[6]
    return " ".join(str(part) for part in (payee, deal, component) if part)


def _proposals(store: Store) -> Iterator[Finding]:
    previous = START
    for proposal in store.proposals:
        if not proposal.is_intact(previous):
            message = f"proposal {proposal.number} for {proposal.period} is not as it was stored"
            yield CHAIN_BROKEN.at(Place.of(store.path), message, RESTORE)
            return
        previous = proposal.hash

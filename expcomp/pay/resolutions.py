"""What people decided about findings of posted deals: that a fact stands as it was pinned, or moves on purpose."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from expcomp.diagnostics import Code, Finding, Severity
from expcomp.pay.pins import ACCOUNT, RATE, ROLE, TARGET
from expcomp.places import cell, place_of
from expcomp.sources.book import Book
from expcomp.sources.pinned import standing

FITS_NOTHING = Code("D558", "resolution-fits-nothing")

KEEP, MOVE = "keep", "move"
DRIFT = ("drift", "d546")
"""A resolution that names no one fact: every fact of the deal that has drifted."""


@dataclass(frozen=True)
class Resolved:
    """`standing`: the pinned facts that count (`sources/pinned.py`); `moved`: those that a resolution moves, with
    `moved_by`, its place, and as `value` what was pinned."""

    standing: pd.DataFrame
    moved: pd.DataFrame


def resolve(book: Book, pinned: pd.DataFrame) -> Resolved:
    """`pinned`: all rows of closed periods in their order. A resolution moves a fact once: when a fact it has moved
    drifts again, that is another decision."""
    rows, now = book["resolutions"], standing(pinned)
    moves = {
        at: (deal, finding)
        for at, (deal, finding, decision) in enumerate(
            zip(rows["deal_id"], _words(rows, "finding"), _words(rows, "decision"), strict=True)
        )
        if decision == MOVE
    }
    taken: dict[int, tuple[str, str]] = {}
    for at, (deal, finding) in moves.items():
        by, place = said(rows, at), str(place_of(rows, at))
        of_deal = now[(now["deal_id"] == deal).to_numpy()]
        for row, fact, moved_by in zip(of_deal.index, of_deal["fact"], of_deal["moved_by"], strict=True):
            if _is_about(finding, fact) and moved_by != by:
                taken[row] = by, place
    gone = now.loc[list(taken)]
    moved = gone.assign(moved_by=[by for by, _ in taken.values()], place=[place for _, place in taken.values()])
    return Resolved(now.drop(index=list(taken)).reset_index(drop=True), moved.reset_index(drop=True))


def kept(book: Book) -> set[tuple[str, str]]:
    """(deal id, finding) that stand by a resolution."""
    rows = book["resolutions"]
    keep = [decision == KEEP for decision in _words(rows, "decision")]
    return {
        (deal, finding)
        for deal, finding, is_kept in zip(rows["deal_id"], _words(rows, "finding"), keep, strict=True)
        if is_kept
    }


def is_kept(deal: str, fact: str, decided: set[tuple[str, str]]) -> bool:
    return any((deal, finding) in decided for finding in (fact.casefold(), *DRIFT))


def stands_though_missing(book: Book) -> set[str]:
    """Deals that a resolution keeps though no export holds them: any `keep` that is not about a fact."""
    return {deal for deal, finding in kept(book) if not _is_fact(finding)}


def fit_nothing(book: Book, pinned: pd.DataFrame) -> Iterator[Finding]:
    """Resolutions that move a fact which was never pinned: they change nothing."""
    rows = book["resolutions"]
    known = list(zip(pinned["deal_id"], pinned["fact"], strict=True))
    for at, (finding, decision) in enumerate(zip(_words(rows, "finding"), _words(rows, "decision"), strict=True)):
        deal = cell(rows, "deal_id", at)
        if decision == MOVE and not any(deal == of and _is_about(finding, fact) for of, fact in known):
            facts = ", ".join(sorted(fact for of, fact in known if of == deal)) or "nothing"
            message = f'the resolution moves "{cell(rows, "finding", at)}" of {deal}, and pinned of {deal} is {facts}'
            yield FITS_NOTHING.at(place_of(rows, at), message, severity=Severity.WARNING)


def said(rows: pd.DataFrame, at: int) -> str:
    """`rae: handover agreed`"""
    return ": ".join(filter(None, (cell(rows, "by", at), cell(rows, "reason", at))))


def _words(rows: pd.DataFrame, column: str) -> list[str]:
    return [text.strip().casefold() for text in rows[column]]


def _is_about(finding: str, fact: str) -> bool:
    return finding in (fact.casefold(), *DRIFT) and fact != "held"


def _is_fact(finding: str) -> bool:
    return finding in (TARGET, *DRIFT) or finding.startswith((ROLE, ACCOUNT, RATE))

"""Accounts that are one customer: merged into another, or children of a parent; circles are refused."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Refused
from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Names, days
from expcomp.period import NEVER
from expcomp.places import place_of
from expcomp.sources.book import Book

MERGE_CIRCLE = Code("D580", "merges-in-a-circle")
PARENT_CIRCLE = Code("D581", "parents-in-a-circle")
MERGE_OF_NOBODY = Code("D582", "merge-of-no-account")


@dataclass(frozen=True)
class Families:
    """`survivor` is for each account (a code) the one it was merged into by the end, itself where it was not; `top` the
    account it is reported under."""

    survivor: Ints
    top: Ints

    @classmethod
    def of(cls, book: Book, names: Names, rollup: str, end: int) -> "Families":
        """Merges that took effect by the last day `end`, over all of history. Raises `Refused` (D580, D581, D582)."""
        _refuse_strangers(book, names)
        survivor = _survivors(book["merges"], names, end)
        if rollup == "none":
            return cls(survivor, survivor)
        return cls(survivor, _parents(book["accounts"], names, survivor, rollup)[survivor])


def merged_by(merges: pd.DataFrame, end: int) -> Ints:
    """The rows of the merges that took effect by the last day `end`; those without a day did always."""
    effective = days(merges["effective"])
    return np.flatnonzero((effective <= end) | (effective == NEVER))


def names_of(book: Book) -> Names:
    """Every account that subscriptions may count for, in code-point order."""
    merges = book["merges"]
    return Names.of(book["accounts"]["account_id"], book["subscriptions"]["account_id"], merges["from"], merges["to"])


def _refuse_strangers(book: Book, names: Names) -> None:
    """A merge of an account that no file names is a slip of the pen: nothing would be moved. One that other merges lead
    on from, or to, may have left all exports."""
    merges = book["merges"]
    if merges.empty:
        return
    known = np.zeros(len(names) + 1, np.bool_)
    for frame in book.frames.values():
        if "account_id" in frame:
            known[names.codes(frame["account_id"])] = True
    between = np.intersect1d(names.codes(merges["from"]), names.codes(merges["to"]))
    known[between] = True
    found = [
        MERGE_OF_NOBODY.at(place_of(merges, row), f'"{merges[side].iat[row]}" is no account of any file', HELP)
        for side in ("from", "to")
        for row in np.flatnonzero(~known[names.codes(merges[side])]).tolist()
    ]
    if found:
        raise Refused(found)


HELP = "correct the id, or take the row out"


def _survivors(merges: pd.DataFrame, names: Names, end: int) -> Ints:
    done = merged_by(merges, end)
    onto = np.arange(len(names))
    source, target = names.codes(merges["from"]), names.codes(merges["to"])
    onto[source[done]] = target[done]
    tops, in_circle = _tops(onto, own=source[done][source[done] == target[done]])
    if in_circle.any():
        rows = done[in_circle[source[done]]].tolist()
        raise Refused([_circle(MERGE_CIRCLE, merges, row, "from", "is merged back into itself") for row in rows])
    return tops


def _parents(accounts: pd.DataFrame, names: Names, survivor: Ints, rollup: str) -> Ints:
    """The parent, or the top of all parents. A parent that no export lists is none (it is noted when read)."""
    own, parent = names.codes(accounts["account_id"]), names.codes(accounts["parent_id"])
    given = np.flatnonzero((parent != NONE) & (survivor[own] == own))
    onto = np.arange(len(names))
    onto[own[given]] = survivor[parent[given]]
    tops, in_circle = _tops(onto, own=own[given][onto[own[given]] == own[given]])
    if in_circle.any():
        rows = given[in_circle[own[given]]].tolist()
        raise Refused([_circle(PARENT_CIRCLE, accounts, row, "account_id", "is a parent of itself") for row in rows])
    return tops if rollup == "ultimate_parent" else onto


def _tops(onto: Ints, own: Ints) -> tuple[Ints, Flags]:
    """Where following `onto` from each ends, and who never ends; `own` stand on themselves and must not.

    Each pass doubles the steps taken, so that chains of any length are done in as many passes as their length has
    binary digits."""
    tops = onto
    for _ in range(len(onto).bit_length()):
        tops = tops[tops]
    in_circle = onto[tops] != tops
    in_circle[own] = True
    return tops, in_circle


def _circle(code: Code, frame: pd.DataFrame, row: int, column: str, what: str) -> Finding:
    return code.at(place_of(frame, row), f'"{frame[column].iat[row]}" {what}', "break the circle at one row")

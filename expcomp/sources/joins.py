"""Keys: one checked way to look rows up, repeated rows, and references that must lead somewhere."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from expcomp.diagnostics import Code, Severity
from expcomp.exact import Flags, Ints
from expcomp.lanes import side_by_side
from expcomp.sources.complaints import SHOWN_PER_CODE, quote
from expcomp.sources.draft import Draft
from expcomp.sources.ids import RESAVED
from expcomp.sources.words import nearest_help
from expcomp.texts import all_blank, strangers

KEY_REPEATED = Code("D401", "key-repeated")
ACCOUNT_UNKNOWN = Code("D404", "account-unknown")
DEAL_UNKNOWN = Code("D405", "deal-unknown")
SIGNAL_UNKNOWN = Code("D406", "signal-unknown")


def check_repeats(drafts: Collection[Draft]) -> None:
    """Sorts; rows of one key that are identical are dropped and counted, rows that differ an error with both."""
    for draft, same_key in zip(drafts, side_by_side(Draft.sort, drafts, first_alone=False), strict=True):
        _check_repeated(draft, same_key)


def _check_repeated(draft: Draft, same_key: Flags) -> None:
    same_key &= ~(draft.bad[:-1] | draft.bad[1:])[: len(same_key)]
    if not same_key.any():
        return
    same_row = draft.row_equals_next()
    for first in np.flatnonzero(same_key & ~same_row):
        _tell_repeated(draft, int(first))
    run = np.concatenate(([0], np.cumsum(~same_key)))
    refused = np.isin(run, run[1:][same_key & ~same_row])
    draft.refuse(refused)
    draft.drop(np.concatenate(([False], same_key)) & ~refused, "repeated row")


def _tell_repeated(draft: Draft, first: int) -> None:
    key = ", ".join(quote(draft.shown(name, first)) for name in draft.table.key)
    differing = next(name for name in draft.values() if draft.shown(name, first) != draft.shown(name, first + 1))
    other = draft.where(differing, first)
    message = (
        f"{draft.table.name} with the key {key} is already given at {other}, "
        f"with {quote(draft.shown(differing, first))} instead of {quote(draft.shown(differing, first + 1))} "
        f'in column "{draft.header(differing, first + 1)}"'
    )
    place, help = draft.where(differing, first + 1), "keep the right one of the two rows"
    finding = draft.complaints.error(KEY_REPEATED, place, message, help)
    draft.tell_rows(finding, differing, np.array([first, first + 1]), f"two rows have the key {key} and differ")


class Names(Protocol):
    """What rows of a table may be called by, and what to say about a text that is none of it."""

    @property
    def known(self) -> list[str]: ...
    def help(self, text: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Reference:
    """Every key of the column that is not blank must be among `known`.

    `matters` says, for positions of unknown keys, which are errors; without it all are. Others are noted. `names`
    knows what else a key may be written as.
    """

    draft: Draft
    column: str
    known: pa.Array
    code: Code
    what: str
    matters: Callable[[Ints], Flags] | None = None
    names: Names | None = None

    def strangers(self) -> Ints:
        texts = self.draft.frame[self.column]
        if self.column in self.draft.known or all_blank(texts):
            return np.zeros(0, np.int64)
        return strangers(texts, self.known)


def check_references(references: Sequence[Reference]) -> None:
    found = side_by_side(Reference.strangers, references, first_alone=False)
    for reference, rows in zip(references, found, strict=True):
        if len(rows):
            _tell_strangers(reference, rows)


def _tell_strangers(reference: Reference, rows: Ints) -> None:
    draft, name, code, names = reference.draft, reference.column, reference.code, reference.names
    wrong = reference.matters(rows) if reference.matters else np.ones(len(rows), np.bool_)
    if not wrong.all():
        draft.tell(code, name, rows[~wrong], f"is {reference.what}", severity=Severity.NOTE)
    texts = draft.frame[name].iloc[rows[wrong]]
    close = names.known if names else reference.known.to_pylist()
    for number, text in enumerate(sorted(set(texts.tolist()))):
        help = ""
        if number < SHOWN_PER_CODE:
            help = (names.help(text) if names else "") or _help(text, close)
        draft.tell(code, name, rows[wrong][(texts == text).to_numpy()], f"is {reference.what}", help)
    refused = np.zeros(len(draft), np.bool_)
    refused[rows[wrong]] = True
    draft.refuse(refused)


def _help(text: str, known: list[str]) -> str:
    bare = text.lstrip("0")
    for other in known:
        if other and other != text and other.lstrip("0") == bare:
            return f'"{other}" differs only in leading zeros: {RESAVED}'
    return nearest_help(text, known)

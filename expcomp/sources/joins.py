"""Keys: one checked way to look rows up, repeated rows, and references that must lead somewhere."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from expcomp.diagnostics import Code, Severity
from expcomp.exact import Flags, Ints
from expcomp.sources.complaints import SHOWN_PER_CODE, quote
from expcomp.sources.draft import Draft
from expcomp.sources.ids import RESAVED
from expcomp.sources.words import nearest_help
from expcomp.texts import TextColumn, all_blank, arrow_text, strangers

KEY_REPEATED = Code("D401", "key-repeated")
ACCOUNT_UNKNOWN = Code("D404", "account-unknown")
DEAL_UNKNOWN = Code("D405", "deal-unknown")
SIGNAL_UNKNOWN = Code("D406", "signal-unknown")


def check_repeats(draft: Draft) -> None:
    """Sorts; rows of one key that are identical are dropped and counted, rows that differ an error with both."""
    same_key = draft.sort()
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


def refer(
    draft: Draft,
    name: str,
    known: TextColumn,
    code: Code,
    what: str,
    *,
    matters: Callable[[Ints], Flags] | None = None,
    names: "Names | None" = None,
) -> None:
    """Every key of the column that is not blank must be among `known`.

    `matters` says, for positions of unknown keys, which are errors; without it all are. Others are noted. `names`
    knows what else a key may be written as.
    """
    if name in draft.known or all_blank(draft.frame[name]):
        return
    candidates = arrow_text(known)
    rows = strangers(draft.frame[name], candidates)
    if not len(rows):
        return
    wrong = matters(rows) if matters else np.ones(len(rows), np.bool_)
    if not wrong.all():
        draft.tell(code, name, rows[~wrong], f"is {what}", severity=Severity.NOTE)
    texts = draft.frame[name].iloc[rows[wrong]]
    close = names.known if names else candidates.to_pylist()
    for number, text in enumerate(sorted(set(texts.tolist()))):
        help = ""
        if number < SHOWN_PER_CODE:
            help = (names.help(text) if names else "") or _help(text, close)
        draft.tell(code, name, rows[wrong][(texts == text).to_numpy()], f"is {what}", help)
    refused = np.zeros(len(draft), np.bool_)
    refused[rows[wrong]] = True
    draft.refuse(refused)


def _help(text: str, known: list[str]) -> str:
    bare = text.lstrip("0")
    for other in known:
        if other and other != text and other.lstrip("0") == bare:
            return f'"{other}" differs only in leading zeros: {RESAVED}'
    return nearest_help(text, known)

"""Words: motions, yes and no, currencies, fixed vocabularies, and the CRM's own words mapped to them."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import islice

from expcomp.line_types import LINE_TYPES
from expcomp.money import CURRENCIES
from expcomp.period import PERIOD
from expcomp.sources.tables import MOTIONS

Words = Mapping[tuple[str, str], Mapping[str, str]]
"""By table and field: words of an export, as `same` compares them, and what they mean."""

FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

URGENCIES = ("hot", "warm", "watch")
VOCABULARY: dict[tuple[str, str], tuple[str, ...]] = {
    ("events", "event"): ("churn", "contraction", "reactivation"),
    ("resolutions", "decision"): ("keep", "move"),
    ("splits", "split_type"): ("revenue", "overlay"),
    ("subscriptions", "line_type"): LINE_TYPES,
    ("signals", "urgency"): URGENCIES,
    ("urgency_changes", "urgency_before"): URGENCIES,
    ("urgency_changes", "urgency_after"): URGENCIES,
}
"""Fields whose words are fixed: any other word would silently change what is paid."""


LISTED = 8
"""Words of a vocabulary that a message lists."""

COMPARED = 5_000
"""Texts compared letter by letter; of more only those that begin or end like the word."""


def same(word: str) -> str:
    """How two words are compared: without case, outer blanks and runs of blanks."""
    return " ".join(word.split()).casefold()


def slug(word: str) -> str:
    """`Cross-Sell` → `cross_sell`: blanks, hyphens and underscores are one."""
    return re.sub(r"[\s_\-\u2010-\u2015]+", "_", word.strip()).casefold()


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The most similar of `known`, best first, in its own spelling."""
    by_fold: dict[str, str] = {}
    for name in known:
        by_fold.setdefault(name.casefold(), name)
    folded = word.casefold()
    if len(by_fold) > COMPARED:
        by_fold = {own: name for own, name in by_fold.items() if own[:4] == folded[:4] or own[-4:] == folded[-4:]}
    close = get_close_matches(folded, islice(by_fold, COMPARED), n=count, cutoff=0.6)
    return [by_fold[name] for name in close]


def nearest_help(word: str, known: Iterable[str]) -> str:
    """`nearest: "Ana Reyes", "Anna Ray"`; nothing when nothing is near."""
    close = nearest(word, known)
    return "nearest: " + ", ".join(f'"{name}"' for name in close) if close else ""


def translate(values: Mapping[str, str], word: str) -> str:
    """The config's own word for it, else the word; `values` is keyed by `same`."""
    return values.get(same(word), word)


def read_motion(word: str) -> str:
    motion = slug(word)
    if motion not in MOTIONS:
        raise ValueError("is no motion")
    return motion


def read_flag(word: str) -> bool:
    flag = FLAGS.get(word.casefold())
    if flag is None:
        raise ValueError("is neither true nor false")
    return flag


def read_fixed_word(word: str, known: tuple[str, ...]) -> str:
    fixed = slug(word)
    if fixed not in known:
        raise ValueError(f"is not {one_of(known)}")
    return fixed


def one_of(known: tuple[str, ...]) -> str:
    """`one of keep, move`; of many the first."""
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return f"one of {', '.join(known[:LISTED])}{more}"


def read_currency(word: str) -> str:
    if word.upper() not in CURRENCIES:
        raise ValueError("is no currency: three letters are expected, like USD")
    return word.upper()


def read_period(word: str) -> str:
    if not PERIOD.fullmatch(word):
        raise ValueError("is not a period: write 2027Q1, 2027-03, 2027H1 or 2027")
    return word

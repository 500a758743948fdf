"""The nearest known name to a mistyped one."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean "rate"?`, or nothing when nothing is near."""
    near = get_close_matches(word.casefold(), {name.casefold(): name for name in known}, n=1, cutoff=0.6)
    by_folded = {name.casefold(): name for name in known}
    return f'did you mean "{by_folded[near[0]]}"?' if near else ""

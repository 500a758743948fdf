"""Text from data as it may be shown: every character that hides, or moves a cursor, becomes a visible mark."""

import re

HIDDEN = (
    "\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f"
)
"""C0, DEL, C1, bidi controls, zero-width characters, line separators, tags: ranges of a character class."""

INVISIBLE = re.compile(f"[{HIDDEN}\ud800-\udfff]")
"""These and lone surrogates, which no file can hold."""

MARK = "\ufffd"


def clean(text: str) -> str:
    """Every character that moves a cursor, hides or turns text around becomes a visible mark."""
    return INVISIBLE.sub(_mark, text)


def _mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else MARK

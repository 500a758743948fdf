"""Ids: exact text. Ids a spreadsheet has damaged are refused; Salesforce's 15 characters become 18."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code
from expcomp.texts import LARGE, letters_of

DAMAGED = Code("D317", "id-damaged")
CHECKSUM = Code("D318", "id-checksum")

RESAVED = "this file was probably re-saved by a spreadsheet: export it again, or keep ids as text"

SALESFORCE = re.compile(r"(?:00[1356kTU]|01t|a0[0-9A-Za-z])[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?", re.ASCII)
"""Accounts, contacts, users, deals, line items, tasks, events, products, custom objects."""

SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[Ee]\+\d+", re.ASCII)
ROUNDED = re.compile(r"[1-9]\d{14}0+", re.ASCII)
WITH_POINT = re.compile(r"\d+\.0+", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
SUSPECT = "|".join(
    (
        r"^[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+$",
        r"^[0-9]{16,}$",
        r"^[0-9]+\.0+$",
        r"^(?:00[1356kTU]|01t|a0[0-9A-Za-z])[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$",
        "[\\x00-\\x1f\\x7f-\\x9f\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2060}-\\x{2069}\\x{feff}]",
    )
)
"""For Arrow's engine: finds every text that `read_id` would change or refuse, and few others."""

SHORT_OF_SUSPECT = 15
"""An id with fewer characters, all of them visible ASCII, is suspect only with a `.` or a `+` in it."""

SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class IdError(ValueError):
    """An id that cannot be what the system wrote."""

    def __init__(self, code: Code, message: str, help: str) -> None:
        super().__init__(message)
        self.code, self.help = code, help


def read_id(text: str) -> str:
    """The id as it is compared; raises `IdError`."""
    if SCIENTIFIC.fullmatch(text):
        raise IdError(DAMAGED, "is an id in scientific notation: several ids have become one", RESAVED)
    if ROUNDED.fullmatch(text):
        raise IdError(DAMAGED, "is an id of more than 15 digits that ends in zeros: its last digits are lost", RESAVED)
    if WITH_POINT.fullmatch(text):
        raise IdError(DAMAGED, "is an id that was turned into a number", RESAVED)
    if CONTROL.search(text):
        raise IdError(DAMAGED, "holds an invisible character", "remove it at the source")
    return long_salesforce_id(text) if SALESFORCE.fullmatch(text) else text


def long_salesforce_id(text: str) -> str:
    """15 case-sensitive characters → 18, by the checksum; 18 are checked against it."""
    stem, given = text[:15], text[15:]
    suffix = "".join(SUFFIX[_capitals(stem[start : start + 5])] for start in (0, 5, 10))
    if given and given != suffix:
        raise IdError(
            CHECKSUM,
            f'is a Salesforce id whose last three characters should be "{suffix}"',
            "its case was changed; " + RESAVED,
        )
    return stem + suffix


def _capitals(five: str) -> int:
    """Bit k is set where character k is A-Z."""
    return sum(1 << k for k, letter in enumerate(five) if "A" <= letter <= "Z")


def salesforce_ids_checked(column: pa.Array) -> pa.Array | None:
    """A whole column of Salesforce ids of one length at once, as 18 characters; None where one is damaged
    or the column holds anything else."""
    size = pc.min_max(pc.binary_length(column)).as_py()
    length = size["max"]
    if size["min"] != length or length not in (15, 18) or not pc.all(pc.string_is_ascii(column)).as_py():
        return None
    if not pc.all(pc.match_substring_regex(column, f"^(?:{SALESFORCE.pattern})$")).as_py():
        return None
    letters = letters_of(column).reshape(len(column), length)
    capital = (letters[:, :15] >= ord("A")) & (letters[:, :15] <= ord("Z"))
    bits = capital.reshape(-1, 3, 5) @ np.array([1, 2, 4, 8, 16])
    suffix = np.frombuffer(SUFFIX.encode(), np.uint8)[bits]
    if length == 18:
        return column if (letters[:, 15:] == suffix).all() else None
    whole = np.concatenate([letters, suffix], axis=1)
    return pa.array(whole.view("S18").ravel()).cast(LARGE)

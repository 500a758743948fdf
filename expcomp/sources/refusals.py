"""Rows that are refused: which, why, and the cell that is wrong, kept by column until somebody asks for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from expcomp.diagnostics import Finding, Place
from expcomp.exact import Ints


@dataclass(frozen=True, slots=True)
class Refusal:
    """Rows of one file that are refused for one reason, which `finding` tells at the first of them.

    `rows` are row numbers in the file `label`. `texts` are the cells that are wrong, as written, and `reasons` what
    is wrong with them: each one for all rows, or one for each.
    """

    finding: Finding
    table: str
    label: str
    header: str
    locate: Callable[[int], Place]
    rows: Ints
    texts: Sequence[str]
    reasons: Sequence[str]

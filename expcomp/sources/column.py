"""What every converter of a column works with, and how it refuses a cell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.diagnostics import Code
from expcomp.sources.cells import Cells, Problem, Problems, to_numpy
from expcomp.sources.tables import Field
from expcomp.sources.words import Words

CELL_ERROR = Code("D319", "cell-is-an-error")
ERROR_TEXTS = ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"]
HASH = ord("#")
CORRECT_CELL = "correct the formula, or clear the cell"


@dataclass(frozen=True, slots=True)
class Settings:
    """How one source writes things: the zone of its clocks, its dates, its decimal sign, its words."""

    zone: ZoneInfo
    plan_zone: ZoneInfo
    dates: str = ""
    decimal: str = ""
    since_1904: bool = False
    values: Words = field(default_factory=dict)


@dataclass(slots=True)
class Converted:
    """A typed column, what is wrong with its cells, how it was read; notes: (code, text, help)."""

    values: Any
    problems: list[Problem] = field(default_factory=list)
    how: str = ""
    notes: list[tuple[Code, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """One column to convert; `style` is its decimal sign, where it has numbers."""

    cells: Cells
    table: str
    field: Field
    settings: Settings
    style: str = ""


def refusal(
    cells: Cells, problems: Problems, code: Code, help: Callable[[str], str]
) -> Callable[[int, ValueError], None]:
    """For `Cells.convert`: what cannot be read becomes a problem; a spreadsheet's error is named so."""

    def refuse(number: int, error: ValueError) -> None:
        text = cells.written[number]
        if text in ERROR_TEXTS:
            problems.add(CELL_ERROR, text, "is a spreadsheet's error", CORRECT_CELL, cells.rows_of(number))
        else:
            problems.add(code, text, str(error), help(text), cells.rows_of(number))

    return refuse


def cell_errors(cells: Cells) -> list[Problem]:
    """Spreadsheet errors in columns where any text is welcome."""
    if cells.bytes_between[0] > HASH or not pc.any(pc.starts_with(cells.contents, "#")).as_py():
        return []
    rows = np.flatnonzero(to_numpy(pc.is_in(cells.column, value_set=pa.array(ERROR_TEXTS))))
    if not len(rows):
        return []
    text = cells.column[int(rows[0])].as_py()
    return [Problem(CELL_ERROR, text, "is a spreadsheet's error", CORRECT_CELL, rows)]

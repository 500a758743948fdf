"""A table as plain aligned text of a given width: one row per line, or where that is too wide one block per row.

Nothing is ever shortened: a text longer than the width keeps its length, and the terminal wraps it.
"""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

import pandas as pd
from rich.cells import cell_len

from expcomp.output.heat import colour
from expcomp.output.table import Column, Kind, Table
from expcomp.output.text import accounted, by_currency, clean, each, heat, length, money, percent, rate

GAP = "  "


class Look(StrEnum):
    """What a line is; a terminal gives each its style."""

    PLAIN = ""
    TITLE = "bold"
    HEAD = "dim"
    KEY = "bold cyan"
    TOTAL = "bold green"
    NOTE = "italic"
    ERROR = "red"
    WARNING = "yellow"


Mark = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Line:
    """`marks` are styles of parts of the text, from one position to another."""

    text: str
    look: Look = Look.PLAIN
    marks: tuple[Mark, ...] = ()


NUMBERS: dict[Kind, Callable[[Any], str]] = {
    Kind.COUNT: "{:,}".format,
    Kind.SHARE: percent,
    Kind.TIME: length,
    Kind.RATE: rate,
    Kind.HEAT: heat,
}


def laid_out(table: Table, width: int | None) -> Iterator[Line]:
    """Title, rows, totals and notes; `width` None is as wide as it gets."""
    yield from (Line(text, Look.TITLE) for text in wrapped(table.title, width, GAP, ""))
    if len(table) == 0:
        yield from map(Line, wrapped(table.empty, width, GAP))
        return
    whole = _Grid(table, [column.name for column in table.columns])
    parts = [_Grid(table, names) for names in table.parts]
    if whole.fits(width):
        yield from whole.lines()
    elif table.panels:
        yield from _panels(table, width or 80)
    elif parts and all(part.fits(width) for part in parts):
        for number, part in enumerate(parts):
            yield from [Line("")] if number else []
            yield from part.lines()
    else:
        yield from _blocks(table, width or 80)
    for note in table.notes:
        yield from (Line(text, Look.NOTE) for text in wrapped(note, width, GAP))


def headline_lines(title: str, told: Sequence[str], width: int | None) -> Iterator[Line]:
    """What a report is of, and what of it is read aloud."""
    yield Line(title, Look.TITLE)
    for line in told:
        yield from (Line(part) for part in wrapped(line, width))
    yield Line("")


def origin_lines(rows: Sequence[tuple[str, str]], width: int | None) -> Iterator[Line]:
    """Where the figures came from, name by name."""
    yield Line("Where it came from", Look.TITLE)
    label = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield from (Line(part) for part in wrapped(value, width, " " * (label + 4), f"  {name:{label}}  "))


def wrapped(text: str, width: int | None, indent: str = "", first: str | None = None) -> list[str]:
    """A text broken between words only."""
    lead = indent if first is None else first
    if width is None:
        return [lead + clean(text)]
    filler = textwrap.TextWrapper(
        max(width, len(lead) + 10), initial_indent=lead, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return filler.wrap(clean(text)) or [lead]


def cells(table: Table, column: Column) -> list[str]:
    """The texts of a column as people read them."""
    if column.kind is Kind.MONEY:
        return list(by_currency(column.values, table.currency, accounted if column.quiet else money))
    if column.kind is not Kind.TEXT:
        render = NUMBERS[column.kind]
        return list(each(column.values, lambda number: "" if pd.isna(number) else render(number)))
    return list(each(column.values, lambda text: clean(str(text))))


def total_cells(table: Table) -> list[tuple[str, dict[str, str]]]:
    """Label and texts by column name, for every currency with something to add up."""
    adding = {column.name: column for column in table.columns if column.adds_up}
    rows = []
    for currency in table.currencies if adding else []:
        label = f"total {currency}".rstrip()
        rows.append((label, {n: _total(adding[n], v, currency) for n, v in table.totals(currency).items()}))
    return rows


def _total(column: Column, value: int, currency: str) -> str:
    if column.kind is Kind.COUNT:
        return f"{value:,}"
    return accounted(value, currency) if column.quiet else money(value, currency)


class _Grid:
    """Some columns of a table, one row per line; a name of several words stands on several lines."""

    def __init__(self, table: Table, names: Sequence[str], first: int = 0) -> None:
        """Rows without anything from the column `first` on are left out."""
        self.first = first
        self.columns = [column for column in table.columns if column.name in names]
        self.texts = [cells(table, column) for column in self.columns]
        self.totals = total_cells(table) if any(column.adds_up for column in self.columns) else []
        self.names = [_stacked(column) for column in self.columns]
        self.widths = [self._width(at) for at in range(len(self.columns))]

    def _width(self, at: int) -> int:
        name = self.columns[at].name
        totals = [label if at == 0 else shown.get(name, "") for label, shown in self.totals]
        return max(cell_len(text) for text in {*self.names[at], *self.texts[at], *totals})

    def fits(self, width: int | None) -> bool:
        return width is None or sum(self.widths) + len(GAP) * len(self.widths) <= width

    def lines(self) -> Iterator[Line]:
        height = max(map(len, self.names))
        for row in zip(*([""] * (height - len(words)) + words for words in self.names), strict=True):
            yield Line(self._row(row), Look.HEAD)
        for at, row in enumerate(zip(*self.texts, strict=True)):
            if any(row[self.first :]):
                yield Line(self._row(row), marks=self._marks(at))
        for label, shown in self.totals:
            totals = [shown.get(column.name, "") for column in self.columns[1:]]
            yield Line(self._row([label, *totals]), Look.TOTAL)

    def _marks(self, row: int) -> tuple[Mark, ...]:
        """The colour of each cell of a heat map, with a blank on either side of its number."""
        marks, end = [], 0
        for column, width in zip(self.columns, self.widths, strict=True):
            end += len(GAP) + width
            value = column.values[row]
            if column.scale and isinstance(value, Fraction):
                marks.append((end - width - 1, end + 1, colour(value, column.scale)))
        return tuple(marks)

    def _row(self, texts: Sequence[str]) -> str:
        padded = [
            _padded(text, width, right=column.kind is not Kind.TEXT)
            for text, width, column in zip(texts, self.widths, self.columns, strict=True)
        ]
        return GAP + GAP.join(padded).rstrip()


def _panels(table: Table, width: int) -> Iterator[Line]:
    """One below the other, each begun with the keys."""
    names = [column.name for column in table.columns]
    keys, ahead = names[: table.keys], names[table.keys :]
    first = True
    while ahead:
        count = 1
        while count < len(ahead) and _Grid(table, [*keys, *ahead[: count + 1]]).fits(width):
            count += 1
        yield from [] if first else [Line("")]
        yield from _Grid(table, [*keys, *ahead[:count]], len(keys)).lines()
        ahead, first = ahead[count:], False


def _stacked(column: Column) -> list[str]:
    return [column.name] if column.kind is Kind.TEXT else column.name.split()


def _padded(text: str, width: int, *, right: bool) -> str:
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank


def _blocks(table: Table, width: int) -> Iterator[Line]:
    """One block per row: its keys, then name and value of everything that is there."""
    texts = {column.name: cells(table, column) for column in table.columns}
    names = [column.name for column in table.columns[table.keys :]]
    kinds = {column.name: column.kind for column in table.columns}
    one = _packed if table.packed else _listed
    for at in range(len(table)):
        keys = [texts[column.name][at] for column in table.columns[: table.keys]]
        yield from (Line(part, Look.KEY) for part in _joined([key for key in keys if key], width, GAP, GAP))
        values = {name: texts[name][at] for name in names}
        yield from one({n: v for n, v in values.items() if v and v != "-"}, kinds, width)
    for label, shown in total_cells(table):
        yield Line(label, Look.TOTAL)
        yield from one(shown, kinds, width)


def _listed(values: dict[str, str], kinds: dict[str, Kind], width: int) -> Iterator[Line]:
    """One value per line, amounts under each other."""
    label = max((cell_len(name) for name in values), default=0)
    wide = max((cell_len(v) for n, v in values.items() if kinds[n] is not Kind.TEXT), default=0)
    for name, value in values.items():
        number = kinds[name] is not Kind.TEXT
        yield Line(f"    {_padded(name, label, right=False)}{GAP}{_padded(value, wide if number else 0, right=number)}")


def _packed(values: dict[str, str], kinds: dict[str, Kind], width: int) -> Iterator[Line]:
    """As many values on a line as fit."""
    pieces = [f"{name} {value}" for name, value in values.items()]
    for text in _joined(pieces, width, "    ", "    "):
        if cell_len(text) <= width:
            yield Line(text)
        else:
            yield from (Line(part) for part in wrapped(text.strip(), width, "      ", "    "))


def _joined(pieces: Sequence[str], width: int, indent: str, gap: str) -> Iterator[str]:
    """Pieces on lines no wider than they must be; a piece is never broken."""
    line = ""
    for piece in pieces:
        joined = f"{line}{gap}{piece}" if line else indent + piece
        if line and cell_len(joined) > width:
            yield line
            line = indent + piece
        else:
            line = joined
    if line:
        yield line

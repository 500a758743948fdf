"""A document on a terminal or in a pipe: wrapped between words, tables with wrapped cells, no amount ever broken."""

import io
from collections.abc import Iterable
from typing import TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from expcomp.describe.document import Document, Grid, Part, Points, Sentences
from expcomp.output.text import clean

WIDTH = 100
"""Lines of prose are not wider; in a pipe no line is, but for words that are longer."""


def print_documents(documents: Iterable[Document], stream: TextIO) -> None:
    """Styled on a terminal, plain anywhere else."""
    if stream.isatty():
        console = Console(file=stream, highlight=False, markup=False, emoji=False)
        console.width = min(console.width, WIDTH)
        _print(documents, console)
    else:
        stream.write(to_text(documents))


def to_text(documents: Iterable[Document], width: int = WIDTH) -> str:
    plain = io.StringIO()
    _print(documents, Console(file=plain, width=width, highlight=False, markup=False, emoji=False, color_system=None))
    return "\n".join(line.rstrip() for line in plain.getvalue().splitlines()) + "\n"


def _print(documents: Iterable[Document], console: Console) -> None:
    for number, document in enumerate(documents):
        if number:
            console.print("\n")
        console.print(Text(clean(document.title), "bold"))
        console.print()
        console.print(Text(clean(document.lead)))
        for section in document.sections:
            console.print()
            console.print(Text(clean(section.title), "bold cyan"))
            for part in section.parts:
                console.print()
                console.print(_part(part, console))
        console.print()
        console.print(Text(clean(document.ending), "italic"))


def _part(part: Part, console: Console) -> RenderableType:
    if isinstance(part, Sentences):
        return Text(clean(part.text))
    if isinstance(part, Points):
        return _points(part)
    table = _table(part)
    needed = Measurement.get(console, console.options, table).minimum
    return table if needed <= console.width else _blocks(part)


def _points(points: Points) -> Table:
    marks = (f"{n}." for n in range(1, len(points.items) + 1)) if points.numbered else ["-"] * len(points.items)
    table = Table.grid(padding=(0, 1))
    for mark, item in zip(marks, points.items, strict=True):
        table.add_row(mark, Text(clean(item)))
    return table


def _table(grid: Grid) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=_text(grid.caption), title_justify="left", title_style="bold",
                  show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))  # fmt: skip
    for name in grid.columns:
        right, whole = name in grid.right, name in grid.right | grid.whole
        table.add_column(_text(name), justify="right" if right else "left", no_wrap=whole, overflow="fold")
    for row in grid.rows:
        table.add_row(*map(_text, row))
    return table


def _text(cell: str) -> Text:
    """Its lines, each cleaned."""
    return Text("\n".join(map(clean, cell.split("\n"))))


def _blocks(grid: Grid) -> Text:
    """Row by row, one value on a line, where the columns do not fit beside each other."""
    lines = [Text(clean(grid.caption), "bold")]
    for row in grid.rows:
        lines.append(Text())
        for name, cell in zip(grid.columns, row, strict=True):
            lines.append(Text.assemble((f"{clean(name)}: ", "dim"), clean(cell.replace("\n", ", "))))
    return Text("\n").join(lines)

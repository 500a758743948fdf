"""A document on a terminal or in a pipe: wrapped between words, tables with wrapped cells, no amount ever broken."""

import io
from collections.abc import Iterable
from typing import TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from expcomp.describe.document import Document, Grid, Part, Points, Sentences
from expcomp.output.text import clean

GAP = "  "
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
                console.print(_part(part, console.width))
        console.print()
        console.print(Text(clean(document.ending), "italic"))


def _part(part: Part, width: int) -> RenderableType:
    if isinstance(part, Sentences):
        return _text(part.text)
    if isinstance(part, Points):
        return _points(part)
    widths = _widths(part, width)
    return _blocks(part) if widths is None else Group(_text(part.caption, "bold"), Text(), _table(part, widths))


def _points(points: Points) -> Table:
    table = Table.grid(padding=(0, 1))
    for item in points.items:
        table.add_row("-", _text(item))
    return table


def _widths(grid: Grid, room: int) -> list[int] | None:
    """Each column as wide as its texts, the widest made narrower until all fit; None where words would break."""
    columns = [[name, *(row[at] for row in grid.rows)] for at, name in enumerate(grid.columns)]
    wide = [max(_cell_len(line) for cell in cells for line in cell.split("\n")) for cells in columns]
    least = [
        wide[at]
        if name in grid.right | grid.whole
        else max(_cell_len(word) for cell in columns[at] for word in cell.split())
        for at, name in enumerate(grid.columns)
    ]
    while sum(wide) + len(GAP) * (len(wide) - 1) > room:
        shrinkable = [at for at in range(len(wide)) if wide[at] > least[at]]
        if not shrinkable:
            return None
        wide[max(shrinkable, key=lambda at: wide[at])] -= 1
    return wide


def _table(grid: Grid, widths: list[int]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name, width in zip(grid.columns, widths, strict=True):
        table.add_column(_text(name), justify="right" if name in grid.right else "left", width=width)
    for row in grid.rows:
        table.add_row(*map(_text, row))
    return table


def _text(cell: str, style: str = "") -> Text:
    """Its lines, each cleaned."""
    return Text("\n".join(map(clean, cell.split("\n"))), style)


def _cell_len(text: str) -> int:
    return cell_len(clean(text))


def _blocks(grid: Grid) -> Text:
    """Row by row, one value on a line, where the columns do not fit beside each other."""
    lines = [Text(clean(grid.caption), "bold")]
    for row in grid.rows:
        lines.append(Text())
        for name, cell in zip(grid.columns, row, strict=True):
            lines.append(Text.assemble((f"{clean(name)}: ", "dim"), _text(cell.replace("\n", "\n  "))))
    return Text("\n").join(lines)

"""A document as Markdown."""

from collections.abc import Iterable, Iterator

from expcomp.describe.document import Document, Grid, Part, Points, Sentences
from expcomp.output.markdown import escaped


def to_markdown(documents: Iterable[Document]) -> str:
    return "\n".join(line for document in documents for line in _document(document)) + "\n"


def _document(document: Document) -> Iterator[str]:
    yield from (f"# {escaped(document.title)}", "", escaped(document.lead), "")
    for section in document.sections:
        yield from (f"## {escaped(section.title)}", "")
        for part in section.parts:
            yield from _part(part)
            yield ""
    yield from ("---", "", escaped(document.ending))


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Sentences):
        yield escaped(part.text)
    elif isinstance(part, Points):
        yield from (f"- {escaped(item)}" for item in part.items)
    else:
        yield from _table(part)


def _table(grid: Grid) -> Iterator[str]:
    yield from (f"**{escaped(grid.caption)}**", "")
    yield _row(grid.columns)
    yield "|" + "|".join(" ---: " if name in grid.right else " --- " for name in grid.columns) + "|"
    yield from map(_row, grid.rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join("<br>".join(map(escaped, cell.split("\n"))) for cell in cells) + " |"

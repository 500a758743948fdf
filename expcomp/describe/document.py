"""A text to be read by people, before it takes a form: sections of sentences, lists and tables."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentences:
    """One paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts. Columns in `right` hold numbers; cells of `whole` columns are not wrapped, and may have
    several lines; `caption` says what it shows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    right: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()


Part = Sentences | Points | Grid


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    lead: str
    sections: tuple[Section, ...]
    ending: str = ""


def section(title: str, parts: Iterator[Part]) -> Iterator[Section]:
    """A section of these parts; none where there are none."""
    found = tuple(parts)
    if found:
        yield Section(title, found)

"""A strict subset of YAML: every scalar stays text and knows its line and column.

No anchors, aliases, tags, merge keys, duplicate keys or second document; at most 1 MiB, 32 levels and 100,000
parts. So `NO`, `012`, `1e3`, `12:30` and `on` never turn into something else: the schema gives a value its type.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from expcomp.diagnostics import Code, Place, Refused

SYNTAX = Code("E101", "yaml-syntax")
DUPLICATE = Code("E102", "duplicate-key")
NOT_PLAIN = Code("E103", "yaml-not-plain")
TOO_LARGE = Code("E104", "yaml-too-large")
NOT_TEXT = Code("E105", "yaml-not-utf-8")

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_PARTS = 100_000


class Text(str):
    """A scalar, as written."""

    __slots__ = ("place",)
    place: Place

    @classmethod
    def at(cls, value: str, place: Place) -> "Text":
        text = cls(value)
        text.place = place
        return text


class Block(dict[str, "Node"]):
    """A mapping, in written order; `keys_at` holds the place of each key. One that a key names stands where the
    key does."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.keys_at: dict[str, Place] = {}


class Items(list["Node"]):
    """A list, in written order."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


Node = Text | Block | Items


def decode(data: bytes, path: str) -> str:
    """Bytes of a plan or config as text: UTF-8 with or without a mark, within the size limit."""
    if len(data) > MAX_BYTES:
        raise Refused(TOO_LARGE.at(Place(path), f"the file has {len(data):,} bytes; 1 MiB is the limit"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        place = Place(path, line, error.start - data.rfind(b"\n", 0, error.start))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8 text"
        raise Refused(NOT_TEXT.at(place, message, "save the file as UTF-8")) from None


def compose(text: str, path: str) -> Node:
    """Read one YAML document. Raises `Refused` (E1xx) with line and column."""
    try:
        # The loader itself refuses control characters, so it is made inside the guard.
        return _Composer(path, yaml.parse(text, Loader=yaml.CBaseLoader)).document()
    except yaml.MarkedYAMLError as error:
        opened = "end of stream" in (error.problem or "")
        mark = (error.context_mark if opened else error.problem_mark) or error.problem_mark or error.context_mark
        place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
        problem = error.problem or error.context or "this is not YAML"
        raise Refused(SYNTAX.at(place, problem, _syntax_help(problem))) from None
    except yaml.reader.ReaderError as error:
        before = text[: max(error.position, 0)] if isinstance(error.position, int) else ""
        place = Place(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise Refused(SYNTAX.at(place, "a control character is not allowed in YAML")) from None


def _syntax_help(problem: str) -> str:
    if "cannot start any token" in problem:
        return "indent with blanks, not tabs; quote a text that starts with @, ` or %"
    if "mapping values are not allowed" in problem:
        return 'quote a text that holds ": "'
    return ""


@dataclass(slots=True)
class _Composer:
    path: str
    events: Iterator[yaml.Event]
    depth: int = field(default=0)
    parts: int = field(default=0)

    def document(self) -> Node:
        start, first = next(self.events), next(self.events)
        if isinstance(first, yaml.StreamEndEvent):
            raise Refused(SYNTAX.at(self._place(start), "the file is empty"))
        node = self._node(next(self.events))
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(after, NOT_PLAIN, "a second document; one file is one document")
        return node

    def _node(self, event: yaml.Event) -> Node:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, NOT_PLAIN, "an alias (*): write the value out")
        if getattr(event, "anchor", None):
            self._refuse(event, NOT_PLAIN, "an anchor (&): write the value out where it is used")
        if getattr(event, "tag", None):
            self._refuse(event, NOT_PLAIN, "a tag (!): values get their type from the plan language")
        self.parts += 1
        if self.parts > MAX_PARTS:
            self._refuse(event, TOO_LARGE, f"more than {MAX_PARTS:,} keys, values and brackets")
        if isinstance(event, yaml.ScalarEvent):
            return Text.at(event.value, self._place(event))
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._refuse(event, TOO_LARGE, f"nested more than {MAX_DEPTH} levels deep")
        node = self._block(event) if isinstance(event, yaml.MappingStartEvent) else self._items(event)
        self.depth -= 1
        return node

    def _block(self, start: yaml.Event) -> Block:
        block = Block(self._place(start))
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            if key == "<<":
                self._refuse(event, NOT_PLAIN, "a merge key (<<): write the values out")
            if key in block:
                first = block.keys_at[key].line
                self._refuse(event, DUPLICATE, f'"{key}" is already given on line {first}; the second would win')
            block.keys_at[key] = key.place
            value = self._node(next(self.events))
            if isinstance(value, Block):
                value.place = key.place
            block[str(key)] = value
        return block

    def _key(self, event: yaml.Event) -> Text:
        key = self._node(event)
        if not isinstance(key, Text):
            self._refuse(event, NOT_PLAIN, "a key that is not a plain word")
        return key

    def _items(self, start: yaml.Event) -> Items:
        items = Items(self._place(start))
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event))
        return items

    def _place(self, event: yaml.Event) -> Place:
        assert event.start_mark is not None
        return Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: yaml.Event, code: Code, message: str) -> NoReturn:
        raise Refused(code.at(self._place(event), message))

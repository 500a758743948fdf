"""What a close posts, as a value: the lines, the documents they rest on, and who stands for them."""

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Literal

import pandas as pd

from expcomp.blocks import Block
from expcomp.lanes import side_by_side
from expcomp.ledger.cells import from_text, to_text

INPUT, PLAN, CONFIG, FRAME, TRACE = "input", "plan", "config", "frame", "trace"
PACKING = 4
"""Of zlib: a third of the time of its default, for a tenth more bytes."""

Kind = Literal["opening", "period"]
OPENING: Kind = "opening"
PERIOD: Kind = "period"


@dataclass(frozen=True)
class Document:
    """A file that was read (`input`, `plan`, `config`: its bytes), a frame beside the lines, or what a block of them
    was made from (`trace`). `body`: compressed."""

    kind: str
    name: str
    body: bytes

    @classmethod
    def of(cls, kind: str, name: str, content: bytes) -> "Document":
        return cls(kind, name, zlib.compress(content, PACKING))

    @classmethod
    def of_frame(cls, name: str, frame: pd.DataFrame, kind: str = FRAME) -> "Document":
        return cls.of(kind, name, to_text(frame))

    @property
    def content(self) -> bytes:
        """Raises zlib.error for a body that was changed."""
        return zlib.decompress(self.body)

    @property
    def is_whole(self) -> bool:
        try:
            return bool(self.sha256)
        except zlib.error:
            return False

    def tell(self, wanted: Collection[str] | None = None) -> pd.DataFrame:
        """The frame, or the wanted columns of it."""
        return from_text(self.content, wanted)

    @cached_property
    def sha256(self) -> str:
        """Of the content: that of the file which was read."""
        return sha256(self.content).hexdigest()

    @property
    def packed(self) -> str:
        """Of the body, which another zlib would make otherwise: it guards the bytes and stands in no chain."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Batch:
    """`blocks` tell the lines, each time anew: texts, and amounts ending in `_minor`. `documents` are in order of kind
    and name. `opening` says how the first close took what was paid before, `proposal` the hash of what was approved,
    `versions` the programs."""

    kind: Kind
    period: str
    as_of: str
    blocks: Callable[[], Iterable[Block]] = field(repr=False)
    documents: tuple[Document, ...]
    prepared_by: str = ""
    approved_by: str = ""
    opening: str = ""
    proposal: str = ""
    versions: str = ""

    def approved(self, by: str, proposal: str) -> "Batch":
        return replace(self, approved_by=by, proposal=proposal)


def documents_of(files: Mapping[tuple[str, str], bytes], frames: Mapping[str, pd.DataFrame]) -> tuple[Document, ...]:
    """Files by kind and name, and frames, in their order."""
    found = [
        *side_by_side(lambda file: Document.of(*file[0], file[1]), files.items()),
        *side_by_side(lambda frame: Document.of_frame(*frame), frames.items()),
    ]
    return tuple(sorted(found, key=lambda each: (each.kind, each.name)))


@dataclass(frozen=True, slots=True)
class Closing:
    """The record of a batch that was posted. `first` is the sequence of its first entry; `sums` are minor units by
    currency; `documents` is the hash over all of them; `hash` is the head of the ledger as it then stood."""

    number: int
    kind: str
    period: str
    as_of: str
    first: int
    count: int
    sums: str
    prepared_by: str
    approved_by: str
    opening: str
    proposal: str
    versions: str
    documents: str
    previous: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    @property
    def head(self) -> str:
        return self.hash.hex()

    @property
    def last(self) -> int:
        return self.first + self.count - 1

    @property
    def amounts(self) -> dict[str, int]:
        pairs = (pair.split("=") for pair in self.sums.split())
        return {code: int(minor) for code, minor in pairs}

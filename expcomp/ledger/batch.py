"""What a close posts, as a value: the lines, the documents they rest on, and who stands for them."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Literal

import numpy as np
import pandas as pd

from expcomp.ledger.cells import from_text, to_text

INPUT, PLAN, CONFIG, FRAME = "input", "plan", "config", "frame"
Kind = Literal["opening", "period"]
OPENING: Kind = "opening"
PERIOD: Kind = "period"


@dataclass(frozen=True)
class Document:
    """A file that was read (`input`, `plan`, `config`: its bytes), or a frame beside the lines. `body`: compressed."""

    kind: str
    name: str
    body: bytes

    @classmethod
    def of(cls, kind: str, name: str, content: bytes) -> "Document":
        return cls(kind, name, zlib.compress(content, 6))

    @classmethod
    def of_frame(cls, name: str, frame: pd.DataFrame) -> "Document":
        return cls.of(FRAME, name, to_text(frame))

    @cached_property
    def content(self) -> bytes:
        """Raises zlib.error for a body that was changed."""
        return zlib.decompress(self.body)

    @property
    def frame(self) -> pd.DataFrame:
        return from_text(self.content)

    @property
    def sha256(self) -> str:
        """Of the content: that of the file which was read."""
        return sha256(self.content).hexdigest()

    @property
    def packed(self) -> str:
        """Of the body, which another zlib would make otherwise: it guards the bytes and stands in no chain."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Batch:
    """`lines`: texts, and amounts ending in `_minor`; `documents` in order of kind and name. `opening` says how the
    first close took what was paid before, `proposal` the hash of what was approved, `versions` the programs."""

    kind: Kind
    period: str
    as_of: str
    lines: pd.DataFrame
    documents: tuple[Document, ...]
    prepared_by: str = ""
    approved_by: str = ""
    opening: str = ""
    proposal: str = ""
    versions: str = ""

    def approved(self, by: str, proposal: str) -> "Batch":
        return replace(self, approved_by=by, proposal=proposal)

    @cached_property
    def sums(self) -> Mapping[str, int]:
        """Minor units by currency."""
        amounts = self.lines["amount_minor"].to_numpy(object)
        currencies = self.lines["currency"].to_numpy(object)
        found = {str(code): int(sum(amounts[currencies == code])) for code in np.unique(currencies.astype(str))}
        return dict(sorted(found.items()))


def documents_of(files: Mapping[tuple[str, str], bytes], frames: Mapping[str, pd.DataFrame]) -> tuple[Document, ...]:
    """Files by kind and name, and frames, in their order."""
    found = [Document.of(kind, name, content) for (kind, name), content in files.items()]
    found += [Document.of_frame(name, frame) for name, frame in frames.items()]
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
    columns: str
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

"""A batch that waits for another person's approval."""

import io
import zlib
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain

from expcomp.ledger.batch import Batch
from expcomp.ledger.cells import unescape
from expcomp.ledger.chain import link
from expcomp.ledger.text_form import batches_of, text_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """`head` is that of the ledger it stands on, `content` the hash over every line and every input, `body` all of
    them, compressed."""

    number: int
    period: str
    prepared_by: str
    head: bytes = field(repr=False)
    content: str
    body: bytes = field(repr=False)
    previous: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    @classmethod
    def of(cls, batches: list[Batch], number: int, head: bytes, previous: bytes) -> "Proposal":
        packing, content, parts = zlib.compressobj(), sha256(), []
        for text in chain.from_iterable(map(text_of, batches)):
            content.update(text)
            parts.append(packing.compress(text))
        body, last = b"".join([*parts, packing.flush()]), batches[-1]
        unsealed = cls(number, last.period, last.prepared_by, head, content.hexdigest(), body, previous, b"")
        return replace(unsealed, hash=unsealed.linked)

    @classmethod
    def read(cls, cells: Sequence[str]) -> "Proposal":
        """Of a row of an export. ValueError for one that is none."""
        number, period, by, head, content, body, previous, hash_ = cells
        parts = (b64decode(cell, validate=True) for cell in (head, body, previous, hash_))
        head_, body_, previous_, end = parts
        return cls(int(number), unescape(period), unescape(by), head_, content, body_, previous_, end)

    @property
    def row(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    @property
    def linked(self) -> bytes:
        row = f"{self.number}\t{self.period}\t{self.prepared_by}\t{self.head.hex()}\t{self.content}\t"
        return link(self.previous, row.encode() + sha256(self.body).digest())

    @property
    def text(self) -> bytes:
        return zlib.decompress(self.body)

    @property
    def batches(self) -> list[Batch]:
        return batches_of(io.StringIO(self.text.decode(), newline="\n"))

    def is_intact(self, previous: bytes) -> bool:
        """Raises zlib.error for a body that was changed."""
        return (self.previous, self.hash) == (previous, self.linked) and sha256(self.text).hexdigest() == self.content

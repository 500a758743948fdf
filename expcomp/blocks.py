"""Frames too long to hold at once: told a block of rows at a time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from expcomp.lanes import side_by_side

if TYPE_CHECKING:
    import pandas as pd


class Block(Protocol):
    """Some of the rows, made when they are asked for."""

    def tell(self) -> "pd.DataFrame": ...


@dataclass(frozen=True)
class Told:
    """Rows that are there already."""

    frame: "pd.DataFrame"

    def tell(self) -> "pd.DataFrame":
        return self.frame


@dataclass(frozen=True)
class Changed:
    """The rows of another block, changed when they are told."""

    block: Block
    change: "Callable[[pd.DataFrame], pd.DataFrame]"

    def tell(self) -> "pd.DataFrame":
        return self.change(self.block.tell())


def told(blocks: Iterable[Block]) -> "Iterator[pd.DataFrame]":
    """Each in turn, made on several processors."""
    return side_by_side(lambda block: block.tell(), blocks)


def evenly(frames: "Iterable[pd.DataFrame]", size: int) -> "Iterator[pd.DataFrame]":
    """The same rows, so many at a time; the last frame may be shorter, and none is empty."""
    import pandas as pd

    rest = pd.DataFrame()
    for frame in frames:
        rows = pd.concat([rest, frame], ignore_index=True) if len(rest) else frame
        whole = len(rows) - len(rows) % size
        for start in range(0, whole, size):
            yield rows.iloc[start : start + size]
        rest = rows.iloc[whole:]
    if len(rest):
        yield rest

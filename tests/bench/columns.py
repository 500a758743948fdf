"""Columns of generated text, made in Arrow: ids, money, days, instants and words."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

YEAR_START = 20_454
"""2026-01-01, in days since 1970."""
YEAR_END = YEAR_START + 364

FIRST_DAY = YEAR_START - 800
LAST_DAY = YEAR_END + 800


def join(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def padded(numbers: Ints, width: int) -> pa.Array:
    """Whole numbers with leading zeros."""
    digits = np.empty((len(numbers), width), np.uint8)
    rest = numbers
    for place in reversed(range(width)):
        rest, digit = np.divmod(rest, 10)
        digits[:, place] = digit + ord("0")
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(numbers), [None, pa.py_buffer(digits)])
    return fixed.cast(pa.binary()).cast(pa.string())


def ids(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """An id for each number, in an order of its own: an export is not sorted by its ids."""
    return join(prefix, padded((numbers * 7_654_321 + 1_234_567) % 10**width, width))


def money(cents: Ints) -> pa.Array:
    return join(pa.array(cents // 100).cast(pa.string()), ".", words([f"{n:02d}" for n in range(100)], cents % 100))


def words(known: Sequence[str], at: Ints) -> pa.Array:
    return pa.array(known, pa.string()).take(pa.array(at))


def days(numbers: Ints) -> pa.Array:
    first, last = np.datetime64(FIRST_DAY, "D"), np.datetime64(LAST_DAY, "D")
    return words(np.arange(first, last).astype(str).tolist(), numbers - FIRST_DAY)


def instants(day: Ints, second: Ints) -> pa.Array:
    """`2026-03-04T15:04:05Z`."""
    minutes = np.arange(24 * 60)
    clock = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in minutes.tolist()]
    ends = [f"{n:02d}Z" for n in range(60)]
    return join(days(day), words(clock, second // 60), words(ends, second % 60))


def blank_where(blank: Flags, column: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(blank), "", column)


def flags(values: Flags) -> pa.Array:
    return words(("false", "true"), values.astype(np.int64))


def log_normal(rng: np.random.Generator, median: float, spread: float, count: int) -> Ints:
    """Cents around a median amount, some far larger."""
    return np.asarray(np.exp(rng.normal(np.log(median * 100), spread, count)), np.int64) + 1

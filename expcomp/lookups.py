"""Looking rows up by key and day, on whole columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.exact import Ints, order_by, starts
from expcomp.period import NEVER
from expcomp.texts import arrow_text, each_text, taken_text

NONE = -1
LAST_DAY = (1 << 20) - 1
"""Beyond every date: NEVER in a sort that packs keys and days into one number."""

Texts = npt.NDArray[np.object_]


def days(column: pd.Series) -> Ints:
    """A DAY column as day numbers; blank is NEVER."""
    day = column.to_numpy("datetime64[D]")
    return np.where(np.isnat(day), NEVER, day.astype(np.int64))


def local_days(column: pd.Series, zone: str) -> Ints:
    """An INSTANT column as days in the plan's zone; blank is NEVER."""
    local = column.dt.tz_convert(zone).dt.tz_localize(None).to_numpy("datetime64[D]")
    return np.where(np.isnat(local), NEVER, local.astype(np.int64))


def numbers(column: pd.Series) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """A nullable whole-number column as values (0 where blank) and a mask of the rows that have one."""
    given = column.notna().to_numpy()
    return column.fillna(0).to_numpy(np.int64), given


def flags(column: pd.Series) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    given = column.notna().to_numpy()
    return column.fillna(False).to_numpy(np.bool_), given


def folded(column: pd.Series) -> pd.Series:
    """Text as conditions compare it: trimmed and without case."""
    return pd.Series(each_text(column, lambda text: text.strip().casefold()), index=column.index)


def alike(column: pd.Series) -> Ints:
    """Whole numbers, the same for the same text."""
    return np.asarray(arrow_text(column).dictionary_encode().indices.to_numpy(), dtype=np.int64)


def ranks(column: pd.Series) -> Ints:
    """Whole numbers that stand in the order of the texts."""
    encoded = arrow_text(column).dictionary_encode()
    rank = np.empty(len(encoded.dictionary), dtype=np.int64)
    rank[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(rank))
    ranked: Ints = rank[encoded.indices.to_numpy()]
    return ranked


@dataclass(frozen=True, slots=True)
class Names:
    """A closed list of names in code-point order: comparing codes compares names."""

    names: pa.Array

    @classmethod
    def of(cls, *columns: pd.Series) -> "Names":
        names = pa.concat_arrays([arrow_text(column) for column in columns])
        if _rise(names):
            return cls(names)
        names = pc.unique(names)
        return cls(names.take(pc.sort_indices(names)))

    def codes(self, column: pd.Series) -> Ints:
        """Position in the list; NONE for a name that is not in it, and for a blank."""
        if len(column) == 0:
            return np.zeros(0, dtype=np.int64)
        texts = arrow_text(column)
        if len(texts) < len(self.names):
            encoded = texts.dictionary_encode()
            few: Ints = self._codes_of_few(encoded.dictionary)[encoded.indices.to_numpy()]
            return few
        codes: Ints = _positions(texts, self.names)
        codes[pc.equal(texts, "").to_numpy(zero_copy_only=False)] = NONE
        return codes

    def _codes_of_few(self, texts: pa.Array) -> Ints:
        """Of different texts, fewer than names: it is they that are put into a table, and the names looked up in it."""
        at = _positions(self.names, texts)
        found = np.flatnonzero(at != NONE)
        codes = np.full(len(texts), NONE)
        codes[at[found]] = found
        codes[pc.equal(texts, "").to_numpy(zero_copy_only=False)] = NONE
        return codes

    def text(self, codes: Ints) -> pd.Series:
        """The names of codes; "" for NONE."""
        return pd.Series(taken_text(self.names, codes))

    def followed_by(self, codes: Ints, texts: pd.Series) -> tuple[pa.Array, Ints]:
        """The list and behind it what of `texts` it lacks; and the positions of these codes, then of the texts."""
        if not len(texts):
            return self.names, codes
        at = self.codes(texts)
        lacking = np.flatnonzero(at == NONE)
        more = arrow_text(texts).take(pa.array(lacking)).dictionary_encode()
        at[lacking] = len(self) + more.indices.to_numpy()
        return pa.concat_arrays([self.names, more.dictionary]), np.concatenate([codes, at])

    def __len__(self) -> int:
        return len(self.names)


def _rise(names: pa.Array) -> bool:
    return bool(pc.all(pc.less(names.slice(0, max(len(names) - 1, 0)), names.slice(1))).as_py())


def _positions(texts: pa.Array, among: pa.Array) -> Ints:
    """Where each text stands; NONE where it does not."""
    found = pc.index_in(texts, value_set=among).fill_null(NONE)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Dated:
    """Rows of a dated table by key and day, ready to be asked for the newest at a day. Those of key k stand from
    `first[k]` to `first[k + 1]`; the last of these ranges is empty and stands for every key without rows."""

    first: Ints
    days: Ints
    rows: Ints

    @classmethod
    def of(cls, keys: Ints, day: Ints, keep: npt.NDArray[np.bool_] | None = None) -> "Dated":
        """`keys` are codes ≥ 0; rows whose key is NONE or that are not kept are left out."""
        rows = np.flatnonzero(keys >= 0 if keep is None else (keys >= 0) & keep)
        of_row = keys[rows]
        order = order_by(of_row, np.minimum(day[rows], LAST_DAY))
        count = np.append(np.bincount(of_row), 0)
        return cls(np.concatenate([[0], np.cumsum(count)]), day[rows][order], rows[order])

    def newest(self, keys: Ints, day: Ints) -> Ints:
        """For each key and day, the newest row at or before the day; NONE where there is none."""
        if not len(self.rows):
            return np.full(len(keys), NONE)
        low, high = self._ranges(keys)
        until = self._behind(low, high, day)
        return np.where(until > low, self.rows[until - 1], NONE)

    def bounds(self, keys: Ints, after: Ints | None, until: Ints) -> tuple[Ints, Ints]:
        """For each key, the slice of this order with after < day ≤ until; None: from its first row."""
        low, high = self._ranges(keys)
        start = low if after is None else self._behind(low, high, after)
        return start, np.maximum(self._behind(low, high, until), start)

    def has(self, keys: Ints) -> npt.NDArray[np.bool_]:
        """Whether a key has any row."""
        low, high = self._ranges(keys)
        return low < high

    def _ranges(self, keys: Ints) -> tuple[Ints, Ints]:
        without_rows = len(self.first) - 2
        key = np.where((keys < 0) | (keys > without_rows), without_rows, keys)
        return self.first[key], self.first[key + 1]

    def _behind(self, low: Ints, high: Ints, day: Ints) -> Ints:
        """Where the rows at or before a day end, within each range: found by halving, so that it takes a step where
        keys have a row, and few where they have several."""
        while (low < high).any():
            middle = (low + high) >> 1
            earlier = self.days[np.minimum(middle, len(self.days) - 1)] <= day
            searched = low < high
            low, high = np.where(searched & earlier, middle + 1, low), np.where(searched & ~earlier, middle, high)
        return low


def joined_spans(keys: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """By key the times that any of its spans, start ≤ t < end, covers; those that touch are one. Days are not negative;
    `end` may be NEVER."""
    order = order_by(keys, start)
    keys, start, end = keys[order], start[order], np.minimum(end[order], LAST_DAY)
    before = keys * (LAST_DAY + 1)
    reached = np.maximum.accumulate(before + end)
    begins = starts(keys)
    begins[1:] |= before[1:] + start[1:] > reached[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first, len(keys))[1:] - 1
    ends = reached[last] - before[last]
    return keys[first], start[first], np.where(ends >= LAST_DAY, NEVER, ends)


def kept(frame: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """The rows that are marked, counted anew; the frame itself, and no copy of it, where all are."""
    return frame if mask.all() else frame[mask].reset_index(drop=True)


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames of the same columns one below the other; no copy of a frame that stands alone."""
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return filled[0].reset_index(drop=True) if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def group_of(*columns: Ints) -> Ints:
    """One dense number (0, 1, 2 …) per distinct combination of whole numbers, row by row."""
    packed, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        low, high = int(column.min(initial=0)), int(column.max(initial=0))
        if size * (high - low + 1) < 1 << 62:
            packed, size = packed * (high - low + 1) + (column - low), size * (high - low + 1)
        else:
            dense, count = _dense(column), len(column)
            packed, size = _dense(packed) * count + dense, count * count
    return _dense(packed)


def _dense(column: Ints) -> Ints:
    if (column[1:] >= column[:-1]).all():
        return np.cumsum(starts(column)) - 1
    return np.asarray(pd.factorize(column)[0], dtype=np.int64)


def distinct(codes: Ints) -> Ints:
    """Each code once, in order. Codes of a narrow range take time and memory by their number alone."""
    low, present = _marks(codes)
    return np.flatnonzero(present) + low


def is_among(codes: Ints, wanted: Ints) -> npt.NDArray[np.bool_]:
    """Whether each code is one of the wanted."""
    low, present = _marks(wanted)
    at = codes - low
    inside = (at >= 0) & (at < len(present))
    return np.asarray(inside & np.append(present, False)[np.where(inside, at, -1)], dtype=np.bool_)


def _marks(codes: Ints) -> tuple[int, npt.NDArray[np.bool_]]:
    """The lowest code, and for it and every further one whether it occurs."""
    low = int(codes.min()) if len(codes) else 0
    present = np.zeros(int(codes.max()) - low + 1 if len(codes) else 0, dtype=np.bool_)
    present[codes - low] = True
    return low, present


def spread(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Every (row, position) with low ≤ position < high: the many-to-many join of slices."""
    count = high - low
    row = np.repeat(np.arange(len(low)), count)
    start = np.repeat(np.cumsum(count) - count, count)
    return row, np.repeat(low, count) + np.arange(len(row)) - start


def pairs(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Row numbers of every left and right row with the same key; keys are codes (≥ 0) or NONE."""
    low, high = (int(left.min()), int(left.max())) if len(left) else (0, NONE)
    rows = np.flatnonzero((right >= max(low, 0)) & (right <= high))
    key = right[rows] - low
    order = rows[np.argsort(key.astype(np.uint16) if high - low < 1 << 16 else key, kind="stable")]
    count = np.bincount(key, minlength=high - low + 1)
    end = np.cumsum(count)
    row, position = spread((end - count)[left - low], end[left - low])
    return row, order[position]

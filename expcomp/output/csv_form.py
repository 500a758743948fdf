"""A sheet as CSV: every column, bare decimal amounts, sorted, the same bytes every time; made block by block."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expcomp.lanes import side_by_side
from expcomp.output.line_tables import shown_name
from expcomp.output.pay_tables import full_payees
from expcomp.output.text import FORMULA_STARTS, HIDDEN, csv_text
from expcomp.pay.labels import amount_texts, currencies
from expcomp.pay.lines import LINE_COLUMNS
from expcomp.pay.sheet_view import SheetView
from expcomp.texts import LARGE, all_blank, arrow_text, each_text, joined

_NO_CURRENCY = currencies(pd.Series([], dtype="str"))
SPACE, TILDE, COMMA, QUOTE = map(ord, ' ~,"')
STARTS = np.frombuffer("".join(FORMULA_STARTS).encode(), np.uint8)
SPECIAL = f'[",{HIDDEN}]'


def to_csv(sheet: SheetView, *, lines: bool) -> Iterator[bytes | memoryview]:
    """Every line with all of its columns (read back by `--posted`), or one row per pay period and payee."""
    if lines:
        yield _header(LINE_COLUMNS)
        yield from side_by_side(lambda block: _rows(block.tell()), sheet.blocks())
    else:
        yield from csv_table(full_payees(sheet))


def csv_table(frame: pd.DataFrame) -> Iterator[bytes | memoryview]:
    """A header and the rows; columns in `_minor` are amounts in the row's `currency`, all others texts."""
    yield _header(frame.columns)
    yield _rows(frame)


def _header(columns: Iterable[str]) -> bytes:
    return (",".join(map(shown_name, columns)) + "\n").encode()


def _rows(frame: pd.DataFrame) -> bytes | memoryview:
    if frame.empty:
        return b""
    currency = currencies(frame["currency"]) if "currency" in frame else _NO_CURRENCY
    *columns, last = ((name, frame[name]) for name in frame.columns)
    cells = _written_together(_cells(*column, currency) for column in columns)
    ends = joined(_column(*last, currency), "\n")
    rows = pc.binary_join_element_wise(*cells, ends, pa.scalar(",", LARGE))
    return memoryview(rows.buffers()[2])


def _written_together(columns: Iterable[pa.Array | str]) -> Iterator[pa.Array | pa.Scalar]:
    """Neighbouring columns that say the same on every row are one text."""
    for say_the_same, run in groupby(columns, lambda cells: isinstance(cells, str)):
        if say_the_same:
            yield pa.scalar(",".join(run), LARGE)
        else:
            yield from run


def _cells(name: str, column: pd.Series, currency: pa.DictionaryArray) -> pa.Array | str:
    """A column as it stands in the file; only one text where every row says the same."""
    if _says_the_same(column) and (not _is_amount(name) or len(currency.dictionary) == 1):
        return str(_column(name, column[:1], currency[:1])[0].as_py())
    return _column(name, column, currency)


def _says_the_same(column: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(column):
        return bool(column.min() == column.max()) and not column.hasnans
    texts = arrow_text(column.astype("str"))
    first, last = texts[0].as_py(), texts[len(texts) - 1].as_py()
    return first == last and (all_blank(texts) if not first else pc.all(pc.equal(texts, first)).as_py())


def _column(name: str, column: pd.Series, currency: pa.DictionaryArray) -> pa.Array:
    return _amounts(column, currency) if _is_amount(name) else _texts(column)


def _is_amount(name: str) -> bool:
    return name.endswith("_minor")


def _amounts(minor: pd.Series, currency: pa.DictionaryArray) -> pa.Array:
    """Bare numbers; nothing where there is no amount."""
    texts = amount_texts(minor.fillna(0).to_numpy(np.int64), currency)
    return pc.if_else(pa.array(minor.notna().to_numpy()), texts, "") if minor.hasnans else texts


def _texts(column: pd.Series) -> pa.Array:
    """Texts guarded against formulas and quoted where they must be; where none needs it, as they stand."""
    texts = arrow_text(column.astype("str"))
    return texts if _is_plain(texts) else arrow_text(each_text(texts, _cell))


def _is_plain(texts: pa.Array) -> bool:
    """Whether every text may stand in a CSV as it is, told from the bytes of all of them."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data or b"", np.uint8)[bounds[0] : bounds[-1]]
    if not len(letters):
        return True
    first = letters[bounds[:-1][bounds[:-1] < bounds[1:]] - bounds[0]]
    if np.isin(first, STARTS).any():
        return False
    if letters.min() >= SPACE and letters.max() <= TILDE:
        return not ((letters == COMMA) | (letters == QUOTE)).any()
    return not pc.any(pc.match_substring_regex(texts, SPECIAL)).as_py()


def _cell(text: str) -> str:
    safe = csv_text(text)
    return f'"{safe.replace(chr(34), chr(34) * 2)}"' if any(c in safe for c in ',"') else safe

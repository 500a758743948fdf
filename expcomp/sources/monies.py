"""Columns of money: each amount in minor units of its row's currency."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from expcomp.diagnostics import Code
from expcomp.exact import Ints
from expcomp.money import MINOR_MAX, decimals, to_minor
from expcomp.sources import amounts
from expcomp.sources.cells import Cells, Problems, integers
from expcomp.sources.column import CELL_ERROR, CORRECT_CELL, ERROR_TEXTS, Converted
from expcomp.sources.quantities import number_help

AMOUNT_BAD = Code("D302", "amount-not-a-number")
TOO_PRECISE = Code("D304", "amount-too-precise")
TOO_LARGE = Code("D305", "amount-out-of-bounds")
CURRENCY_CONFLICT = Code("D306", "currency-conflict")

PLAIN = r"^-?\d{{1,13}}(?:\.\d{{1,{places}}})?$"


@dataclass(frozen=True, slots=True)
class RowCurrencies:
    """The currency of each row is `names[codes[row]]`."""

    names: tuple[str, ...]
    codes: Ints

    @classmethod
    def one(cls, currency: str, rows: int) -> "RowCurrencies":
        return cls((currency,), np.zeros(rows, np.int64))


def column_style(cells: Cells) -> str:
    """What the column's numbers prove about its decimal sign: see `amounts.decide_style`."""
    smallest, largest = cells.bytes_between
    if not cells.values and smallest >= ord("0") and largest <= ord("9"):
        return amounts.NEUTRAL
    if cells.matches(PLAIN.format(places=2)) or cells.matches(r"^(?:-?\d+(?:\.\d{1,2})?)?$"):
        return amounts.POINT if cells.holds(".") else amounts.NEUTRAL
    return amounts.decide_style(style for style in map(_style, cells.texts) if style is not None)


def _style(text: str) -> str | None:
    try:
        return amounts.style_of(amounts.take_apart(text.removesuffix("%")).digits)
    except ValueError:
        return None


def written_currencies(cells: Cells) -> list[str]:
    """For each different text the currency it names beyond doubt, else nothing."""
    smallest, largest = cells.bytes_between
    if not cells.values and smallest >= ord(",") and largest <= ord("9"):
        return []
    found = []
    for text in cells.texts:
        try:
            currency = amounts.take_apart(text).currency
        except ValueError:
            currency = ""
        found.append(currency if currency not in amounts.SHARED_SYMBOLS else "")
    return found


def convert_money(cells: Cells, style: str, currencies: RowCurrencies) -> Converted:
    """Minor units. A column of plain numbers in currencies of as many decimals takes Arrow's exact decimals."""
    every = {decimals(name) for name in currencies.names}
    if len(every) == 1 and style in (amounts.POINT, amounts.NEUTRAL):
        places = every.pop()
        if places and cells.matches(PLAIN.format(places=places)):
            return _plain_column(cells, places)
    return _Monies(cells, style or amounts.POINT, currencies).convert()


def _plain_column(cells: Cells, places: int) -> Converted:
    """Plain numbers of at most 13 digits and `places` decimals: a decimal128's low word is the amount."""
    known = ~cells.blank
    texts = cells.column if known.all() else cells.column.filter(pa.array(known))
    exact = [piece.cast(pa.decimal128(13 + places, places)) for piece in texts.chunks]
    low_words = [np.frombuffer(piece.buffers()[1], np.int64)[2 * piece.offset :: 2][: len(piece)] for piece in exact]
    minor = np.zeros(len(known), np.int64)
    minor[known] = np.concatenate([np.zeros(0, np.int64), *low_words])
    problems = Problems()
    beyond = np.flatnonzero(np.abs(minor) > MINOR_MAX)
    if len(beyond):
        problems.add(TOO_LARGE, cells.column[beyond[0]].as_py(), BOUND, "", beyond)
    return Converted(integers(minor, known), problems.items, "amount")


BOUND = "is beyond any amount of pay (10^13 minor units)"


class _Monies:
    """One conversion for each different pair of text and currency."""

    def __init__(self, cells: Cells, style: str, currencies: RowCurrencies) -> None:
        self.cells, self.style, self.currencies = cells, style, currencies
        self.problems = Problems()
        keys = cells.codes * len(currencies.names) + currencies.codes
        self.pairs, self.codes = np.unique(keys, return_inverse=True)

    def convert(self) -> Converted:
        minor = np.zeros(len(self.pairs), np.int64)
        known = np.zeros(len(self.pairs), np.bool_)
        for number, pair in enumerate(self.pairs.tolist()):
            code, currency = divmod(pair, len(self.currencies.names))
            if self.cells.texts[code]:
                value = self._read(number, code, self.currencies.names[currency])
                known[number], minor[number] = value is not None, value or 0
        values = integers(minor[self.codes], known[self.codes])
        return Converted(values, self.problems.items, f"amount, decimal {self.style}")

    def _read(self, number: int, code: int, currency: str) -> int | None:
        text = self.cells.texts[code]
        if text in ERROR_TEXTS:
            return self._refuse(CELL_ERROR, number, code, "is a spreadsheet's error", CORRECT_CELL)
        try:
            parts = amounts.take_apart(text)
            plain = amounts.plain(parts, self.style)
        except ValueError as error:
            return self._refuse(AMOUNT_BAD, number, code, str(error), number_help(text))
        if not amounts.agrees(parts.currency, currency):
            message = f"is in {parts.currency}, and the row's amounts are in {currency}"
            return self._refuse(CURRENCY_CONFLICT, number, code, message, "correct the amount or the currency column")
        try:
            minor = to_minor(plain, currency)
        except ValueError as error:
            return self._refuse(TOO_PRECISE, number, code, f"has {error}", "amounts are never rounded here")
        if abs(minor) > MINOR_MAX:
            return self._refuse(TOO_LARGE, number, code, BOUND, "")
        return minor

    def _refuse(self, code: Code, number: int, text: int, message: str, help: str) -> int | None:
        self.problems.add(code, self.cells.written[text], message, help, np.flatnonzero(self.codes == number))
        return None

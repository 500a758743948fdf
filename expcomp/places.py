"""One row of a frame, for a message: its cells, and where it was read from."""

import pandas as pd

from expcomp.diagnostics import Place


def place_of(frame: pd.DataFrame, row: int) -> Place:
    return Place(cell(frame, "input_file", row), int(frame["input_row"].to_numpy()[row]))


def cell(frame: pd.DataFrame, column: str, row: int) -> str:
    """The text of one cell, for a message."""
    return str(frame[column].iat[row])

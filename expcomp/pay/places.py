"""Where a row of a frame was read from."""

import pandas as pd

from expcomp.diagnostics import Place


def place_of(frame: pd.DataFrame, row: int) -> Place:
    return Place(str(frame["input_file"].iat[row]), int(frame["input_row"].iat[row]))

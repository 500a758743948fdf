"""One CSV written chunk by chunk."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.csv as pc_csv

OPTIONS = pc_csv.WriteOptions(include_header=False, quoting_style="none")


class Writer:
    """The header comes from the first chunk; all chunks have the same columns of text."""

    def __init__(self, folder: Path, table: str) -> None:
        self._file = (folder / f"{table}.csv").open("wb")
        self._started = False

    def write(self, columns: Mapping[str, pa.Array]) -> None:
        if not self._started:
            self._file.write((",".join(columns) + "\n").encode())
            self._started = True
        pc_csv.write_csv(pa.table(dict(columns)), self._file, OPTIONS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

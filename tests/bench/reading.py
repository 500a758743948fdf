"""Reads a project's files once and says what that alone took:  python -m bench.reading READER PROJECT   (in tests/).

Readers: arrow (all text, cells of several lines allowed), pandas (read_csv, dtype=str), calamine (the cells of every
workbook), expcomp (checked columns).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path


def arrow(project: Path) -> Callable[[], object]:
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    several_lines = pa_csv.ParseOptions(newlines_in_values=True)

    def read(path: Path) -> pa.Table:
        with path.open(encoding="utf-8") as file:
            names = file.readline().rstrip("\n").split(",")
        texts = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
        return pa_csv.read_csv(path, parse_options=several_lines, convert_options=texts)

    return lambda: [read(path) for path in _files(project)]


def pandas(project: Path) -> Callable[[], object]:
    import pandas as pd

    return lambda: [pd.read_csv(path, dtype=str, keep_default_na=False) for path in _files(project)]


def calamine(project: Path) -> Callable[[], object]:
    from python_calamine import CalamineWorkbook

    def read(path: Path) -> list[list[object]]:
        return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)

    return lambda: [read(path) for path in _files(project, "xlsx")]


def expcomp(project: Path) -> Callable[[], object]:
    from expcomp.commands.memory import keep_memory
    from expcomp.plan.load import load_plans
    from expcomp.plan.needs import needs_of
    from expcomp.plan.versions import plan_set
    from expcomp.sources.config import load_config
    from expcomp.sources.read import read_book

    keep_memory()  # as every command does that reads
    needs = needs_of(plan_set(load_plans(sorted((project / "plans").glob("*.yaml")), project)))
    return lambda: read_book(load_config(project), project, needs)


READERS = {"arrow": arrow, "pandas": pandas, "calamine": calamine, "expcomp": expcomp}


def _files(project: Path, ending: str = "csv") -> list[Path]:
    return sorted((project / "data").glob(f"*.{ending}"))


def main() -> None:
    """Imports and the plan are not part of reading."""
    reader, project = sys.argv[1], Path(sys.argv[2])
    read = READERS[reader](project)
    wall, cpu = time.perf_counter(), time.process_time()
    kept = read()
    sys.stdout.write(f"{time.perf_counter() - wall} {time.process_time() - cpu}\n")
    del kept


if __name__ == "__main__":
    main()

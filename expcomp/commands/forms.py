"""The forms in which commands print and write: `--format`, `-o` by its ending, `--force`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Format = Literal["table", "csv", "json", "markdown"]
BY_ENDING: dict[str, Format] = {".csv": "csv", ".json": "json", ".md": "markdown"}

FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print it.")]
OutputOption = Annotated[
    str | None, typer.Option("--output", "-o", help="Write a file, by its ending: .xlsx .csv .json .md; - is stdout.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that another run wrote.")]


def file_of(output: str | None) -> Path | None:
    """The file to write, None for stdout. Raises `Refused` (C305), before anything is computed, for an ending
    that names no form."""
    path = Path(output) if output and output != "-" else None
    if path is not None and path.suffix.lower() not in (".xlsx", *BY_ENDING):
        from expcomp.diagnostics import Code, Refused

        unknown = Code("C305", "unknown-ending")
        message = f'"{path.name}" does not end in .xlsx, .csv, .json or .md, so its form is unknown'
        raise Refused(unknown.at(None, message))
    return path

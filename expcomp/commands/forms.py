"""The forms in which commands print and write: `--format`, `-o` by its ending, `--force`."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from expcomp.diagnostics import Code, Place, Refused

UNKNOWN_ENDING = Code("C305", "unknown-ending")

Format = Literal["table", "csv", "json", "markdown"]
BY_ENDING: dict[str, Format] = {".csv": "csv", ".json": "json", ".md": "markdown"}

FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print it.")]
OutputOption = Annotated[
    str | None, typer.Option("--output", "-o", help="Write a file, by its ending: .xlsx .csv .json .md; - is stdout.")
]
Blocks = Iterable[bytes | memoryview]
"""A whole text in UTF-8, in pieces."""

ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that another run wrote.")]


def file_of(output: str | None) -> Path | None:
    """The file to write, None for stdout. Raises `Refused` (C305), before anything is computed, for an ending
    that names no form."""
    path = Path(output) if output and output != "-" else None
    if path is not None and path.suffix.lower() not in (".xlsx", *BY_ENDING):
        message = f'"{path.name}" does not end in .xlsx, .csv, .json or .md, so its form is unknown'
        raise Refused(UNKNOWN_ENDING.at(None, message))
    return path


def deliver(
    path: Path | None,
    format: Format,
    *,
    force: bool,
    table: Callable[[], object],
    blocks: Callable[[Format], Blocks],
    workbook: Callable[[Path], bool] | None = None,
) -> None:
    """Print in a form; or write the file, in the form that its ending names. `workbook` writes an .xlsx, and says
    whether that changed it; None where such a path was refused before."""
    if path is not None:
        tell_written(path, changed=_write(path, force, blocks, workbook))
    elif format == "table":
        table()
    else:
        for block in blocks(format):
            sys.stdout.write(bytes(block).decode())


def _write(
    path: Path, force: bool, blocks: Callable[[Format], Blocks], workbook: Callable[[Path], bool] | None
) -> bool:
    ending = path.suffix.lower()
    if workbook is not None and ending not in BY_ENDING:
        return workbook(path)
    from expcomp.output.files import write_atomic

    return write_atomic(path, blocks(BY_ENDING[ending]), force=force)


def tell_written(path: Path, *, changed: bool) -> None:
    """What became of a file, on stderr."""
    typer.echo(outcome(path, changed=changed), err=True)


def outcome(path: Path | Place, *, changed: bool) -> str:
    return f"{path}: {'written' if changed else 'unchanged'}"

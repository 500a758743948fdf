"""The manual on a terminal, styled and no wider than it, or in a pipe, as the Markdown it is written in."""

from itertools import groupby
from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown

from expcomp.manual.catalogue import FAMILIES, Page, pages


def print_page(page: Page, stream: TextIO) -> None:
    if stream.isatty():
        Console(file=stream, highlight=False).print(Markdown(page.text, code_theme="ansi_dark"))
    else:
        stream.write(page.text)


def print_list(stream: TextIO) -> None:
    """Code and name of every page, by family."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    for family, found in groupby(pages(), key=lambda page: page.code[0]):
        console.print(FAMILIES[family], style="bold")
        for page in found:
            console.print(f"  {page.code}  {page.name}")
        console.print()
    console.print("expcomp explain CODE  prints a page.")

"""What every command does that reads exports: it keeps its memory, and tells how far it has come.

The bar is on stderr, only on a terminal, only after half a second.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from expcomp.commands.memory import keep_memory
from expcomp.sources.extent import Progress, untold

SHOWN_AFTER = 0.5
"""Seconds."""


@contextmanager
def reading() -> Iterator[Progress]:
    """What a reader tells its progress to. While the first file is read, maybe the only one, the bar moves and has no
    end; it is gone when the reading is done."""
    keep_memory()
    if not sys.stderr.isatty():
        yield untold
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if console.is_dumb_terminal:
        yield untold
        return
    columns = (TextColumn("reading {task.fields[file]}"), BarColumn(bar_width=20), TimeElapsedColumn())
    bar = Bar(*columns, console=console, transient=True)
    task = bar.add_task("reading", total=None, file="")
    timer = Timer(SHOWN_AFTER, bar.start)
    timer.daemon = True

    def told(name: str, done: int, total: int) -> None:
        bar.update(task, completed=done, total=total if done else None, file=escape(name))

    timer.start()
    try:
        yield told
    finally:
        timer.cancel()
        timer.join()
        bar.stop()

"""Plain text that reads well at 80 columns: facts with their places, amounts under each other, nothing cut."""

from rich.cells import cell_len

from expcomp.output.layout import laid_out, wrapped
from expcomp.output.table import Table
from expcomp.output.text import clean

WIDTH = 80
AMOUNT = 16


class Prose:
    """Collects lines; every one is cleaned."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def title(self, text: str) -> None:
        if self._lines:
            self._lines.append("")
        self._lines.append(clean(text))

    def say(self, text: str, place: str = "", indent: int = 2) -> None:
        """A sentence, and where it stands written, on the same line where there is room."""
        margin = " " * indent
        lines = wrapped(text, WIDTH, margin + "  ", margin)
        self._lines += lines
        self._place(place, indent + 4)

    def fact(self, label: str, text: str, place: str = "", indent: int = 2, label_width: int = 12) -> None:
        margin = " " * (indent + label_width + 2)
        self._lines += wrapped(text, WIDTH, margin, f"{' ' * indent}{label:{label_width}}  ")
        self._place(place, len(margin))

    def amount(self, text: str, amount: str, indent: int = 2) -> None:
        """A text on the left, its amount on the right; on a line of its own where both do not fit."""
        left, room = " " * indent + clean(text), WIDTH - AMOUNT
        if cell_len(left) > room - 1:
            self._lines += wrapped(text, room - 1, " " * (indent + 2), " " * indent)
            left = self._lines.pop() if cell_len(self._lines[-1]) < room else ""
        self._lines.append(left + " " * (room - cell_len(left)) + f"{amount:>{AMOUNT}}")

    def table(self, table: Table) -> None:
        """A table without its title."""
        self._lines += [clean(line.text) for line in laid_out(table, WIDTH)][1:]

    def _place(self, place: str, margin: int) -> None:
        """`(path:line)` behind the last line, or below it."""
        if not place:
            return
        shown = f"({clean(place)})"
        if cell_len(self._lines[-1]) + 2 + cell_len(shown) <= WIDTH:
            self._lines[-1] += "  " + shown
        else:
            self._lines.append(" " * min(margin, max(WIDTH - cell_len(shown), 4)) + shown)

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"

"""What is wrong, where, and what to do about it. Printing is elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file: `path:line:column` for text, `path[Sheet]!C17` for a workbook."""

    path: str
    line: int = 0
    column: int = 0
    cell: str = ""

    @classmethod
    def of(cls, path: Path) -> "Place":
        """A whole file, as seen from the working folder."""
        here, whole = Path.cwd(), path.absolute()
        return cls((whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix())

    def __str__(self) -> str:
        if self.cell:
            return f"{self.path}{self.cell}"
        return ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell the user. The message stands alone; the help says what to do."""

    code: str
    name: str
    message: str
    place: Place | None = None
    help: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = f"{self.place} " if self.place else ""
        return f"{where}{self.code} {self.name}: {self.message}"


def by_place(finding: Finding) -> tuple[Place, str]:
    """The order in which a file is read."""
    return finding.place or Place(""), finding.code


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code with its kebab name, declared once in the module that raises it."""

    id: str
    name: str

    def at(
        self,
        place: Place | None,
        message: str,
        help: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        return Finding(self.id, self.name, message, place, help, severity)

    def warning(self, place: Place | None, message: str, help: str = "") -> Finding:
        return self.at(place, message, help, Severity.WARNING)


EXIT_BY_FAMILY = {"C": 2, "D": 3, "E": 4, "W": 4, "L": 5, "L2": 6, "L3": 8, "O": 7}
"""By the letter of a code, or its letter and first digit."""


class Refused(Exception):
    """The run stops: carries every finding, so that a file is fixed once and not twenty times."""

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("; ".join(str(finding) for finding in self.findings))

    @property
    def exit_code(self) -> int:
        """By the family of the first error (design page 8)."""
        errors = [f for f in self.findings if f.severity is Severity.ERROR] or list(self.findings)
        code = errors[0].code
        return EXIT_BY_FAMILY.get(code[:2], EXIT_BY_FAMILY[code[0]])


@dataclass(slots=True)
class Findings:
    """Collects findings; `check` stops the run when any of them is an error."""

    items: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        self.items.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        self.items.extend(findings)

    @property
    def errors(self) -> Sequence[Finding]:
        return [f for f in self.items if f.severity is Severity.ERROR]

    def check(self) -> None:
        if self.errors:
            raise Refused(self.items)

"""Collects what is wrong with the data, so that a file is fixed once and not twenty times."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from expcomp.diagnostics import Code, Finding, Place, Refused, Severity
from expcomp.sources.refusals import Refusal

TERMS = ("fx", "merges", "quotas", "targets", "teams")
"""Tables whose rows decide what others are paid: a wrong one stops the run even where rows are set aside."""

SHOWN_PER_CODE = 20
QUOTED = 40


def quote(text: str) -> str:
    """A cell in a message: at most 40 characters, on one line."""
    flat = " ".join(text.split())
    return f'"{flat[:QUOTED]}…"' if len(flat) > QUOTED else f'"{flat}"'


def also_in(rows: Sequence[int]) -> str:
    """`, also in rows 8, 9, 12 and 10 more`; nothing for none."""
    if not rows:
        return ""
    listed = ", ".join(str(row) for row in rows[:5])
    more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f", also in row{'s' if len(rows) > 1 else ''} {listed}{more}"


def and_more(count: int, noun: str = "row") -> str:
    """`, and 13 more rows`; nothing for none."""
    return f", and {count:,} more {noun}{'s' if count != 1 else ''}" if count else ""


@dataclass(slots=True)
class Complaints:
    """Errors, warnings and notes of one reading. `stop_if_any` raises them all together.

    `refusals` are the errors that concern rows, and which rows; any other error concerns a whole file.
    """

    errors: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def error(self, code: Code, place: Place | None, message: str, help: str = "") -> Finding:
        self.errors.append(code.at(place, message, help))
        return self.errors[-1]

    def note(
        self,
        code: Code,
        place: Place | None,
        message: str,
        help: str = "",
        severity: Severity = Severity.NOTE,
    ) -> None:
        self.notes.append(code.at(place, message, help, severity))

    def excuse(self, first: int, codes: tuple[Code, ...]) -> None:
        """Turn errors of these codes, from the number `first` on, into warnings."""
        ids = {code.id for code in codes}
        excused = [finding for finding in self.errors[first:] if finding.code in ids]
        self.errors[first:] = [finding for finding in self.errors[first:] if finding.code not in ids]
        self.notes += [replace(finding, severity=Severity.WARNING) for finding in excused]

    def extend(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            (self.errors if finding.severity is Severity.ERROR else self.notes).append(finding)

    def stop_if_any(self, *, setting_aside: bool = False) -> None:
        """Raise every error; when rows are set aside only those that are not about such rows."""
        errors = self.beyond_rows() if setting_aside else self.errors
        if errors:
            raise Refused([*shortened(errors), *shortened(self.notes)])

    def beyond_rows(self) -> list[Finding]:
        """Errors of whole files or columns, and of rows that nobody can be paid without."""
        of_rows = {refusal.finding for refusal in self.refusals if refusal.table not in TERMS}
        return [finding for finding in self.errors if finding not in of_rows]


def joined_by_name(names: Sequence[str], one: str, many: str, holder: str) -> str:
    """`2 people joined by name, held by one payee only: "Ana Reyes", "Cam Ortiz"`"""
    return f"{counted(names, one, many)} joined by name, held by one {holder} only: {some_of(names)}"


def counted(names: Sequence[str], one: str, many: str) -> str:
    """`1 person`, `2,000 people`"""
    return f"1 {one}" if len(names) == 1 else f"{len(names):,} {many}"


def some_of(names: Sequence[str]) -> str:
    """`"Ana Reyes", "Ben Okafor", "Cam Ortiz" and 4 more`"""
    some = ", ".join(quote(name) for name in sorted(names)[:3])
    return f"{some} and {len(names) - 3:,} more" if len(names) > 3 else some


def shortened(findings: list[Finding]) -> list[Finding]:
    """In order of place; of each code the first 20, then one finding that counts the rest."""
    in_order = sorted(findings, key=lambda f: (f.place or Place(""), f.code, f.message))
    seen: Counter[str] = Counter()
    shown = []
    for finding in dict.fromkeys(in_order):
        seen[finding.code] += 1
        if seen[finding.code] <= SHOWN_PER_CODE:
            shown.append(finding)
    for code, count in seen.items():
        if count > SHOWN_PER_CODE:
            one = next(f for f in in_order if f.code == code)
            rest = f"and {count - SHOWN_PER_CODE:,} more of this kind are not shown"
            shown.append(Finding(code, one.name, rest, severity=one.severity))
    return shown

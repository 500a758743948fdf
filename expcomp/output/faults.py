"""What was found wrong or odd in the data of a report, the grave first: as lines and as a table."""

from collections.abc import Iterator, Sequence

from expcomp.diagnostics import Finding, Severity
from expcomp.output.layout import Line, Look, wrapped
from expcomp.output.table import Table, texts


def graver_first(findings: Sequence[Finding]) -> list[Finding]:
    order = list(Severity)
    return sorted(findings, key=lambda f: (order.index(f.severity), f.code))


def fault_lines(findings: Sequence[Finding], width: int | None) -> Iterator[Line]:
    yield Line("Data faults and notes", Look.TITLE)
    for finding in graver_first(findings):
        said = f"{finding.code} {finding.name}: {finding.message}"
        where = f" ({finding.place})" if finding.place else ""
        yield from (Line(part) for part in wrapped(said + where, width, "    ", "  "))
    yield Line("" if findings else "  none")


def fault_table(findings: Sequence[Finding]) -> Table:
    found = graver_first(findings)
    columns = (
        texts("code", [f"{f.code} {f.name}" for f in found]),
        texts("message", [f.message for f in found]),
        texts("place", [str(f.place or "") for f in found]),
        texts("help", [f.help for f in found]),
    )
    return Table("Data faults and notes", columns, empty="none", packed=True)

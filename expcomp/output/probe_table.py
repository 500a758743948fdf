"""What is paid around each threshold of plans, as lines of text and as records."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from expcomp.lint.probes import Probe

HEADS = ("role", "just below", "at", "just above")


def probe_lines(path: str, probes: Sequence[Probe]) -> Iterator[str]:
    """The thresholds of one plan, each with a row per role and, below it, what it holds for."""
    yield f"Around the thresholds of {path}"
    if not probes:
        yield "  it has none"
    rows = [(probe.role, *probe.paid) for probe in probes]
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
    for (threshold, line), found in groupby(probes, key=lambda probe: (probe.threshold, probe.place.line)):
        yield ""
        yield f"  {threshold} (line {line})"
        yield f"    {_row(HEADS, widths)}"
        for probe in found:
            yield f"    {_row((probe.role, *probe.paid), widths)}"
            yield f"      {probe.assuming}"
    yield ""


def _row(texts: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(texts, widths, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"  {text:>{width}}" for text, width in rest)


def probe_records(path: str, probes: Sequence[Probe]) -> Iterator[dict[str, str | int]]:
    for probe in probes:
        below, at, above = probe.paid
        yield {"path": path, "line": probe.place.line, "threshold": probe.threshold, "role": probe.role,
               "below": below, "at": at, "above": above, "assuming": probe.assuming}  # fmt: skip

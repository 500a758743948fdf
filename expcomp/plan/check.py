"""Checks across a plan's blocks: what cannot be paid by is refused before any data is read."""

from collections.abc import Iterator

from expcomp.diagnostics import Finding
from expcomp.plan.model import Plan


def check_plan(plan: Plan) -> Iterator[Finding]:
    yield from ()

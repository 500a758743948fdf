"""Plans checked as the command does, without a process of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from expcomp.commands.plans_read import read_plans
from expcomp.commands.validate_plan import report_on
from expcomp.diagnostics import Finding
from expcomp.lint.run import lint
from expcomp.output.findings import Report
from expcomp.plan.load import bind_plan

AS_OF = "2027-03-15"


def report(*named: Path, project: Path | None = None, examples: bool = True) -> Report:
    return report_on(read_plans(list(named) or None, project, AS_OF), examples=examples, probe=False)


def warnings(text: str) -> list[Finding]:
    """What a plan that can be paid by is told, its examples left out."""
    return lint([bind_plan(text, "plan.yaml")], [], date.fromisoformat(AS_OF))


def codes(text: str) -> list[str]:
    return [finding.code for finding in warnings(text)]

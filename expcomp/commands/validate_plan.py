"""`expcomp validate-plan`: every mistake and bad incentive of plans, before anyone is paid by them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from expcomp.commands.run import FINDINGS, ProjectOption

if TYPE_CHECKING:
    from expcomp.commands.plans_read import PlansRead
    from expcomp.diagnostics import Finding
    from expcomp.output.findings import Report
    from expcomp.plan.model import Plan

Format = Literal["text", "json", "github", "sarif"]


def validate_plan(
    plans: Annotated[
        list[Path] | None,
        typer.Argument(help="Plans or folders of plans (default: the project's plans).", show_default=False),
    ] = None,
    project: ProjectOption = None,
    examples: Annotated[bool, typer.Option("--examples/--no-examples", help="Run the plans' own examples.")] = True,
    probe: Annotated[
        bool, typer.Option("--probe", help="What is paid just below, at and above each threshold.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings, too.")] = False,
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = "text",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Judge the end of allowances on this day instead of today.")
    ] = None,
) -> None:
    """Find mistakes and bad incentives in plans.

    Schema errors, contradictions, cliffs, rules that nothing reaches, and examples that do not hold.

    Example:  expcomp validate-plan plans/expansion.yaml --strict
    """
    from expcomp.commands.plans_read import read_plans
    from expcomp.output.findings import as_github, as_json, as_sarif

    read = read_plans(plans, project, as_of)
    report = report_on(read, examples=examples, probe=probe)
    match format:
        case "text":
            _print(report)
        case "json":
            sys.stdout.write(as_json(report))
        case "github":
            sys.stdout.write(as_github(report))
        case "sarif":
            sys.stdout.write(as_sarif(report))
    raise typer.Exit(_exit_code(report, strict))


def report_on(read: "PlansRead", *, examples: bool, probe: bool) -> "Report":
    from expcomp.diagnostics import by_place
    from expcomp.lint.run import lint
    from expcomp.output.findings import Report

    findings = [*read.findings, *lint(read.plans, read.plans if read.together else (), read.today)]
    run = sum(len(plan.examples) for plan in read.plans) if examples else 0
    details: dict[Finding, list[str]] = {}
    if run:
        from expcomp.commands.examples import failed_examples

        details = dict(failed_examples(read.plans))
    findings = sorted([*findings, *details], key=by_place)
    counted = [_counted(read.files, "plan"), *([_counted(run, "example")] if run else [])]
    facts: dict[str, object] = {
        "command": "validate-plan", "as_of": read.today.isoformat(), "examples": run,
        "plans": [{"path": p.path, "id": p.plan.id, "version": p.plan.version, "hash": p.hash} for p in read.plans],
    }  # fmt: skip
    shown: list[str] = []
    if probe:
        shown, facts["probes"] = _probed(read.plans)
    return Report(findings, read.sources, facts, f"{', '.join(counted)}, as of {read.today}", details, shown)


def _probed(plans: "list[Plan]") -> tuple[list[str], list[dict[str, str | int]]]:
    """What is paid around the thresholds, as lines and as records."""
    from expcomp.lint.probes import probes
    from expcomp.lint.reach import reach
    from expcomp.output.probe_table import probe_lines, probe_records

    found = {plan.path: list(probes(reach(plan))) for plan in plans}
    lines = [line for path, probed in found.items() for line in probe_lines(path, probed)]
    return lines, [record for path, probed in found.items() for record in probe_records(path, probed)]


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _print(report: "Report") -> None:
    """As wide as the terminal, or as a line is in a pipe."""
    import os
    import shutil

    from expcomp.output.findings import as_text

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else None
    coloured = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    for line in as_text(report, width, coloured=coloured):
        sys.stdout.write(line + "\n")


def _exit_code(report: "Report", strict: bool) -> int:
    from expcomp.diagnostics import Refused, Severity

    if report.count(Severity.ERROR):
        return Refused(report.findings).exit_code
    return FINDINGS if strict and report.findings else 0

"""`expcomp describe-plan`: a plan in plain language, for the people it pays."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from expcomp.commands.forms import UNKNOWN_ENDING, tell_written
from expcomp.commands.run import ProjectOption
from expcomp.diagnostics import Code, Refused

if TYPE_CHECKING:
    from expcomp.describe.document import Document
    from expcomp.plan.model import Plan

Form = Literal["text", "markdown", "html"]
BY_ENDING: dict[str, Form] = {".txt": "text", ".md": "markdown", ".html": "html"}

NO_ROLE = Code("C322", "no-such-role")


def describe_plan(
    plans: Annotated[list[Path] | None, typer.Argument(help="Plan files; those in plans/ if none is named.")] = None,
    role: Annotated[str | None, typer.Option(help="Only what concerns the holders of this role.")] = None,
    project: ProjectOption = None,
    format: Annotated[Form, typer.Option("--format", "-f", help="How to print it.")] = "text",
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write a file, by its ending: .html .md .txt; - is stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that another run wrote.")] = False,
) -> None:
    """Tell what a plan says, in plain language.

    The deals of its tables are worked out by the calculator that computes pay.

    Example:  expcomp describe-plan --role csm -o csm.html
    """
    path = Path(output) if output and output != "-" else None
    form = format if path is None else _form(path)
    from expcomp.describe.describe import describe

    documents = [describe(plan, role or "") for plan in _with_role(_plans(project, plans), role)]
    if path is None and form == "text":
        from expcomp.output.document_text import print_documents

        print_documents(documents, sys.stdout)
    elif path is None:
        sys.stdout.write(_made(documents, form))
    else:
        from expcomp.output.files import write_atomic

        tell_written(path, changed=write_atomic(path, [_made(documents, form).encode()], force=force))


def _form(path: Path) -> Form:
    """Before anything is computed."""
    form = BY_ENDING.get(path.suffix.lower())
    if form is None:
        message = f'"{path.name}" does not end in .html, .md or .txt, so its form is unknown'
        raise Refused(UNKNOWN_ENDING.at(None, message))
    return form


def _plans(project: Path | None, named: Sequence[Path] | None) -> "Sequence[Plan]":
    from expcomp.commands.make import plans_of
    from expcomp.plan.load import load_plans
    from expcomp.sources.config import find_project, load_config

    root = find_project(None, project).root
    return load_plans(named, root) if named else plans_of(root, load_config(root).plans, None).versions


def _with_role(plans: "Sequence[Plan]", role: str | None) -> "Sequence[Plan]":
    """The plans that have the role. Raises `Refused` (C322) where none has."""
    from expcomp.suggest import did_you_mean

    found = [plan for plan in plans if role is None or role in plan.roles]
    if not found:
        names = dict.fromkeys(name for plan in plans for name in plan.roles)
        help_ = did_you_mean(role or "", names) or f"there are {', '.join(names)}"
        raise Refused(NO_ROLE.at(None, f'no plan has the role "{role}"', help_))
    return found


def _made(documents: "Sequence[Document]", form: Form) -> str:
    from expcomp.output.document_html import to_html
    from expcomp.output.document_markdown import to_markdown
    from expcomp.output.document_text import to_text

    return {"html": to_html, "markdown": to_markdown, "text": to_text}[form](documents)

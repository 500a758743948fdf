"""`expcomp schema`: the JSON Schema of the plan and of the config, for editors."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from expcomp.commands.forms import tell_written


def schema(
    of: Annotated[Literal["plan", "config"], typer.Argument(help="A plan, or expcomp.yaml.", show_default=False)],
    output: Annotated[str | None, typer.Option("--output", "-o", help="Write a .json file; - is stdout.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that another run wrote.")] = False,
) -> None:
    """Print the JSON Schema of a plan or the config.

    Editors complete and check keys by it. Write it beside the plan, and begin the plan with
    "# yaml-language-server: $schema=./plan.schema.json".

    Example:  expcomp schema plan -o plans/plan.schema.json
    """
    import json

    from expcomp.schema.config import config_schema
    from expcomp.schema.plan import plan_schema

    made = plan_schema() if of == "plan" else config_schema()
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    if output is None or output == "-":
        sys.stdout.write(text)
        return
    from expcomp.output.files import write_atomic

    path = Path(output)
    tell_written(path, changed=write_atomic(path, [text.encode()], force=force))

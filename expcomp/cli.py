"""The command line: names the commands, maps what happened to an exit code; nothing else."""

import sys
from typing import Annotated

import typer

from expcomp import __version__
from expcomp.commands.approve import approve
from expcomp.commands.check_data import check_data
from expcomp.commands.close import close
from expcomp.commands.describe_plan import describe_plan
from expcomp.commands.explain import explain
from expcomp.commands.ledger import ledger
from expcomp.commands.manual import manual
from expcomp.commands.nrr import nrr
from expcomp.commands.payout import payout
from expcomp.commands.replay import replay
from expcomp.commands.run import guarded
from expcomp.commands.schema import schema
from expcomp.commands.sla_report import sla_report
from expcomp.commands.validate_plan import validate_plan

app = typer.Typer(
    name="expcomp",
    help="Expansion compensation as plain text: a plan in YAML, exports in, payout sheets out.",
    epilog="Example:  expcomp payout --period 2027Q1",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("payout", rich_help_panel="Run")(payout)
app.command("close", rich_help_panel="Run")(close)
app.command("approve", rich_help_panel="Run")(approve)
app.command("sla-report", rich_help_panel="Run")(sla_report)
app.command("nrr", rich_help_panel="Run")(nrr)
app.command("check-data", rich_help_panel="Run")(check_data)
app.command("replay", rich_help_panel="Run")(replay)
app.add_typer(ledger, name="ledger", rich_help_panel="Run")
app.command("explain", rich_help_panel="Run")(explain)
app.command("describe-plan", rich_help_panel="Understand")(describe_plan)
app.command("manual", rich_help_panel="Understand")(manual)
app.command("schema", rich_help_panel="Write plans")(schema)
app.command("validate-plan", rich_help_panel="Write plans")(validate_plan)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"expcomp {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Expansion compensation as plain text: a plan in YAML, exports in, payout sheets out."""


def main() -> None:
    sys.exit(guarded(app))

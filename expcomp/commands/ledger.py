"""`expcomp ledger`: look at the ledger, prove it, write it out, copy it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from expcomp.commands.forms import ForceOption, FormatOption
from expcomp.commands.run import ProjectOption

ledger = typer.Typer(
    name="ledger",
    help="The ledger of closed periods: show, verify, export, import, backup.",
    epilog="Example:  expcomp ledger show",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FileOption = Annotated[Path | None, typer.Option("--output", "-o", help="Write a file instead of printing.")]


@ledger.command()
def show(project: ProjectOption = None, format: FormatOption = "table") -> None:
    """List what is closed: by whom, how many lines, what sum, and the head of the ledger then.

    Example:  expcomp ledger show
    """
    from expcomp.commands.ledger_views import formed, print_closings
    from expcomp.commands.ledger_work import opened

    with opened(project) as (found, store):
        if format == "table":
            print_closings(found, store, sys.stdout)
        else:
            sys.stdout.write(formed(store, format))


@ledger.command()
def verify(
    project: ProjectOption = None,
    receipt: Annotated[
        list[Path] | None, typer.Option("--receipt", help="Compare with this receipt too. May be repeated.")
    ] = None,
) -> None:
    """Prove that nothing in the ledger has changed since it was posted.

    Every hash, every sum, every table, the bytes of the file; and that no receipt knows more than the ledger.

    Example:  expcomp ledger verify --receipt mail/2027Q1-receipt.txt
    """
    from expcomp.commands.ledger_work import verified

    typer.echo(verified(project, receipt or []))


@ledger.command()
def export(
    project: ProjectOption = None,
    period: Annotated[
        str | None, typer.Option("--period", "-p", help="Write the sheets of this closed period again.")
    ] = None,
    output: FileOption = None,
    force: ForceOption = False,
) -> None:
    """Write the whole ledger as plain text; or with --period, the sheets of a closed period, the same bytes again.

    Example:  expcomp ledger export -o 2027-ledger.txt

    Example:  expcomp ledger export --period 2027Q1
    """
    from expcomp.commands.ledger_work import export_sheets, export_text

    if period is not None:
        export_sheets(project, period, output, force=force)
    else:
        export_text(project, output, force=force)


@ledger.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="What  ledger export -o FILE  wrote.", show_default=False)],
    project: ProjectOption = None,
) -> None:
    """Rebuild the ledger from its export; it comes to the same head, or it is not made.

    Example:  expcomp ledger import 2027-ledger.txt
    """
    from expcomp.commands.ledger_work import import_text

    typer.echo(import_text(project, file))


@ledger.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file, which only you can read.", show_default=False)],
    project: ProjectOption = None,
) -> None:
    """Copy the ledger to a new file, and verify the copy.

    Example:  expcomp ledger backup backups/2027Q1.ledger
    """
    from expcomp.commands.ledger_work import back_up

    typer.echo(back_up(project, file))

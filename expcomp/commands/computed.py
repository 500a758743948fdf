"""A sheet with all it was computed from: of a closed period from what its close kept, else from today's exports."""

from collections.abc import Sequence
from pathlib import Path

from expcomp.commands.make import make_sheet
from expcomp.commands.project_ledger import closing_of, project_store
from expcomp.commands.replayed import replayed
from expcomp.pay.sheet import Sheet
from expcomp.sources.config import find_project, load_config


def computed_sheet(
    project: Path | None, period: str, plans: Sequence[Path] | None, as_of: str | None, posted: Path | None
) -> Sheet:
    """Raises `Refused` with whatever keeps it from being computed."""
    root = find_project(None, project).root
    if posted is None and (store := project_store(root, load_config(root))) is not None:
        with store:
            if closing := closing_of(store, period):
                return replayed(store, closing)
    return make_sheet(project, period, plans, as_of, posted)

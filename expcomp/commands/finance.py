"""`payout --exposure` and `payout --accrual`: a sheet as finance looks at it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from expcomp.commands.forms import BY_ENDING, Format, deliver
from expcomp.commands.make import sheet_of
from expcomp.commands.narrow import narrowed
from expcomp.commands.replayed import replayed
from expcomp.diagnostics import Code, Refused
from expcomp.output.finance_views import VIEWS, print_view, view_blocks
from expcomp.pay.sheet import Sheet

TWO_VIEWS = Code("C309", "two-views-at-once")
NO_WORKBOOK = Code("C310", "no-workbook-of-this-view")

Names = Sequence[str] | None


def one_of(**views: bool) -> str:
    """The one view asked for, "" for none. Raises `Refused` (C309) for two."""
    asked = [f"--{name}" for name, wanted in views.items() if wanted]
    if len(asked) > 1:
        raise Refused(TWO_VIEWS.at(None, f"{' and '.join(asked)} are different views", "ask for one of them at a time"))
    return asked[0].removeprefix("--") if asked else ""


def finance_view(
    name: str, project: Path | None, period: str, plans: Sequence[Path] | None, as_of: str | None, posted: Path | None,
    shown: tuple[Names, Names, Names], format: Format, path: Path | None, force: bool,
) -> None:  # fmt: skip
    """Print the view, or write it by the ending of `path`. `shown`: payees, roles and segments to narrow it to."""
    if path is not None and path.suffix.lower() not in BY_ENDING:
        help_ = f"write .csv, which a spreadsheet opens:  -o {path.with_suffix('.csv').name}"
        raise Refused(NO_WORKBOOK.at(None, f"--{name} has no workbook of its own", help_))
    sheet = narrowed(sheet_of(replayed, project, period, plans, as_of, posted), *shown)
    assert isinstance(sheet, Sheet)
    view = VIEWS[name](sheet)
    deliver(
        path,
        format,
        force=force,
        table=lambda: print_view(view, sys.stdout),
        blocks=lambda form: view_blocks(view, form),
    )

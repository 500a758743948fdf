"""A sheet as an .xlsx file: a new one, or our pages in the user's own workbook."""

from collections.abc import Sequence
from pathlib import Path

from expcomp.output.control_tables import named_period
from expcomp.output.files import write_atomic
from expcomp.output.new_workbook import new_workbook
from expcomp.output.pages import Page, pages
from expcomp.output.users_workbook import holds_other_pages, with_pages
from expcomp.pay.sheet_view import SheetView
from expcomp.period import to_iso

MARK = "expcomp payout"


def write_workbook(sheet: SheetView, path: Path, *, force: bool = False) -> bool:
    """Write the workbook; False when the file already held exactly this. Where a workbook with pages of others
    stands at `path`, ours are added to it or replaced. Raises `Refused` (O-codes)."""
    footer = f"{MARK} {named_period(sheet)}, as of {to_iso(sheet.as_of)}"
    return write_pages(pages(sheet), path, footer, MARK, force=force)


def write_pages(found: Sequence[Page], path: Path, footer: str, mark: str, *, force: bool) -> bool:
    """`mark` begins the footer of every page of ours, which tells them from the user's."""
    if path.is_file() and not path.is_symlink() and holds_other_pages(path, mark):
        return write_atomic(path, [with_pages(path, found, footer, mark)], force=True)
    return write_atomic(path, [new_workbook(found, footer)], force=force)

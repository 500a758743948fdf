"""A sheet as an .xlsx file: a new one, or our pages in the user's own workbook."""

from pathlib import Path

from expcomp.output.files import write_atomic
from expcomp.output.new_workbook import new_workbook
from expcomp.output.pages import pages
from expcomp.output.users_workbook import holds_other_pages, with_pages
from expcomp.pay.sheet import Sheet
from expcomp.period import to_iso

MARK = "expcomp payout"


def write_workbook(sheet: Sheet, path: Path, *, force: bool = False, posted_file: str = "") -> bool:
    """Write the workbook; False when the file already held exactly this. Where a workbook with pages of others
    stands at `path`, ours are added to it or replaced. Raises `Refused` (O-codes)."""
    found = pages(sheet, posted_file)
    mark = f"{MARK} {sheet.period}, as of {to_iso(sheet.as_of)}"
    if path.is_file() and not path.is_symlink() and holds_other_pages(path, MARK):
        return write_atomic(path, [with_pages(path, found, mark, MARK)], force=True)
    return write_atomic(path, [new_workbook(found, mark)], force=force)

"""Escalation notes: one file per manager, named by payee id; only the owner of the files reads them."""

from pathlib import Path
from urllib.parse import quote

from expcomp.diagnostics import Place, Refused
from expcomp.output.files import CANNOT_WRITE, EXISTS, write_atomic
from expcomp.output.sla_markdown import notes
from expcomp.reports.sla import SlaReport


def write_notes(report: SlaReport, folder: Path, *, force: bool = False) -> list[tuple[Path, bool]]:
    """Each file and whether it changed. Raises `Refused` before any is written: O101 where a file holds something
    else and there is no `force`, O102 where the folder cannot be made."""
    texts = {folder / f"{quote(manager, safe='')}.md": text.encode() for manager, text in notes(report).items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder cannot be made: {error.strerror}"
        raise Refused(CANNOT_WRITE.at(Place(str(folder)), message)) from None
    others = [path for path, text in texts.items() if path.is_file() and path.read_bytes() != text]
    if others and not force:
        help_ = "choose another folder, or replace them with --force"
        raise Refused([EXISTS.at(Place(str(path)), "another run wrote this note", help_) for path in others])
    return [(path, write_atomic(path, [text], force=force)) for path, text in texts.items()]

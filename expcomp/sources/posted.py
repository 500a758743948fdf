"""Lines that were posted in closed periods, read back from the CSV that `payout --lines` writes."""

import csv
import io
from pathlib import Path

import pandas as pd

from expcomp.diagnostics import Code, Findings, Place, Refused
from expcomp.money import to_minor

UNREADABLE = Code("D601", "posted-lines-unreadable")
NO_COLUMN = Code("D602", "posted-column-missing")
NOT_AN_AMOUNT = Code("D603", "posted-amount")

REQUIRED = ("period", "payee_id", "deal_id", "component", "milestone", "currency", "amount")


def read_posted(path: Path, shown_as: str) -> pd.DataFrame:
    """Every column as text, as written; `amount_minor` and `input_row` beside them. Raises `Refused`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refused(UNREADABLE.at(Place(shown_as), f"the posted lines cannot be read: {error.strerror}")) from None
    except UnicodeDecodeError:
        raise Refused(UNREADABLE.at(Place(shown_as), "the posted lines are not UTF-8 text")) from None
    return posted_frame(text, shown_as)


def posted_frame(text: str, shown_as: str = "") -> pd.DataFrame:
    """The same of the CSV's text."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader, [])
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        help_ = "give the file that  expcomp payout --lines --format csv  wrote"
        raise Refused(NO_COLUMN.at(Place(shown_as, 1), f"there is no column {', '.join(missing)}", help_))
    rows, lines, findings = [], [], Findings()
    for row in reader:
        if len(row) != len(header):
            message = f"the row has {len(row)} cells and the header {len(header)}"
            findings.add(UNREADABLE.at(Place(shown_as, reader.line_num), message))
            continue
        rows.append([_as_read(cell) for cell in row])
        lines.append(reader.line_num)
    frame = pd.DataFrame(rows, columns=pd.Index(header), dtype="object").assign(input_row=lines)
    frame["amount_minor"] = [
        _minor(amount, currency, Place(shown_as, line), findings)
        for amount, currency, line in zip(frame["amount"], frame["currency"], lines, strict=True)
    ]
    findings.check()
    return frame


def _as_read(cell: str) -> str:
    """Undo the apostrophe that keeps a text from becoming a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r") else cell


def _minor(amount: str, currency: str, place: Place, findings: Findings) -> int:
    try:
        return to_minor(amount, currency)
    except ValueError as error:
        findings.add(NOT_AN_AMOUNT.at(place, f'"{amount}" {currency}: {error}'))
        return 0

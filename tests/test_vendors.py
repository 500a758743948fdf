"""One company exported by each kind of system, each export with its own dirt: all of them pay the same lines."""

import csv
import io
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from expcomp.commands.make import make_sheet
from expcomp.diagnostics import Refused
from expcomp.money import to_text
from expcomp.pay.sheet import Sheet

VENDORS = Path(__file__).parent / "vendors"

LINES = [
    # 10 % of 12,000 is 1,200; of the account's 36,000 a year 6,000 go in March: half of the deal, half of its pay.
    ("ana", "credit:ae", "600.00", "2027-01-15"),
    ("ben", "credit:ae", "4000.05", "2027-02-10"),  # 10 % of 40,000.50
    ("cam", "credit:csm", "120.00", "2027-03-01"),  # 5 % of 2,400
    ("cam", "overlay:signal credit", "1000.01", "2027-02-10"),  # 25 % of 4,000.05
]

REPLACED = {
    "canonical": ["deals"],
    "salesforce-report": ["deals"],
    "salesforce-api": ["deals"],
    "hubspot": ["deals"],
    "hubspot-de": ["deals"],
    "hubspot-es": ["deals"],
    "hubspot-fr": ["deals"],
    "hubspot-pt": ["deals"],
    "dynamics": ["deals"],
    "pipedrive": ["deals"],
    "gainsight": ["signals"],
    "churnzero": ["accounts", "signals"],
    "totango": ["accounts"],
    "planhat": ["accounts", "subscriptions"],
    "vitally": ["accounts"],
    "re-saved": ["deals"],
}
"""Which of the company's files each system's exports stand for."""

WORKBOOKS = {"dynamics", "pipedrive", "gainsight", "planhat"}
ENCODED = {"salesforce-report": "cp1252", "salesforce-api": "utf-8-sig"}


def exported(vendor: str, folder: Path) -> Path:
    """The company's project with the exports of one system in place of its own files."""
    project = folder / vendor
    shutil.copytree(VENDORS / "company", project)
    for table in REPLACED[vendor]:
        (project / "data" / f"{table}.csv").unlink()
    for file in (VENDORS / vendor).iterdir():
        if file.name == "expcomp.yaml":
            shutil.copy(file, project)
        elif vendor in WORKBOOKS:
            _write_workbook(file, project / "data" / f"{file.stem}.xlsx", hidden_columns=vendor == "dynamics")
        else:
            text = file.read_text("utf-8")
            (project / "data" / file.name).write_bytes(text.encode(ENCODED.get(vendor, "utf-8")))
    return project


def _write_workbook(source: Path, target: Path, *, hidden_columns: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in csv.reader(io.StringIO(source.read_text("utf-8"))):
        sheet.append([_cell(text) for text in row])
    if hidden_columns:
        for letter in "ABC":
            sheet.column_dimensions[letter].hidden = True
        hidden = book.create_sheet("hiddenSheet")
        hidden.append(["opportunity:c2Vl"])
        hidden.sheet_state = "veryHidden"
    book.save(target)


def _cell(text: str) -> Any:
    """`=NUM 12000`, `=DAY 2027-01-15`, `=DATE 2027-01-18 15:00`, `=TRUE` stand for cells of these kinds."""
    kind, _, value = text.partition(" ")
    match kind:
        case "=NUM":
            return float(value) if "." in value else int(value)
        case "=DAY":
            return date.fromisoformat(value)
        case "=DATE":
            return datetime.fromisoformat(value)
        case "=TRUE" | "=FALSE":
            return kind == "=TRUE"
    return text or None


def sheet_of(vendor: str, folder: Path) -> Sheet:
    return make_sheet(exported(vendor, folder), "2027Q1", None, "2027-03-31", None)


@pytest.mark.parametrize("vendor", [name for name in REPLACED if name != "re-saved"])
def test_every_export_of_the_company_pays_the_same(vendor: str, tmp_path: Path) -> None:
    sheet = sheet_of(vendor, tmp_path)
    lines = sheet.lines
    amounts = [to_text(minor, "USD") for minor in lines["amount_minor"]]
    assert sorted(zip(lines["payee_id"], lines["component"], amounts, lines["on"], strict=True)) == LINES
    recognised = {file.table: file.preset for file in sheet.book.files}
    own = vendor.partition("-")[0] if vendor.startswith("hubspot") else vendor
    assert {recognised[table] for table in REPLACED[vendor]} == {own}


def test_ids_that_a_spreadsheet_destroyed_stop_the_run(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        sheet_of("re-saved", tmp_path)
    assert caught.value.exit_code == 3
    assert [str(finding) for finding in caught.value.findings if finding.severity == "error"] == [
        (
            'data/Opportunity.csv:2:1 D317 id-damaged: "6.00E+14" in column "Id" is an id in scientific notation: '
            "several ids have become one, also in row 3"
        ),
        (
            'data/Opportunity.csv:2:2 D318 id-checksum: "001HR00000M7JBUIAU" in column "AccountId" is a Salesforce id '
            'whose last three characters should be "YA3"'
        ),
        (
            'data/Opportunity.csv:4:1 D317 id-damaged: "1234567890123450000" in column "Id" is an id of more than 15 '
            "digits that ends in zeros: its last digits are lost"
        ),
    ]


def test_what_no_export_of_a_system_was_seen_for_is_said(tmp_path: Path) -> None:
    notes = [str(note) for note in sheet_of("totango", tmp_path).book.notes if note.code in ("D232", "D233")]
    assert notes == [
        (
            "data/totango_accounts.csv D232 preset-unverified: read by the preset totango, which was made without a "
            "sample of such an export"
        ),
        (
            'data/totango_accounts.csv:1:5 D233 column-not-understood: column "Contract Value" is not read: it '
            "holds a month's value in some companies, a year's in others"
        ),
    ]

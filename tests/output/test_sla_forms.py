"""A report with names that try to act: nothing shortened, nothing that moves a cursor, nothing that calculates."""

import io
from pathlib import Path

import openpyxl
import pytest
from reports.telling import PAYEES, instant, tell

from expcomp.output.sla_machine import sla_csv, sla_json
from expcomp.output.sla_markdown import notes, sla_markdown
from expcomp.output.sla_terminal import print_sla
from expcomp.output.sla_workbook import write_sla_workbook
from expcomp.reports.sla import SlaReport

AS_OF = instant("2027-02-03 10:00", "America/New_York")
FORMULA, ESCAPE = "=1+1 *Analytics*", "Eve\x1b[31m [/] Red"
LONG = "A company with a name that is much longer than any terminal would like it to be"
ACCOUNTS = [
    {"account_id": "A1", "name": FORMULA, "ae": "ana"},
    {"account_id": "A2", "name": ESCAPE, "ae": "ben"},
    {"account_id": "A3", "name": LONG, "ae": "ana"},
]
SIGNALS = [
    {"signal_id": f"a-signal-with-a-long-id-000{n}", "account_id": f"A{n}", "urgency": "hot", "logged_by": "cam",
     "routed_at": "2027-02-01 10:00"} for n in (1, 2, 3)
]  # fmt: skip


@pytest.fixture(scope="module")
def report() -> SlaReport:
    return tell(
        {"accounts": ACCOUNTS, "payees": PAYEES, "signals": SIGNALS}, instant("2027-02-03 10:00", "America/New_York")
    )


@pytest.mark.parametrize("width", [40, 80, 120, 200, None])
def test_nothing_is_shortened_at_any_width(report: SlaReport, width: int | None) -> None:
    out = io.StringIO()
    print_sla(report, out, width)
    text = out.getvalue()
    words = " ".join(text.split())
    assert all(signal["signal_id"] in text for signal in SIGNALS)
    assert LONG in words
    assert FORMULA in words
    assert "\x1b" not in text
    assert "Eve␛[31m [/] Red" in words


def test_markdown_and_notes_are_not_markup(report: SlaReport) -> None:
    for text in (sla_markdown(report), notes(report)["mia"]):
        assert r"=1+1 \*Analytics\*" in text
        assert "\x1b" not in text
    assert list(notes(report)) == ["mia"], "rex, the CRO, is told nothing"
    assert notes(report)["mia"].count(", not answered") == 6


def test_machines_get_it_whole(report: SlaReport) -> None:
    assert "\x1b" not in sla_json(report)
    assert b"'" + FORMULA.encode() in b"".join(sla_csv(report))


def test_the_workbook_has_a_page_per_manager_and_real_numbers(report: SlaReport, tmp_path: Path) -> None:
    path = tmp_path / "sla.xlsx"
    assert write_sla_workbook(report, path)
    assert not write_sla_workbook(report, path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "Summary", "Late and open", "Mia Larsen", "Response times", "Signals by CSM", "Never routed", "CSM not told",
        "Targets", "Data faults",
    ]  # fmt: skip
    late = book["Late and open"]
    row = {late.cell(1, at).value: late.cell(2, at) for at in range(1, late.max_column + 1)}
    assert row["Account"].value == FORMULA
    assert row["Account"].data_type == "s"
    assert row["Late by"].number_format == "[h]:mm"
    assert row["Late by"].value.total_seconds() == 44 * 3600, "48 h less 4 h"


def test_a_report_of_nothing() -> None:
    empty = tell({}, AS_OF)
    out = io.StringIO()
    print_sla(empty, out, 80)
    assert "No target has fallen due yet." in out.getvalue()
    assert '"rate": ["0", "0"]' in sla_json(empty)
    assert notes(empty) == {}
    assert b"".join(sla_csv(empty)).startswith(b"signal_id,account_id,")
    assert "No target" in sla_markdown(empty)

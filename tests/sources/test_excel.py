"""Workbooks: typed cells become the same text a CSV would hold, and nothing is lost on the way."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from expcomp.sources.cell_text import cell_texts, number_text

from .conftest import DEAL_HEADER, Project, deals

HEADER = DEAL_HEADER.split(",")
ROW = ["D1", "A1", "tier", 100.5, date(2027, 1, 5), True, "ana"]


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_worksheet_reads_like_the_csv_of_it(project: Project) -> None:
    frame = project.write("deals.xlsx", workbook(Export=[HEADER, ROW])).read()["deals"]
    assert (frame["input_file"][0], frame["input_row"][0]) == ("sample_data/deals.xlsx[Export]", 2)
    (project.root / "sample_data/deals.xlsx").unlink()
    plain = project.write("deals.csv", deals("D1,A1,tier,100.50,2027-01-05,true,ana")).read()["deals"]
    places = ["input_file", "input_row"]
    assert frame.drop(columns=places).equals(plain.drop(columns=places))


def test_text_of_digits_stays_text(project: Project) -> None:
    frame = project.write("deals.xlsx", workbook(Export=[HEADER, ["00042", *ROW[1:]]])).read()["deals"]
    assert frame["deal_id"].tolist() == ["00042"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        (1234.5, "1234.5"),
        (12.345, "12.3450"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
        (123456789012345.0, "123456789012345"),
        (1234567890123456789.0, "1234567890123460000"),
    ],
)
def test_a_number_is_its_fifteen_digits_never_scientific(number: float, text: str) -> None:
    assert number_text(number) == text


@given(
    st.lists(st.floats() | st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)),
    st.sampled_from(["", "point", "comma"]),
)
def test_a_column_of_numbers_is_written_as_each_of_them_is(numbers: list[float], decimal: str) -> None:
    assert cell_texts([*numbers, ""], decimal).to_pylist() == [
        *(number_text(number, decimal) for number in numbers),
        "",
    ]


def test_a_long_id_in_a_number_cell_is_refused(project: Project) -> None:
    project.write("deals.xlsx", workbook(Export=[HEADER, [1234567890123456789, *ROW[1:]]]))
    (finding,) = project.refused()
    assert str(finding.place) == "sample_data/deals.xlsx[Export]!A2"
    assert finding.name == "id-damaged"


def test_the_place_of_a_cell_is_told_as_a_spreadsheet_does(project: Project) -> None:
    rows = [["Deals"], [], [None, *HEADER], [None, *ROW], [None, "D2", "A1", "tier", "12.5k", *ROW[4:]]]
    (finding,) = project.write("deals.xlsx", workbook(Export=rows)).refused()
    assert str(finding).startswith("sample_data/deals.xlsx[Export]!E5 D302 amount-not-a-number")


def test_an_error_cell_and_a_formula_nobody_calculated_are_refused(project: Project) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(["D1", "A1", "tier", "=1+1", *ROW[4:]])
    sheet.append(["D2", "A1", "tier", "#REF!", *ROW[4:]])
    sheet["D3"].data_type = "e"
    data = io.BytesIO()
    book.save(data)
    findings = project.write("deals.xlsx", data.getvalue()).refused()
    assert [(finding.name, str(finding.place)) for finding in findings] == [
        ("formula-not-calculated", "sample_data/deals.xlsx[Sheet]!D2"),
        ("cell-is-an-error", "sample_data/deals.xlsx[Sheet]!D3"),
    ]


def test_a_date_cell_with_a_time_is_a_clock_of_the_source(project: Project) -> None:
    rows = [["signal_id", "account_id", "identified_at"], ["S1", "A1", datetime(2027, 1, 20, 10, 0)]]  # noqa: DTZ001
    signals = project.write("signals.xlsx", workbook(CTA=rows)).read()["signals"]
    assert str(signals["identified_at"][0]) == "2027-01-20 15:00:00+00:00"


def test_one_sheet_per_table_needs_no_configuration(project: Project) -> None:
    accounts = [["account_id", "csm"], ["A1", "cam"]]
    notes, names = [["Remember"], ["to export again"]], [["Name", "Colour"], ["x", "red"]]
    data = workbook(deals=[HEADER, ROW], accounts=accounts, Notes=notes, Colours=names)
    book = project.write("all.xlsx", data).read()
    assert [note.message for note in book.notes if note.code == "D121"] == [
        'sheets that are no table are not read: "Colours"',
        'sheets without a known header are not read: "Notes"',
    ]
    assert book["deals"]["deal_id"].tolist() == ["D1"]
    assert book["accounts"]["csm"].tolist() == ["cam"]
    assert [account.path for account in book.files] == [
        "sample_data/all.xlsx[accounts]",
        "sample_data/all.xlsx[deals]",
        "sample_data/payees.csv",
    ]


def test_of_two_sheets_of_one_named_source_the_config_must_choose(project: Project) -> None:
    data = workbook(Open=[HEADER, ROW], Closed=[HEADER, ["D2", *ROW[1:]]])
    project.config("sources: {deals: {file: crm.xlsx}}").write("crm.xlsx", data)
    (finding,) = project.refused()
    assert finding.name == "sheet-unclear"
    assert "sheet: …" in finding.help
    project.config("sources: {deals: {file: crm.xlsx, sheet: Closed}}")
    assert project.read()["deals"]["deal_id"].tolist() == ["D2"]


def test_a_workbook_of_several_strange_sheets_asks_which(project: Project) -> None:
    (finding,) = project.write("x.xlsx", workbook(a=[["Size"], ["x"]], b=[["Colour"], ["red"]])).refused()
    assert finding.name == "sheet-unclear"


def test_hidden_sheets_are_not_read_and_named(project: Project) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(deals=[HEADER, ROW], old=[HEADER, ["D9", *ROW[1:]]])))
    book["old"].sheet_state = "hidden"
    data = io.BytesIO()
    book.save(data)
    read = project.write("deals.xlsx", data.getvalue()).read()
    assert read["deals"]["deal_id"].tolist() == ["D1"]
    assert [note.message for note in read.notes if note.code == "D121"] == ['hidden sheets are not read: "old"']


@pytest.mark.parametrize("data", [b"deal_id,x\n", b"<html></html>", b"\xd0\xcf\x11\xe0rest", b"PK\x03\x04broken", b""])
def test_a_file_that_is_no_workbook_says_so(project: Project, data: bytes) -> None:
    (finding,) = project.write("deals.xlsx", data).refused()
    assert finding.name == "file-not-a-workbook"


def test_a_document_type_in_a_part_is_refused(project: Project) -> None:
    data = io.BytesIO(workbook(deals=[HEADER, ROW]))
    with zipfile.ZipFile(data, "a") as package:
        package.writestr("xl/evil.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    (finding,) = project.write("deals.xlsx", data.getvalue()).refused()
    assert finding.name == "workbook-not-safe"


def changed(data: bytes, change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_hidden_rows_are_read_and_told(project: Project) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["deals"].row_dimensions[3].hidden = True
        book["deals"].row_dimensions[9].hidden = True  # an empty row is nobody's

    data = changed(workbook(deals=[HEADER, ROW, ["D2", *ROW[1:]]]), hide)
    book = project.write("deals.xlsx", data).read()
    assert book["deals"]["deal_id"].tolist() == ["D1", "D2"]
    assert [str(note) for note in book.notes if note.code == "D123"] == [
        "sample_data/deals.xlsx[deals]!3 D123 hidden-rows-read: 1 hidden row is read like the others"
    ]


def test_a_calendar_from_1904_gives_the_same_days(project: Project) -> None:
    def from_1904(book: openpyxl.Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        book["deals"]["H2"] = (date(2027, 2, 1) - date(1904, 1, 1)).days

    data = changed(workbook(deals=[[*HEADER, "activated_on"], [*ROW, 0]]), from_1904)
    book = project.write("deals.xlsx", data).read()
    assert str(book["deals"]["close_date"][0].date()) == "2027-01-05"
    assert str(book["deals"]["activated_on"][0].date()) == "2027-02-01"
    assert [note.message for note in book.notes if note.code == "D332"] == [
        'column "activated_on": day numbers of a spreadsheet (1904 calendar) were read as dates: 44957 is 2027-02-01'
    ]


def test_names_under_merged_titles_are_told_apart(project: Project) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        book["crm"].merge_cells("D1:E1")
        book["crm"].merge_cells("F1:G1")

    header = ["Opportunity ID", "Account ID", "Type", "ACV", "Term", "ACV", "Term", "Close Date", "Won"]
    rows = [
        [None, None, None, "New", None, "Old", None],
        header,
        ["D1", "A1", "tier", 5, 12, 4, 24, date(2027, 1, 5), "yes"],
    ]
    project.write("crm.xlsx", changed(workbook(crm=rows), merge))
    account = project.account("crm.xlsx[crm]")
    assert {column.header: column.field for column in account.columns if column.field} == {
        "Opportunity ID": "deal_id", "Account ID": "account_id", "Type": "motion", "New ACV": "acv",
        "Close Date": "close_date", "Won": "won",
    }  # fmt: skip
    text = "\n".join(["\t\t\tNew\t\tOld\t\t\t", "\t".join(header), "D1\tA1\ttier\t5\t12\t4\t24\t2027-01-05\tyes"])
    (project.root / "sample_data/crm.xlsx").unlink()
    assert project.write("crm.csv", text).read()["deals"]["acv"].tolist() == [500]


def test_many_rows_and_one_stray_value_are_read_alike(project: Project) -> None:
    rows = [[f"D{n}", "A1", "tier", float(n), date(2027, 1, 5), n % 2 == 0, "ana"] for n in range(300)]
    rows[250][3] = "1,234.56"
    frame = project.write("deals.xlsx", workbook(deals=[HEADER, *rows])).read()["deals"]
    assert int(frame["acv"].sum()) == sum(n * 100 for n in range(300) if n != 250) + 123_456
    assert int(frame["won"].sum()) == 150

"""Faults of exports as files and rows, by their numbers in the field report: the stated behaviour and exit code."""

import zipfile
from datetime import date

import pytest
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from .conftest import DEAL, HEADER, Company, book_of

ROWS = [HEADER.split(","), ["D1", "A1", "tier", 9000, "2027-02-10", "true", "ana"]]


def test_05_a_paid_deal_is_missing_from_the_new_export(company: Company) -> None:
    company.deals(
        DEAL.replace("D1", "D0").replace("02-10", "01-05"), DEAL.replace("D1", "D2").replace("02-10", "05-10")
    )
    company.file("paid.csv", "period,payee_id,deal_id,component,milestone,currency,amount,on\n"
                 "2027Q1,ana,D1,credit:ae,booking,USD,900.00,2027-02-10\n")  # fmt: skip
    posted = str(company.root / "paid.csv")
    done = company.run("payout", "--period", "2027Q2", "--as-of", "2027-06-30", "--posted", posted)
    assert done.exit == 3
    assert "D545 posted-deal-missing: D1 was paid (900.00 USD)" in done.err
    assert "cancellations.csv" in done.err


def test_06_an_export_that_was_filtered_or_cut(company: Company) -> None:
    """A warning and not a stop: only a person knows whether the rows were meant to go."""
    company.deals(*(DEAL.replace("D1", f"D{n}") for n in range(20))).run("check-data")
    done = company.deals(*(DEAL.replace("D1", f"D{n}") for n in range(15))).warns("D240 fewer-rows-than-before")
    assert "15 of the 20 rows" in done.out
    assert "180,000.00  135,000.00  -45,000.00" in " ".join(done.out.split(" ")).replace("   ", "  ")
    assert company.run("check-data", "--strict").exit == 1


def test_07_last_months_file(company: Company) -> None:
    done = company.deals(DEAL.replace("2027-02", "2026-11")).warns("D241 no-deal-in-the-period", "--period", "2027Q1")
    assert "no deal closes in 2027Q1" in done.out
    company.stops("D540", "the exports end on 2026-11-10, before 2027Q1 begins")


def test_08_the_same_deal_twice_in_identical_rows(company: Company) -> None:
    """Dropped and counted (design page 4, 13), not refused: a report with a join repeats rows every month."""
    totals = company.deals(DEAL, DEAL).pays("900.00")["control_totals"]
    (deals,) = [row for row in totals if row.get("table") == "deals"]
    assert (deals["read"], deals["used"], deals["ignored"]) == (2, 1, {"repeated row": 1})
    assert deals["money"] == {"USD": {"read": "18000.00", "used": "9000.00", "ignored": "9000.00", "refused": "0.00"}}


def test_09_the_same_deal_twice_with_different_amounts(company: Company) -> None:
    company.deals(DEAL, DEAL.replace("9000", "9500")).refuses("D401", "deals.csv:3:4", "deals.csv:2:4", "9500.00")


def test_10_a_column_renamed_moved_or_added(company: Company) -> None:
    moved = "owner,won,close_date,acv,motion,account_id,deal_id,Next Step"
    company.deals("ana,true,2027-02-10,9000,tier,A1,D1,call", header=moved).pays("900.00")
    assert "1 of 8 columns" in company.warns("D230").out
    company.deals(DEAL, header=HEADER.replace("close_date", "Closing"))
    company.refuses("D201", 'nearest headers: "Closing"', 'columns: {close_date: "Closing"}')


def test_13_totals_rows_and_footers(company: Company) -> None:
    header = "Opportunity ID,Account ID,Type,ACV,Close Date,Stage,Opportunity Owner"
    footer = [
        "Total,,,9000,,,",
        "Confidential Information - Do Not Distribute,,,,,,",
        "Copyright (c) 2027 salesforce.com",
    ]
    company.deals("D1,A1,Upsell,9000,2027-02-10,Closed Won,ana", *footer, header=header).pays("900.00")
    company.deals(DEAL, "see me about this one").refuses("D105", "deals.csv:3")


def test_27_a_formula_without_a_stored_value(company: Company) -> None:
    book = book_of(ROWS)
    book.active["D2"] = "=4500*2"
    company.workbook(book).refuses("deals.xlsx[Deals]!D2 D323", "save it once")


@pytest.mark.parametrize("error", ["#N/A", "#REF!"])
def test_28_a_spreadsheets_error_in_a_mapped_cell(company: Company, error: str) -> None:
    book = book_of(ROWS)
    book.active["D2"].value, book.active["D2"].data_type = error, "e"
    company.workbook(book).refuses("deals.xlsx[Deals]!D2 D319")


def test_29_hidden_rows_and_a_declared_size_smaller_than_the_data(company: Company) -> None:
    book = book_of([*ROWS, ["D2", "A1", "tier", 500, "2027-02-11", "true", "ana"]])
    book.active.row_dimensions[3].hidden = True
    company.workbook(book).pays("950.00")
    path = company.root / "sample_data" / "deals.xlsx"

    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<dimension ref="A1:G3"', b'<dimension ref="A1:B2"')
    assert b'ref="A1:B2"' in parts[sheet]
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    company.pays("950.00")


def test_30_more_than_one_sheet_with_data(company: Company) -> None:
    book = book_of(ROWS, "February")
    book.create_sheet("March").append(["deal_id", "x"])
    company.file("expcomp.yaml", "sources: {deals: {file: deals.xlsx}}\n").workbook(book)
    company.refuses("D112", '"February", "March"', "sheet: …")
    company.file("expcomp.yaml", "sources: {deals: {file: deals.xlsx, sheet: February}}\n").pays("900.00")


def test_43_a_byte_order_mark(company: Company) -> None:
    company.file("sample_data/deals.csv", b"\xef\xbb\xbf" + f"{HEADER}\n{DEAL}\n".encode()).pays("900.00")


def test_44_windows_1252_text(company: Company) -> None:
    """Read, with a note that names the byte and the line (design page 4, 2), not refused: Excel still writes it."""
    text = f"{HEADER},name\n{DEAL},Müller\n"
    company.file("sample_data/deals.csv", text.encode("cp1252")).pays("900.00")
    assert "byte 0xfc is not UTF-8" in company.warns("deals.csv:2 D120").out
    company.file("sample_data/deals.csv", text.encode("cp1252").replace(b"\xfc", b"\x81")).refuses(
        "D103", "deals.csv:2"
    )


def test_51_a_trailing_comma_in_data_rows_only(company: Company) -> None:
    company.deals(DEAL + ",").refuses("deals.csv:2 D105", "8 cells, the header 7")


@pytest.mark.parametrize("row", ["D2,A1,tier", "D2,A1,tier,9,000,2027-02-10,true,ana"])
def test_52_a_row_too_short_or_too_long(company: Company, row: str) -> None:
    company.deals(DEAL, row).refuses("deals.csv:3 D105")


def test_53_an_unclosed_quote_in_a_note(company: Company) -> None:
    company.deals(f'{DEAL},"call them', f"{DEAL.replace('D1', 'D2')},x", header=HEADER + ",note")
    company.refuses("deals.csv:2 D104")


def test_54_duplicate_or_empty_header_names(company: Company) -> None:
    company.deals(DEAL + ",1", header=HEADER + ",acv").refuses("deals.csv:1:8 D107")
    company.deals(DEAL + ",1", header=HEADER + ",").refuses("deals.csv:1:8 D108")


def test_55_title_rows_above_the_header(company: Company) -> None:
    company.file("sample_data/deals.csv", f"Expansion deals\n\n{HEADER}\n{DEAL}\n").pays("900.00")
    company.file("sample_data/deals.csv", f"Q1 deals,,,,,,\n{HEADER}\n{DEAL}\n").pays("900.00")


def test_56_an_empty_file_and_a_header_alone(company: Company) -> None:
    """A header alone is warned of, not refused: tables kept by hand are often still empty."""
    company.file("sample_data/deals.csv", "").refuses("deals.csv D115")
    company.deals().warns("deals.csv:1 D118 file-without-rows")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_57_sep_line_and_line_ends(company: Company, ends: str) -> None:
    text = ends.join(
        ["sep=;", HEADER.replace(",", ";"), DEAL.replace(",", ";"), "D2;A1;tier;12.5k;2027-02-10;true;ana", ""]
    )
    company.file("sample_data/deals.csv", text).refuses("deals.csv:4:4 D302")
    company.file("sample_data/deals.csv", text.replace("12.5k", "500")).pays("950.00")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_58_a_utf_16_export(company: Company, encoding: str) -> None:
    mark = b"" if encoding == "utf-16" else b"\xfe\xff"
    company.file("sample_data/deals.csv", mark + f"{HEADER}\n{DEAL}\n".encode(encoding)).pays("900.00")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{HEADER}\n{DEAL}\n".encode(), "no .xlsx workbook"),
        (b"<html><table></table></html>", "a web page or XML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old .xls or a password-protected workbook"),
    ],
)
def test_60_another_kind_of_file_named_xlsx(company: Company, content: bytes, said: str) -> None:
    (company.root / "sample_data" / "deals.csv").unlink()
    company.file("sample_data/deals.xlsx", content).refuses("deals.xlsx D102", said)


def test_60_a_truncated_workbook(company: Company) -> None:
    whole = (company.workbook(book_of(ROWS)).root / "sample_data" / "deals.xlsx").read_bytes()
    company.file("sample_data/deals.xlsx", whole[: len(whole) // 2]).refuses("deals.xlsx D102")


def test_61_a_1904_workbook(company: Company) -> None:
    book = book_of(ROWS)
    book.epoch = CALENDAR_MAC_1904
    book.active["E2"] = date(2027, 2, 10)
    company.workbook(book)
    again = load_workbook(company.root / "sample_data" / "deals.xlsx")
    assert again.epoch == CALENDAR_MAC_1904
    (line,) = company.pays("900.00")["lines"]
    assert line["on"] == "2027-02-10"

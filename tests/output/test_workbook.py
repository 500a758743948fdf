"""Workbooks: typed text, exact amounts, live totals; the user's own pages stay."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from expcomp.diagnostics import Refused
from expcomp.output.pages import CELL_LIMIT, Placed, cell_text, column_letter, page_name
from expcomp.output.table import Table, amounts, texts
from expcomp.output.workbook import write_workbook
from expcomp.pay.sheet import Sheet

from .conftest import FORMULA, MARKUP, Build

PAGES = ["Summary", "Lines", "Role ae", "Role csm", "Clawbacks", "Adjustments", "Not paid", "Parts not paid", "Waiting",
         "Control totals", "Warnings", "Provenance"]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sheet.xlsx"


def cells(page):  # type: ignore[no-untyped-def]
    return [cell for row in page.iter_rows() for cell in row if cell.value is not None]


def test_pages_and_print_setup(sheet: Sheet, path: Path) -> None:
    assert write_workbook(sheet, path)
    book = load_workbook(path)
    assert book.sheetnames == PAGES
    lines = book["Lines"]
    assert lines.freeze_panes == "E2"
    assert lines.auto_filter.ref.startswith("A1:")
    assert lines.page_setup.orientation == "landscape"
    assert lines.sheet_properties.pageSetUpPr.fitToPage
    assert lines.print_title_rows == "$1:$1"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(book["Summary"]._charts) == 1


@pytest.mark.parametrize("existing", [False, True])
def test_text_from_data_stays_text(sheet: Sheet, path: Path, existing: bool) -> None:
    if existing:
        Workbook().save(path)
    write_workbook(sheet, path)
    found = {cell.value: cell for page in load_workbook(path).worksheets for cell in cells(page)}
    assert found[FORMULA].data_type == "s"
    assert found[FORMULA].quotePrefix
    assert found[MARKUP].data_type == "s"
    assert "Eve␛[31m Red" in found
    assert not any("\x1b" in str(value) for value in found)


@pytest.mark.parametrize("existing", [False, True])
def test_formulas_are_ours_alone(sheet: Sheet, path: Path, existing: bool) -> None:
    if existing:
        Workbook().save(path)
    write_workbook(sheet, path)
    formulas = [c.value for page in load_workbook(path).worksheets for c in cells(page) if c.data_type == "f"]
    assert formulas
    assert all(formula.startswith(("=ROUND(SUM(", "=SUM(")) for formula in formulas)


def test_totals_are_what_the_sheet_says(sheet: Sheet, path: Path) -> None:
    write_workbook(sheet, path)
    page = load_workbook(path, data_only=True)["Summary"]
    header = next(row for row in page.iter_rows() if row[0].value == "Payee")
    paid = next(cell.column for cell in header if cell.value == "Paid")
    total = next(row for row in page.iter_rows() if str(row[0].value).startswith("Total"))
    assert round(page.cell(total[0].row, paid).value * 100) == int(sheet.payees["paid_minor"].sum())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_recomputes_the_same_totals(sheet: Sheet, path: Path, tmp_path: Path) -> None:
    write_workbook(sheet, path)
    profile = f"-env:UserInstallation=file://{tmp_path}/office"
    form = "xlsx:Calc MS Excel 2007 XML"
    command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(tmp_path / "again"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    ours = load_workbook(path, data_only=True)
    again = load_workbook(tmp_path / "again" / path.name, data_only=True)
    formulas = load_workbook(path)
    for name in formulas.sheetnames:
        for cell in cells(formulas[name]):
            if cell.data_type == "f":
                assert again[name][cell.coordinate].value == ours[name][cell.coordinate].value


def test_the_same_sheet_gives_the_same_bytes(build: Build, tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_workbook(build(), first)
    write_workbook(build(), second)
    assert first.read_bytes() == second.read_bytes()
    assert not write_workbook(build(), first)


def test_another_sheet_is_refused_without_force(sheet: Sheet, build: Build, path: Path) -> None:
    write_workbook(sheet, path)
    with pytest.raises(Refused) as refused:
        write_workbook(build("2026Q4"), path)
    assert refused.value.findings[0].code == "O101"
    assert write_workbook(build("2026Q4"), path, force=True)


def users(path: Path) -> None:
    book = Workbook()
    page = book.active
    page.title = "Mine"
    page["A1"], page["A2"], page["B1"] = "=Summary!A1", 0.125, "keep me"
    page["A2"].number_format = "0.0%"
    page.column_dimensions["B"].width = 33
    book.create_sheet("Also mine")["C3"] = 7
    book.save(path)


def test_the_users_pages_stay(sheet: Sheet, build: Build, path: Path) -> None:
    users(path)
    assert write_workbook(sheet, path)
    book = load_workbook(path)
    assert book.sheetnames == ["Mine", "Also mine", *PAGES]
    mine = book["Mine"]
    assert (mine["A1"].value, mine["A2"].value, mine["A2"].number_format) == ("=Summary!A1", 0.125, "0.0%")
    assert mine.column_dimensions["B"].width == 33
    assert not write_workbook(sheet, path)
    assert write_workbook(build("2026Q4"), path)
    assert load_workbook(path).sheetnames[:3] == ["Mine", "Also mine", "Summary"]


def test_a_page_of_the_users_is_never_replaced(sheet: Sheet, path: Path) -> None:
    users(path)
    book = load_workbook(path)
    book["Also mine"].title = "lines"
    book.save(path)
    before = path.read_bytes()
    with pytest.raises(Refused) as refused:
        write_workbook(sheet, path)
    assert refused.value.findings[0].code == "O105"
    assert path.read_bytes() == before


def test_a_workbook_that_would_lose_something_is_left_alone(sheet: Sheet, path: Path) -> None:
    users(path)
    with zipfile.ZipFile(path, "a") as parts:
        parts.writestr("xl/slicers/slicer1.xml", "<slicers/>")
    before = path.read_bytes()
    with pytest.raises(Refused) as refused:
        write_workbook(sheet, path)
    assert refused.value.findings[0].code == "O106"
    assert "slicers" in refused.value.findings[0].message
    assert path.read_bytes() == before


def test_totals_are_per_currency() -> None:
    columns = (texts("payee", ["a", "b", "c"]), texts("currency", ["JPY", "USD", "USD"]),
               amounts("paid", [500, 100, 250], adds_up=True))  # fmt: skip
    placed = Placed(Table("Pay", columns, ["JPY", "USD", "USD"]), header=0)
    assert placed.totals == [(4, "JPY", {"paid": 500}), (5, "USD", {"paid": 350})]
    assert placed.total_formula(columns[2], 2, "USD") == '=ROUND(SUMIF($B$2:$B$4,"USD",C2:C4),2)'
    assert placed.total_formula(columns[2], 2, "JPY") == '=ROUND(SUMIF($B$2:$B$4,"JPY",C2:C4),0)'


def test_a_text_that_excel_would_cut_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        cell_text("x" * (CELL_LIMIT + 1), "Lines")
    assert refused.value.findings[0].code == "O103"


def test_page_names_are_possible_and_unlike() -> None:
    taken: set[str] = set()
    assert page_name("Role a/b:c*?[d]", taken) == "Role a-b-c---d-"
    long = page_name("Role " + "x" * 40, taken)
    assert len(long) == 31
    other = page_name("Role " + "X" * 40, taken)
    assert len(other) <= 31
    assert other.casefold() != long.casefold()


def test_column_letters() -> None:
    assert [column_letter(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_text_that_looks_like_the_writers_own_markup(build: Build, path: Path) -> None:
    accounts = [{"account_id": f"A{n}", "name": "<r><t>x</t></r>", "acv": "80000", "csm": "cam"} for n in (1, 2, 3)]
    write_workbook(build(accounts=accounts), path)
    assert "<r><t>x</t></r> " in {cell.value for cell in cells(load_workbook(path)["Lines"])}

"""Hostile and accidental files are refused or read in bounded time and memory."""

import io
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from .conftest import DEAL_HEADER, Project, deals

ROW = ["D1", "A1", "tier", "9000", "2027-01-05", "true", "ana"]
SHEET = "xl/worksheets/sheet1.xml"
GIB = 1 << 30
READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from sources.conftest import NEEDS
from expcomp.diagnostics import Refused
from expcomp.sources.config import load_config
from expcomp.sources.read import read_book
root = Path(sys.argv[1])
try:
    print("rows", len(read_book(load_config(root), root, NEEDS)["deals"]))
except Refused as refused:
    print(refused.findings[0])
"""


def workbook(*rows: list[str]) -> bytes:
    book = Workbook()
    for row in rows or (DEAL_HEADER.split(","), ROW):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(data: bytes, part: str, change: bytes) -> bytes:
    """The workbook with other bytes in one of its parts."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), part]):
            new.writestr(name, change if name == part else old.read(name))
    return file.getvalue()


def part_of(data: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(part)


def read(project: Project) -> str:
    """What a process says that may use 3 GiB of addresses and 60 seconds."""
    command = [sys.executable, "-c", READ, str(project.root), str(Path(__file__).parents[1])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.mark.parametrize(
    "reference", ['r="XFD1048576"', "r='XFD1048576'", 'r\n = "xfd1048576"', 'r="IW3"', 'r="IV1048576"']
)
def test_a_stray_cell_is_named(project: Project, reference: str) -> None:
    data = workbook()
    stray = f'<row r="9"><c {reference} t="inlineStr"><is><t>x</t></is></c></row></sheetData>'.encode()
    project.write("deals.xlsx", changed(data, SHEET, part_of(data, SHEET).replace(b"</sheetData>", stray)))
    said = read(project)
    assert "D116 cell-beyond-the-table" in said
    assert reference.strip("r\n ='\"").upper() in said


def test_a_stray_cell_in_the_last_row_is_read_past(project: Project) -> None:
    """A million blank rows stand between; they are no rows anybody wrote."""
    book = Workbook()
    book.active.append(DEAL_HEADER.split(","))
    book.active.append(ROW)
    book.active.cell(1_048_576, 1, " ")
    file = io.BytesIO()
    book.save(file)
    project.write("deals.xlsx", file.getvalue())
    assert read(project) == "rows 1"


def test_a_format_far_away_is_no_cell(project: Project) -> None:
    data = workbook()
    empty = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    project.write("deals.xlsx", changed(data, SHEET, part_of(data, SHEET).replace(b"</sheetData>", empty)))
    assert read(project) == "rows 1"


def test_many_formatted_blank_rows(project: Project) -> None:
    data = workbook()
    blanks = b"".join(
        b'<row r="%d"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (n, n, n) for n in range(3, 1_000_000)
    )
    project.write(
        "deals.xlsx", changed(data, SHEET, part_of(data, SHEET).replace(b"</sheetData>", blanks + b"</sheetData>"))
    )
    assert read(project) == "rows 1"


@pytest.mark.parametrize("part", [SHEET, "docProps/app.xml"])
def test_a_part_that_unpacks_to_more_than_any_export(project: Project, part: str) -> None:
    """600 MB of blanks in a file of 0.6 MB."""
    data = workbook()
    project.write("deals.xlsx", changed(data, part, part_of(data, part) + b" " * (600 << 20)))
    assert "D114 workbook-not-safe" in read(project)


def test_a_directory_that_lies_about_a_size(project: Project) -> None:
    data = workbook()
    bomb = bytearray(changed(data, SHEET, part_of(data, SHEET) + b" " * (100 << 20)))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as package:
        real = package.getinfo(SHEET).file_size
    bomb = bytearray(bytes(bomb).replace(real.to_bytes(4, "little"), (5_000).to_bytes(4, "little")))
    project.write("deals.xlsx", bytes(bomb))
    assert "D114 workbook-not-safe" in read(project)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize("padding", [0, 3_000_000])
def test_document_types_and_entities(project: Project, part: str, padding: int) -> None:
    """However far into the part they stand."""
    data = workbook()
    old = part_of(data, part)
    at = old.index(b">") + 1 if old.startswith(b"<?xml") else 0
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    project.write("deals.xlsx", changed(data, part, old[:at] + b" " * padding + entity + old[at:]))
    assert "D114 workbook-not-safe" in read(project)


def test_many_parts(project: Project) -> None:
    file = io.BytesIO(workbook())
    with zipfile.ZipFile(file, "a") as package:
        for number in range(10_001):
            package.writestr(f"x/{number}", "")
    project.write("deals.xlsx", file.getvalue())
    assert "D114 workbook-not-safe" in read(project)


def test_another_kind_of_workbook_inside(project: Project) -> None:
    project.write("deals.xlsx", changed(workbook(), "content.xml", b"<office/>"))
    assert "it is a workbook of another kind" in read(project)


def test_a_cell_of_many_megabytes(project: Project) -> None:
    project.write("deals.csv", deals(",".join(ROW) + "," + "x" * (40 << 20), header=DEAL_HEADER + ",note"))
    assert read(project) == "rows 1"


def test_a_header_of_a_hundred_thousand_columns(project: Project) -> None:
    header = DEAL_HEADER + "".join(f",c{number}" for number in range(100_000))
    project.write("deals.csv", deals(",".join(ROW) + "," * 100_000, header=header))
    assert "D119 too-many-columns" in read(project)


def test_nothing_but_quotes_or_delimiters(project: Project) -> None:
    for text in ('"' * 200_001, "," * 300_000, "\n" * 3_000_000):
        project.write("deals.csv", text)
        assert " D1" in read(project)


def test_a_config_of_ten_thousand_brackets(project: Project) -> None:
    project.config("sources: " + "[" * 10_000)
    assert "expcomp.yaml:1:" in read(project)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 3 * GIB / 1024

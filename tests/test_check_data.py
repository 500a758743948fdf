"""`check-data`: what was read, how it was understood, what changed, what is wrong; and rows that are set aside."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from faults.conftest import DEAL, HEADER, PLAN, Company
from inprocess import expcomp
from openpyxl import load_workbook

from expcomp.commands.reading import reading

ROOT = Path(__file__).parents[1]
LONG = """
import time
from expcomp.commands import reading
from expcomp.sources import read
reading.SHOWN_AFTER, check = 0.0, read.check_size
read.check_size = lambda *a: (time.sleep(0.3), check(*a))
from expcomp.cli import main
main()
"""
WRONG = DEAL.replace("D1", "D2").replace("9000", "12.5k")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_the_sample_is_sound() -> None:
    done = expcomp(["check-data", "--project", str(ROOT), "--period", "2027Q1"])
    assert (done.exit, done.err) == (0, "")
    # Deals of 2027Q1 by hand from the exports' close dates: `sample_data/README.md` tells of them.
    assert re.search(r"salesforce_opportunities_2027-03-31.csv +146 +140 +6 +0\n", done.out)
    assert re.search(r"salesforce_opportunities_2027-03-31.csv +acv +USD +5,842,200.00 +5,842,200.00 +- +-\n", done.out)
    assert "Deals that close in 2027Q1, 2027-01-01 to 2027-03-31" in done.out
    assert "\x1b" not in done.out


def test_the_mapping_names_header_field_reading_and_samples(company: Company) -> None:
    header = "Opportunity ID,Account ID,Type,ACV,Close Date,Stage,Opportunity Owner Email,Next Step"
    rows = [
        "D1,A1,Upsell,$9000,1/25/2027,Closed Won,ana.reyes@example.com,call",
        "D2,A1,Upsell,500,2/3/2027,Proposal,,",
    ]
    (company.root / "sample_data" / "deals.csv").unlink()
    done = company.table("report", header, *rows).run("check-data", "--show-mapping")
    said = re.sub(r" +", " ", done.out)
    assert done.exit == 0
    assert "report.csv: deals, preset salesforce-report\n" in said
    assert " because 7 of 8 headers are salesforce-report deals\n" in said
    assert " ACV acv amount, decimal point $9000 | 500\n" in said
    assert " Close Date close_date date, month first 1/25/2027 | 2/3/2027\n" in said
    assert " Opportunity Owner Email owner person, by id, e-mail or name ana.reyes@example.com\n" in said
    assert " not used: Next Step\n" in said


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        ((DEAL,), (), 0),
        ((DEAL, WRONG), (), 3),
        ((DEAL, WRONG), ("--lenient",), 1),
        ((DEAL, "x"), ("--lenient",), 3),
        ((DEAL,), ("--period", "2028Q1"), 0),
        ((DEAL,), ("--period", "2028Q1", "--strict"), 1),
        ((DEAL,), ("--period", "2028-Q1"), 2),
        ((DEAL,), ("-o", "out.pdf"), 2),
        ((DEAL,), ("--plan", "none.yaml"), 2),
    ],
)
def test_exit_codes(company: Company, rows: tuple[str, ...], options: tuple[str, ...], code: int) -> None:
    assert company.deals(*rows).run("check-data", *options).exit == code


def test_what_can_be_said_is_said_when_a_file_cannot_be_read(company: Company) -> None:
    done = company.file("sample_data/accounts.csv", b"account_id\nA\x00\n").run("check-data")
    assert done.exit == 3
    assert "D106 nul-byte" in done.out
    assert re.search(r"deals.csv +1 +1 +0 +0\n", done.out)


def test_where_no_file_was_read_only_that_is_said(tmp_path: Path) -> None:
    done = expcomp(["check-data", "--project", str(tmp_path)])
    assert done.exit == 3
    assert [line for line in done.out.splitlines() if not line.startswith("  C203") and "time zone" not in line] == [
        "Rows read",
        "  no file was read",
        "",
        "What is wrong",
        "  sample_data D100 no-data: there is no such data folder",
        (
            "    help: put the exports there (.csv or .xlsx, at least payees and deals), or write in expcomp.yaml:  "
            "data: FOLDER"
        ),
        "",
        "1 error, 1 note; expcomp explain CODE says more about each",
    ]


def test_without_a_plan_and_without_payees(company: Company) -> None:
    (company.root / "plans" / "plan.yaml").unlink()
    (company.root / "sample_data" / "payees.csv").unlink()
    done = company.deals("D1,A1,tier,9000,2027-02-10,true", header=HEADER.removesuffix(",owner")).run("check-data")
    assert done.exit == 0
    assert "C203 checked-without-a-plan" in done.out


def test_the_plan_that_the_manual_shows_pays(company: Company) -> None:
    """What somebody without a plan is told to look at: 10% of the 9,000 of the deal."""
    page = expcomp(["manual", "C202"]).out
    shown = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert shown
    company.file("plans/plan.yaml", shown[1]).pays("900.00")


def test_a_wrong_plan_is_told_as_payout_tells_it(company: Company) -> None:
    company.file("plans/plan.yaml", PLAN.replace("rate: 10%", "rate: ten"))
    assert company.run("check-data").exit == company.run("payout", "--period", "2027Q1").exit == 4


def test_what_changed_since_the_check_before(company: Company) -> None:
    """Said the same however often it is run, and of a file that has a new name as well."""
    assert "no file was checked before with other contents" in company.run("check-data").out
    company.deals(DEAL, DEAL.replace("D1", "D2").replace("9000", "500.50"))
    first = company.run("check-data").out
    assert re.search(r"deals.csv +1 +2 +USD +9,000.00 +9,500.50 +500.50\n", first)
    assert company.run("check-data").out == first
    report, old = "hubspot-all-deals.csv", company.root / "sample_data" / "deals.csv"
    (company.root / "sample_data" / report).write_bytes(old.read_bytes() + b"D3,A1,tier,1,2027-02-10,true,ana\n")
    old.unlink()
    assert re.search(
        rf"{report} \(was deals.csv\) +2 +3 +USD +9,500.50 +9,501.50 +1.00\n", company.run("check-data").out
    )


def test_a_state_that_somebody_edited_is_no_state(company: Company) -> None:
    for text in ("", "[]", '{"a": 1}', '{"a": {"now": {"rows": "x"}}}', "\x00"):
        company.file("out/last-check.json", text)
        assert company.run("check-data").exit == 0


def test_json_holds_files_columns_totals_changes_and_findings(company: Company) -> None:
    done = company.deals(DEAL, WRONG).run("check-data", "--lenient", "--format", "json", "--period", "2027Q1")
    report = json.loads(done.out)
    deals = next(file for file in report["files"] if file["table"] == "deals")
    assert deals["columns"][3] == {
        "header": "acv",
        "field": "acv",
        "read_as": "amount, decimal point",
        "samples": ["9000", "12.5k"],
    }
    totals = next(row for row in report["control_totals"] if row["table"] == "deals")
    assert (totals["read"], totals["used"], totals["ignored"], totals["refused"]) == (2, 1, {}, 1)
    assert totals["money"] == {"USD": {"read": "9000.00", "used": "9000.00", "ignored": "0.00", "refused": "0.00"}}
    (rejected,) = [finding for finding in report["findings"] if finding.get("set_aside")]
    assert (rejected["place"], rejected["code"], rejected["value"]) == ("sample_data/deals.csv:3:4", "D302", "12.5k")
    assert done.exit == 1


def test_files_of_every_kind(company: Company, tmp_path: Path) -> None:
    company.deals(DEAL, WRONG)
    for ending in ("csv", "json", "md", "xlsx"):
        assert company.run("check-data", "--lenient", "-o", str(tmp_path / f"check.{ending}")).exit == 1
    (row,) = csv.DictReader((tmp_path / "check.csv").read_text().splitlines())
    assert (row["file"], row["row"], row["column"], row["value"]) == ("sample_data/deals.csv", "3", "acv", "12.5k")
    book = load_workbook(tmp_path / "check.xlsx")
    assert book.sheetnames == ["Control totals", "Findings", "Rejected", "Files"]
    assert (tmp_path / "check.xlsx").stat().st_mode & 0o777 == 0o600
    assert company.deals(DEAL).run("check-data", "-o", str(tmp_path / "check.json")).exit == 7


def test_the_sheet_tells_what_to_do_about_a_note(company: Company, tmp_path: Path) -> None:
    """In each form, and once for neighbours that share it."""
    header = "deal_id,account_id,motion,acv,close_date,won,owner,created_at,activated_on"
    company.deals(f"{DEAL},1/13/2027,2/25/2027", f"{DEAL.replace('D1', 'D2')},1/14/2027,2/26/2027", header=header)
    run, advice = ("payout", "--period", "2027Q1"), "say  dates: month_first  for the source to keep it so"
    shown = company.run(*run).out.splitlines()
    first = next(number for number, line in enumerate(shown) if line == "D331 date-order-proved, note: 2")
    assert [line.split(":")[0].strip() for line in shown[first + 1 : first + 5]] == [
        'column "activated_on"',
        'column "created_at"',
        "help",
        "",
    ]
    assert shown[first + 3] == f"    help: {advice}"
    assert company.run(*run, "--format", "markdown").out.count("  - help: say  dates: month\\_first") == 1
    assert company.run(*run, "-o", str(tmp_path / "q1.xlsx")).exit == 0
    page = list(load_workbook(tmp_path / "q1.xlsx")["Warnings"].values)
    assert [row[-1] for row in page if "D331" in row] == [advice, advice]


def test_a_lenient_sheet_in_each_form(company: Company, tmp_path: Path) -> None:
    """900.00 of the good deal is paid; the wrong one is listed in every form, and the exit code is 1."""
    company.deals(DEAL, DEAL.replace("D1", "D3").replace("2027-02-10", "soon"))
    sheet = company.pays("900.00", "--lenient", exit=1)
    (rejected,) = [finding for finding in sheet["findings"] if finding.get("set_aside")]
    assert (rejected["file"], rejected["row"], rejected["amount"]) == ("sample_data/deals.csv", 3, "9000.00")
    shown = company.run("payout", "--period", "2027Q1", "--lenient")
    assert "Rejected: 1 row, 9,000.00 USD" in shown.out
    assert shown.err == "Rejected: 1 row, 9,000.00 USD\n"
    run = ("payout", "--period", "2027Q1", "--lenient", "-o")
    assert company.run(*run, str(tmp_path / "q1.csv")).exit == company.run(*run, str(tmp_path / "q1.xlsx")).exit == 1
    assert "soon" in (tmp_path / "q1.rejected.csv").read_text()
    page = load_workbook(tmp_path / "q1.xlsx")["Rejected"]
    assert [cell.value for cell in page[2]][:5] == ["deals.csv", "3", "close_date", "soon", "is not a date"]
    assert page["H2"].value == 9000


def test_a_posted_deal_that_is_set_aside_stands_as_paid(company: Company, tmp_path: Path) -> None:
    """It is neither missing nor taken back: nothing is known of it today."""
    company.deals(DEAL, DEAL.replace("D1", "D0").replace("02-10", "01-05"))
    assert company.run("payout", "--period", "2027Q1", "--lines", "-o", str(tmp_path / "paid.csv")).exit == 0
    newer = DEAL.replace("D1", "D9").replace("02-10", "05-10")
    company.deals(DEAL.replace("9000", "12.5k"), DEAL.replace("D1", "D0").replace("02-10", "01-05"), newer)
    options = ("--period", "2027Q2", "--as-of", "2027-06-30", "--posted", str(tmp_path / "paid.csv"))
    done = company.run("payout", *options, "--lenient", "--format", "json")
    assert done.exit == 1
    assert [(line["deal_id"], line["amount"]) for line in json.loads(done.out)["lines"]] == [("D9", "900.00")]


@pytest.mark.parametrize("width", [40, 80])
def test_on_a_terminal_no_line_is_wider_unless_a_word_is(company: Company, width: int) -> None:
    company.deals(DEAL, WRONG)
    said = terminal(["check-data", "--show-mapping", "--lenient", "--project", str(company.root)], width)
    longest = max(map(len, said.split()))
    assert max(map(len, said.splitlines())) <= max(width, longest + 20)


def test_a_bar_on_a_terminal_and_never_in_a_pipe(company: Company) -> None:
    run = ["check-data", "--project", str(company.root)]
    assert "reading" in terminal(run, 80, bar=True)
    assert "sample_data/deals.csv" in terminal(run, 80, bar=True)
    piped = subprocess.run([*program(bar=True), *run], capture_output=True, text=True, check=True)
    assert piped.stderr == ""
    assert "reading" not in piped.stdout


def test_the_bar_moves_without_an_end_while_the_first_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the only one, and a long one: a bar that stands still looks like a program that does."""
    ends = []
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("rich.progress.Progress.update", lambda self, task, **told: ends.append(told["total"]))
    with reading() as told:
        told("deals.csv", 0, 500)
        told("payees.csv", 400, 500)
    assert ends == [None, 500]


def program(*, bar: bool) -> list[str]:
    """The command line; with `bar`, every read counts as a long one."""
    if not bar:
        return [sys.executable, "-m", "expcomp"]
    return [sys.executable, "-c", LONG]


def terminal(arguments: list[str], width: int, *, bar: bool = False) -> str:
    """What a terminal of this width is sent, without its styles."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm"}
    process = subprocess.Popen([*program(bar=bar), *arguments], stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    sent = b""
    while True:
        try:
            block = os.read(ours, 65_536)
        except OSError:
            break
        if not block:
            break
        sent += block
    process.wait()
    os.close(ours)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", sent.decode()).replace("\r", "")

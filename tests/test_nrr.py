"""`expcomp nrr` as a program: its forms, the fixture of design page 5, the sample company, pay by the same table."""

import contextlib
import csv
import io
import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from inprocess import Done, expcomp
from retention.page_five import BASE, END, given

from expcomp.output.layout import laid_out
from expcomp.output.nrr_triangle import triangle_table

ROOT = Path(__file__).parents[1]
PLAN = """
plan: {id: small, version: 1, effective: {from: 2025-01-01}, currency: USD, timezone: America/New_York}
roles: {ae: {from: deal.owner}}
ownership: [{tier: A, credit: {ae: 100%}}]
rates: [{role: ae, rate: 10%}]
payout: [{schedule: booking, milestones: [{name: booking, pays: 100%, on: closed_won}]}]
retention:
  window: 12 months
"""
TARGETS = """  min_accounts: 2
  targets: [{segment: MM, nrr: 100%, grr: 85%}, {nrr: 100%, grr: 90%}]
"""
GUARD = """
modifiers: [{{name: Guard, roles: [ae], metric: grr, scope: {}, multiplier: 0.5, window: month}}]
"""
MUST_NOT = ("111.53", "109.03", "112.29", "117.14", "111.5%", "109.0%", "112.3%", "117.1%")
"""New and win-back leaked in; win-back leaked in; the survivors alone; the mean of the segments."""


def project(folder: Path, plan: str = PLAN) -> Path:
    for name in ("data", "plans"):
        (folder / name).mkdir(parents=True)
    (folder / "expcomp.yaml").write_text("data: data\n")
    (folder / "plans" / "plan.yaml").write_text(plan)
    for table, rows in given().items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        with (folder / "data" / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def page_five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("five") / "project")


def nrr(folder: Path, *arguments: str) -> Done:
    with contextlib.chdir(folder):
        return expcomp(["nrr", *arguments])


def test_the_contract(page_five: Path) -> None:
    """The object of design page 8, with its figures."""
    found = json.loads(nrr(page_five, "--end", END, "--format", "json").out)
    assert (found["schema_version"], found["command"], found["base"], found["end"]) == (1, "nrr", BASE, END)
    total = found["total"]
    assert total["nrr"] == ["338000.00", "321000.00"]
    assert total["grr"] == ["295000.00", "321000.00"]
    assert total["logo"] == ["5", "6"]
    assert [total[name] for name in ("expansion", "contraction", "churn")] == ["43000.00", "6000.00", "20000.00"]
    by_name = {row["segment"]: row for row in found["segments"]}
    assert (by_name["MM"]["nrr"], by_name["MM"]["grr"]) == (["94000.00", "105000.00"], ["79000.00", "105000.00"])
    assert re.fullmatch("[0-9a-f]{12}", found["fingerprint"])
    first = found["cohorts"][0]
    assert {name: first[name] for name in ("cohort", "k", "nrr", "accounts", "mature")} == {
        "cohort": "2022Q2", "k": 0, "nrr": ["150000.00", "150000.00"], "accounts": 1, "mature": True,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_no_form_prints_what_must_not_be(page_five: Path, form: str) -> None:
    said = nrr(page_five, "--end", END, "--format", form, "--sensitivity").out
    assert not [figure for figure in MUST_NOT if figure in said]


def test_the_headline_reads_the_figures(page_five: Path) -> None:
    said = nrr(page_five, "--end", END).out
    assert "NRR 105.30%: 6 accounts were worth 321,000.00, and are worth 338,000.00." in said
    assert "GRR 91.90%: 295,000.00 of it is still there, expansion left out. 5 of 6 accounts stayed" in said


def test_the_base_is_a_window_before_the_end_of_the_newest_month(page_five: Path) -> None:
    """The newest line begins on 2026-03-10."""
    found = json.loads(nrr(page_five, "--format", "json").out)
    assert (found["base"], found["end"]) == ("2025-03-31", "2026-03-31")


def test_a_subscription_that_begins_in_the_future_moves_no_window(tmp_path: Path) -> None:
    """The newest other fact is a deal of 2026-02-20; A01 has signed for 2027 already."""
    folder = project(tmp_path / "project")
    with (folder / "data" / "subscriptions.csv").open("a") as file:
        file.write("A01,2027-01-01,90000,,\n")
    (folder / "data" / "deals.csv").write_text(
        "deal_id,account_id,motion,acv,close_date,won,owner\nD1,A01,upsell,1000,2026-02-20,true,ana\n"
    )
    (folder / "data" / "payees.csv").write_text("payee_id,role\nana,ae\n")
    found = json.loads(nrr(folder, "--format", "json").out)
    assert (found["base"], found["end"]) == ("2025-02-28", "2026-02-28")


def test_a_period_and_a_base_choose_the_window(page_five: Path) -> None:
    found = json.loads(nrr(page_five, "--period", "2026Q2", "--base", "2025-12-31", "--format", "json").out)
    assert (found["base"], found["end"]) == ("2025-12-31", "2026-06-30")


def test_other_definitions_of_the_same_year(page_five: Path) -> None:
    rows = re.findall(
        r"^  (\S.*?)  +(\d+\.\d\d)% .*?(\d+\.\d\d)%", nrr(page_five, "--end", END, "--sensitivity").out, re.M
    )
    found = {name: (n, g) for name, n, g in rows}
    assert found["as the plan defines it"] == ("105.30", "91.90")
    assert found["who lapsed is lost, if back or not"] == ("102.49", "90.03")
    assert found["contracted price rises left out"] == ("102.96", "91.90")
    assert found["merges left out"] == ("105.30", "73.21")


def test_guardrails_name_who_broke_them(tmp_path: Path) -> None:
    """MM misses both: 94,000 of 105,000 and 79,000 of 105,000. SMB and ENT have one account each: too few."""
    folder = project(tmp_path / "project", PLAN + TARGETS)
    done = nrr(folder, "--end", END, "--fail-on", "guardrail")
    assert done.exit == 1
    assert "Broken guardrails: MM (NRR 89.52% under 100.00%, GRR 75.24% under 85.00%)." in done.out
    losses = done.out.split("MM broke its guardrail")[1].splitlines()[2:5]
    assert [line.split()[0] for line in losses] == ["A03", "A02", "total"]
    segments = json.loads(nrr(folder, "--end", END, "--format", "json").out)["segments"]
    verdicts = {row["segment"]: (row["verdict"], row["masked"], row["nrr"] is None) for row in segments}
    assert verdicts == {
        "ENT": ("too few accounts", True, True),
        "MM": ("broken", False, False),
        "SMB": ("too few accounts", True, True),
    }


def test_what_changed_is_told_account_by_account(page_five: Path, tmp_path: Path) -> None:
    """In the order data, merges, exchange rates, definition: A01 is worth 1,000 more, and A09 is merged no more."""
    assert nrr(page_five, "--end", END, "-o", str(tmp_path / "old.json")).exit == 0
    folder = project(tmp_path / "now", PLAN + "  strict_lapse: true\n")
    (folder / "data" / "merges.csv").unlink()
    lines = folder / "data" / "subscriptions.csv"
    lines.write_text(lines.read_text().replace("A01,2025-11-15,15000", "A01,2025-11-15,16000"))
    said = nrr(folder, "--compare", str(tmp_path / "old.json")).out
    causes = dict(re.findall(r"^  (data|merges and parents|exchange rates|definition)  +(\d+) ", said, re.M))
    assert causes == {"data": "1", "merges and parents": "2", "exchange rates": "0", "definition": "1"}
    assert re.search(r"Changed by data\n(?:.*\n){2}  A01 .*45,000.00 +46,000.00", said)
    assert re.search(r"Changed by merges and parents\n(?:.*\n){2}  A08 .*\n  A09 ", said)
    assert re.search(r"Changed by definition\n(?:.*\n){2}  A05 .*9,000.00 +-", said)


def test_nothing_changed(page_five: Path, tmp_path: Path) -> None:
    nrr(page_five, "--end", END, "-o", str(tmp_path / "old.json"))
    assert "Changed by" not in nrr(page_five, "--compare", str(tmp_path / "old.json")).out


def test_the_workbook_colours_numbers(page_five: Path, tmp_path: Path) -> None:
    path = tmp_path / "nrr.xlsx"
    assert nrr(page_five, "--end", END, "-o", str(path)).exit == 0
    book = openpyxl.load_workbook(path)
    sheet = book["NRR by cohort"]
    assert next(rule.type for found in sheet.conditional_formatting for rule in found.rules) == "colorScale"
    header = next(row for row in sheet.iter_rows() if row[0].value == "Cohort")
    first = [cell.value for cell in sheet[header[0].row + 1]]
    assert first[:4] == ["2022Q2", 1, 150000, 1]
    assert sheet.cell(header[0].row + 1, 4).number_format == "0.0%"
    assert book["Averages by age"]._charts


def test_our_pages_in_a_workbook_of_the_user(page_five: Path, tmp_path: Path) -> None:
    path = tmp_path / "board.xlsx"
    own = openpyxl.Workbook()
    own.active.title = "Board"
    own.active["A1"] = "ours"
    own.save(path)
    assert nrr(page_five, "--end", END, "-o", str(path)).exit == 0
    book = openpyxl.load_workbook(path)
    assert book["Board"]["A1"].value == "ours"
    rules = [rule.type for found in book["GRR by cohort"].conditional_formatting for rule in found.rules]
    assert set(rules) == {"colorScale"}


def test_long_csv_has_every_cell(page_five: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(nrr(page_five, "--end", END, "--format", "csv").out)))
    assert {row["of"] for row in rows} == {"total", "segment", "cohort"}
    total = next(row for row in rows if row["of"] == "total")
    assert (total["base"], total["end"], total["kept"], total["stayed"]) == ("321000.00", "338000.00", "295000.00", "5")
    ages = [row["k"] for row in rows if row["name"] == "2022Q2"]
    assert ages == [str(age) for age in range(17)]


def test_no_line_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from expcomp.output import nrr_terminal

    tables = []
    monkeypatch.setattr(nrr_terminal.Screen, "table", lambda self, table: tables.append(table))
    assert nrr(ROOT, "--end", "2027-03-31", "--sensitivity", "--triangle", "all").exit == 0
    assert len(tables) > 12
    for table in tables:
        for width in (80, 160):
            wide = [line.text for line in laid_out(table, width) if len(line.text) > width]
            assert not wide, table.title


@pytest.fixture(scope="module")
def sample() -> dict:
    return json.loads(nrr(ROOT, "--end", "2027-03-31", "--format", "json").out)


def test_the_sample_company(sample: dict) -> None:
    """Enterprise: 24,000 of contraction (Crestline Pharma) of 4,710,000."""
    enterprise = next(row for row in sample["segments"] if row["segment"] == "enterprise")
    assert enterprise["grr"] == ["4686000.00", "4710000.00"]
    assert enterprise["verdict"] == "broken"
    total = sample["total"]
    amounts = {name: Fraction(value) for name, value in total.items() if isinstance(value, str)}
    assert amounts["base"] + amounts["expansion"] - amounts["contraction"] - amounts["churn"] == amounts["end"]


def test_the_report_and_pay_have_one_figure(sample: dict) -> None:
    """What a bonus says it was measured by, in the sheet and in `explain`, is the portfolio of the report."""
    with contextlib.chdir(ROOT):
        lines = json.loads(expcomp(["payout", "--period", "2027Q1", "--format", "json"]).out)["lines"]
        told = expcomp(["explain", "cam", "--period", "2027Q1"]).out
    paid = {line["payee_id"]: line["trace"] for line in lines if line["component"] == "bonus:NRR bonus"}
    assert paid
    portfolios = {row["payee_id"]: row for row in sample["portfolios"]}
    for payee, trace in paid.items():
        assert [trace["numerator"], trace["denominator"]] == portfolios[payee]["nrr"], payee
        assert int(trace["base_accounts"]) == portfolios[payee]["accounts"]
    top, bottom = (f"{Decimal(amount):,.2f}" for amount in portfolios["cam"]["nrr"])
    assert f"{top} ÷ {bottom}" in " ".join(told.split())


def test_a_floor_that_is_missed_keeps_pay_back(sample: dict) -> None:
    """gus: GRR 184,800 of 242,400 is 76.24 %, under the 90 % of the bonus and the 80 % of the modifier.

    The bonus: NRR 236,400 of 242,400 is 97.52… %, the curve pays (97.52… − 95) × 10 % = 25.24… % of 3,000.00.
    The modifier: half of all commission of the quarter, as the sheet's lines have it.
    """
    gus = next(row for row in sample["portfolios"] if row["payee_id"] == "gus")
    assert gus["grr"] == ["184800.00", "242400.00"]
    told = {
        row["component"]: (row["payee_id"], row["segment"], row["gates"], row["amount"]) for row in sample["blocked"]
    }
    assert told == {
        "bonus:NRR bonus": ("gus", "smb", ["grr"], "757.43"),
        "modifier:GRR guardrail": ("gus", "smb", ["grr"], "364.50"),
    }
    assert {row["segment"]: row["blocked"] for row in sample["segments"]} == {
        "enterprise": "0.00", "mid_market": "0.00", "smb": "1121.93",
    }  # fmt: skip
    with contextlib.chdir(ROOT):
        lines = json.loads(expcomp(["payout", "--period", "2027Q1", "--format", "json"]).out)["lines"]
    taken = sum(Decimal(line["amount"]) for line in lines if line["component"] == "modifier:GRR guardrail")
    assert taken == Decimal("-364.50")


def test_what_keeps_a_sheet_from_being_made_keeps_no_report(page_five: Path, tmp_path: Path) -> None:
    """The modifier's part of commission is not known while a deal has no owner; retention is."""
    folder = project(tmp_path / "project", PLAN + GUARD.format("company, below: 95%"))
    (folder / "data" / "deals.csv").write_text(
        "deal_id,account_id,motion,acv,close_date,won,owner\nD1,A01,upsell,1000,2026-03-01,true,\n"
    )
    (folder / "data" / "payees.csv").write_text("payee_id,role\nana,ae\n")
    plain = json.loads(nrr(page_five, "--end", END, "--format", "json").out)
    done = nrr(folder, "--end", END, "--format", "json")
    found = json.loads(done.out)
    assert found["total"] == plain["total"]
    assert found["blocked"] == []
    assert [finding["severity"] for finding in found["findings"] if finding["code"] != "D587"] == ["error"]


def test_a_segment_tells_what_it_keeps_back(tmp_path: Path) -> None:
    """MM misses its floor; ana, of that segment, is paid half of 10 % of 1,000."""
    folder = project(tmp_path / "project", PLAN + TARGETS + GUARD.format("segment, below: target"))
    (folder / "data" / "deals.csv").write_text(
        "deal_id,account_id,motion,acv,close_date,won,owner\nD1,A01,upsell,1000,2026-06-01,true,ana\n"
    )
    (folder / "data" / "payees.csv").write_text("payee_id,role,segment\nana,ae,MM\n")
    said = nrr(folder, "--end", END).out
    assert "pay kept back from people of the segment: 50.00 (ana)" in said
    assert re.search(r"ana +modifier:Guard +2026-06 +grr 75.24% under 85% +50.00", said)


def test_other_windows_are_in_the_machine_s_form(sample: dict) -> None:
    last = sample["quarters"][-1]
    assert (last["base"], last["end"], last["window"]) == (sample["base"], sample["end"], "12 months")
    for name in ("nrr", "grr", "logo", "accounts"):
        assert last[name] == sample["total"][name]
    assert [row["window"] for row in sample["windows"]] == ["1 month", "3 months", "6 months", "12 months", "24 months"]


def test_the_heat_map_is_the_same_without_colour(page_five: Path) -> None:
    """Colour is a style of a part of a line, never a text."""
    from expcomp.commands.nrr import _view

    with contextlib.chdir(page_five):
        report = _view(None, None, (None, END, None), None, None, sensitivity=False).report
    lines = list(laid_out(triangle_table(report, "nrr"), 160))
    marked = [line for line in lines if line.marks]
    assert len(marked) == len(report.triangle.cohorts) + 1
    for line in marked:
        for start, end, style in line.marks:
            assert re.fullmatch(r" +\d+\.\d ?", line.text[start:end].ljust(1)), line.text
            assert " on #" in style

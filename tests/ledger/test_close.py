"""Closing: what was paid never changes, what comes later is a line of the next period, and nothing is paid twice."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import DEALS, done, replace, run

SHEETS = ("payees.csv", "lines.csv", "payout.xlsx")


def lines(period: str) -> list[tuple[str, str, str, str]]:
    """Deal, amount, reason and the period earned of a closed period's lines."""
    text = Path(f"out/{period}/lines.csv").read_text("utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return [(row["deal_id"], row["amount"], row["reason"], row["period_earned"]) for row in rows]


def test_a_closed_period_is_printed_from_the_ledger_byte_for_byte(closed: Path) -> None:
    forms = {form: done(f"payout --period 2027Q1 --format {form}") for form in ("table", "csv", "json", "markdown")}
    replace(DEALS, "9000", "1")  # today's export says something else
    Path("plans/plan.yaml").unlink()
    Path("plans/other.yaml").write_text("nothing: here", "utf-8")

    for form, text in forms.items():
        assert done(f"payout --period 2027Q1 --format {form}") == text
    assert done("payout --period 2027Q1 --format csv") == Path("out/2027Q1/payees.csv").read_text("utf-8")
    assert done("payout --period 2027Q1 --lines --format csv") == Path("out/2027Q1/lines.csv").read_text("utf-8")
    done("payout --period 2027Q1 -o again.xlsx")
    assert Path("again.xlsx").read_bytes() == Path("out/2027Q1/payout.xlsx").read_bytes()


def test_what_is_not_closed_says_draft_and_what_is_closed_does_not(closed: Path) -> None:
    for form in ("table", "markdown"):
        assert "DRAFT" in done(f"payout --period 2027Q2 --format {form}")
        assert "DRAFT" not in done(f"payout --period 2027Q1 --format {form}")
    for period, status in (("2027Q1", "closed"), ("2027Q2", "draft")):
        assert json.loads(done(f"payout --period {period} --format json"))["status"] == status


def test_the_draft_that_was_closed_is_the_sheet_but_for_its_marks(company: Path) -> None:
    draft = json.loads(done("payout --period 2027Q1 --as-of 2027-03-31 --format json"))
    done("close --period 2027Q1 --opening computed")
    closed = json.loads(done("payout --period 2027Q1 --format json"))

    assert (draft.pop("status"), closed.pop("status")) == ("draft", "closed")
    assert draft == closed


def test_a_late_correction_is_a_line_of_the_next_period(closed: Path) -> None:
    # D1 paid 10 % of 9,000 = 900.00; at 9,500 it should have been 950.00
    assert lines("2027Q1") == [("D1", "900.00", "commission", "2027Q1")]
    replace(DEALS, "D1,A1,tier,9000", "D1,A1,tier,9500")

    done("close --period 2027Q2")

    assert lines("2027Q2") == [("D1", "50.00", "correction", "2027Q1"), ("D2", "700.00", "commission", "2027Q2")]
    assert lines("2027Q1") == [("D1", "900.00", "commission", "2027Q1")]


def test_closing_twice_is_closing_once(closed: Path) -> None:
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}

    again = run("close --period 2027Q1 --opening computed --prepared-by kim")

    assert again.exit == 5
    assert "2027Q1 is closed by kim, 1 lines" in again.err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_closing_on_the_same_exports_pays_nothing_more(closed: Path) -> None:
    """Law P13: after a close the same exports give nothing but what the new period brings."""
    done("close --period 2027Q2")
    done("close --period 2027Q3 --allow-old-exports")
    assert lines("2027Q3") == []
    assert "Posted" in done("ledger show")
    assert run("close --period 2027Q4 --allow-old-exports").exit == 0, "a period without a line was closed all the same"


@pytest.mark.parametrize(
    ("opening", "paid"),
    [
        # D0 of December 2026 earned 500.00
        ("none", [("D0", "500.00", "commission", "2026Q4"), ("D1", "900.00", "commission", "2027Q1")]),
        ("computed", [("D1", "900.00", "commission", "2027Q1")]),
        ("paid.csv", [("D0", "100.00", "correction", "2026Q4"), ("D1", "900.00", "commission", "2027Q1")]),
    ],
)
def test_what_was_paid_before_the_first_close(company: Path, opening: str, paid: list[tuple[str, ...]]) -> None:
    Path("paid.csv").write_text(
        "period,payee_id,deal_id,component,milestone,currency,amount,on\n"
        "2026Q4,ana,D0,credit:ae,booking,USD,400.00,2026-12-05\n",
        "utf-8",
    )
    done(f"close --period 2027Q1 --opening {opening}")
    assert lines("2027Q1") == paid


def test_a_close_prints_the_sheet_that_it_posted(company: Path) -> None:
    printed = done("close --period 2027Q1 --opening none")
    assert "DRAFT" not in printed
    assert printed == done("payout --period 2027Q1")


def test_a_dry_run_posts_nothing(company: Path) -> None:
    before = sorted(Path().rglob("*"))
    shown = run("close --period 2027Q1 --opening none --dry-run")
    assert shown.exit == 0
    assert "nothing was posted" in shown.err
    assert sorted(Path().rglob("*")) == before


def test_sheets_of_another_run_are_not_replaced(company: Path) -> None:
    Path("out/2027Q1").mkdir(parents=True)
    Path("out/2027Q1/lines.csv").write_text("mine", "utf-8")

    refused = run("close --period 2027Q1 --opening none")

    assert (refused.exit, Path("out/2027Q1/lines.csv").read_text("utf-8")) == (7, "mine")
    assert "nothing was posted" in refused.err
    assert not Path("expcomp.ledger").exists()
    done("close --period 2027Q1 --opening none --force")


def test_a_sheet_that_is_lost_is_written_again_the_same(closed: Path) -> None:
    before = {name: Path(f"out/2027Q1/{name}").read_bytes() for name in SHEETS}
    for name in SHEETS:
        Path(f"out/2027Q1/{name}").unlink()
    done("ledger export --period 2027Q1")
    assert {name: Path(f"out/2027Q1/{name}").read_bytes() for name in SHEETS} == before


def test_only_the_owner_reads_the_ledger_and_the_sheets(closed: Path) -> None:
    for path in (Path("expcomp.ledger"), *Path("out/2027Q1").iterdir()):
        assert path.stat().st_mode & 0o777 == 0o600, path


def test_a_deal_that_is_missing_stops_the_close(closed: Path) -> None:
    replace(DEALS, "D1,A1,tier,9000,2027-02-10,true,ana\n", "")
    refused = run("close --period 2027Q2")
    assert refused.exit == 3
    assert "D545" in refused.err
    assert "2027Q2" not in done("ledger show --format csv")


def test_a_deal_outside_the_span_of_the_export_is_carried(closed: Path) -> None:
    Path(DEALS).write_text("deal_id,account_id,motion,acv,close_date,won,owner\nD2,A1,tier,7000,2027-05-10,true,ana\n")
    done("close --period 2027Q2")
    assert lines("2027Q2") == [("D2", "700.00", "commission", "2027Q2")]
    assert "comes out the same" in done("replay --period 2027Q2")


class TestApproval:
    @pytest.fixture(autouse=True)
    def needed(self, company: Path) -> None:
        Path("expcomp.yaml").write_text("approval: required\n", "utf-8")

    def test_what_is_approved_is_what_was_prepared(self) -> None:
        proposed = run("close --period 2027Q1 --opening computed --prepared-by Kim")
        assert "2027Q1 is still open" in proposed.err
        assert not Path("out/2027Q1/lines.csv").exists()
        replace(DEALS, "9000", "1")  # what the exports say now is another matter

        done("approve --period 2027Q1 --by Ana")

        assert lines("2027Q1") == [("D1", "900.00", "commission", "2027Q1")]
        assert "prepared by Kim, approved by Ana" in done("payout --period 2027Q1")
        assert run("approve --period 2027Q1 --by Ana").exit == 5

    def test_the_newest_proposal_counts(self) -> None:
        done("close --period 2027Q1 --opening computed --prepared-by Kim")
        replace(DEALS, "9000", "8000")
        done("close --period 2027Q1 --opening computed --prepared-by Lee")
        assert "proposed by Lee" in done("ledger show")
        assert run("approve --period 2027Q1 --by lee").exit == 5
        done("approve --period 2027Q1 --by Kim")
        assert lines("2027Q1") == [("D1", "800.00", "commission", "2027Q1")]


def test_nothing_of_a_close_depends_on_the_machine(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same exports, plan and ledger give the same head, whatever the clock, the zone and the folder are."""
    text = done("ledger export")
    copy = closed.parent / "elsewhere"
    for name in ("plans", "sample_data"):
        (closed / name).rename(copy / name) if copy.exists() else (copy.mkdir(), (closed / name).rename(copy / name))
    monkeypatch.chdir(copy)
    monkeypatch.setitem(os.environ, "TZ", "Pacific/Auckland")
    done("close --period 2027Q1 --opening computed --prepared-by kim")
    assert done("ledger export") == text


def test_a_reader_who_went_away_does_not_keep_a_period_open(company: Path) -> None:
    # `expcomp close … 2>&1 | head -1`
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "expcomp", "close", "--period", "2027Q1", "--opening", "computed"]
    ended = subprocess.run(command, stdout=write, stderr=write, check=False)
    os.close(write)

    assert ended.returncode == 0
    assert "2027Q1  closed" in done("ledger show")
    assert all((company / "out/2027Q1" / name).exists() for name in SHEETS)


def test_a_closed_period_is_explained_and_seen_by_what_it_was_closed_with(closed: Path) -> None:
    asked = ("explain D1 --period 2027Q1", "payout --period 2027Q1 --exposure", "payout --period 2027Q1 --accrual")
    then = [done(command) for command in asked]
    replace(DEALS, "9000", "1")  # today's export says something else

    assert [done(command) for command in asked] == then
    assert "9,000.00" in then[0]

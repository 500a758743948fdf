"""The report and the pay never disagree: the NRR of `nrr`, of the sheet and of `explain` is one figure."""

import json
import shutil
from pathlib import Path

import pytest
from inprocess import expcomp

ROOT = Path(__file__).parents[1]
PERIOD = "2027Q1"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample company, to be changed at will."""
    for folder in ("plans", "sample_data"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(*arguments: str, period: str = PERIOD) -> dict:
    done = expcomp([*arguments, "--period", period, "--format", "json"])
    assert done.exit == 0, done.err
    return json.loads(done.out)


def traces(component: str) -> dict[str, dict[str, str]]:
    """The trace of each payee's line of a bonus."""
    lines = answer("payout")["lines"]
    return {line["payee_id"]: line["trace"] for line in lines if line["component"] == component}


def test_the_nrr_of_the_report_is_the_nrr_that_is_paid_by(company: Path) -> None:
    """Cam holds the enterprise accounts: 5,424,000.00 ÷ 4,710,000.00 = 115.159…%, GRR 4,686,000.00 ÷ 4,710,000.00.

    The curve stands at 100% + (115.159…% − 110%) × 5 = 395/314; 60% of 60,000 a quarter is 9,000.00: 11,321.66.
    """
    enterprise = next(row for row in answer("nrr")["segments"] if row["segment"] == "enterprise")

    trace = traces("bonus:NRR bonus")["cam"]

    assert [trace["numerator"], trace["denominator"]] == enterprise["nrr"] == ["5424000.00", "4710000.00"]
    assert trace["gates"] == f"grr {'/'.join(enterprise['grr'])} >= 90%: met"
    assert (trace["curve_share"], trace["of_target"]) == ("395/314", "9000.00")
    assert {row["payee_id"]: row["paid"] for row in answer("payout")["payees"]}["cam"] == "22029.66"


def test_explain_says_the_same(company: Path) -> None:
    told = " ".join(expcomp(["explain", "cam", "--period", PERIOD]).out.split())

    assert "5,424,000.00 ÷ 4,710,000.00 = 115.16%" in told
    assert "gate, grr at least 90%: 4,686,000.00 ÷ 4,710,000.00 = 99.49%, met" in told
    assert "9,000.00 × 395/314 = 11,321.66" in told
    assert "115.16%" in expcomp(["nrr", "--period", PERIOD]).out


@pytest.mark.parametrize("metric", ["nrr", "grr", "logo"])
def test_the_company_s_metrics_are_the_totals_of_the_report(company: Path, metric: str) -> None:
    """With accounts that stand for themselves, in the report as in pay."""
    plan = company / "plans" / "expansion.yaml"
    named = {"logo": "logo_retention"}.get(metric, metric)
    text = plan.read_text("utf-8").replace("rollup: ultimate_parent", "rollup: none")
    text = text.replace("    metric: nrr\n    scope: portfolio", f"    metric: {named}\n    scope: company")
    text = text.replace("- {at: 95%,", "- {at: 0%, ")
    plan.write_text(text.split("\nexamples:")[0] + "\n", "utf-8")

    trace = traces("bonus:NRR bonus")["hana"]

    assert [trace["numerator"], trace["denominator"]] == answer("nrr")["total"][metric]


@pytest.mark.parametrize("rule", ["{held_at: start}", "{held_at: end, at_least: 120 days}", "{held_at: end}"])
def test_the_portfolios_of_the_report_are_those_that_pay(company: Path, rule: str) -> None:
    plan = company / "plans" / "expansion.yaml"
    text = plan.read_text("utf-8").replace("{held_at: end, at_least: 30 days}", rule)
    plan.write_text(text.split("\nexamples:")[0] + "\n", "utf-8")

    portfolios = {row["payee_id"]: row["nrr"] for row in answer("nrr")["portfolios"]}

    paid = {payee: [trace["numerator"], trace["denominator"]] for payee, trace in traces("bonus:NRR bonus").items()}
    assert paid
    assert paid == {payee: portfolios[payee] for payee in paid}


def test_a_plan_that_was_edited_after_the_close_is_refused(company: Path) -> None:
    assert expcomp(["close", "--period", PERIOD, "--prepared-by", "Kim Lee", "--opening", "none"]).exit == 0
    plan = company / "plans" / "expansion.yaml"
    text = plan.read_text("utf-8")
    assert "grr: 92%" in text
    plan.write_text(text.replace("grr: 92%", "grr: 91%"), "utf-8")

    report, sheet = expcomp(["nrr", "--period", PERIOD]), expcomp(["payout", "--period", "2027Q2"])

    assert (report.exit, report.err) == (sheet.exit, sheet.err)
    assert "L104" in report.err


def reassigned(company: Path) -> None:
    """In today's exports Crestline Pharma is held by gus and is in the segment smb."""
    accounts = company / "sample_data" / "accounts.csv"
    text = accounts.read_text("utf-8")
    row = next(line for line in text.splitlines() if "Crestline Pharma" in line)
    assert ",enterprise," in row
    assert ",cam," in row
    accounts.write_text(text.replace(row, row.replace(",enterprise,", ",smb,").replace(",cam,", ",gus,")), "utf-8")


def test_a_closed_quarter_stays_one_figure_when_accounts_are_reassigned(company: Path) -> None:
    closed = expcomp(["close", "--period", PERIOD, "--prepared-by", "Kim Lee", "--opening", "none"])
    assert closed.exit == 0, closed.err
    before = answer("nrr")
    assert before["pinned_in"] == PERIOD

    reassigned(company)

    after = answer("nrr")
    for figures in ("total", "segments", "portfolios", "blocked", "accounts"):
        assert after[figures] == before[figures], figures
    enterprise = next(row for row in after["segments"] if row["segment"] == "enterprise")
    cam = next(row for row in after["portfolios"] if row["payee_id"] == "cam")
    trace = traces("bonus:NRR bonus")["cam"]
    assert [trace["numerator"], trace["denominator"]] == cam["nrr"] == enterprise["nrr"] == ["5424000.00", "4710000.00"]
    told = " ".join(expcomp(["explain", "cam", "--period", PERIOD]).out.split())
    assert "5,424,000.00 ÷ 4,710,000.00 = 115.16%" in told


def test_every_closed_quarter_has_the_facts_of_its_own_close(company: Path) -> None:
    """Crestline Pharma is reassigned between two closes, and given back after the second."""
    accounts, close = company / "sample_data" / "accounts.csv", ("close", "--prepared-by", "Kim Lee", "--period")
    exported, earlier = accounts.read_text("utf-8"), "2026Q4"
    assert expcomp([*close, earlier, "--opening", "none"]).exit == 0
    before = answer("nrr", period=earlier)
    reassigned(company)
    assert expcomp([*close, PERIOD]).exit == 0
    after = answer("nrr")
    accounts.write_text(exported, "utf-8")

    for period, then in ((earlier, before), (PERIOD, after)):
        now = answer("nrr", period=period)
        assert now["pinned_in"] == period
        for figures in ("segments", "portfolios", "blocked"):
            assert now[figures] == then[figures], (period, figures)
    held = {name: {row["payee_id"]: row["accounts"] for row in report["portfolios"]}
            for name, report in (("before", before), ("after", after))}  # fmt: skip
    assert (held["before"]["cam"], held["after"]["cam"]) == (16, 15)


def test_it_is_said_that_the_facts_are_those_of_the_close(company: Path) -> None:
    assert expcomp(["close", "--period", PERIOD, "--prepared-by", "Kim Lee", "--opening", "none"]).exit == 0
    reassigned(company)

    told = " ".join(expcomp(["nrr", "--period", PERIOD]).out.split())

    assert f"pinned holders, segments and people as when {PERIOD} was closed" in told
    assert (
        f"D546 pinned-fact-drifted: 2 facts differ today from what {PERIOD} pinned "
        "(account.csm:001Hr00000q8LqKIAU, account.segment:001Hr00000q8LqKIAU): what was pinned counts"
    ) in told


def test_an_open_quarter_is_read_by_today_s_facts(company: Path) -> None:
    assert expcomp(["close", "--period", PERIOD, "--prepared-by", "Kim Lee", "--opening", "none"]).exit == 0
    reassigned(company)

    done = expcomp(["nrr", "--end", "2027-04-01", "--format", "json"])

    found = json.loads(done.out)
    assert found["pinned_in"] is None
    assert next(row for row in found["accounts"] if row["account_id"] == "001Hr00000q8LqKIAU")["segment"] == "smb"

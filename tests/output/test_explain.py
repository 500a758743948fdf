"""explain: the parts are there, they add up, and nothing is cut."""

import re
from pathlib import Path

import pytest

from expcomp.diagnostics import Refused
from expcomp.output.csv_form import to_csv
from expcomp.output.explain import explain_any, explain_deal, explain_payee
from expcomp.output.reasons import WORDS
from expcomp.output.text import money
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet
from expcomp.pay.unpaid import REASONS
from expcomp.sources.posted import read_posted

from .conftest import TABLES, Build

LONG = "D1-with-a-rather-long-id-0001"


def amount_of(text: str, label: str) -> str:
    return next(line.split()[-1] for line in text.splitlines() if line.strip().startswith(label))


def test_a_deal_shows_its_arithmetic(sheet: Sheet) -> None:
    text = explain_deal(sheet, "D2")
    assert "123,456.78 × 60% = 74,074.07" in text
    assert "74,074.07 × 10% = 7,407.41" in text
    assert "account.acv: >= 150k" in text
    assert "plans/grow.yaml:6" in text
    assert "last day 2027-08-09" in text


def test_the_sum_is_that_of_the_sheet(sheet: Sheet) -> None:
    for deal_id in sheet.lines["deal_id"].unique():
        if deal_id:
            total = sheet.lines.loc[sheet.lines["deal_id"] == deal_id, "amount_minor"].sum()
            assert amount_of(explain_deal(sheet, deal_id), "sum USD") == money(int(total), "USD")


def test_what_an_event_takes_back(sheet: Sheet) -> None:
    text = explain_deal(sheet, LONG)
    assert "churn on 2027-03-05" in text
    assert "× 280/365" in text
    assert "plans/grow.yaml:32" in text


def test_a_deal_that_pays_nobody_says_why(sheet: Sheet) -> None:
    text = explain_deal(sheet, "D4")
    assert "not_covered: the plan does not pay this kind of deal" in text
    assert "covers: upsell, cross_sell, usage, multi_year" in text


def test_a_held_deal_says_what_would_release_it(sheet: Sheet) -> None:
    text = explain_deal(sheet, "D3")
    assert "held since 2027-03-01" in text
    assert "guardrail red account: no longer true" in text


def test_against_posted_lines_it_says_what_was_posted_and_what_changed(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "posted.csv"
    path.write_bytes(b"".join(to_csv(build("2026Q4"), lines=True)))
    first, *others = TABLES["deals"]
    now = build(posted=Posted(read_posted(path, "posted.csv")), deals=[first | {"acv": "44000"}, *others])
    text = explain_deal(now, LONG)
    assert "2026Q4  ana credit:ae booking" in text
    assert "acv: 40000.00" in text
    posted, period, entitled = next(line for line in text.splitlines() if "total USD" in line).split()[2:]
    whole = [int(amount.replace(",", "").replace(".", "")) for amount in (posted, period, entitled)]
    assert whole[0] + whole[1] == whole[2]
    assert amount_of(text, "sum USD") == period


def test_a_payee_nets_to_what_the_sheet_pays(sheet: Sheet) -> None:
    text = explain_payee(sheet, "ana")
    row = sheet.payees.set_index("payee_id").loc["ana"]
    assert amount_of(text, "paid = gross − recovered") == money(int(row["paid_minor"]), "USD")
    assert amount_of(text, "recovered") == money(int(row["recovered_minor"]), "USD")
    assert "at most 50% of gross is recovered" in text


def test_an_adjustment_says_who_and_why(sheet: Sheet) -> None:
    text = explain_payee(sheet, "cam")
    assert "ticket (asked by tom, approved by lena)" in text
    assert "Eve␛[31m Red" in text


@pytest.mark.parametrize("what", ["D2", LONG, "D3", "D4", "ana", "cam"])
def test_reads_well_at_80_columns_and_cuts_nothing(sheet: Sheet, what: str) -> None:
    text = explain_any(sheet, what)
    assert "…" not in text
    longest = max(len(word) for word in re.split(r"\s+", text))
    assert all(len(line) <= max(80, longest + 12) for line in text.splitlines())


def test_an_unknown_id_names_the_nearest(sheet: Sheet) -> None:
    with pytest.raises(Refused) as refused:
        explain_any(sheet, "D1-with")
    assert (refused.value.exit_code, refused.value.findings[0].help) == (2, f"did you mean {LONG}?")


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(REASONS)

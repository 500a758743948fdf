"""JSON and CSV: the contract of design page 8, and the way back through --posted."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from expcomp.money import to_text
from expcomp.output.csv_form import to_csv
from expcomp.output.machine import to_json
from expcomp.output.markdown import to_markdown
from expcomp.pay.lines import LINE_COLUMNS
from expcomp.pay.sheet import Sheet
from expcomp.sources.posted import read_posted

from .conftest import FORMULA, MARKUP, Build


@pytest.fixture
def told(sheet: Sheet) -> dict:  # type: ignore[type-arg]
    return json.loads(to_json(sheet))


def test_the_head(told: dict) -> None:  # type: ignore[type-arg]
    head = {name: told[name] for name in ("schema_version", "command", "period", "as_of", "currency")}
    assert head == {
        "schema_version": 1,
        "command": "payout",
        "period": "2027Q1",
        "as_of": "2027-03-31",
        "currency": "USD",
    }


def test_payees_carry_the_netting(told: dict) -> None:  # type: ignore[type-arg]
    ana = told["payees"][0]
    assert ana["payee_id"] == "ana"
    assert {"gross", "recovered", "brought_forward", "paid", "carried_forward", "clawback", "written_off"} < set(ana)
    assert (ana["name"], ana["role"], ana["currency"], ana["period"]) == ("Ana Reyes", "ae", "USD", "2027Q1")


def test_lines_carry_the_contract_and_the_trace(told: dict, sheet: Sheet) -> None:  # type: ignore[type-arg]
    line = next(line for line in told["lines"] if line["deal_id"] == "D2" and line["component"] == "credit:ae")
    assert list(line)[:12] == [
        "payee_id", "deal_id", "component", "milestone", "on", "period_earned", "amount", "currency", "reason", "tier",
        "rule", "source",
    ]  # fmt: skip
    assert line["trace"]["value"] == "123456.78"
    assert line["trace"]["credited"] == "74074.07"
    total = sum(int(line["amount"].replace(".", "")) for line in told["lines"])
    assert total == int(sheet.lines["amount_minor"].sum())


def test_what_waits_and_what_is_not_paid(told: dict) -> None:  # type: ignore[type-arg]
    held = [row for row in told["waiting"] if row["state"] == "held"]
    assert [(row["deal_id"], row["milestone"], row["amount"]) for row in held] == [("D3", "booking", "150.00")]
    reasons = {row["deal_id"]: (row["reason"], row["value"], row["currency"]) for row in told["not_paid"]}
    assert reasons["D4"] == ("not_covered", "9000.00", "USD")


def test_pieces_of_a_milestone_are_one_waiting_row(told: dict) -> None:  # type: ignore[type-arg]
    keys = [(w["payee_id"], w["deal_id"], w["component"], w["milestone"], w["state"]) for w in told["waiting"]]
    assert len(keys) == len(set(keys))


def test_a_longer_view_tells_each_pay_period(build: Build) -> None:
    told = json.loads(to_json(build("2027H1")))
    assert {row["period"] for row in told["pay_periods"]} <= {"2027Q1", "2027Q2"}
    ana = next(row for row in told["payees"] if row["payee_id"] == "ana")
    parts = [row for row in told["pay_periods"] if row["payee_id"] == "ana"]
    assert Decimal(ana["paid"]) == sum(Decimal(row["paid"]) for row in parts)


def test_a_shorter_view_recovers_nothing(build: Build) -> None:
    told = json.loads(to_json(build("2027-03")))
    assert {row["recovered"] for row in told["payees"]} == {"0.00"}


def test_json_never_acts_on_a_terminal_and_stays_true(build: Build) -> None:
    text = to_json(build())
    assert "\x1b" not in text
    names = {row["name"] for row in json.loads(text)["payees"]}
    assert "Eve\x1b[31m Red" in names


def test_the_same_input_gives_the_same_bytes(build: Build) -> None:
    assert to_json(build()) == to_json(build())
    assert list(to_csv(build(), lines=True)) == list(to_csv(build(), lines=True))
    assert to_markdown(build()) == to_markdown(build())


def test_csv_lines_have_every_column_and_no_formula(sheet: Sheet) -> None:
    text = b"".join(to_csv(sheet, lines=True)).decode()
    assert "\r" not in text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [name.removesuffix("_minor") for name in LINE_COLUMNS] == list(rows[0])[: len(LINE_COLUMNS)]
    assert {MARKUP, "'" + FORMULA} <= {row["account_name"] for row in rows}
    assert "Eve␛[31m Red" in {row["payee_name"] for row in rows}
    negative = [row["amount"] for row in rows if row["amount"].startswith("-")]
    assert negative  # numbers stay numbers


def test_csv_lines_come_back_as_posted(sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "posted.csv"
    path.write_bytes(b"".join(to_csv(sheet, lines=True)))
    back = read_posted(path, "posted.csv")
    pd.testing.assert_series_equal(
        back["amount_minor"], sheet.lines["amount_minor"].reset_index(drop=True), check_dtype=False
    )
    for name in ("payee_id", "deal_id", "component", "milestone", "currency", "reason", "rate", "share"):
        assert list(back[name]) == list(sheet.lines[name])


def test_csv_payees(sheet: Sheet) -> None:
    rows = list(csv.DictReader(io.StringIO(b"".join(to_csv(sheet, lines=False)).decode())))
    paid = {row["payee_id"]: row["paid"] for row in rows}
    for row in sheet.payees.to_dict("records"):
        assert paid[row["payee_id"]] == to_text(row["paid_minor"], row["currency"])


def test_markdown_escapes_what_would_be_markup(sheet: Sheet) -> None:
    text = to_markdown(sheet, lines=False)
    assert "Red \\& \\[/\\] Co" in text
    assert "\x1b" not in text

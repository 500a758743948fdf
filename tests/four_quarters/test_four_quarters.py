"""The sample company closed over four quarters, with every kind of late event: its sheets against figures by hand."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from inprocess import expcomp

from .exports import Exports, quarters

SHEETS = yaml.load((Path(__file__).parent / "sheets.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
NETTED = ("gross", "clawback", "brought_forward", "recovered", "paid", "carried_forward")
LATER = list(SHEETS)

Closed = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Closed:
    """What the closed sheet of each quarter says, and what the open one said of drift before it was closed."""
    exports, found = Exports(tmp_path_factory.mktemp("brightloom") / "project"), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(exports.folder)
        for quarter in quarters(exports):
            opened = said("payout", "--period", quarter, "--format", "json", "--as-of", last_day(quarter))
            opening = ["--opening", "computed"] if quarter == "2027Q1" else []
            said("close", "--period", quarter, "--prepared-by", "rae", *opening)
            found[quarter] = {
                "open": json.loads(opened),
                "lines": rows("payout", "--period", quarter, "--lines", "--format", "csv"),
                "payees": rows("payout", "--period", quarter, "--format", "csv"),
                "sheet": said("payout", "--period", quarter),
                "replayed": said("replay", "--period", quarter),
            }
        for quarter, of_quarter in found.items():
            of_quarter["sheet at the end"] = said("payout", "--period", quarter)
    return found


def said(*arguments: str) -> str:
    done = expcomp(arguments)
    assert done.exit == 0, done.said
    return done.out


def rows(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said(*arguments))))


def last_day(quarter: str) -> str:
    return quarter[:4] + {"1": "-03-31", "2": "-06-30", "3": "-09-30", "4": "-12-31"}[quarter[-1]]


@pytest.mark.parametrize("quarter", LATER)
def test_every_late_line(closed: Closed, quarter: str) -> None:
    names = ("payee_id", "deal_id", "component", "milestone", "amount", "reason", "changed", "before", "after")
    found = [[row[name] for name in names] for row in closed[quarter]["lines"] if row["reason"] != "milestone"]

    wanted = SHEETS[quarter]["lines"]
    assert sorted(short(row) for row in found) == sorted(short(row) for row in wanted)


def short(row: list[str]) -> list[str]:
    """A deal by the last five characters of its id."""
    payee, deal, *more = row
    return [payee, deal[-5:], *more]


@pytest.mark.parametrize("quarter", LATER)
def test_what_everybody_is_paid(closed: Closed, quarter: str) -> None:
    found = {row["payee_id"]: [row[name] for name in NETTED] for row in closed[quarter]["payees"]}
    assert found == SHEETS[quarter]["payees"]


@pytest.mark.parametrize("quarter", LATER)
def test_what_drifted_is_listed_and_not_paid(closed: Closed, quarter: str) -> None:
    drift = [finding for finding in closed[quarter]["open"]["findings"] if finding["code"] == "D546"]
    facts = Counter(re.search(r",(role:ae|fx:EUR),keep", finding["help"])[1] for finding in drift)
    assert {fact: str(count) for fact, count in facts.items()} == SHEETS[quarter]["drift"]


@pytest.mark.parametrize("quarter", LATER)
def test_what_moved_between_quarters_is_listed(closed: Closed, quarter: str) -> None:
    assert ("Moved between periods, not posted" in closed[quarter]["sheet"]) == bool(SHEETS[quarter]["moved"])
    for payee, deal, component, amount in SHEETS[quarter]["moved"]:
        line = next(line for line in closed[quarter]["sheet"].splitlines() if f"{deal} " in line and payee in line)
        assert component in line
        assert f"{float(amount):,.2f}" in line


def test_a_closed_sheet_is_what_it_was(closed: Closed) -> None:
    for quarter, found in closed.items():
        assert found["sheet at the end"] == found["sheet"], quarter


def test_what_is_paid_and_what_is_owed_add_up_to_the_lines(closed: Closed) -> None:
    """Over the four quarters: the sum of all lines is what was paid, and what payees still owe."""
    cents = sum(to_cents(row["amount"]) for found in closed.values() for row in found["lines"])
    paid = sum(to_cents(row["paid"]) for found in closed.values() for row in found["payees"])
    owed = {row["payee_id"]: to_cents(row["carried_forward"]) for f in closed.values() for row in f["payees"]}
    assert cents == paid + sum(owed.values())


def to_cents(amount: str) -> int:
    return int(amount.replace(".", ""))

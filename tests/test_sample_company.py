"""The sample company's README names numbers to look for; each is a line of the sheet."""

import re
from pathlib import Path

import pytest

from expcomp.commands.make import make_sheet
from expcomp.money import to_text
from expcomp.pay.sheet import Sheet

ROOT = Path(__file__).parents[1]
CLAIM = re.compile(
    r"(\w+) ((?:credit|overlay|spiff|cap|manual|modifier|bonus):[^*;:]+?) (\w+) \*\*(-?[\d,]+\.\d\d)\*\*"
)
DEAL = re.compile(r"`(006\w{15}|\d{11})`")


def claims() -> list[tuple[str, list[str], str, str, str, str]]:
    """(case, deals of the row, payee, component, milestone, amount) of the table in the README."""
    found = []
    for row in (ROOT / "sample_data" / "README.md").read_text(encoding="utf-8").splitlines():
        cells = row.split("|")
        if len(cells) == 6 and cells[1].strip().isdigit():
            for payee, component, milestone, amount in CLAIM.findall(cells[4]):
                found.append((cells[1].strip(), DEAL.findall(cells[3]), payee, component, milestone, amount))
    return found


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return make_sheet(ROOT, "2027Q1", None, None, None)


def test_the_readme_makes_enough_claims() -> None:
    assert len(claims()) > 60


@pytest.mark.parametrize("claim", claims(), ids=lambda c: f"{c[0]}-{c[2]}-{c[3]}-{c[4]}".replace(" ", "_"))
def test_claim(sheet: Sheet, claim: tuple[str, list[str], str, str, str, str]) -> None:
    _, deals, payee, component, milestone, amount = claim
    lines = sheet.lines
    mine = lines[(lines["payee_id"] == payee) & (lines["component"] == component) & (lines["milestone"] == milestone)]
    mine = mine[mine["deal_id"].isin(deals or [""])]

    amounts = [to_text(int(minor), "USD", grouped=True) for minor in mine["amount_minor"]]

    assert amount in amounts


def test_every_deal_and_every_dollar_is_accounted_for(sheet: Sheet) -> None:
    totals = sheet.deal_totals.frame
    assert totals["rows"].sum() == len(sheet.book["deals"]) == 160
    assert set(totals["currency"]) == {"USD", "EUR"}


def test_what_the_payees_are_paid_is_what_the_lines_say(sheet: Sheet) -> None:
    payees = sheet.payees
    assert payees["gross_minor"].sum() + payees["clawback_minor"].sum() == sheet.lines["amount_minor"].sum()
    assert (payees["paid_minor"] == payees["gross_minor"] - payees["recovered_minor"]).all()

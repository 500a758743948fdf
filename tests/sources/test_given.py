"""Rows given in a plan's example go the same way as files."""

from collections.abc import Mapping, Sequence

import pytest

from expcomp.diagnostics import Place, Refused
from expcomp.sources.book import Book
from expcomp.sources.given import book_from_rows

from .conftest import NEEDS, PAYEES, Project, deals

Tables = Mapping[str, Sequence[Mapping[str, str]]]

DEAL = {
    "deal_id": "D1",
    "account_id": "A1",
    "motion": "adjacent",
    "acv": "40000",
    "owner": "ana",
    "close_date": "2027-02-10",
}
SIGNAL = {"signal_id": "S1", "deal_id": "D1", "account_id": "A1", "routed_at": "2027-01-20T15:00:00Z"}
GIVEN: Tables = {
    "payees": [{"payee_id": "ana", "role": "ae"}, {"payee_id": "cam", "role": "csm"}],
    "accounts": [{"account_id": "A1", "acv": "80000", "csm": "cam"}],
    "deals": [DEAL],
    "signals": [{**SIGNAL, "logged_by": "cam", "budget": "true", "urgency": "warm"}],
}


def given(**changes: Sequence[Mapping[str, str]]) -> Book:
    return book_from_rows({**GIVEN, **changes}, NEEDS, Place("plan.yaml", 7))


def refused(**changes: Sequence[Mapping[str, str]]) -> list[str]:
    with pytest.raises(Refused) as caught:
        given(**changes)
    return [str(finding) for finding in caught.value.findings]


def test_a_deal_is_won_and_a_signal_identified_when_routed_unless_said_otherwise() -> None:
    book = given()
    assert book["deals"]["won"].tolist() == [True]
    assert book["signals"]["identified_at"].equals(book["signals"]["routed_at"])
    lost = [{**DEAL, "won": "false"}]
    assert given(deals=lost)["deals"]["won"].tolist() == [False]


def test_rows_given_equal_rows_read(project: Project) -> None:
    project.write("deals.csv", deals("D1,A1,tier,100.50,2027-01-05,true,ana")).write("payees.csv", PAYEES)
    row = {**DEAL, "motion": "tier", "acv": "100.50", "close_date": "2027-01-05"}
    places = ["input_file", "input_row"]
    book = book_from_rows({"payees": GIVEN["payees"], "deals": [row]}, NEEDS, Place("x"))
    assert book["deals"].drop(columns=places).equals(project.read()["deals"].drop(columns=places))


def test_mistakes_are_placed_in_the_plan() -> None:
    assert refused(deals=[{**DEAL, "acv": "12.5k"}])[0].startswith("plan.yaml:7 D302 amount-not-a-number")
    assert (
        refused(deals=[{**DEAL, "moton": "tier"}])[0] == 'plan.yaml:7 D204 field-unknown: "moton" is no field of deals'
    )
    assert refused(deals=[{**DEAL, "owner": "bob"}])[0].startswith("plan.yaml:7 D402 person-unknown")
    assert refused(deal=[])[0] == 'plan.yaml:7 D205 table-unknown: "deal" is no table'


def test_a_place_may_depend_on_the_cell() -> None:
    def place(table: str, row: int, field: str) -> Place:
        return Place(f"{table}/{row}/{field}")

    rows = [DEAL, {**DEAL, "deal_id": "D2", "acv": "x"}]
    with pytest.raises(Refused, match="deals/1/acv D302"):
        book_from_rows({**GIVEN, "deals": rows}, NEEDS, place)


def test_a_required_column_is_required_here_too() -> None:
    (told,) = refused(deals=[{"deal_id": "D1", "account_id": "A1", "acv": "1", "close_date": "2027-01-05"}])
    assert "no column for deals.motion, which is required" in told

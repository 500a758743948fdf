"""References must lead to exactly one payee, account or deal; keys stand for one row."""

from collections.abc import Callable

import pandas as pd
import pytest

from expcomp.texts import look_up

from .conftest import DEAL_HEADER, PAYEES, Project, deals

ROW = "D1,A1,tier,100,2027-01-05,true,{}"

Refuse = Callable[..., list[str]]
Read = Callable[..., pd.DataFrame]


@pytest.mark.parametrize(
    "person",
    [
        "ana",
        "ana.reyes@example.com",
        "ANA.Reyes@Example.com",
        "005Hr00000858Ge",
        "005Hr00000858GeIAI",
        "ana  reyes",
    ],
)
def test_a_person_is_found_by_id_email_or_name(read_deals: Read, person: str) -> None:
    assert read_deals(ROW.format(person))["owner"].tolist() == ["ana"]


def test_joining_by_name_is_noted(project: Project) -> None:
    book = project.write("deals.csv", deals(ROW.format("Ana Reyes"))).read()
    (note,) = [note for note in book.notes if note.code == "D430"]
    assert str(note.place) == "sample_data/deals.csv:2:7"
    assert note.message == 'deals.owner: 1 person joined by name, held by one payee only: "Ana Reyes"'


def test_a_blank_stays_blank(read_deals: Read) -> None:
    assert read_deals(ROW.format(""))["owner"].tolist() == [""]


def test_an_unknown_person_is_an_error_with_the_nearest(project: Project) -> None:
    (finding,) = project.write("deals.csv", deals(ROW.format("Anna Reyes"))).refused()
    assert str(finding) == 'sample_data/deals.csv:2:7 D402 person-unknown: "Anna Reyes" in column "owner" is no payee'
    assert finding.help.startswith('nearest: "Ana Reyes"')


def test_an_unknown_owner_of_a_deal_not_won_is_a_note(project: Project) -> None:
    book = project.write("deals.csv", deals(ROW.format("Bob").replace("true", "false"))).read()
    assert book["deals"]["owner"].tolist() == [""]
    assert "D402" in [note.code for note in book.notes]


def test_a_name_two_payees_have_is_an_error(project: Project) -> None:
    project.write("payees.csv", PAYEES + "ana2,ae,Ana Reyes,other@example.com,\n")
    (finding,) = project.write("deals.csv", deals(ROW.format("Ana Reyes"))).refused()
    assert finding.message == '"Ana Reyes" in column "owner" may mean "ana" or "ana2"'
    project.write("deals.csv", deals(ROW.format("other@example.com")))
    assert project.read()["deals"]["owner"].tolist() == ["ana2"]


def test_an_email_column_is_preferred_to_a_name_column(project: Project) -> None:
    header = "Opportunity ID,Account ID,Type,ACV,Close Date,Won,Opportunity Owner,Opportunity Owner Email"
    rows = [
        ROW.format("Nobody") + ",cam.ortiz@example.com",
        ROW.format("Ana Reyes").replace("D1", "D2") + ",",
    ]
    assert project.write("sf.csv", deals(*rows, header=header)).read()["deals"]["owner"].tolist() == [
        "cam",
        "ana",
    ]


def test_identical_rows_are_dropped_and_counted(project: Project) -> None:
    project.write("deals.csv", deals(*[ROW.format("ana")] * 3))
    account = project.account("deals.csv")
    assert (account.rows_read, dict(account.dropped), account.rows_kept) == (3, {"repeated row": 2}, 1)


def test_different_rows_of_one_key_are_an_error_with_both(refuse_deals: Refuse) -> None:
    (finding,) = refuse_deals(ROW.format("ana"), ROW.format("ana").replace("100", "200"))
    assert finding.startswith('sample_data/deals.csv:3:4 D401 key-repeated: deals with the key "D1"')
    assert finding.endswith('sample_data/deals.csv:2:4, with "100.00" instead of "200.00" in column "acv"')


def test_a_deal_of_an_unknown_account_is_an_error(project: Project) -> None:
    project.write("accounts.csv", "account_id,crm_id\nA1,001Hr00000m7JbU\nA01,\n")
    project.write("deals.csv", deals(ROW.format("ana").replace("A1", "A001")))
    (finding,) = project.refused()
    assert str(finding).startswith("sample_data/deals.csv:2:2 D404 account-unknown")
    assert (
        "differs only in leading zeros"
        in project.write("deals.csv", deals(ROW.format("").replace("A1", "0A1"))).refused()[0].help
    )


def test_an_account_is_found_by_its_crm_id(project: Project) -> None:
    project.write("accounts.csv", "account_id,crm_id\nA1,001Hr00000m7JbU\n")
    project.write("deals.csv", deals(ROW.format("ana").replace("A1", "001Hr00000m7JbU")))
    assert project.read()["deals"]["account_id"].tolist() == ["A1"]


def test_without_accounts_they_are_derived_and_noted(project: Project) -> None:
    book = project.write("deals.csv", deals(ROW.format("ana"))).read()
    assert book["accounts"]["account_id"].tolist() == ["A1"]
    assert book["accounts"]["acv"].isna().all()
    assert "D432" in [note.code for note in book.notes]


@pytest.mark.parametrize("table", ["splits", "receipts", "milestones", "events", "team"])
def test_facts_about_an_unknown_deal_are_an_error(project: Project, table: str) -> None:
    text = {
        "splits": "deal_id,payee,share\nD10,ana,100%\n",
        "receipts": "deal_id,date,collected,invoiced\nD10,2027-02-01,10,20\n",
        "milestones": "deal_id,milestone,reached_on\nD10,live,2027-02-01\n",
        "events": "account_id,date,event,deal_id\nA1,2027-02-01,churn,D10\n",
        "team": "deal_id,payee,role\nD10,ana,ae\n",
    }[table]
    project.write("deals.csv", deals(ROW.format("ana"))).write(f"{table}.csv", text)
    assert [(finding.name, finding.help) for finding in project.refused()] == [("deal-unknown", 'nearest: "D1"')]


def test_cancellations_may_name_deals_no_longer_exported(project: Project) -> None:
    project.write("deals.csv", deals(ROW.format("ana")))
    project.write("cancellations.csv", "deal_id,date,reason\nD0,2027-02-01,entered twice\n")
    assert len(project.read()["cancellations"]) == 1


def test_one_mistake_is_told_once(project: Project) -> None:
    """A deal that cannot be read is still a deal: what refers to it is not wrong too."""
    project.write("deals.csv", deals(ROW.format("ana").replace("100", "x")))
    project.write("splits.csv", "deal_id,payee,share\nD1,ana,100%\n")
    assert [finding.code for finding in project.refused()] == ["D302"]


def test_references_into_a_file_that_cannot_be_read_are_not_told(project: Project) -> None:
    project.write("deals.csv", deals(ROW.format("ana") + ",1"))
    project.write("splits.csv", "deal_id,payee,share\nD1,bob,100%\n")
    assert [finding.code for finding in project.refused()] == ["D105"]


def test_look_up_finds_one_row_or_none_and_blanks_never_match() -> None:
    keys = pd.Series(["b", "", "x", "a"], dtype="str")
    assert look_up(keys, pd.Series(["a", "b", "", ""], dtype="str")).tolist() == [1, -1, -1, 0]
    with pytest.raises(ValueError, match="twice"):
        look_up(keys, pd.Series(["a", "a"], dtype="str"))


def test_owner_column_may_be_absent(read_deals: Read) -> None:
    frame = read_deals("D1,A1,tier,100,2027-01-05,true", header=DEAL_HEADER.removesuffix(",owner"))
    assert frame["owner"].tolist() == [""]

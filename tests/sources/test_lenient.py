"""Rows that are set aside: with their reason and their money, and with everything that hangs by them."""

import pytest

from expcomp.diagnostics import Refused
from expcomp.sources.book import Book
from expcomp.sources.config import load_config
from expcomp.sources.read import read_book

from .conftest import DEAL_HEADER, NEEDS, Project, deals

GOOD = "D1,A1,tier,9000,2027-01-05,true,ana"
OTHER = "D2,A2,tier,500,2027-01-06,true,ana"


def lenient(project: Project) -> Book:
    return read_book(load_config(project.root), project.root, NEEDS, lenient=True)


def reasons(book: Book) -> list[tuple[str, int, str]]:
    """File, row and code of everything that is set aside."""
    rows = book.rejected[["file", "row", "code"]].itertuples(index=False)
    return [(str(file).removeprefix("sample_data/"), int(row), str(code)) for file, row, code in rows]


def test_a_wrong_row_is_set_aside_with_its_place_value_reason_and_hint(project: Project) -> None:
    book = lenient(project.write("deals.csv", deals(GOOD, "D2,A1,tier,700,soon,true,ana")))
    (row,) = book.rejected.to_dict("records")
    assert row == {
        "file": "sample_data/deals.csv", "row": 3, "place": "sample_data/deals.csv:3:5", "table": "deals",
        "column": "close_date", "value": "soon", "code": "D313", "name": "date-not-a-date", "reason": "is not a date",
        "help": "write YYYY-MM-DD; or say  dates: month_first  or  dates: day_first  for the source",
        "amount_minor": 70000, "currency": "USD",
    }  # fmt: skip
    assert book["deals"]["deal_id"].tolist() == ["D1"]
    assert book.set_aside == {"D2"}


def test_rows_and_money_add_up(project: Project) -> None:
    """Read 9,000 + 9,000 (again) + 500 + 700 = 19,200: used 9,000 and 500, ignored 9,000, refused 700."""
    rows = deals(GOOD, GOOD, OTHER, "D3,A1,tier,700,soon,true,ana", "D4,A1,tier,12.5k,2027-01-05,true,ana")
    book = lenient(project.write("deals.csv", rows))
    (account,) = [file for file in book.files if file.table == "deals"]
    assert (account.rows_read, account.rows_kept, account.dropped.total(), account.refused) == (5, 2, 1, 2)
    assert account.money == {"USD": {"read": 19_200_00, "used": 9_500_00, "ignored": 9_000_00, "refused": 700_00}}
    assert book.rejected["amount_minor"].tolist() == [700_00, None]


def test_a_row_with_two_reasons_carries_its_money_once(project: Project) -> None:
    book = lenient(project.write("deals.csv", deals(OTHER, "D1,A1,tiers,9000,soon,true,ana")))
    assert reasons(book) == [("deals.csv", 3, "D312"), ("deals.csv", 3, "D313")]
    assert book.rejected["amount_minor"].tolist() == [9_000_00, None]


def test_a_refused_account_takes_its_deals_and_they_their_splits(project: Project) -> None:
    project.write("accounts.csv", "account_id,acv\nA1,12.5k\nA2,100\n").write("deals.csv", deals(GOOD, OTHER))
    project.write("splits.csv", "deal_id,payee,share\nD1,ana,100%\nD2,ana,100%\n")
    book = lenient(project)
    assert reasons(book) == [
        ("accounts.csv", 2, "D302"), ("deals.csv", 2, "D410"), ("splits.csv", 2, "D410"),
    ]  # fmt: skip
    assert book.rejected["reason"].tolist()[1:] == [
        'the account "A1" is set aside: see sample_data/accounts.csv:2',
        'the deal "D1" is set aside: see sample_data/deals.csv:2',
    ]
    assert book["deals"]["deal_id"].tolist() == book["splits"]["deal_id"].tolist() == ["D2"]


def test_a_refused_split_takes_its_deal_and_the_other_splits(project: Project) -> None:
    """Otherwise the deal would be paid on the splits that are left."""
    project.write("deals.csv", deals(GOOD, OTHER))
    book = lenient(project.write("splits.csv", "deal_id,payee,share\nD1,ana,60%\nD1,cam,forty\n"))
    assert reasons(book) == [("splits.csv", 3, "D309"), ("deals.csv", 2, "D410"), ("splits.csv", 2, "D410")]
    assert book["splits"].empty


def test_a_refused_churn_takes_the_account_and_its_deals(project: Project) -> None:
    """Otherwise they would be paid as if the customer had stayed. No file gives accounts here."""
    project.write("deals.csv", deals(GOOD, OTHER)).write("events.csv", "account_id,date,event\nA1,soon,churn\n")
    book = lenient(project)
    assert reasons(book) == [("events.csv", 2, "D313"), ("deals.csv", 2, "D410")]
    assert book["accounts"]["account_id"].tolist() == ["A2"]


def test_a_refused_payee_takes_their_deals(project: Project) -> None:
    project.write("payees.csv", "payee_id,role,start_date\nana,ae,soon\ncam,csm,\n").write("deals.csv", deals(GOOD))
    assert reasons(lenient(project)) == [("payees.csv", 2, "D313"), ("deals.csv", 2, "D410")]


def test_a_refused_signal_takes_the_deal_that_names_it(project: Project) -> None:
    """Its signal credit is not known, and may be carved out of what the others get."""
    project.write("signals.csv", "signal_id,account_id,identified_at\nS1,A1,soon\n")
    book = lenient(project.write("deals.csv", deals(GOOD + ",S1", OTHER + ",", header=DEAL_HEADER + ",signal_id")))
    assert reasons(book) == [("signals.csv", 2, "D313"), ("deals.csv", 2, "D410")]


def test_merged_accounts_are_set_aside_together(project: Project) -> None:
    """Deals on the old record are judged by the new one."""
    project.write("accounts.csv", "account_id,acv\nA1,12.5k\nA2,100\n").write("merges.csv", "from,to\nA0,A1\n")
    book = lenient(project.write("deals.csv", deals(GOOD.replace("A1", "A0"), OTHER)))
    assert reasons(book) == [("accounts.csv", 2, "D302"), ("deals.csv", 2, "D410"), ("merges.csv", 2, "D410")]


def test_an_event_that_names_a_refused_deal_is_refused_with_its_account(project: Project) -> None:
    """Else the loss would be looked for in the account's other deals."""
    project.write("events.csv", "account_id,date,event,amount,deal_id\nA1,2027-02-01,contraction,50,D1\n")
    book = lenient(project.write("deals.csv", deals(GOOD.replace("9000", "12.5k"), GOOD.replace("D1", "D3"), OTHER)))
    assert reasons(book) == [("deals.csv", 2, "D302"), ("deals.csv", 3, "D410"), ("events.csv", 2, "D410")]


def test_a_good_row_of_a_key_that_also_has_a_wrong_one_is_refused_too(project: Project) -> None:
    """Which of the two is right is not known."""
    book = lenient(project.write("deals.csv", deals(GOOD, GOOD.replace("9000", "12.5k"))))
    assert reasons(book) == [("deals.csv", 3, "D302"), ("deals.csv", 2, "D410")]


def test_a_pair_that_differs_is_set_aside_whole(project: Project) -> None:
    book = lenient(project.write("deals.csv", deals(GOOD, GOOD.replace("9000", "9500"), OTHER)))
    assert reasons(book) == [("deals.csv", 2, "D401"), ("deals.csv", 3, "D401")]
    assert book.rejected["value"].tolist() == ["9000.00", "9500.00"]
    assert book["deals"]["deal_id"].tolist() == ["D2"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("quotas.csv", "payee_id,period,amount\nana,2027Q1,12.5k\n", "D302"),
        ("fx.csv", "currency,date,rate\nEUR,soon,1.1\n", "D313"),
        ("deals.csv", deals('D1,A1,tier,"1,234",2027-01-05,true,ana'), "D303"),
        ("deals.csv", deals("D1,A1,tier,1,03/04/2027,true,ana"), "D314"),
        ("deals.csv", deals("D1,A1,tier,1,2027-01-05,true,ana,x"), "D105"),
    ],
)
def test_terms_and_questions_about_a_whole_file_stop_all_the_same(
    project: Project, name: str, text: str, code: str
) -> None:
    """A quota or a rate decides what others are paid, and nobody's row is at fault when a column is unclear."""
    project.write("deals.csv", deals(GOOD)).write(name, text)
    with pytest.raises(Refused) as refused:
        lenient(project)
    assert [finding.code for finding in refused.value.findings if finding.severity == "error"] == [code]


def test_nothing_wrong_is_nothing_set_aside(project: Project) -> None:
    book = lenient(project.write("deals.csv", deals(GOOD)))
    assert book.rejected.empty
    assert book.set_aside == frozenset()


def test_header_names_of_the_file_are_told(project: Project) -> None:
    header = DEAL_HEADER.replace("close_date", "Close Date")
    book = lenient(project.write("deals.csv", deals(GOOD.replace("2027-01-05", "soon"), header=header)))
    assert book.rejected["column"].tolist() == ["Close Date"]

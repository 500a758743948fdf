"""Accounts: joined by id, by the CRM's id, or by a name that only one has; and deals that look like one deal."""

from .conftest import Project, deals

ACCOUNTS = "account_id,crm_id,name\nA1,X1,Acme\nA2,X2,Birch  GmbH\n"
ROW = "D1,{},tier,100.50,2027-01-05,true,ana"


def test_an_account_is_known_by_its_id_its_crm_id_or_its_name(project: Project) -> None:
    rows = [ROW.format("A1"), "D2,X2,tier,1,2027-01-05,true,ana", "D3,birch gmbh,tier,2,2027-01-05,true,ana"]
    book = project.write("accounts.csv", ACCOUNTS).write("deals.csv", deals(*rows)).read()
    assert book["deals"]["account_id"].tolist() == ["A1", "A2", "A2"]
    assert [str(note) for note in book.notes if note.code == "D435"] == [
        (
            "sample_data/deals.csv:4:2 D435 accounts-joined-by-name: deals.account_id: 1 account joined by name, "
            'held by one account only: "birch gmbh"'
        )
    ]


def test_a_name_of_two_accounts_is_refused(project: Project) -> None:
    project.write("accounts.csv", ACCOUNTS + "A3,,acme\n").write("deals.csv", deals(ROW.format("Acme")))
    (finding,) = project.refused()
    assert finding.code == "D404"
    assert finding.help == '"A1" and "A3" have this name: use the id'


def test_an_unknown_account_gives_the_nearest_names_too(project: Project) -> None:
    project.write("accounts.csv", ACCOUNTS).write("deals.csv", deals(ROW.format("Birch Gmbh Ltd")))
    (finding,) = project.refused()
    assert finding.help == 'nearest: "Birch  GmbH"'


def test_an_account_given_twice_is_one_error(project: Project) -> None:
    project.write("accounts.csv", ACCOUNTS + "A1,X1,Acme Inc\n").write("deals.csv", deals(ROW.format("X1")))
    (finding,) = project.refused()
    assert finding.code == "D401"


def test_deals_that_are_alike_are_warned_about(project: Project) -> None:
    rows = [ROW.format("A1"), ROW.format("A1").replace("D1", "D7"), ROW.format("A2").replace("D1", "D3")]
    book = project.write("deals.csv", deals(*rows)).read()
    assert [str(note) for note in book.notes if note.code == "D436"] == [
        'sample_data/deals.csv:2:1 D436 deals-alike: deals "D1" and "D7" have one account, close date and acv'
    ]

"""What a column of a file may hold, and how a cell that it may not hold is told."""

from collections.abc import Callable

import pandas as pd
import pytest

from .conftest import DEAL_HEADER, Project, deals

Refuse = Callable[..., list[str]]
Read = Callable[..., pd.DataFrame]


def row(**cells: str) -> str:
    usual = {
        "deal_id": "D1",
        "account_id": "A1",
        "motion": "tier",
        "acv": "1",
        "close_date": "2027-01-05",
        "won": "true",
        "owner": "ana",
    }
    return ",".join(f'"{cell}"' for cell in (usual | cells).values())


def test_the_message_names_place_words_and_column(project: Project) -> None:
    finding = project.write("deals.csv", deals(row(), row(deal_id="D2", acv="12.5k"))).refused()[0]
    assert str(finding) == 'sample_data/deals.csv:3:4 D302 amount-not-a-number: "12.5k" in column "acv" is not a number'
    assert finding.help == "write the number out: 12500, not 12.5k"


@pytest.mark.parametrize(
    ("cell", "code", "told"),
    [
        ({"acv": "12.5055"}, "D304", "has more decimals than USD has (2)"),
        ({"acv": "100000000000.01"}, "D305", "is beyond any amount of pay (10^13 minor units)"),
        ({"acv": "1,234"}, "D303", "can be read with a decimal point or a decimal comma"),
        ({"acv": "#REF!"}, "D319", "is a spreadsheet's error"),
        ({"motion": "adjacnt"}, "D312", "is no motion"),
        ({"won": "maybe"}, "D311", "is neither true nor false"),
        ({"close_date": "10 Feb"}, "D313", "is not a date"),
        ({"close_date": "1/2/2027"}, "D314", "fits both month-first and day-first"),
        ({"close_date": "1999-12-31"}, "D315", "lies outside 2000-2100"),
        ({"deal_id": "1.2E+11"}, "D317", "is an id in scientific notation"),
        ({"deal_id": "006HR00000AQYTBIAR"}, "D318", "is a Salesforce id whose last three characters"),
        ({"deal_id": ""}, "D301", "is blank, and deals.deal_id is required"),
        ({"motion": ""}, "D301", "is blank, and deals.motion is required"),
        ({"acv": ""}, "D301", "is blank, and deals.acv is required"),
        ({"owner": "Bob"}, "D402", "is no payee"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused(
    refuse_deals: Refuse, cell: dict[str, str], code: str, told: str
) -> None:
    (finding,) = refuse_deals(row(**cell))
    assert code in finding
    assert told in finding


def test_everything_that_is_wrong_is_told_at_once(refuse_deals: Refuse) -> None:
    wrong = row(acv="12k", motion="adjacnt", close_date="soon", owner="Bob")
    assert [finding.split()[1] for finding in refuse_deals(wrong)] == ["D312", "D302", "D313", "D402"]


def test_one_word_is_told_once_with_its_rows(refuse_deals: Refuse) -> None:
    rows = [row(deal_id=f"D{number}", motion="Upgrade") for number in range(9)]
    (finding,) = refuse_deals(*rows)
    assert finding.startswith('sample_data/deals.csv:2:3 D312 word-unknown: "Upgrade" in column "motion" is no motion')
    assert finding.endswith(", also in rows 3, 4, 5, 6, 7 and 3 more")


def test_at_most_twenty_findings_of_a_code_are_shown(project: Project) -> None:
    rows = [row(deal_id=f"D{number:02d}", acv=f"{number}k") for number in range(33)]
    findings = project.write("deals.csv", deals(*rows)).refused()
    assert len(findings) == 21
    assert findings[-1].message == "and 13 more of this kind are not shown"


def test_a_cell_is_quoted_to_forty_characters(refuse_deals: Refuse) -> None:
    (finding,) = refuse_deals(row(motion="x" * 100))
    assert '"' + "x" * 40 + '…"' in finding


@pytest.mark.parametrize("word", ["Cross-Sell", "cross sell", "CROSS_SELL", " cross_sell "])
def test_motions_are_compared_without_case_and_signs(read_deals: Read, word: str) -> None:
    assert read_deals(row(motion=word))["motion"].tolist() == ["cross_sell"]


def test_the_configs_words_come_first(project: Project) -> None:
    project.config('values:\n  deal.motion: {"Upsell - Seats": capacity}\n  deal.won: {"Closed - Signed": true}\n')
    text = deals(row(motion="upsell -  SEATS", won="Closed - Signed"), header=DEAL_HEADER.replace("won", "stage"))
    frame = project.write("deals.csv", text).read()["deals"]
    assert (frame["motion"][0], frame["won"][0]) == ("capacity", True)


@pytest.mark.parametrize(
    ("stage", "won"),
    [
        ("Closed Won", True),
        ("closed won ", True),
        ("closedwon", True),
        ("Closed Lost", False),
        ("Proposal", False),
    ],
)
def test_a_stage_says_whether_a_deal_is_won(read_deals: Read, stage: str, won: bool) -> None:
    assert read_deals(row(won=stage), header=DEAL_HEADER.replace("won", "stage"))["won"].tolist() == [won]


def test_an_unmapped_stage_with_won_in_it_is_an_error(refuse_deals: Refuse) -> None:
    (finding,) = refuse_deals(row(won="Won - pending"), header=DEAL_HEADER.replace("won", "stage"))
    assert 'D322 stage-unclear: "Won - pending" in column "stage" does not say whether the deal is won' in finding


def test_stages_that_are_not_won_are_listed_in_one_note(project: Project) -> None:
    rows = [row(deal_id=f"D{n}", won=stage) for n, stage in enumerate(["Proposal", "Proposal", "Discovery"])]
    book = project.write("deals.csv", deals(*rows, header=DEAL_HEADER.replace("won", "stage"))).read()
    (note,) = [note.message for note in book.notes if note.code == "D431"]
    assert note == 'deals in these stages are not won: "Discovery" 1, "Proposal" 2'


def test_the_won_column_wins_over_the_stage(read_deals: Read) -> None:
    frame = read_deals(row() + ",Proposal", header=DEAL_HEADER + ",stage")
    assert frame["won"].tolist() == [True]


def test_a_column_proves_its_order_of_dates(project: Project) -> None:
    rows = [row(close_date="2/3/2027"), row(deal_id="D2", close_date="1/31/2027")]
    book = project.write("deals.csv", deals(*rows)).read()
    assert book["deals"]["close_date"].astype(str).tolist() == ["2027-02-03", "2027-01-31"]
    assert "D331" in [note.code for note in book.notes]


def test_a_declared_order_of_dates_decides(project: Project) -> None:
    project.config("sources: {deals: {dates: day_first}}").write("deals.csv", deals(row(close_date="2/3/2027")))
    assert project.read()["deals"]["close_date"].astype(str).tolist() == ["2027-03-02"]


def test_an_instant_in_a_date_column_is_the_day_in_the_plans_zone(read_deals: Read) -> None:
    frame = read_deals(row(close_date="2027-01-01T02:00:00Z"))
    assert frame["close_date"].astype(str).tolist() == ["2026-12-31"]


def test_dates_that_are_all_midnight_utc_are_warned_about(project: Project) -> None:
    book = project.write("deals.csv", deals(row(close_date="2027-01-05T00:00:00Z"))).read()
    assert book["deals"]["close_date"].astype(str).tolist() == ["2027-01-04"]
    assert [note.severity for note in book.notes if note.code == "D330"] == ["warning"]


def test_times_without_a_zone_take_the_sources(project: Project) -> None:
    text = "signal_id,account_id,identified_at\nS1,A1,2027-01-20 10:00\n"
    project.config("sources: {signals: {timezone: Europe/Berlin}}").write("signals.csv", text)
    assert str(project.read()["signals"]["identified_at"][0]) == "2027-01-20 09:00:00+00:00"


def test_decimals_follow_the_rows_currency(read_deals: Read) -> None:
    header = DEAL_HEADER + ",currency"
    frame = read_deals(row(acv="1200") + ",JPY", row(deal_id="D2", acv="1200") + ",", header=header)
    assert frame["acv"].tolist() == [1_200, 120_000]


def test_a_currency_in_the_cell_must_be_the_rows(read_deals: Read, refuse_deals: Refuse) -> None:
    header = DEAL_HEADER + ",currency"
    frame = read_deals(row(acv="€12.50") + ",", row(deal_id="D2", acv="$12.50") + ",", header=header)
    assert frame["currency"].tolist() == ["EUR", ""]
    (finding,) = refuse_deals(row(acv="EUR 12.50") + ",USD", header=header)
    assert "is in EUR, and the row's amounts are in USD" in finding


def test_another_column_of_the_file_can_prove_the_decimal_sign(read_deals: Read) -> None:
    header = DEAL_HEADER + ",amount"
    assert read_deals(row(acv="1,234") + ',"2,345.67"', header=header)["acv"].tolist() == [123_400]


def test_a_column_of_both_decimal_signs_is_refused(refuse_deals: Refuse) -> None:
    (finding,) = refuse_deals(row(acv="1.234,50"), row(deal_id="D2", acv="1,234.50"))
    assert "has a decimal comma, other cells of the column a decimal point" in finding


def test_shares_that_could_be_either_are_refused(project: Project) -> None:
    project.write("deals.csv", deals(row())).write("splits.csv", "deal_id,payee,share\nD1,ana,1\n")
    assert [finding.name for finding in project.refused()] == ["share-unclear"]


def test_overlay_splits_are_dropped_and_counted(project: Project) -> None:
    splits = "deal_id,payee,share,split_type\nD1,ana,100%,Revenue\nD1,cam,50%,Overlay\n"
    project.write("deals.csv", deals(row())).write("splits.csv", splits)
    assert project.read()["splits"]["share"].tolist() == [1_000_000]
    assert dict(project.account("splits.csv").dropped) == {"overlay split": 1}


def test_a_contraction_says_how_much_and_a_subscription_what_recurs(project: Project) -> None:
    project.write("events.csv", "account_id,date,event,amount\nA1,2027-01-01,contraction,\nA1,2027-01-02,churn,\n")
    project.write("subscriptions.csv", "account_id,start,mrr\nA1,2027-01-01,\n")
    assert [(str(finding.place), finding.code) for finding in project.refused()] == [
        ("sample_data/events.csv:2:4", "D301"),
        ("sample_data/subscriptions.csv:2:3", "D301"),
    ]

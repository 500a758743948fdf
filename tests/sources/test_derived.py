"""Churn and contraction read off the subscriptions, where no file gives events."""

from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from expcomp.period import Duration, Unit
from expcomp.sources.book import Book, Needs

from .conftest import Project

HEADER = "account_id,start,end,arr,mrr,currency,line_type\n"
GRACE = Needs(ZoneInfo("America/New_York"), "USD", grace=((0, Duration(30, Unit.DAYS)),))


def losses(book: Book) -> list[tuple[str, str, str, int | None, str]]:
    """Account, day, kind, minor units and the day from which it is known."""
    events = book["events"]
    return [
        (account, str(day.date()), kind, None if kind == "churn" else int(amount), str(known.date()))
        for account, day, kind, amount, known in zip(
            *(events[name] for name in ("account_id", "date", "event", "amount", "known_on")), strict=True
        )
    ]


def subscribed(project: Project, *lines: str) -> Project:
    return project.write("subscriptions.csv", HEADER + "\n".join(lines) + "\n")


def test_a_fall_is_a_contraction_and_nothing_left_is_churn(project: Project) -> None:
    # 24,000 + 12 × 1,000 = 36,000 a year; 12,000 less in July; nothing from 2028 on.
    book = subscribed(
        project,
        "A1,2026-01-01,2028-01-01,24000,,,",
        "A1,2026-01-01,2027-07-01,,1000,,",
        "A1,2026-01-01,2026-02-01,500,,,one-time",
    ).read()
    assert book.derived_events
    assert losses(book) == [
        ("A1", "2027-07-01", "contraction", 1_200_000, "2027-07-01"),
        ("A1", "2028-01-01", "churn", None, "2028-01-01"),
    ]
    row = book["events"].iloc[0]
    assert (row["input_file"], row["input_row"]) == ("sample_data/subscriptions.csv", 3)


def test_one_plan_replaced_by_another_on_the_day_is_no_loss(project: Project) -> None:
    book = subscribed(project, "A1,2026-01-01,2027-07-01,24000,,,", "A1,2027-07-01,,30000,,,").read()
    assert losses(book) == []


@pytest.mark.parametrize(
    ("back", "found"),
    [
        ("2027-07-30", [("A1", "2027-07-30", "contraction", 400_000, "2027-07-30")]),  # 29 days: 24,000 less 20,000
        ("2027-07-31", [("A1", "2027-07-01", "churn", None, "2027-07-31")]),  # 30 days are not shorter than 30
    ],
)
def test_a_gap_shorter_than_the_grace_is_a_late_renewal(
    project: Project, back: str, found: list[tuple[str, str, str, int | None, str]]
) -> None:
    book = subscribed(project, "A1,2026-01-01,2027-07-01,24000,,,", f"A1,{back},,20000,,,").read(GRACE)
    assert losses(book) == found


def test_a_late_renewal_is_noted(project: Project) -> None:
    book = subscribed(project, "A1,2026-01-01,2027-07-01,24000,,,", "A1,2027-07-11,,24000,,,").read(GRACE)
    (note,) = (str(note) for note in book.notes if note.code == "D434")
    assert note == (
        'sample_data/subscriptions.csv:2:3 D434 late-renewal: "A1" has no recurring value from 2027-07-01 to '
        "2027-07-10: a late renewal (watch), shorter than the plan's churn_grace, and no churn"
    )


def test_what_moves_by_a_merge_is_not_lost(project: Project) -> None:
    # A9 moves into A8 in January with 60,000; of that 55,000 go on: A8 is worth 5,000 less than both together.
    project.write("merges.csv", "from,to,effective\nA9,A8,2027-01-01\n")
    book = subscribed(
        project,
        "A8,2026-01-01,,150000,,,",
        "A9,2026-01-01,2027-01-01,60000,,,",
        "A8,2027-01-01,,55000,,,",
    ).read()
    assert losses(book) == [("A8", "2027-01-01", "contraction", 500_000, "2027-01-01")]


def test_a_merged_account_that_leaves_later_leaves_as_the_other(project: Project) -> None:
    project.write("merges.csv", "from,to,effective\nA9,A8,2027-01-01\n")
    book = subscribed(project, "A8,2026-01-01,2027-06-01,10000,,,", "A9,2026-01-01,2027-05-01,60000,,,").read()
    assert losses(book) == [
        ("A8", "2027-05-01", "contraction", 6_000_000, "2027-05-01"),
        ("A8", "2027-06-01", "churn", None, "2027-06-01"),
    ]


def test_a_fall_in_another_currency_is_worth_what_the_day_says(project: Project) -> None:
    # 10,000 EUR less at 1.20, 11,000 USD more: a contraction of 1,000.00.
    project.write("fx.csv", "currency,date,rate\nEUR,2027-06-20,1.20\nEUR,2027-07-02,1.50\n")
    book = subscribed(
        project, "A1,2026-01-01,2027-07-01,10000,,EUR,", "A1,2026-01-01,,5000,,EUR,", "A1,2027-07-01,,11000,,USD,"
    ).read()
    assert losses(book) == [("A1", "2027-07-01", "contraction", 100_000, "2027-07-01")]


def test_without_a_rate_a_contraction_has_no_amount_yet(project: Project) -> None:
    """The end lies ahead of all rates: it is known that there will be less, and not how much in dollars."""
    project.write("fx.csv", "currency,date,rate\nEUR,2026-06-01,1.10\n")
    book = subscribed(project, "A1,2026-01-01,2027-07-01,10000,,EUR,", "A1,2026-01-01,,5000,,EUR,").read()
    event = book["events"].iloc[0]
    assert (event["event"], str(event["date"].date()), event["amount"] is pd.NA) == ("contraction", "2027-07-01", True)
    assert event["unknown"] == ("the newest rate from EUR to USD is of 2026-06-01, more than 31 days before 2027-07-01")


@pytest.mark.parametrize(
    "lines",
    [
        ("A1,2026-01-01,,10000,,EUR,", "A1,2027-07-01,,5000,,EUR,"),  # more, at any rate
        ("A1,2026-01-01,2027-07-01,10000,,EUR,", "A1,2027-07-01,,10000,,EUR,"),  # the same
    ],
)
def test_what_is_no_fall_needs_no_rate(project: Project, lines: tuple[str, ...]) -> None:
    assert losses(subscribed(project, *lines).read()) == []


def test_churn_needs_no_rate(project: Project) -> None:
    book = subscribed(project, "A1,2026-01-01,2027-07-01,10000,,EUR,").read()
    assert losses(book) == [("A1", "2027-07-01", "churn", None, "2027-07-01")]


def test_a_line_that_may_recur_or_not_is_refused(project: Project) -> None:
    """Here as in NRR: counted or not, it decides whether an account has left."""
    subscribed(project, "A1,2026-01-01,2027-07-01,24000,,,bundle")
    (finding,) = project.refused()
    assert str(finding) == (
        'sample_data/subscriptions.csv:2:7 D312 word-unknown: "bundle" in column "line_type" is not one of recurring, '
        "usage, one_time, subscription, license, support, add_on, services and 29 more"
    )
    assert finding.help == 'map it in expcomp.yaml:  values: {subscription.line_type: {"bundle": …}}'


@pytest.mark.parametrize("written", ["One-Time", "one off", "NON-RECURRING", "Setup fee"])
def test_line_types_are_read_as_people_write_them(project: Project, written: str) -> None:
    book = subscribed(project, f"A1,2026-01-01,2027-07-01,24000,,,{written}", "A1,2026-01-01,,500,,,Add-on").read()
    assert losses(book) == []


def test_a_file_of_events_is_the_only_word_on_them(project: Project) -> None:
    project.write("events.csv", "account_id,date,event,amount\n")
    book = subscribed(project, "A1,2026-01-01,2027-07-01,24000,,,").read()
    assert (len(book["events"]), book.derived_events) == (0, False)


def test_who_leaves_for_a_day_is_told(project: Project) -> None:
    """An export whose `end` is the last day paid for shows every renewal as churn of one day."""
    book = subscribed(project, "A1,2026-01-01,2026-12-31,24000,,,", "A1,2027-01-01,,24000,,,").read()
    (note,) = (note for note in book.notes if note.code == "D437")
    assert str(note) == (
        "sample_data/subscriptions.csv:2:3 D437 churn-and-return: 1 churn is followed by a return within 31 days, "
        'like that of "A1" on 2026-12-31'
    )
    assert note.help.endswith("write in the plan:  events: {churn_grace: 30 days}")

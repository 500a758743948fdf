"""The sample data that ships is read without configuration, in the vendors' own shapes."""

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from expcomp.sources.book import Book, Needs
from expcomp.sources.config import Config
from expcomp.sources.read import read_book

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book(Config(), ROOT, Needs(ZoneInfo("America/New_York"), "USD"))


def test_the_vendors_files_are_recognised(book: Book) -> None:
    presets = {account.table: account.preset for account in book.files if account.preset != "canonical"}
    assert presets["signals"] == "gainsight"
    assert {account.preset for account in book.files if account.table == "deals"} == {
        "hubspot",
        "salesforce-report",
    }


def test_every_row_is_accounted_for(book: Book) -> None:
    for table, frame in book.frames.items():
        assert len(frame) == sum(account.rows_kept for account in book.files if account.table == table)


def test_the_files_agree_on_accounts_and_people(book: Book) -> None:
    deals, accounts, payees = book["deals"], book["accounts"], book["payees"]
    assert set(deals["account_id"]) <= set(accounts["account_id"])
    assert set(deals["owner"]) <= {*payees["payee_id"], ""}
    assert set(deals["currency"]) == {"USD", "EUR"}


def test_the_subscriptions_tell_of_the_losses_that_the_events_tell_of(book: Book, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    (tmp_path / "sample_data/events.csv").unlink()
    derived = read_book(Config(), tmp_path, Needs(ZoneInfo("America/New_York"), "USD"))
    assert len(losses(derived)) == 14
    assert losses(derived) == losses(book)


def losses(book: Book) -> set[tuple[str, str, str, str]]:
    """Account, day, kind and minor units."""
    events = book["events"][book["events"]["event"] != "reactivation"]
    return set(zip(*(events[name].astype(str) for name in ("account_id", "date", "event", "amount")), strict=True))

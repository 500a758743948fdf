"""Every row that was read is kept, dropped for a reason, or refused; and every file has its digest."""

from hashlib import sha256
from time import perf_counter

import pytest

from expcomp.sources.config import load_config
from expcomp.sources.read import read_book

from .conftest import NEEDS, PAYEES, Project, deals

ROWS = [
    f"D{number:06d},A{number % 700},tier,{number}.50,2027-01-{number % 28 + 1:02d},true,ana"
    for number in range(200_000)
]


def test_rows_add_up_and_the_digest_is_of_the_bytes(project: Project) -> None:
    text = deals(
        "D1,A1,tier,1,2027-01-05,true,ana",
        "",
        "D1,A1,tier,1,2027-01-05,true,ana",
        "D2,A1,tier,1,2027-01-05,false,",
        "Total,,,3,,,",
    )
    account = project.write("deals.csv", text).account("deals.csv")
    assert dict(account.dropped) == {"blank row": 1, "totals row": 1, "repeated row": 1}
    assert (account.rows_read, account.rows_kept, account.refused) == (5, 2, 0)
    assert account.sha256 == sha256(text.encode()).hexdigest()


def test_the_book_has_every_table(project: Project) -> None:
    book = project.read()
    assert len(book["payees"]) == PAYEES.count("\n") - 1
    assert len(book.frames) == 23
    assert all(frame.empty for table, frame in book.frames.items() if table not in ("payees",))


def test_two_hundred_thousand_rows(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """The time is printed, not judged: machines differ."""
    project.write("deals.csv", deals(*ROWS))
    config = load_config(project.root)
    start = perf_counter()
    book = read_book(config, project.root, NEEDS)
    with capsys.disabled():
        print(f"\n200,000 deals read and checked in {perf_counter() - start:.2f} s")  # noqa: T201
    assert len(book["deals"]) == 200_000

"""A small company in a folder: one plan, one account executive, one deal of 9,000 that pays 900."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from inprocess import Done, expcomp
from openpyxl import Workbook

PLAN = """\
plan: {id: small, version: 1, effective: {from: 2026-01-01}, currency: USD, timezone: America/New_York}
roles:
  ae: {from: deal.owner}
ownership:
  - {tier: B, credit: {ae: 100%}}
rates:
  - {role: ae, rate: 10%}
payout:
  - schedule: at booking
    milestones: [{name: booking, pays: 100%, on: closed_won}]
"""
PAYEES = "payee_id,role,name,email\nana,ae,Ana Reyes,ana.reyes@example.com\nben,ae,Ben Okafor,\n"
HEADER = "deal_id,account_id,motion,acv,close_date,won,owner"
DEAL = "D1,A1,tier,9000,2027-02-10,true,ana"


class Company:
    """`deals` and `table` write files; `pays` and `refuses` run the sheet of 2027Q1 and say what it must come to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file("plans/plan.yaml", PLAN)
        self.file("sample_data/payees.csv", PAYEES)
        self.deals(DEAL)

    def file(self, path: str, content: str | bytes) -> "Company":
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def table(self, name: str, *lines: str) -> "Company":
        return self.file(f"sample_data/{name}.csv", "\n".join(lines) + "\n")

    def deals(self, *rows: str, header: str = HEADER) -> "Company":
        return self.table("deals", header, *rows)

    def workbook(self, book: Workbook) -> "Company":
        """The deals as a workbook instead."""
        (self.root / "sample_data" / "deals.csv").unlink(missing_ok=True)
        book.save(self.root / "sample_data" / "deals.xlsx")
        return self

    def run(self, *arguments: str) -> Done:
        return expcomp([*arguments, "--project", str(self.root)])

    def pays(self, amount: str, *options: str, exit: int = 0) -> dict:
        """The sheet pays ana this; returns the whole object."""
        done = self.run("payout", "--period", "2027Q1", "--format", "json", *options)
        assert done.exit == exit, done.said
        sheet = json.loads(done.out)
        gross = {row["payee_id"]: row["gross"] for row in sheet["payees"]}
        assert gross.get("ana", "0.00") == amount
        return sheet

    def refuses(self, *said: str, exit: int = 3) -> str:
        """Neither command goes on, and what each prints has all of `said`."""
        payout, check = self.run("payout", "--period", "2027Q1"), self.run("check-data")
        assert (payout.exit, check.exit) == (exit, exit), payout.said + check.said
        assert payout.out == ""
        for text in said:
            assert text in payout.err
            assert text in check.said
        return payout.err

    def stops(self, *said: str, exit: int = 3) -> None:
        """The sheet is not computed; the exports themselves are sound."""
        done = self.run("payout", "--period", "2027Q1")
        assert (done.exit, done.out) == (exit, ""), done.said
        for text in said:
            assert text in done.err

    def warns(self, code: str, *arguments: str) -> Done:
        """`check-data` tells, with exit code 0; with `--strict` it is 1."""
        done = self.run("check-data", *arguments)
        assert done.exit == 0, done.said
        assert code in done.out
        return done


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def book_of(rows: Iterable[Iterable[object]], title: str = "Deals") -> Workbook:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return book

"""The ledger shows whatever was done to it: every byte, every row, and which copy it is."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from .conftest import DEALS, done, replace, run

LEDGER = Path("expcomp.ledger")
SAMPLED = 61
"""Every so many-th byte is changed in the suite; `python -m ledger` changes all of them."""


def test_any_changed_byte_is_found(closed: Path) -> None:
    whole = LEDGER.read_bytes()
    for at in range(3, len(whole), len(whole) // SAMPLED):
        LEDGER.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert run("ledger verify").exit == 6, f"byte {at}"
    LEDGER.write_bytes(whole)
    done("ledger verify")


@pytest.mark.parametrize(("kind", "name"), [("frame", "plans"), ("frame", "payees"), ("input", "deals.csv")])
def test_nothing_is_made_of_a_document_that_was_changed(closed: Path, kind: str, name: str) -> None:
    with sqlite3.connect(LEDGER) as db:
        asked = "SELECT body FROM document WHERE kind = ? AND name = ? ORDER BY closing DESC"
        ((body,), *_) = db.execute(asked, (kind, name)).fetchall()
    db.close()
    whole = LEDGER.read_bytes()
    assert whole.count(body) == 1
    LEDGER.write_bytes(whole.replace(body, body[:-9] + bytes([body[-9] ^ 1]) + body[-8:]))
    told = run({"frame": "payout --period 2027Q2", "input": "explain D1 --period 2027Q1"}[kind])
    assert told.exit == 6
    assert f"{kind} {name}" in told.err


def test_a_definition_that_is_no_text_any_more_is_found(closed: Path) -> None:
    whole = LEDGER.read_bytes()
    at = whole.index(b"CREATE TABLE")
    LEDGER.write_bytes(whole[:at] + bytes([whole[at] ^ 0x80]) + whole[at + 1 :])
    for command in ("ledger verify", "payout --period 2027Q1", "close --period 2027Q2"):
        assert run(command).exit == 6


@pytest.mark.parametrize("length", [0, 100, 4096, 20_000, -1])
def test_a_ledger_that_was_cut_is_found(closed: Path, length: int) -> None:
    LEDGER.write_bytes(LEDGER.read_bytes()[:length])
    for command in ("ledger verify", "close --period 2027Q2"):
        assert run(command).exit == 6


def test_a_text_is_no_ledger(closed: Path) -> None:
    LEDGER.write_text("not a ledger", "utf-8")
    assert "L201" in run("payout --period 2027Q1").err


APPEND_ONLY = {
    "UPDATE entry SET amount_minor = 1": "never changed",
    "DELETE FROM entry": "never changed",
    "UPDATE closing SET prepared_by = 'lee'": "never changed",
    "DELETE FROM document": "never changed",
    "INSERT OR REPLACE INTO entry SELECT * FROM entry": "appended",
    "INSERT INTO closing SELECT number + 5, kind, '2028Q1', as_of, first, count, sums, prepared_by,"
    " approved_by, opening, proposal, versions, documents, previous, zeroblob(32) FROM closing LIMIT 1": "appended",
}


@pytest.mark.parametrize("sql", APPEND_ONLY)
def test_the_file_itself_refuses_changes(closed: Path, sql: str) -> None:
    """Also of a program that sets nothing: `recursive_triggers` is off by default."""
    with sqlite3.connect(LEDGER) as db, pytest.raises(sqlite3.IntegrityError, match=APPEND_ONLY[sql]):
        db.execute(sql)
    db.close()
    done("ledger verify")


TABLES = ("closing", "entry", "document", "proposal")


@pytest.mark.parametrize("trigger", [f"{t}_{v}" for t in TABLES for v in ("no_update", "no_delete")])
def test_a_dropped_trigger_is_found(closed: Path, trigger: str) -> None:
    with sqlite3.connect(LEDGER) as db:
        db.execute(f"DROP TRIGGER {trigger}")
    db.close()
    for command in ("ledger verify", "payout --period 2027Q1", "close --period 2027Q2"):
        assert "L203" in run(command).err


def edited(*statements: str) -> None:
    """With the triggers out of the way, and back again: somebody who knows what they do."""
    with sqlite3.connect(LEDGER) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, sql in triggers:
            db.execute(sql)
    db.close()


COLUMNS = {
    "entry": "period kind payee_id deal_id component milestone currency on period_earned reason amount_minor plan "
    "plan_version rule source hash",
    "closing": "period as_of count sums prepared_by approved_by opening proposal versions documents previous hash",
    "document": "kind name sha256 packed body",
}
OTHER = {
    "period": "'2027Q3'", "kind": "'correction'", "amount_minor": "123", "currency": "'EUR'", "count": "7",
    "on": "'2027-01-01'", "as_of": "'2027-03-30'", "opening": "'none'", "reason": "'manual'",
    "previous": "zeroblob(32)", "hash": "zeroblob(32)", "body": "x'78'",
    **dict.fromkeys(("proposal", "documents", "sha256", "packed"), f"'{'ab' * 32}'"),
}  # fmt: skip


@pytest.mark.parametrize("column", [f"{table} {name}" for table, names in COLUMNS.items() for name in names.split()])
def test_any_changed_column_of_a_row_is_found(closed: Path, column: str) -> None:
    """Law P22."""
    table, name = column.split()
    value = "'config'" if column == "document kind" else OTHER.get(name, "'other'")
    edited(f'UPDATE {table} SET "{name}" = {value} WHERE rowid = (SELECT max(rowid) FROM {table})')
    assert run("ledger verify").exit == 6


@pytest.mark.parametrize("command", ["payout --period 2027Q1", "payout --period 2027Q2", "payout -p 2027Q1 --lines"])
def test_nothing_is_printed_of_an_entry_that_was_changed(closed: Path, command: str) -> None:
    edited("UPDATE entry SET amount_minor = 123 WHERE sequence = (SELECT max(sequence) FROM entry)")
    told = run(command)
    assert told.exit == 6
    assert "123" not in told.out
    assert "is not as it was posted" in told.err


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        ("UPDATE closing SET as_of = '2025-03-31' WHERE number = 2", "ledger show"),
        ("UPDATE document SET name = 'filet' WHERE name = 'files'", "payout --period 2027Q1"),
        ("DELETE FROM document WHERE name = 'waiting'", "payout --period 2027Q1"),
        ("DELETE FROM document WHERE kind = 'trace'", "payout --period 2027Q2"),
    ],
)
def test_nothing_is_printed_of_a_closing_that_was_changed(closed: Path, statement: str, command: str) -> None:
    edited(statement)
    assert run(command).exit == 6


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry WHERE sequence = (SELECT max(sequence) FROM entry)",
        "DELETE FROM document WHERE name = 'deals.csv'",
        "DELETE FROM closing WHERE number = 2",
    ],
)
def test_any_row_taken_away_is_found(closed: Path, statement: str) -> None:
    edited("PRAGMA foreign_keys = OFF", statement)
    assert run("ledger verify").exit == 6


def test_the_last_period_taken_away_whole_is_found_by_its_receipt(closed: Path) -> None:
    """From inside nothing tells that anything was there."""
    done("close --period 2027Q2")
    edited(
        "DELETE FROM document WHERE closing = 3",
        "DELETE FROM entry WHERE closing = 3",
        "DELETE FROM closing WHERE number = 3",
    )
    told = run("ledger verify")
    assert told.exit == 6
    assert "L205" in told.err
    assert run("close --period 2027Q2").exit == 6


def test_an_older_copy_is_found_by_a_receipt_that_was_mailed(closed: Path) -> None:
    older = LEDGER.read_bytes()
    done("close --period 2027Q2")
    shutil.copy("out/2027Q2/receipt.txt", "mailed.txt")
    LEDGER.write_bytes(older)
    Path("expcomp.ledger.receipt").unlink()
    shutil.rmtree("out/2027Q2")

    done("ledger verify")
    assert "L205" in run("ledger verify --receipt mailed.txt").err


def test_a_receipt_that_is_behind_is_no_fault(closed: Path) -> None:
    """The program died between posting and writing the receipt."""
    receipt = Path("expcomp.ledger.receipt").read_bytes()
    done("close --period 2027Q2")
    Path("expcomp.ledger.receipt").write_bytes(receipt)
    done("ledger verify")


def test_every_closed_period_is_computed_again_from_what_was_kept(closed: Path) -> None:
    replace(DEALS, "D1,A1,tier,9000", "D1,A1,tier,9500")
    done("close --period 2027Q2")
    done("close --period 2027Q3 --allow-old-exports")
    shutil.rmtree("sample_data")

    for period in ("2027Q1", "2027Q2", "2027Q3"):
        assert f"{period} comes out the same" in done(f"replay --period {period}")


def test_an_export_becomes_the_same_ledger(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law P23."""
    done("close --period 2027Q2")
    done("ledger export -o ledger.txt")
    shown = done("ledger show")
    LEDGER.unlink()

    done("ledger import ledger.txt")

    assert done("ledger show") == shown
    assert done("ledger export") == Path("ledger.txt").read_text("utf-8")
    done("ledger verify")
    assert run("ledger import ledger.txt").exit == 7, "there is a ledger now"


def test_an_export_that_was_changed_is_not_imported(closed: Path) -> None:
    done("ledger export -o ledger.txt")
    LEDGER.unlink()
    text = Path("ledger.txt").read_text("utf-8")
    at = text.index("document\tinput\tdeals.csv\t") + 60
    other = "B" if text[at] == "A" else "A"
    Path("ledger.txt").write_text(text[:at] + other + text[at + 1 :], "utf-8")
    assert "L208" in run("ledger import ledger.txt").err
    Path("ledger.txt").write_text(text.replace("\tkim\t", "\tlee\t"), "utf-8")
    assert "L209" in run("ledger import ledger.txt").err
    Path("ledger.txt").write_text(text[:-1], "utf-8")
    assert "L208" in run("ledger import ledger.txt").err
    assert not LEDGER.exists()


def test_a_backup_is_a_ledger(closed: Path) -> None:
    done("ledger backup copy.ledger")
    assert Path("copy.ledger").stat().st_mode & 0o777 == 0o600
    assert run("ledger backup copy.ledger").exit == 7, "it replaces nothing"
    shutil.move("copy.ledger", LEDGER)
    Path("expcomp.ledger.receipt").unlink()
    done("ledger verify")


def test_one_of_two_that_make_the_ledger_may_lose_its_file_to_the_other(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def tidied_away(new: Path, path: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        Path(new).unlink()
        link(new, path)

    monkeypatch.setattr(os, "link", tidied_away)
    done("close --period 2027Q1 --opening none")
    done("ledger verify")


def test_a_file_system_without_links_holds_a_ledger_and_its_backup(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(new: Path, path: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    done("close --period 2027Q1 --opening none")
    done("ledger backup copy.ledger")
    assert run("ledger backup copy.ledger").exit == 7

"""States of a small company's ledger that no command leads to: what the catalogue's L-codes are said of."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from inprocess import expcomp

from expcomp.blocks import Changed
from expcomp.commands import closing
from expcomp.commands.steps import Steps
from expcomp.ledger import store

LEDGER = Path("expcomp.ledger")
CLOSE = ["close", "--period", "2027Q1", "--opening", "none"]


def by_hand(sql: str) -> None:
    """As somebody with a database browser does."""
    with sqlite3.connect(LEDGER) as db:
        db.executescript(sql)
    db.close()


def edited_entry() -> None:
    """The trigger that would refuse it is taken away, and put back."""
    with sqlite3.connect(LEDGER) as db:
        (trigger,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_no_update'").fetchone()
    db.close()
    by_hand(f"DROP TRIGGER entry_no_update; UPDATE entry SET amount_minor = amount_minor + 100; {trigger};")


def flipped_byte() -> None:
    """One that holds nothing: a spare byte of the file's header."""
    data = bytearray(LEDGER.read_bytes())
    data[80] ^= 1
    LEDGER.write_bytes(data)


def edited_plan() -> None:
    plan = Path("plans/plan.yaml")
    plan.write_text(plan.read_text("utf-8").replace("rate: 10%", "rate: 12%"), "utf-8")


def older_copy() -> None:
    """The ledger as it was before the second close."""
    older = LEDGER.read_bytes()
    assert expcomp(["close", "--period", "2027Q2"]).exit == 0
    LEDGER.write_bytes(older)


def changed_export() -> None:
    assert expcomp(["ledger", "export", "-o", "export.txt"]).exit == 0
    text = Path("export.txt").read_text("utf-8")
    Path("export.txt").write_text(text.replace("\t90000\t", "\t90100\t"), "utf-8")
    LEDGER.unlink()


@contextmanager
def held() -> Iterator[None]:
    """Another program is writing to it."""
    with pytest.MonkeyPatch.context() as patch, sqlite3.connect(LEDGER) as db:
        patch.setattr(store, "WAIT", 0.01)
        db.execute("BEGIN EXCLUSIVE")
        yield
    db.close()


@contextmanager
def closed_meanwhile() -> Iterator[None]:
    """Another run closes while this one computes."""
    count = Steps.__call__

    def step(steps: Steps, name: str) -> None:
        if name == "everything is read and calculated":
            patch.setattr(Steps, "__call__", count)
            assert expcomp([*CLOSE, "--force"]).exit == 0
        count(steps, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Steps, "__call__", step)
        yield


def a_dollar_more(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.assign(amount_minor=lines["amount_minor"] + 100)


def closed_by_another_program() -> None:
    """One that paid a dollar more."""
    whole = closing.prepare

    def prepare(*arguments: object, **more: object) -> closing.Prepared:
        found = whole(*arguments, **more)  # type: ignore[arg-type]
        batch = found.batches[-1]
        blocks = [Changed(block, a_dollar_more) for block in batch.blocks()]
        return replace(found, batches=[replace(batch, blocks=lambda: blocks, versions="expcomp 0.0.9")])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing, "prepare", prepare)
        assert expcomp(CLOSE).exit == 0


STATES = {
    "nothing in the file": lambda: LEDGER.write_bytes(b""),
    "an entry edited": edited_entry,
    "the plan edited": edited_plan,
    "a trigger dropped": lambda: by_hand("DROP TRIGGER entry_no_delete;"),
    "the ledger gone": LEDGER.unlink,
    "an older copy": older_copy,
    "a byte flipped": flipped_byte,
    "written by a newer form": lambda: by_hand("PRAGMA user_version = 9;"),
    "the export changed": changed_export,
    "computed by another program": closed_by_another_program,
}
"""What is done to the company before the command."""

MEANWHILE = {"held by another program": held, "another closes": closed_meanwhile, "": nullcontext}
"""What happens while the command runs."""

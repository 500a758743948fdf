"""A real ledger that a model's closed periods are posted to, and the laws of it that hold whatever is posted."""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from expcomp.commands.closing import kept_frames
from expcomp.commands.project_ledger import closed_sheet, posted_of
from expcomp.diagnostics import Refused
from expcomp.ledger.batch import PERIOD, Batch, documents_of
from expcomp.ledger.chain import FORM, START
from expcomp.ledger.create import create_store
from expcomp.ledger.store import open_store
from expcomp.ledger.text_form import exported, whole_text
from expcomp.ledger.verify import check, verify
from expcomp.output.csv_form import to_csv
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet
from expcomp.period import to_iso

COVERED = (
    "sequence", "period", "kind", "payee_id", "deal_id", "component", "milestone", "currency", "on", "period_earned",
    "reason", "amount_minor", "plan", "plan_version", "rule", "source",
)  # fmt: skip
CHANGED = {"text": "{0} || 'x'", "integer": "{0} + 1000000", "blob": "zeroblob(length({0}))"}


@dataclass(frozen=True)
class KeptLedger:
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "expcomp.ledger"

    def post(self, sheet: Sheet) -> None:
        if not self.path.exists():
            create_store(self.path)
        documents = documents_of({}, kept_frames(sheet))
        batch = Batch(PERIOD, str(sheet.period), to_iso(sheet.as_of), sheet.blocks, documents, "kim")
        with open_store(self.path) as store:
            store.post([batch], store.head)

    @property
    def posted(self) -> Posted:
        with open_store(self.path) as store:
            return posted_of(store, store.closings)

    def sheet(self, number: int) -> str:
        """The lines of a closed period, as its sheet has them."""
        with open_store(self.path) as store:
            sheet = closed_sheet(store, store.closings[number])
        return b"".join(map(bytes, to_csv(sheet, lines=True))).decode()

    def stands(self) -> None:
        """Laws P20 and P21: an entry is posted to the period being closed, in a sequence without gaps, and its hash
        covers it and all that was posted before (computed here anew, of what any program reads)."""
        with open_store(self.path) as store:
            assert verify(store) == []
            heads = {each.number: (each.period, each.first, each.previous, each.hash) for each in store.closings}
        columns = ", ".join(f'"{name}"' for name in COVERED)
        with closing(sqlite3.connect(self.path)) as db:
            rows = db.execute(f"SELECT closing, hash, {columns} FROM entry ORDER BY sequence").fetchall()
        assert len({period for period, *_ in heads.values()}) == len(heads)
        previous, began = START, 0
        for number, (of, hash_, *row) in enumerate(rows, 1):
            period, first, *_ = heads[of]
            assert (row[0], row[1]) == (number, period)
            assert of >= began
            if number == first and of > 1:
                previous = heads[of - 1][-1]
            previous, began = sha256(FORM + previous + "\t".join(map(str, row)).encode()).digest(), of
            assert hash_ == previous

    def shows_any_change(self, table: int, column: int, row: int) -> None:
        """Law P22: one value of one row is another; triggers and checks are out of the way."""
        copy = self.folder / "changed.ledger"
        shutil.copy(self.path, copy)
        with closing(sqlite3.connect(copy)) as db:
            triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                db.execute(f"DROP TRIGGER {name}")
            db.execute("PRAGMA ignore_check_constraints = ON")
            tables = [name for name in ("closing", "document", "entry") if _count(db, name)]
            where = tables[table % len(tables)]
            known = db.execute(f"PRAGMA table_info({where})").fetchall()
            _, name, type_, *_ = known[column % len(known)]
            value = CHANGED[type_.lower()].format(f'"{name}"')
            at = f"SELECT rowid FROM {where} LIMIT 1 OFFSET {row % _count(db, where)}"
            db.execute(f'UPDATE {where} SET "{name}" = {value} WHERE rowid = ({at})')
            for _, sql in triggers:
                db.execute(sql)
            db.commit()
        assert not _is_intact(copy), f"{where} {name}"

    def is_rebuilt_from_its_text(self) -> None:
        """Law P23."""
        with open_store(self.path) as store:
            closings = store.closings
            text = b"".join(whole_text([(store.batch(each), each.head) for each in closings], []))
        other = self.folder / "imported.ledger"
        other.unlink(missing_ok=True)
        create_store(other)
        with open_store(other) as store:
            for batch, _ in exported(iter(io.StringIO(text.decode(), newline="\n"))).batches:
                store.post([batch], store.head)
            assert store.closings == closings
            assert check(store) == closings


def _count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _is_intact(path: Path) -> bool:
    try:
        with open_store(path) as store:
            check(store)
            return True
    except Refused:
        return False

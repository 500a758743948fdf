"""The ledger's tables: what they may hold, and that nothing in them is ever changed or taken away."""

APPLICATION_ID = 0x45584350
"""`EXCP`: what `file` and SQLite call this kind of database by."""

VERSION = 1

DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
HASH = "CHECK (length({0}) = 32)"
HEX = "CHECK ({0} = '' OR (length({0}) = 64 AND {0} NOT GLOB '*[^0-9a-f]*'))"

TABLES = f"""
CREATE TABLE closing (
  number INTEGER PRIMARY KEY CHECK (number >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('opening', 'period')),
  period TEXT NOT NULL UNIQUE CHECK (period GLOB '2[01][0-9][0-9]*'),
  as_of TEXT NOT NULL CHECK (as_of GLOB '{DAY}'),
  first INTEGER NOT NULL CHECK (first >= 1),
  count INTEGER NOT NULL CHECK (count >= 0),
  sums TEXT NOT NULL,
  prepared_by TEXT NOT NULL,
  approved_by TEXT NOT NULL CHECK (approved_by = '' OR approved_by <> prepared_by),
  opening TEXT NOT NULL CHECK (opening IN ('', 'none', 'computed', 'file')),
  proposal TEXT NOT NULL {HEX.format("proposal")},
  versions TEXT NOT NULL,
  documents TEXT NOT NULL {HEX.format("documents")},
  previous BLOB NOT NULL {HASH.format("previous")},
  hash BLOB NOT NULL UNIQUE {HASH.format("hash")}
) STRICT;

CREATE TABLE document (
  closing INTEGER NOT NULL REFERENCES closing (number) DEFERRABLE INITIALLY DEFERRED,
  kind TEXT NOT NULL CHECK (kind IN ('input', 'plan', 'config', 'frame', 'trace')),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL {HEX.format("sha256")},
  packed TEXT NOT NULL {HEX.format("packed")},
  body BLOB NOT NULL,
  PRIMARY KEY (closing, kind, name)
) STRICT;

CREATE TABLE entry (
  sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
  closing INTEGER NOT NULL REFERENCES closing (number) DEFERRABLE INITIALLY DEFERRED,
  period TEXT NOT NULL CHECK (period GLOB '2[01][0-9][0-9]*'),
  kind TEXT NOT NULL CHECK (kind IN ('movement', 'correction')),
  payee_id TEXT NOT NULL CHECK (payee_id <> ''),
  deal_id TEXT NOT NULL,
  component TEXT NOT NULL CHECK (component <> ''),
  milestone TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  "on" TEXT NOT NULL CHECK ("on" = '' OR "on" GLOB '{DAY}'),
  period_earned TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('commission', 'milestone', 'true_up', 'clawback', 'correction',
                                         'plan_change', 'cancelled', 'opening', 'manual')),
  amount_minor INTEGER NOT NULL,
  plan TEXT NOT NULL,
  plan_version TEXT NOT NULL,
  rule TEXT NOT NULL,
  source TEXT NOT NULL,
  hash BLOB NOT NULL {HASH.format("hash")}
) STRICT;

CREATE TABLE proposal (
  number INTEGER PRIMARY KEY CHECK (number >= 1),
  period TEXT NOT NULL CHECK (period GLOB '2[01][0-9][0-9]*'),
  prepared_by TEXT NOT NULL CHECK (prepared_by <> ''),
  head BLOB NOT NULL {HASH.format("head")},
  content TEXT NOT NULL {HEX.format("content")},
  body BLOB NOT NULL,
  previous BLOB NOT NULL {HASH.format("previous")},
  hash BLOB NOT NULL {HASH.format("hash")}
) STRICT;
"""

NEXT = {"closing": "number", "entry": "sequence", "proposal": "number"}
"""Tables whose rows are numbered without a gap."""


def _triggers() -> str:
    stays = (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'a row of the ledger is never changed'); END;"
        for table in ("closing", "document", "entry", "proposal")
        for verb in ("UPDATE", "DELETE")
    )
    appends = (
        f"CREATE TRIGGER {table}_appends BEFORE INSERT ON {table} "
        f"WHEN NEW.{number} IS NOT (SELECT coalesce(max({number}), 0) + 1 FROM {table}) "
        f"BEGIN SELECT RAISE(ABORT, 'rows of the ledger are appended'); END;"
        for table, number in NEXT.items()
    )
    return "\n".join([*stays, *appends])


SCHEMA = f"{TABLES}\n{_triggers()}\n"

SETTINGS = {
    "journal_mode": "delete",
    "synchronous": 3,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
}
"""Of every connection: one file to copy, the folder synced after the journal is gone (EXTRA), no row replaced
unseen, nothing in the file trusted to act."""

"""`python -m ledger`: changes every byte of a small ledger, one after the other, and counts what verify finds."""

import os
import shutil
import tempfile
from pathlib import Path

from expcomp.diagnostics import Refused
from expcomp.ledger.receipt import changed_file, read_receipt
from expcomp.ledger.store import open_store
from expcomp.ledger.verify import check

from .conftest import COMPANY, LEDGER_RECEIPT, done

LEDGER = Path("expcomp.ledger")


def found_by(part: str) -> bool:
    """Whether the ledger's own hashes tell that it was changed, or its receipt does."""
    try:
        with open_store(LEDGER) as store:
            closings = check(store)
            if part == "its own hashes":
                return False
            return changed_file(read_receipt(LEDGER_RECEIPT), LEDGER_RECEIPT, closings, 0, LEDGER) is not None
    except Refused:
        return True


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "company"
        shutil.copytree(COMPANY, root)
        os.chdir(root)
        done("close --period 2027Q1 --opening computed --prepared-by kim")
        whole = LEDGER.read_bytes()
        missed, hidden = [], []
        for at in range(len(whole)):
            LEDGER.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
            if not found_by("its own hashes"):
                hidden.append(at)
                if not found_by("its receipt"):
                    missed.append(at)
        print(f"{len(whole):,} bytes, each changed once: {len(missed)} not found")  # noqa: T201 - a program for people
        print(f"{len(hidden):,} hold nothing that was posted, and only the receipt tells")  # noqa: T201

"""Bytes of a ledger changed, one after the other, and what tells that they were."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from expcomp.diagnostics import Refused
from expcomp.ledger.receipt import changed_file, read_receipt
from expcomp.ledger.store import open_store
from expcomp.ledger.verify import check

from .conftest import LEDGER_RECEIPT

LEDGER = Path("expcomp.ledger")
HASHES, RECEIPT, NOTHING = "the ledger's own checks", "its receipt alone", "nothing"


def finder() -> str:
    """What tells that the ledger was changed."""
    try:
        with open_store(LEDGER) as store:
            closings = check(store)
            changed = changed_file(read_receipt(LEDGER_RECEIPT), LEDGER_RECEIPT, closings, 0, LEDGER)
            return RECEIPT if changed else NOTHING
    except Refused:
        return HASHES


def found_by(closed: Path, changed: Iterable[int]) -> Counter[str]:
    """Of each byte of a copy that was changed, one bit of it, and put back again."""
    with tempfile.TemporaryDirectory() as name:
        root = shutil.copytree(closed, Path(name) / "company")
        os.chdir(root)
        whole, found = LEDGER.read_bytes(), Counter[str]()
        for at in changed:
            with LEDGER.open("r+b") as file:
                file.seek(at)
                file.write(bytes([whole[at] ^ 1 << at % 8]))
            found[finder()] += 1
            LEDGER.write_bytes(whole)
        os.chdir("/")
        return found

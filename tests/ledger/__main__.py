"""`python -m ledger`: changes every byte of a small ledger, one after the other, and counts what verify finds."""

import os
import shutil
import tempfile
from pathlib import Path

from .conftest import COMPANY, LEDGER_RECEIPT, done, run

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "company"
        shutil.copytree(COMPANY, root)
        os.chdir(root)
        done("close --period 2027Q1 --opening computed --prepared-by kim")
        ledger, receipt = Path("expcomp.ledger"), LEDGER_RECEIPT.read_bytes()
        whole = ledger.read_bytes()
        missed: dict[str, list[int]] = {"with its receipt": [], "without any receipt": []}
        for at in range(len(whole)):
            ledger.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
            for kind, found in missed.items():
                LEDGER_RECEIPT.write_bytes(receipt) if kind == "with its receipt" else LEDGER_RECEIPT.unlink()
                if run("ledger verify").exit != 6:
                    found.append(at)
        for kind, found in missed.items():
            print(f"{kind}: {len(whole) - len(found):,} of {len(whole):,} bytes found")  # noqa: T201 - for people

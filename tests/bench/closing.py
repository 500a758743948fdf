"""A project closed, verified, printed and exported: what each takes, and how large its ledger is."""

import shutil
import tempfile
from pathlib import Path

from .measure import EXPCOMP, Run, machine, run, table

PERIOD = "2027Q1"


def run_closing(folder: Path) -> str:
    """Beside the project nothing is written: the ledger and the sheets lie in a folder of their own."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        shutil.copy(folder / "expcomp.yaml", root)
        for part in ("plans", "data"):
            (root / part).symlink_to((folder / part).absolute())
        draft, ledger, text = root / "draft.csv", root / "expcomp.ledger", root / "ledger.txt"
        commands = {
            "payout, before": ("payout", "--period", PERIOD, "--as-of", "2027-03-31", "--lines", "-o", str(draft)),
            "close": ("close", "--period", PERIOD, "--opening", "none"),
            "ledger verify": ("ledger", "verify"),
            "payout, of the closed period": ("payout", "--period", PERIOD, "--lines", "-o", str(root / "closed.csv")),
            "ledger export": ("ledger", "export", "-o", str(text)),
            "replay": ("replay", "--period", PERIOD),
        }
        found: dict[str, list[Run]] = {}
        for what, command in commands.items():
            found[what] = [run([EXPCOMP, *command, "--project", str(root)])]
        lines = (root / "out" / PERIOD / "lines.csv").read_bytes().count(b"\n") - 1
        inputs = sum(path.stat().st_size for path in (folder / "data").iterdir())
        sizes = f"{lines:,} lines; ledger {_mb(ledger)}, its export {_mb(text)}; exports read {inputs / 1e6:,.0f} MB"
        return f"{machine()}\n{sizes}\n{table(found, ())}"


def _mb(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:,.0f} MB"

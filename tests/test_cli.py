"""The command line itself: quick to answer, exit codes, and never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import inprocess
import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("pandas", "pyarrow", "openpyxl", "numpy", "xlsxwriter")


def expcomp(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "expcomp", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(flag: str) -> None:
    code = (
        f"import sys; sys.argv = ['expcomp', '{flag}']\n"
        "from expcomp.cli import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("payout", "--period", "Q1-2027"), 2, "did you mean 2027Q1?"),
        (("payout", "--period", "2027Q1", "--as-of", "31.03.2027"), 2, "is not a date"),
        (("payout", "--period", "2030Q1"), 3, "the exports end on 2027-03-31"),
        (("payout", "--period", "2027Q1", "--project", "no-such-folder"), 2, "there is no such folder"),
        (("payout", "--period", "2027Q1", "--plan", "no-such-plan.yaml"), 2, "the plan cannot be read"),
        (("payout", "--period", "2027Q1", "--payee", "anna"), 2, 'did you mean "ana"?'),
        (("payout", "--period", "2027Q1", "-o", "sheet.pdf"), 2, "its form is unknown"),
        (("explain", "D404", "--period", "2027Q1"), 2, "D404"),
        (("payot",), 2, "Did you mean 'payout'?"),
    ],
)
def test_what_goes_wrong_is_told_in_words_with_its_exit_code(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = expcomp(*arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder that somebody is in")
@pytest.mark.parametrize(
    "arguments",
    [
        ["check-data"],
        ["payout", "--period", "2027Q1", "--project", "."],
        ["validate-plan", "plan.yaml"],
        ["close", "--period", "2027Q1"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_folder_that_one_is_in_was_deleted(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    done = inprocess.expcomp(arguments)
    assert (done.exit, done.out) == (2, "")
    assert done.err.splitlines() == [
        "C101 no-project: the folder that you are in was deleted",
        "  help: go to the project's folder, and run it again there",
    ]

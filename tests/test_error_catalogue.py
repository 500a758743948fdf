"""Every C-, D- and L-code has a folder with the smallest input that causes it: the exact message, and the exit code.

`errors/<CODE>/` is a project; its `case.yaml` says what is run there and what is said. `given` stands for rows of a
plan's example instead of files; `link` and `sparse` make files that no repository can hold. `company` puts the small
company of `company/` under the folder's own files; there `before` is run, then `state` is brought about and `meanwhile`
happens (`ledger_states.py`). The manual's page of the code shows the same message.
"""

import re
import shlex
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from inprocess import Done, expcomp
from ledger_states import MEANWHILE, STATES
from test_tidy import PACKAGE, declared_codes

from expcomp.diagnostics import Place, Refused
from expcomp.sources.book import Needs
from expcomp.sources.given import book_from_rows

ERRORS, COMPANY = Path(__file__).parent / "errors", Path(__file__).parent / "company"
CASES = sorted(path.name for path in ERRORS.iterdir())
DECLARED = {code: name for code, name in declared_codes().items() if code[0] in "CDL"}
KEYS = {"run", "given", "link", "sparse", "company", "before", "state", "meanwhile", "exit", "says"}


def test_every_code_has_a_folder_and_every_folder_a_code() -> None:
    assert set(CASES) == set(DECLARED)


@pytest.mark.parametrize("code", CASES)
def test_the_smallest_input_says_exactly_this(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(code)
    folder = project(code, case, tmp_path / code)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("expcomp.commands.closing.versions", lambda: "expcomp 1")  # or heads would differ by machine
    done = run(case)

    assert "\n".join(message(done.said, code)) + "\n" == case["says"]
    assert str(done.exit) == case["exit"]


@pytest.mark.parametrize("code", CASES)
def test_the_manual_shows_the_message(code: str) -> None:
    page = (PACKAGE / "manual" / "pages" / f"{code}.md").read_text("utf-8")
    case = case_of(code)
    example = re.search(r"^## Example\n(.*?)^## ", page, re.DOTALL | re.MULTILINE)
    assert example, "a page has an example"
    assert " ".join(case["says"].split()) in " ".join(example[1].split())
    assert f"exit code {case['exit']}" in example[1]


def case_of(code: str) -> dict:
    case = yaml.load((ERRORS / code / "case.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    assert set(case) <= KEYS
    return case


def project(code: str, case: dict, folder: Path) -> Path:
    if "company" in case:
        shutil.copytree(COMPANY, folder)
    shutil.copytree(ERRORS / code, folder, dirs_exist_ok=True)
    (folder / "case.yaml").unlink()
    for path, target in case.get("link", {}).items():
        if not Path(target).exists():
            pytest.skip(f"this system has no {target}")
        made(folder / path).symlink_to(target)
    for path, size in case.get("sparse", {}).items():
        with made(folder / path).open("wb") as file:
            file.truncate(int(size))
    return folder


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def run(case: dict) -> Done:
    if "before" in case:
        done = expcomp(shlex.split(case["before"]))
        assert done.exit == 0, done.said
    if "state" in case:
        STATES[case["state"]]()
    if "given" not in case:
        with MEANWHILE[case.get("meanwhile", "")]():
            return expcomp(shlex.split(case["run"]))
    try:
        book_from_rows(case["given"], Needs(ZoneInfo("UTC"), "USD"), Place("plans/plan.yaml", 12))
    except Refused as refused:
        told = (f"{finding}\n  help: {finding.help}" if finding.help else str(finding) for finding in refused.findings)
        return Done(refused.exit_code, "", "\n".join(told))
    return Done(0, "", "")


def message(said: str, code: str) -> list[str]:
    """The finding of this code, and its help; of a sheet's warnings the heading and the first one."""
    lines = [line.strip() for line in said.splitlines()]
    at = next((n for n, line in enumerate(lines) if f"{code} {DECLARED[code]}" in line), None)
    assert at is not None, f"{code} is not said:\n{said}"
    is_heading = re.search(r", (warning|note): \d+$", lines[at])
    more = lines[at + 1 : at + 2]
    return [lines[at], *more] if is_heading or (more and more[0].startswith("help: ")) else [lines[at]]

"""The manual: a page for each code, each code with its page, and the commands that print them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import HEAVY, expcomp
from test_tidy import PACKAGE, declared_codes

from expcomp.manual.catalogue import FAMILIES, codes
from expcomp.sources.tables import TABLES

PAGES = sorted((PACKAGE / "manual" / "pages").iterdir())
SECTIONS = ["What it means", "Why it matters", "Example", "What to do"]
DECLARED = declared_codes()


@pytest.mark.parametrize("code", sorted(DECLARED))
def test_every_code_has_a_page(code: str) -> None:
    assert code in codes()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_belongs_to_a_code_and_has_its_sections(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem in DECLARED, "no code of this page is declared"
    assert text.splitlines()[0] == f"# {path.stem} {DECLARED[path.stem]}"
    assert [re.sub(r" \(.*\)", "", title) for title in re.findall(r"^## (.+)$", text, re.MULTILINE)] == SECTIONS
    assert max(map(len, text.splitlines())) <= 120


def test_the_page_of_files_not_recognised_lists_every_table_and_the_columns_it_must_have() -> None:
    page = (PACKAGE / "manual" / "pages" / "D110.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        required = [(own.name,) for own in table.fields if own.required]
        columns = ", ".join(" or ".join(f"`{name}`" for name in group) for group in (*required, *table.any_of))
        assert f"- `{table.name}`: {columns}\n" in page


def test_every_family_has_a_title() -> None:
    assert {code[0] for code in DECLARED} <= set(FAMILIES)


def test_a_code_needs_no_period_and_no_project(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "expcomp", "explain", "l101"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == (PACKAGE / "manual" / "pages" / "L101.md").read_text(encoding="utf-8")
    assert expcomp("manual", "L101").stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "O11"), 'did you mean "O101"?'),
        (("explain", "D1042"), "expcomp explain D1042 --period 2027Q1"),
        (("explain", "acme"), '"acme" is not a code'),
        (("manual", "L110"), 'there is no page for the code "L110"'),
    ],
)
def test_what_is_no_code_is_told_what_to_write(arguments: tuple[str, ...], said: str) -> None:
    done = expcomp(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_list_names_every_page() -> None:
    listed = expcomp("manual").stdout
    for code in codes():
        assert re.search(rf"^  {code}  {DECLARED[code]}$", listed, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["manual"], ["explain", "L101"]])
def test_the_manual_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['expcomp', *{arguments!r}]\n"
        "from expcomp.cli import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminal on this system")
@pytest.mark.parametrize("width", [40, 80])
def test_on_a_terminal_no_line_is_wider_than_it(width: int) -> None:
    command = [sys.executable, "-m", "expcomp", "explain", "L101"]
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm"}
    subprocess.run(command, stdout=theirs, env=environment, check=True)
    os.close(theirs)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", os.read(ours, 65_536).decode())
    os.close(ours)
    assert "What it means" in plain
    assert max(len(line.rstrip()) for line in plain.splitlines()) <= width

"""A description as text, Markdown and HTML, and the command that makes them."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from expcomp.describe.document import Document, Grid, Points, Section, Sentences
from expcomp.output.document_html import to_html
from expcomp.output.document_markdown import to_markdown
from expcomp.output.document_text import to_text

ROOT = Path(__file__).parents[2]
NASTY = "<script>alert(1)</script> [red]&amp;|*\x1b[31m\u202e"
DOCUMENT = Document(
    f"Plan {NASTY}",
    "Lead.",
    (
        Section("First", (Sentences(NASTY), Points(("one", "two")))),
        Section(
            "Second",
            (
                Grid(
                    ("who", "what it is", "amount", "paid at"),
                    (
                        (
                            "ana",
                            "a long story about commission",
                            "1,234,567.00",
                            "booking 1,200.00\nactivation 2,000.00",
                        ),
                    ),
                    "Amounts",
                    frozenset({"amount"}),
                    frozenset({"paid at"}),
                ),
            ),
        ),
    ),
    "The end.",
)
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Every tag closed, and what tags there are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_html_needs_nothing_else_and_runs_nothing() -> None:
    text = to_html([DOCUMENT, DOCUMENT])
    page = Reader(text)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert not re.search(r"(src|href)=\"(?!#)|url\(|@import|\son\w+=", text)
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_html_is_a_page_for_everybody() -> None:
    page = Reader(to_html([DOCUMENT, DOCUMENT]))
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("caption")) == len(page.all("table")) == 2
    assert {attributes["scope"] for attributes in page.all("th")} == {"col", "row"}
    ids = [attributes["id"] for attributes in page.all("h2")]
    assert len(set(ids)) == len(ids) == 4
    assert [attributes["href"] for attributes in page.all("a")] == [f"#{id_}" for id_ in ids]
    assert [attributes["aria-labelledby"] for attributes in page.all("section")] == ids


@pytest.mark.parametrize("width", [30, 40, 80, 100])
def test_text_breaks_no_amount_and_no_word(width: int) -> None:
    text = to_text([DOCUMENT], width)
    for whole in ("1,234,567.00", "booking 1,200.00", "activation 2,000.00", "commission"):
        assert whole in text
    assert "\x1b" not in text
    ours = [line for line in text.splitlines() if "script" not in line]
    assert max(map(len, ours)) <= width


def test_markdown_keeps_a_cell_a_cell() -> None:
    text = to_markdown([DOCUMENT])
    assert "| ana | a long story about commission | 1,234,567.00 | booking 1,200.00<br>activation 2,000.00 |" in text
    assert "\\<script\\>" in text
    assert "- one\n- two" in text


def expcomp(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "expcomp", "describe-plan", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("ending", ["html", "md", "txt"])
def test_a_file_by_its_ending(ending: str, tmp_path: Path) -> None:
    plan = str(ROOT / "plans" / "archetypes" / "cs-led-smb.yaml")
    file = tmp_path / f"plan.{ending}"
    done = expcomp(plan, "--role", "csm", "-o", str(file), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    text = file.read_text(encoding="utf-8")
    assert "CS-led expansion, small business, for the csm" in text
    assert "\x1b" not in text


def test_a_pipe_gets_plain_text() -> None:
    done = expcomp("plans/archetypes/cs-led-smb.yaml")
    assert done.returncode == 0
    assert done.stdout.startswith("CS-led expansion, small business\n")
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_in_a_project_the_plans_in_force_are_told() -> None:
    assert expcomp("-f", "markdown").stdout.startswith("# Expansion compensation\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--role", "cms"), 2, 'C322 no-such-role: no plan has the role "cms"\n  help: did you mean "csm"?'),
        (("-o", "plan.pdf"), 2, "its form is unknown"),
        (("no-such-plan.yaml",), 2, "the plan cannot be read"),
    ],
)
def test_what_goes_wrong_is_told(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = expcomp(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminal on this system")
@pytest.mark.parametrize("width", [40, 80])
def test_on_a_terminal_no_line_is_wider_than_it(width: int) -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm"}
    command = [sys.executable, "-m", "expcomp", "describe-plan", "plans/archetypes/cs-led-smb.yaml"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=theirs, env=environment)
    os.close(theirs)
    printed = b""
    while process.poll() is None or not printed:
        try:
            printed += os.read(ours, 65_536)
        except OSError:  # the other end is closed: all was read
            break
    os.close(ours)
    assert process.wait() == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed.decode())
    assert "What one deal by itself pays" in plain
    assert max(len(line.rstrip()) for line in plain.splitlines()) <= width

"""Every code of plans has a bad plan that says in place what is found in it, and that its page of the manual shows.

`bad/W501.yaml` is one plan; `bad/W522/` is a project whose plans are checked together. A line of one ends with
`# expect: COL CODE` for each finding that stands on it, and nothing else is found.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from test_tidy import declared_codes

from expcomp.diagnostics import Refused
from expcomp.plan.versions import plan_set

from .checking import report

BAD = Path(__file__).parent / "bad"
PLANS = sorted(BAD.iterdir())
PAGES = Path(__file__).parents[2] / "expcomp" / "manual" / "pages"
PLAN_CODES = {code: name for code, name in declared_codes().items() if code[0] in "EW"}
EXPECT = re.compile(rb"# expect: (.+)")

NOT_IN_A_FILE = {"E323", "E336"}
"""No plan at all: there is no file that could say so. No response times: a good plan, that one report cannot use."""


def expected(path: Path) -> Counter[tuple[str, int, int, str]]:
    found: Counter[tuple[str, int, int, str]] = Counter()
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if match := EXPECT.search(line):
            for entry in match[1].decode().split(", "):
                column, code = entry.split()
                found[path.name, number, int(column), code] += 1
    return found


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_bad_plan_is_told_what_it_says(path: Path) -> None:
    files = [path] if path.is_file() else sorted((path / "plans").glob("*.yaml"))
    told = report(path) if path.is_file() else report(project=path)
    found = Counter((Path(f.place.path).name, f.place.line, f.place.column, f.code) for f in told.findings if f.place)
    assert found == sum((expected(file) for file in files), Counter())
    assert path.stem in {finding.code for finding in told.findings}


def test_every_code_of_plans_has_a_bad_plan() -> None:
    assert {path.stem for path in PLANS} == PLAN_CODES.keys() - NOT_IN_A_FILE
    with pytest.raises(Refused, match="E323"):
        plan_set([])


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_the_page_of_a_code_shows_its_bad_plan(path: Path) -> None:
    page = (PAGES / f"{path.stem}.md").read_text(encoding="utf-8")
    for file in [path] if path.is_file() else sorted((path / "plans").glob("*.yaml")):
        for line in file.read_bytes().split(b"\n"):
            if re.search(rb"# expect: .*" + path.stem.encode(), line):
                assert EXPECT.sub(b"", line).decode(errors="replace").rstrip() in page

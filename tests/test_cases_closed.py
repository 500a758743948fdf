"""The golden stories once more, by way of files, `close` and the ledger: the closed sheets hold the same figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from inprocess import expcomp
from properties.company import write
from test_cases import CASES, FILES, differs, known, plan_text

from expcomp.commands.make import sheet_of
from expcomp.commands.project_ledger import closed_sheet
from expcomp.plan.nodes import Block, Items, compose, decode

FOLDERS = ("worked", "pinned", "recovery")
STORED = ("lines", "payees", "moved")
"""What a closed sheet is held against; the rest of a step is about the run before the period was closed."""

LAST_DAYS = {"Q1": "03-31", "Q2": "06-30", "Q3": "09-30", "Q4": "12-31"}


def read(path: Path) -> Block:
    return compose(decode(path.read_bytes(), str(path)), path.name)


def is_story(path: Path) -> bool:
    """Several quarters in order, each posted on the ones before and as of its last day."""
    steps = read(path)["then"]
    return len(steps) > 1 and all(
        step.get("posted") == "previous"
        and step.get("as_of", "").endswith(LAST_DAYS.get(step["period"][4:], "-"))
        and "refused" not in step
        for step in steps
    )


STORIES = [path for path in FILES if path.parent.name in FOLDERS and is_story(path)]


def test_the_worked_examples_are_among_the_stories() -> None:
    names = {path.stem.partition("_")[0] for path in STORIES}
    assert {"w10b", "w14", "w15", "w16", "w16c"} <= names
    assert len(STORIES) > 14


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.relative_to(CASES).with_suffix("").as_posix())
def test_story(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, project = read(path), tmp_path / "project"
    tables = dict(case["given"])
    write_plans(case, project)
    monkeypatch.chdir(project)
    for number, step in enumerate(case["then"]):
        tables |= known(step, step).get("given", {})
        export(tables, project)
        opening = [] if number else ["--opening", "none"]
        done = expcomp(["close", "--period", step["period"], "--prepared-by", "rae", "--allow-old-exports", *opening])
        assert done.exit == 0, done.said
        sheet = sheet_of(closed_sheet, project, step["period"], None, None, None)
        wrong = [text for name in STORED if name in step and (text := differs(name, step, sheet))]
        assert not wrong, "\n".join([case["name"], *wrong])
    assert expcomp(["replay", "--period", case["then"][-1]["period"]]).exit == 0
    assert expcomp(["ledger", "verify"]).exit == 0


def write_plans(case: Block, project: Path) -> None:
    plans = case["plan"] if isinstance(case["plan"], Items) else [case["plan"]]
    (project / "plans").mkdir(parents=True)
    for number, plan in enumerate(plans, 1):
        (project / "plans" / f"plan{number}.yaml").write_text(plan_text(plan), encoding="utf-8")
    (project / "expcomp.yaml").write_text(f"pay_period: {case.get('pay_period', 'quarter')}\n", encoding="utf-8")


def export(tables: dict[str, Items], project: Path) -> None:
    """The tables of a step as files, in place of the last ones."""
    for old in (project / "sample_data").glob("*.csv"):
        old.unlink()
    (project / "sample_data").mkdir(exist_ok=True)
    (project / "sample_data").rmdir()
    completed = {name: [complete(name, row) for row in rows] for name, rows in tables.items()}
    write(project, completed)


def complete(table: str, row: Block) -> dict[str, str]:
    """What cases leave out: a deal is won, a signal was identified when it was routed."""
    missing = {"deals": {"won": "true"}, "signals": {"identified_at": row.get("routed_at", "")}}
    return {**missing.get(table, {}), **{key: str(value) for key, value in row.items()}}

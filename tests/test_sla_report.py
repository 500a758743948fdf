"""`expcomp sla-report` as a program: forms, exit codes, the sample company, and what may not change a byte."""

import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from bench.signals import write_signals

from expcomp.cli import app
from expcomp.commands.run import guarded

ROOT = Path(__file__).parents[1]
MONTH_END = "2027-03-31T17:00"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Done:
    """In this process: the many runs of this file would spend their time importing pandas."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(ROOT):
        code = guarded(lambda: app(["sla-report", *arguments]))
    return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def sample() -> dict:  # type: ignore[type-arg]
    return json.loads(run("--as-of", MONTH_END, "--format", "json").stdout)


def target(report: dict, signal: str, name: str) -> dict:  # type: ignore[type-arg]
    return next(t for t in report["targets"] if (t["signal_id"], t["target"]) == (signal, name))


def test_a_breach_over_a_weekend_on_which_the_clocks_went_forward(sample: dict) -> None:  # type: ignore[type-arg]
    """Friday 16:30 to Monday 09:30 is 65 h on the wall and 64 h of time; 60 h over 4 h; open: 30 min and 30 min."""
    found = target(sample, "1S01A00195", "acknowledge")
    assert (found["state"], found["elapsed_s"], found["overrun_s"]) == ("breached", 64 * 3600, 60 * 3600)
    assert (found["business_s"], found["owner"], found["due_at"]) == (3600, "eli", "2027-03-13T01:30:00Z")


def test_late_by_the_clock_and_not_by_business_hours(sample: dict) -> None:  # type: ignore[type-arg]
    """Thursday 16:00 to Friday 09:45: 17 h 45, of which 1 h and 45 min were open."""
    found = target(sample, "1S01A00189", "acknowledge")
    assert (found["elapsed_s"], found["business_s"]) == (17 * 3600 + 2700, 6300)
    assert (found["state"], found["overrun_s"], found["owner"]) == ("breached", 13 * 3600 + 2700, "ben")


def test_never_answered(sample: dict) -> None:  # type: ignore[type-arg]
    """223 h since Monday 22 March 10:00, against 24 h and 72 h."""
    for name, limit in (("acknowledge", 24), ("contact", 72)):
        found = target(sample, "1S01A00198", name)
        assert (found["state"], found["elapsed_s"]) == ("breached_open", 223 * 3600)
        assert (found["overrun_s"], found["owner"], found["manager"]) == ((223 - limit) * 3600, "ana", "mia")


def test_never_routed(sample: dict) -> None:  # type: ignore[type-arg]
    unrouted = {signal["signal_id"]: signal for signal in sample["unrouted"]}
    assert unrouted["1S01A00165"]["csm"] == "dee"
    assert len(unrouted) == sample["summary"]["unrouted"] == 14
    assert not unrouted.keys() & {t["signal_id"] for t in sample["targets"]}


def test_a_pause_does_not_count(sample: dict) -> None:  # type: ignore[type-arg]
    """167 h 30 less 120 h."""
    found = target(sample, "1S01A00196", "contact")
    assert (found["state"], found["elapsed_s"], found["paused_s"]) == ("met", 47 * 3600 + 1800, 120 * 3600)


def test_the_naive_rate_differs_and_says_why(sample: dict) -> None:  # type: ignore[type-arg]
    summary = sample["summary"]
    met, late, unanswered = (summary[name] for name in ("met", "breached", "breached_open"))
    assert summary["rate"] == [str(met), str(met + late + unanswered)]
    assert summary["closed_only_rate"] == [str(met), str(met + late)]
    assert unanswered == 2
    text = run("--as-of", MONTH_END).stdout
    assert "85.6% in time: 261 of 305 due, 42 late, 2 late and open (answered only: 86.1%)" in text
    assert "of those answered alone it is 86.1%, which leaves out the 2 late and still open" in text


def test_the_json_contract(sample: dict) -> None:  # type: ignore[type-arg]
    assert list(sample)[:5] == ["schema_version", "command", "as_of", "summary", "targets"]
    assert (sample["schema_version"], sample["command"], sample["as_of"]) == (1, "sla-report", "2027-03-31T21:00:00Z")
    assert list(sample["targets"][0])[:11] == [
        "signal_id", "account_id", "urgency", "target", "state", "elapsed_s", "business_s", "due_at", "owner",
        "manager", "severity",
    ]  # fmt: skip
    counted = sum(sample["summary"][n] for n in ("met", "breached", "breached_open", "not_due", "paused", "void",
                                                  "no_owner"))  # fmt: skip
    assert counted == len(sample["targets"])
    assert all((t["severity"] is not None) == t["state"].startswith("breached") for t in sample["targets"])


def test_csv_has_every_target_and_column(sample: dict) -> None:  # type: ignore[type-arg]
    rows = list(csv.DictReader(io.StringIO(run("--as-of", MONTH_END, "--format", "csv").stdout)))
    assert [row["signal_id"] for row in rows] == [t["signal_id"] for t in sample["targets"]]
    assert {name: str(value or "") for name, value in sample["targets"][7].items() if name != "overrun_s"} == {
        name: rows[7][name] if rows[7][name] != "0" else "" for name in sample["targets"][7] if name != "overrun_s"
    }


def test_the_clock_is_read_and_printed() -> None:
    told = json.loads(run("--format", "json").stdout)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["as_of"])


@pytest.mark.parametrize(("text", "instant"), [
    ("2027-03-31", "2027-04-01T03:59:59Z"), ("2027-03-31T17:00", "2027-03-31T21:00:00Z"),
    ("2027-03-31T21:00Z", "2027-03-31T21:00:00Z"), ("2027-03-31 23:00+02:00", "2027-03-31T21:00:00Z"),
])  # fmt: skip
def test_as_of(text: str, instant: str) -> None:
    assert json.loads(run("--as-of", text, "--format", "json").stdout)["as_of"] == instant


@pytest.mark.parametrize(("arguments", "said"), [
    (("--as-of", "yesterday"), 'C307 not-an-instant: --as-of: "yesterday" is no instant of America/New_York'),
    (("--as-of", "2027-03-14T02:30"), "C307 not-an-instant"),  # the clocks went from 02:00 to 03:00
    (("--week", "2027-12"), 'C308 not-a-week: --week: "2027-12" is no week of a year: write it like 2027-W12'),
    (("--week", "2027-W60"), "C308 not-a-week"),
    (("--owner", "anna"), 'C304 nobody-to-show: no payee has the payee_id "anna"\n  help: did you mean "ana"?'),
    (("--segment", "midmarket"), 'did you mean "mid_market"?'),
    (("-o", "sla.pdf"), "C305 unknown-ending"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_said(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert not done.stdout


def test_a_view_of_one_week_owner_and_segment(sample: dict) -> None:  # type: ignore[type-arg]
    def shown(*arguments: str) -> list[dict]:  # type: ignore[type-arg]
        return json.loads(run("--as-of", MONTH_END, "--format", "json", *arguments).stdout)["targets"]

    week = [t for t in sample["targets"] if t["due_week"] == "2027-W07"]
    assert shown("--week", "2027-W07") == week != []
    assert {t["owner"] for t in shown("--owner", "ANA")} == {"ana"}
    assert len(shown("--manager", "mia")) == len(sample["targets"])
    assert {t["segment"] for t in shown("--segment", "smb")} == {"smb"}


def test_fail_on_breach() -> None:
    assert run("--as-of", MONTH_END, "--fail-on", "breach").returncode == 1
    assert run("--as-of", MONTH_END, "--fail-on", "breach", "--week", "2027-W11", "--owner", "ben").returncode == 0
    assert run("--as-of", MONTH_END).returncode == 0


def test_a_plan_without_response_times(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    plan = (ROOT / "plans" / "expansion.yaml").read_text("utf-8")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "expansion.yaml").write_text(re.sub(r"  sla:\n(    .*\n)+", "", plan), "utf-8")
    done = run("--project", str(tmp_path))
    assert (done.returncode, done.stdout) == (4, "")
    assert "E336 no-response-times" in done.stderr


def test_notes_to_managers(tmp_path: Path) -> None:
    """One file, for mia; tom leads CSMs, and nobody stands above them."""
    folder = tmp_path / "notes"
    first = run("--as-of", MONTH_END, "--notes", str(folder))
    assert [path.name for path in folder.iterdir()] == ["mia.md"]
    assert "mia.md: written" in first.stderr
    note = (folder / "mia.md").read_text("utf-8")
    assert "- Evergreen Rail (warm, 1S01A00198): contact by Ana Reyes was due 2027-03-25 10:00, 6 days late" in note
    assert (folder / "mia.md").stat().st_mode & 0o077 == 0
    assert "mia.md: unchanged" in run("--as-of", MONTH_END, "--notes", str(folder)).stderr

    refused = run("--as-of", "2027-03-29", "--notes", str(folder))

    assert (refused.returncode, "O101 file-exists" in refused.stderr) == (7, True)
    assert (folder / "mia.md").read_text("utf-8") == note
    assert run("--as-of", "2027-03-29", "--notes", str(folder), "--force").returncode == 0


def test_markdown_is_a_chat_message() -> None:
    text = run("--as-of", MONTH_END, "--format", "markdown").stdout
    assert len(text) < 1500
    assert "|" not in text
    assert "- 85.6% in time: 261 of 305 due" in text


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company of 400 signals in three zones, paused and handed over, without a fault that would name a row."""
    folder = tmp_path_factory.mktemp("answers")
    write_signals(folder, 400)
    data = folder / "data"
    tables = {name: (data / f"{name}.csv").read_text("utf-8").splitlines() for name in ("accounts", "payees")}
    accounts = [row["account_id"] for row in csv.DictReader(tables["accounts"])]
    people = [row["payee_id"] for row in csv.DictReader(tables["payees"]) if row["role"] == "ae"]
    handed = [f"{a},ae,{people[0]},2020-01-01,2026-05-31\n{a},ae,{people[1]},2026-06-01,\n" for a in accounts[:30]]
    (data / "assignments.csv").write_text("account_id,role,payee,from,to\n" + "".join(handed), "utf-8")
    return folder


def told(project: Path, *form: str, cwd: Path = ROOT, **environment: str) -> str:
    """In a process of its own."""
    command = [sys.executable, "-m", "expcomp", "sla-report", "--project", str(project), "--as-of", INSTANT, *form]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, check=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    ).stdout  # fmt: skip


INSTANT = "2026-11-30T12:00Z"
FORMS = [("--format", "json"), ("--format", "csv"), ("--format", "markdown"), ()]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: "-".join(form) or "table")
def test_the_machine_and_the_order_of_rows_change_no_byte(
    project: Path, tmp_path: Path, form: tuple[str, ...]
) -> None:  # fmt: skip
    text = told(project, *form)
    elsewhere = {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "7", "COLUMNS": "40"}
    assert told(project, *form, cwd=tmp_path, **elsewhere) == text
    shuffled = tmp_path / "shuffled"
    shutil.copytree(project, shuffled)
    for path in sorted((shuffled / "data").glob("*.csv")):
        header, *rows = path.read_text("utf-8").splitlines(keepends=True)
        random.Random(3).shuffle(rows)
        path.write_text("".join([header, *rows]), "utf-8")
    assert told(shuffled, *form) == text
    assert "then" in text if "csv" in form else text

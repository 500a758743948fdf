"""`expcomp validate-plan` as people and machines meet it: exit codes, formats, folders, a terminal and a pipe."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
BAD = HERE / "bad"


def validate(
    *arguments: str | Path, cwd: Path = ROOT, code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "expcomp", "validate-plan", *map(str, arguments), "--as-of", "2027-03-15"]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env=os.environ | environment, timeout=60
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_exit_codes() -> None:
    validate(HERE / "clean.yaml", "--strict")
    validate(BAD / "W505.yaml")
    validate(BAD / "W505.yaml", "--strict", code=1)
    validate(BAD / "E301.yaml", "--strict", code=4)
    validate(BAD / "E401.yaml", code=4)
    validate(BAD / "E401.yaml", "--no-examples", "--strict")
    assert "C201" in validate("no-such-plan.yaml", code=2).stdout
    assert (
        "C303"
        in subprocess.run(
            [sys.executable, "-m", "expcomp", "validate-plan", "--as-of", "March"],
            capture_output=True,
            text=True,
            check=False,
        ).stderr
    )


def test_without_arguments_the_plans_of_the_project() -> None:
    assert validate("--strict", "--no-examples").stdout == "1 plan, as of 2027-03-15: no findings\n"
    assert "E321" in validate("--project", BAD / "E321", code=4).stdout


def test_a_project_without_plans_says_so(tmp_path: Path) -> None:
    for _ in range(2):  # without the folder, then with an empty one
        done = validate("--project", tmp_path, code=2)
        assert "C202 no-plans-folder" in done.stderr
        assert done.stdout == ""
        (tmp_path / "plans").mkdir(exist_ok=True)


def test_several_files_and_folders_and_versions_among_them() -> None:
    said = validate(HERE / "clean.yaml", ROOT / "plans" / "archetypes", "--no-examples").stdout
    assert said == "3 plans, as of 2027-03-15: no findings\n"
    first, second = BAD / "W523" / "plans" / "first.yaml", BAD / "W523" / "plans" / "second.yaml"
    assert "W523 versions-gap" in validate(second, first, "--no-examples").stdout
    assert "no findings" in validate(second, "--no-examples").stdout


def test_text_shows_the_line_and_a_caret() -> None:
    assert validate(BAD / "E204.yaml", cwd=BAD, code=4).stdout == (
        'E204.yaml:16:23 E204 ambiguous-number: "5" could mean 5% or 500%: write a share with its %\n'
        "  16 |   - {role: csm, rate: 5}  # expect: 23 E204\n"
        "     |                       ^\n"
        "\n"
        "1 plan, as of 2027-03-15: 1 error\n"
    )


def test_a_failed_example_says_expected_got_and_the_arithmetic() -> None:
    said = validate(BAD / "E401.yaml", code=4).stdout
    assert "ana credit:ae booking: expected 200.00, got 192.00" in said
    assert "10,000.00 × 60% = 6,000.00" in said
    assert "6,000.00 × 8% = 480.00" in said
    (finding,) = json.loads(validate(BAD / "E401.yaml", "-f", "json", code=4).stdout)["findings"]
    assert any("480.00" in line for line in finding["arithmetic"])


def test_json() -> None:
    told = json.loads(validate(BAD / "W505.yaml", "-f", "json", cwd=BAD).stdout)
    assert (told["schema_version"], told["command"], told["errors"], told["warnings"]) == (1, "validate-plan", 0, 1)
    (plan,) = told["plans"]
    assert (plan["path"], plan["id"], plan["version"]) == ("W505.yaml", "small", 1)
    (finding,) = told["findings"]
    assert (finding["code"], finding["name"], finding["severity"]) == ("W505", "clawback-window", "warning")
    assert (finding["place"], finding["line"], finding["column"]) == ("W505.yaml:24:33", 24, 33)


def test_github_annotations() -> None:
    said = validate(BAD / "W505.yaml", "-f", "github", cwd=BAD).stdout
    assert said.startswith("::warning file=W505.yaml,line=24,col=33,title=W505 clawback-window::churn takes back until")
    assert said.count("\n") == 1
    assert "::error file=" in validate(BAD / "E301.yaml", "-f", "github", code=4).stdout
    assert "100%25" in validate(BAD / "E301.yaml", "-f", "github", code=4).stdout


def test_sarif() -> None:
    told = json.loads(validate(BAD / "W505.yaml", "-f", "sarif", cwd=BAD).stdout)
    assert told["version"] == "2.1.0"
    (run,) = told["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "W505"
    assert result["level"] == "warning"
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "W505.yaml"}, "region": {"startLine": 24, "startColumn": 33}}
    assert json.loads(validate(HERE / "clean.yaml", "-f", "sarif").stdout)["runs"][0]["results"] == []


def test_text_of_a_plan_never_acts_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    text = (HERE / "clean.yaml").read_text("utf-8").replace("tier: all", 'tier: "a\\e[31m\\u202ell"')
    path.write_text(text.replace("csm: 40%", "csm: 30%"), "utf-8")
    for form in ("text", "json", "github", "sarif"):
        said = validate(path, "-f", form, code=4).stdout
        assert "\x1b" not in said
        assert "\u202e" not in said


def on_terminal(columns: int, *arguments: str, **environment: str) -> str:
    """What a terminal of this width is sent."""
    mother, child = pty.openpty()
    command = [sys.executable, "-m", "expcomp", "validate-plan", *arguments, "--as-of", "2027-03-15"]
    env = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color", **environment}
    with subprocess.Popen(command, cwd=BAD, stdout=child, stderr=child, env=env) as process:
        os.close(child)
        said = b""
        while True:
            try:
                part = os.read(mother, 65536)
            except OSError:
                break
            said += part
        process.wait(timeout=60)
    os.close(mother)
    return said.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_gets_whole_words_and_colour(columns: int) -> None:
    said = on_terminal(columns, "W508.yaml", "--no-examples", NO_COLOR="1")
    assert "\x1b" not in said
    assert "\x1b[33m" in on_terminal(columns, "W508.yaml", "--no-examples", NO_COLOR="")
    told = said.split("\n  19 |")[0]
    assert all(len(line) <= columns for line in told.splitlines())
    assert " ".join(told.split()) == validate("W508.yaml", "--no-examples", cwd=BAD).stdout.splitlines()[0]


def test_the_hook_of_pre_commit_runs() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["entry"].split()[0] == "expcomp"
    assert not hook["pass_filenames"]
    validate(*hook["entry"].split()[2:])


def test_no_examples_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['expcomp', 'validate-plan', '--no-examples', '--probe', 'plans/expansion.yaml']\n"
        "from expcomp.cli import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('pandas', 'pyarrow', 'numpy', 'rich', 'openpyxl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"

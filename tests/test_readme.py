"""The README is true: its console blocks print what it shows, and its other commands run."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ (expcomp [^\n]+)\n(.*?)```", README, re.DOTALL)
SHELL = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
GAP = "…"


def expcomp(command: str, cwd: Path, *more: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", *shlex.split(command), *more]
    return subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, check=False)


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=[command for command, _ in CONSOLE])
def test_console_block(command: str, shown: str) -> None:
    done = expcomp(command, ROOT)
    assert done.returncode == 0, done.stderr
    printed, at = trimmed(done.stdout), 0
    for part in "\n".join(trimmed(shown)).split(GAP):
        wanted = part.strip("\n").splitlines()
        if not wanted:
            continue
        found = next((k for k in range(at, len(printed)) if printed[k : k + len(wanted)] == wanted), None)
        assert found is not None, f"{command} does not print:\n" + "\n".join(wanted)
        at = found + len(wanted)


def test_every_other_command_runs(tmp_path: Path) -> None:
    for folder in ("plans", "sample_data"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    commands = [line for line in SHELL if line.startswith("expcomp ")]
    assert len(commands) >= 3
    for command in commands:
        done = expcomp(command, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stderr}"


def test_the_set_up_commands_are_the_ones_ci_runs() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert len([line for line in SHELL if line.startswith("python3 -m venv")]) == 2
    assert "README.md" in gate

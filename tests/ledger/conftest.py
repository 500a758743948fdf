"""A small company in the working folder: deals of three quarters, ten per cent each."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from inprocess import Done, expcomp

COMPANY = Path(__file__).parents[1] / "company"
Run = Callable[[str], Done]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "company"
    shutil.copytree(COMPANY, root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
def closed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("closed") / "company"
    shutil.copytree(COMPANY, root)
    done(f"close --period 2027Q1 --opening computed --prepared-by kim --project {root}")
    return root


@pytest.fixture
def closed(closed_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """2027Q1 is closed by kim; before it everything earned was paid."""
    root = tmp_path / "company"
    shutil.copytree(closed_once, root)
    monkeypatch.chdir(root)
    return root


def run(command: str) -> Done:
    return expcomp(command.split())


def done(command: str) -> str:
    """What a command printed that has to end well."""
    ended = run(command)
    assert ended.exit == 0, ended.said
    return ended.out


def replace(path: str, old: str, new: str) -> None:
    file = Path(path)
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


DEALS = "sample_data/deals.csv"
LEDGER_RECEIPT = Path("expcomp.ledger.receipt")

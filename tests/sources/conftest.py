"""A small project folder to write exports into, and short ways to read it or to be refused."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from expcomp.diagnostics import Finding, Refused
from expcomp.sources.book import Book, FileAccount, Needs
from expcomp.sources.config import load_config
from expcomp.sources.read import read_book

NEEDS = Needs(ZoneInfo("America/New_York"), "USD")

PAYEES = (
    "payee_id,role,name,email,crm_id\n"
    "ana,ae,Ana Reyes,ana.reyes@example.com,005Hr00000858Ge\n"
    "cam,csm,Cam Ortiz,cam.ortiz@example.com,\n"
)
DEAL_HEADER = "deal_id,account_id,motion,acv,close_date,won,owner"


def deals(*rows: str, header: str = DEAL_HEADER) -> str:
    """A deals file of one line a row."""
    return "\n".join([header, *rows]) + "\n"


class Project:
    """A folder with payees; `write` adds files to its data folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "sample_data").mkdir()
        self.write("payees.csv", PAYEES)

    def write(self, name: str, content: str | bytes) -> "Project":
        data = content if isinstance(content, bytes) else content.encode()
        (self.root / "sample_data" / name).write_bytes(data)
        return self

    def config(self, text: str) -> "Project":
        (self.root / "expcomp.yaml").write_text(text, "utf-8")
        return self

    def read(self, needs: Needs = NEEDS) -> Book:
        return read_book(load_config(self.root), self.root, needs)

    def account(self, name: str) -> FileAccount:
        return next(account for account in self.read().files if account.path.endswith(name))

    def refused(self, needs: Needs = NEEDS) -> list[Finding]:
        """The errors, which there must be; notes that come with them are left out."""
        with pytest.raises(Refused) as caught:
            self.read(needs)
        assert caught.value.exit_code == 3
        return [finding for finding in caught.value.findings if finding.severity == "error"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def read_deals(project: Project) -> Callable[..., pd.DataFrame]:
    """Rows of a deals file → its frame."""
    return lambda *rows, **options: project.write("deals.csv", deals(*rows, **options)).read()["deals"]


@pytest.fixture
def refuse_deals(project: Project) -> Callable[..., list[str]]:
    """Rows of a deals file → its errors, as printed."""
    return lambda *rows, **options: [
        str(finding) for finding in project.write("deals.csv", deals(*rows, **options)).refused()
    ]

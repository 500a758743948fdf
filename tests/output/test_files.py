"""Writing: all or nothing, for the owner only, never over somebody else's file."""

import os
from pathlib import Path

import pytest

from expcomp.diagnostics import Refused
from expcomp.output.files import write_atomic


def test_a_new_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    assert write_atomic(path, [b"pay"])
    assert path.read_bytes() == b"pay"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_identical_content_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    write_atomic(path, [b"pay"])
    before = path.stat().st_mtime_ns
    assert not write_atomic(path, [b"pay"])
    assert path.stat().st_mtime_ns == before


def test_another_runs_file_is_refused_without_force(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(b"other")
    with pytest.raises(Refused) as refused:
        write_atomic(path, [b"pay"])
    assert (refused.value.findings[0].code, refused.value.exit_code) == ("O101", 7)
    assert path.read_bytes() == b"other"
    assert write_atomic(path, [b"pay"], force=True)
    assert path.read_bytes() == b"pay"


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target, path = tmp_path / "elsewhere.csv", tmp_path / "sheet.csv"
    target.write_bytes(b"precious")
    path.symlink_to(target)
    with pytest.raises(Refused):
        write_atomic(path, [b"precious"])
    assert write_atomic(path, [b"pay"], force=True)
    assert target.read_bytes() == b"precious"
    assert not path.is_symlink()


def test_what_a_killed_run_left_is_cleaned_up(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    (tmp_path / ".expcomp-sheet.csv-abc123").write_bytes(b"half")
    (tmp_path / ".expcomp-other.csv-abc123").write_bytes(b"half")
    write_atomic(path, [b"pay"])
    assert {p.name for p in tmp_path.iterdir()} == {"sheet.csv", ".expcomp-other.csv-abc123"}


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(b"good")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused) as refused:
        write_atomic(path, [b"pay"], force=True)
    assert "No space left" in refused.value.findings[0].message
    assert path.read_bytes() == b"good"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        write_atomic(tmp_path / "nowhere" / "sheet.csv", [b"pay"])
    assert refused.value.findings[0].code == "O102"

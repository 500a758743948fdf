"""Plans by file, by folder, or those of the project: read for a check, which collects what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from expcomp.commands.instant import read_day
from expcomp.diagnostics import Code, Finding, Place, Refused
from expcomp.lint.versions import by_id
from expcomp.plan.load import load_plan, shown
from expcomp.plan.model import Plan
from expcomp.plan.versions import disagreements, same_day

NO_PLANS = Code("C202", "no-plans-folder")


@dataclass(frozen=True)
class PlansRead:
    """Valid plans, the findings of all files, their lines by path as shown; `together`: they pay side by side."""

    today: date
    together: bool
    files: int
    plans: list[Plan] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sources: dict[str, list[str]] = field(default_factory=dict)


def read_plans(named: Sequence[Path] | None, project: Path | None, as_of: str | None) -> PlansRead:
    """Raises `Refused` (C-codes) where there is nothing to check."""
    today = read_day("--as-of", as_of) if as_of else datetime.now().astimezone().date()
    in_folders = (plan_files(each, each.as_posix()) if each.is_dir() else [each] for each in named or ())
    folders = list(in_folders) if named else [_of_project(project)]
    files = [path for folder in folders for path in folder]
    read = PlansRead(today, together=not named, files=len(files))
    for path in files:
        name = shown(path.absolute(), Path.cwd())
        try:
            read.sources[name] = _lines(path)
            read.plans.append(load_plan(path, name))
        except Refused as refused:
            read.findings.extend(refused.findings)
    read.findings.extend(_among(read.plans, together=read.together))
    return read


def _of_project(project: Path | None) -> list[Path]:
    from expcomp.sources.config import find_project, load_config

    root = find_project(None, project).root
    folder = load_config(root).plans
    return plan_files(root / folder, folder)


def plan_files(folder: Path, named: str) -> list[Path]:
    """The plans of a folder. Raises `Refused` (C202) where there is none."""
    files = sorted(file for file in folder.glob("*.y*ml") if file.suffix in (".yaml", ".yml") and file.is_file())
    if not files:
        there = "put a plan there (expcomp manual C202 shows a small one)"
        help_ = f"{there}, name one with --plan, or say  plans:  in expcomp.yaml"
        raise Refused(NO_PLANS.at(Place(f"{named}/"), "there is no plan (*.yaml) in this folder", help_))
    return files


def _lines(path: Path) -> list[str]:
    """For showing; what cannot be read is told by the reader of plans."""
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []


def _among(plans: Sequence[Plan], *, together: bool) -> Iterator[Finding]:
    """Errors between plans: of one id always, of several ids where they pay side by side."""
    ids = by_id(plans)
    for versions in [[plan for each in ids for plan in each]] if together and ids else ids:
        yield from same_day(versions)
        yield from disagreements(versions)

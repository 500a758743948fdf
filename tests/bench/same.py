"""Whether expcomp and the job by hand write the same lines, and by how many the floats of the pandas script are off."""

import filecmp
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from .jobs import analyst, by_hand, payout
from .measure import run

KEY = ["payee_id", "deal_id", "component", "milestone"]


def same_lines(project: Path) -> tuple[bool, str]:
    """All columns of all lines, byte by byte."""
    project = project.resolve()
    with TemporaryDirectory(dir=project) as name:
        tool, hand, floats = (Path(name) / f"{name_}.csv" for name_ in ("expcomp", "by_hand", "pandas"))
        run(payout(project, tool))
        run(by_hand(project, hand))
        if not filecmp.cmp(tool, hand, shallow=False):
            return False, _differences("expcomp", tool, "by hand", hand)
        run(analyst(project, floats))
        said = f"expcomp and the job by hand write the same {tool.stat().st_size:,} bytes\n"
        return True, said + _differences("by hand", hand, "pandas", floats)


def _differences(one: str, first: Path, other: str, second: Path) -> str:
    left, right = (pd.read_csv(path, dtype=str, keep_default_na=False).set_index(KEY) for path in (first, second))
    both = left.index.intersection(right.index)
    told = [f"{len(left)} lines {one}, {len(right)} {other}, {len(both)} keys in both"]
    ours, theirs = left.loc[both], right.loc[both]
    for column in [name for name in left if name in right]:
        differ = (ours[column] != theirs[column]).to_numpy()
        if differ.any():
            at = both[differ][0]
            example = f"{' '.join(at)}: {ours[column][differ].iat[0]} and {theirs[column][differ].iat[0]}"
            told.append(f"{column}: {differ.sum()} lines differ ({differ.mean():.1%}), as {example}")
    missing = left.index.symmetric_difference(right.index)
    told += [f"only in one: {' '.join(key)}" for key in missing[:5]]
    return "\n".join(told) + "\n"

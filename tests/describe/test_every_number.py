"""Every number of a plan, and every name in it, stands in its description."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from differential.dice import Dice
from differential.plans import make_plans, to_yaml

from expcomp.describe.describe import SECTIONS, describe
from expcomp.output.document_text import to_text
from expcomp.plan.load import bind_plan
from expcomp.plan.nodes import Block, Items, Node, compose

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "plans").rglob("*.yaml"), *(ROOT / "tests" / "cases" / "plans").glob("*.yaml")])
UNITS = {"h": "hours", "week": "weeks", "year": "months"}
TOKEN = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)|(?P<share>\d+(?:\.\d+)?)%"
    r"|(?P<count>\d+) ?(?P<unit>h|hours?|days?|weeks?|months?|years?)\b"
    r"|(?P<number>\d[\d_]*(?:\.\d+)?)(?P<suffix>[kM]?)\b"
)
NAMES = ("tier", "schedule", "name", "segment")


def described(text: str) -> str:
    """The whole text on one line, so that no wrapping parts a number from its unit."""
    return " ".join(to_text([describe(bind_plan(text, "plan.yaml"))], width=100_000).split())


def scalars(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Block):
        for key, value in node.items():
            yield from scalars(value, (*path, key))
    elif isinstance(node, Items):
        for at, value in enumerate(node):
            yield from scalars(value, (*path, str(at)))
    else:
        yield path, str(node)


def forms(scalar: str) -> Iterator[list[str]]:
    """For each number in a value as the plan writes it, how people may read it: `60k` → 60,000."""
    for found in TOKEN.finditer(scalar):
        if found["date"]:
            yield [found["date"]]
        elif found["share"]:
            yield [f"{plain(found['share'])}%"]
        elif found["count"]:
            unit = UNITS.get(found["unit"].removesuffix("s"), found["unit"].removesuffix("s") + "s")
            count = int(found["count"]) * (12 if "year" in found["unit"] else 1)
            yield [f"{count} {unit}"] if count != 1 else [f"1 {unit.removesuffix('s')}", unit.removesuffix("s")]
        else:
            value = Decimal(found["number"].replace("_", "")) * {"": 1, "k": 1_000, "M": 1_000_000}[found["suffix"]]
            yield [f"{value:,}", f"{value.normalize():,f}", *as_given(found[0])]


def as_given(number: str) -> list[str]:
    """Rows of examples and times of day stand as they are; `60k` and `3_200` are forms of plans alone."""
    return [] if re.search(r"[_kM]", number) else [number]


def plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def holds(text: str, form: str) -> bool:
    """The form stands there whole, not as a part of a longer number."""
    return re.search(rf"(?<![\d.,]){re.escape(form)}(?![\d]|[.,]\d)", text) is not None


def missing(text: str) -> list[str]:
    told, tree = described(text), compose(text, "plan.yaml")
    first = first_accelerators(tree)
    found = []
    for path, scalar in scalars(tree):
        if path[0] == "accelerators" and path[1] not in first:
            continue  # only the first of a role counts
        found += [f"{'.'.join(path)}: {scalar}" for one in forms(scalar) if not any(holds(told, form) for form in one)]
        if path[-1] in NAMES and path[0] not in ("examples", "plan") and scalar not in told:
            found.append(f"{'.'.join(path)}: {scalar}")
    return found


def first_accelerators(tree: Node) -> set[str]:
    rules = tree.get("accelerators", []) if isinstance(tree, Block) else []
    roles = [rule["role"] for rule in rules]
    return {str(at) for at, role in enumerate(roles) if roles.index(role) == at}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_of_every_plan(path: Path) -> None:
    assert missing(path.read_text(encoding="utf-8")) == []


RARE = """\
events: {churn_grace: 17 days}
allow: [{code: W504, why: "18 pilots", until: 2031-02-03}]
retention: {window: 13 months, cohort: month, rollup: parent, min_accounts: 19, reactivation_reset: 23 months,
  strict_lapse: true, grr_path: running_min, baseline_offset: 3, targets: [{nrr: 101.25%, grr: 77%}]}
recovery: {at_most: 37.5%, carry_forward: false}
"""


def test_of_blocks_that_no_shipped_plan_has() -> None:
    text = (ROOT / "tests" / "cases" / "plans" / "flat.yaml").read_text(encoding="utf-8")
    assert not re.search(r"^(events|allow|retention|recovery):", text, re.MULTILINE)
    assert missing(text + RARE) == []


@pytest.mark.parametrize("seed", range(5))
def test_of_plans_at_random(seed: int) -> None:
    _, trees = make_plans(Dice(seed))
    for tree in trees:
        assert missing(to_yaml(tree)) == []


def test_a_block_that_is_not_told_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "plans" / "expansion.yaml").read_text(encoding="utf-8")
    monkeypatch.delitem(SECTIONS, "Caps")
    monkeypatch.delitem(SECTIONS, "SPIFFs")
    # the SPIFF's last day is that of an example too
    assert [line.split(":")[0] for line in missing(text)] == ["caps.0.limit", "spiffs.0.pays", "spiffs.0.budget"]


def test_a_number_that_is_not_told_is_found() -> None:
    """60,000 is no part of 160,000, and 5% none of 25%."""
    assert not holds("at most 160,000 USD", "60,000")
    assert not holds("25% and 0.5%", "5%")
    assert holds("a cap of 60,000 USD.", "60,000")

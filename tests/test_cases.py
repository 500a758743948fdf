"""Golden cases: each YAML file below `cases/` is a story, compared exactly. Form: `cases/README.md`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

import pandas as pd
import pytest

from expcomp.diagnostics import Refused
from expcomp.money import to_text
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import to_day, to_iso
from expcomp.plan.load import bind_plan
from expcomp.plan.model import SPANS
from expcomp.plan.needs import needs_of
from expcomp.plan.nodes import Block, Items, Node, Text, compose, decode
from expcomp.plan.scalars import read_date
from expcomp.plan.versions import plan_set
from expcomp.sources.archived import carry
from expcomp.sources.book import Book
from expcomp.sources.given import book_from_rows
from expcomp.sources.pinned import no_pins
from expcomp.sources.posted import REQUIRED, read_posted

CASES = Path(__file__).parent / "cases"
FILES = sorted(path for path in CASES.rglob("*.yaml") if path.parent.name != "plans")
BLOCK = re.compile(r"^(\w+):.*\n?(?:(?!\w).*\n?)*", re.MULTILINE)

NAMES = {"payee": "payee_id", "deal": "deal_id", "brought": "brought_forward", "carried": "carried_forward"}
LINE = "payee deal component milestone amount"
TABLES = {
    "lines": f"{LINE} kind reason on period_earned period tier changed before after",
    "payees": "period payee currency gross clawback brought recovered paid carried written_off",
    "waiting": f"{LINE} state deadline",
    "not_paid": "deal reason",
    "unpaid_parts": f"{LINE} reason",
    "moved": "deal",
    "drift": "deal payee fact pinned now standing",
    "to_pin": "deal payee milestone fact value moved_by",
}
"""The frames of a sheet that a step may state, and its words for their columns (NAMES, where they differ)."""

CASE = ("name", "why", "plan", "pay_period", "given", "then")
STEP = ("period", "as_of", "stands_on", "posted", "archive", "given", "refused", "notices", *TABLES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CASES).with_suffix("").as_posix())
def test_case(path: Path, tmp_path: Path) -> None:
    case = known(compose(decode(path.read_bytes(), str(path)), str(path.relative_to(CASES))), CASE)
    tables, earlier, pinned, archive = dict(case["given"]), [], [no_pins()], []
    for step in case["then"]:
        tables |= known(step, STEP).get("given", {})
        try:
            before = posted(step, earlier, pinned, tmp_path / "posted.csv")
            sheet = run(case, step, tables, before, archive)
        except Refused as refused:
            assert step.get("refused") == refused.findings[0].code, f"{step.place}: {refused}"
            continue
        assert "refused" not in step, f"{step.place}: nothing was refused"
        assert step.get("stands_on", to_iso(sheet.as_of)) == to_iso(sheet.as_of), f"{step.place}: another day"
        told = {finding.code for finding in sheet.notices}
        assert told >= set(step.get("notices", ())), f"{step.place}: said were {', '.join(sorted(told))}"
        if wrong := [*filter(None, (differs(name, step, sheet) for name in TABLES if name in step))]:
            pytest.fail("\n".join([case["name"], *wrong]), pytrace=False)
        earlier += printed(sheet.lines, [name.removesuffix("_minor") for name in sheet.lines])
        pinned.append(sheet.to_pin)


def known(block: Block, keys: Iterable[str]) -> Block:
    for key in block:
        assert key in keys, f'{block.keys_at[key]}: "{key}" is no key here: {", ".join(keys)}'
    return block


def run(
    case: Block, step: Block, tables: Mapping[str, Items], earlier: Posted | None, archive: list[tuple[str, Book]]
) -> Sheet:
    written = case["plan"] if isinstance(case["plan"], Items) else [case["plan"]]
    plans = plan_set([bind_plan(plan_text(plan), f"plan {n}") for n, plan in enumerate(written, 1)])
    from_archive = "archive" in step and earlier is not None
    posted_deals = set(earlier.lines["deal_id"]) - {""} if from_archive else ()
    book = exported = book_from_rows(tables, needs_of(plans), case.place, posted_deals)
    if from_archive:
        book = carry(book, earlier.carried(book, set(book["cancellations"]["deal_id"])), archive)
    archive.insert(0, (step["period"], exported))
    as_of = to_day(read_date(step["as_of"])) if "as_of" in step else None
    span = SPANS[case.get("pay_period", "quarter")]
    return payout(plans, book, plans.calendar.parse(step["period"]), span, as_of, earlier)


def plan_text(plan: Node) -> str:
    """A plan by name, or written out; with `change`, its blocks of these names are replaced."""
    if isinstance(plan, Text):
        return plan if "\n" in plan else (CASES / "plans" / f"{plan}.yaml").read_text("utf-8")
    texts = plan_text(known(plan, ("from", "change"))["from"]), plan["change"]
    return "\n".join({match[1]: match[0] for text in texts for match in BLOCK.finditer(text)}.values())


def posted(step: Block, earlier: Sequence[dict[str, str]], pinned: Sequence[pd.DataFrame], path: Path) -> Posted | None:
    if "posted" not in step:
        return None
    rows = pd.DataFrame(earlier if step["posted"] == "previous" else list(step["posted"]))
    rows.reindex(columns=[*REQUIRED, *rows.columns.difference(REQUIRED)]).to_csv(path, index=False)
    facts = pinned if step["posted"] == "previous" else [no_pins()]
    return Posted(read_posted(path, path.name), pd.concat(facts, ignore_index=True))


def printed(frame: pd.DataFrame, keys: Iterable[str]) -> list[dict[str, str]]:
    minor = [name for name in frame if name.endswith("_minor")]
    amounts = {name.removesuffix("_minor"): [*map(to_text, frame[name], frame["currency"])] for name in minor}
    rows = frame.assign(**amounts).to_dict("records")
    return [{key: str(row[NAMES.get(key, key)]) for key in keys} for row in rows]


def differs(name: str, step: Block, sheet: Sheet) -> str:
    """Nothing, or both tables side by side; a row that the other one does not hold is marked."""
    keys, expected = TABLES[name].split(), step[name]
    wanted = [known(row, keys) if isinstance(row, Block) else {"deal": str(row)} for row in expected]
    payees = {row["payee"] for row in wanted if name in ("lines", "payees", "waiting")}
    got = [row for row in printed(getattr(sheet, name), keys) if not payees or row["payee"] in payees]
    missing, over = [], list(got)
    for row in wanted:
        hit = next((g for g in over if row.items() <= g.items()), None)
        missing.append(row) if hit is None else over.remove(hit)
    shown = [key for key in keys if any(key in row for row in wanted or got)]

    def side(title: str, rows: list[dict[str, str]], marked: list[dict[str, str]]) -> list[str]:
        lines = sorted((" ".join(row.get(key, "·") for key in shown), row in marked) for row in rows)
        return [title, *("≠ " * mark + "  " * (not mark) + text for text, mark in lines)]

    left, right = side("expected", wanted, missing), side("got", got, over)
    pairs = [f"{a:<{max(map(len, left))}} | {b}" for a, b in zip_longest(left, right, fillvalue="")]
    return "\n".join([f"{expected.place} {name}: {', '.join(shown)}", *pairs]) if missing or over else ""

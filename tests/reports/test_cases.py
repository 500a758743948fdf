"""Golden cases of response times: each YAML file below `cases/`, through the whole report. Form: `cases/README.md`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from expcomp.output.sla_frames import target_frame
from expcomp.output.sla_machine import summary_json
from expcomp.output.text import percent
from expcomp.plan.nodes import Block, compose, decode
from expcomp.reports.in_words import signals_in_words, targets_in_words
from expcomp.reports.measured import STATES
from expcomp.reports.rates import Summary, share_ppm
from expcomp.reports.sla import SlaReport

from .telling import USUAL, instant, length, plain, plan_text, tell

CASES = Path(__file__).parent / "cases"
KEYS = {
    "clocks": {"name", "timezone", "hours", "holidays", "short_days", "clocks"},
    "targets": {"name", "why", "timezone", "sla", "signals", "given", "as_of", "targets", "unrouted", "findings",
                "summary", "not_told"},
    "rates": {"name", "rates"},
}  # fmt: skip
CLOCK_KEYS = {"case", "routed", "answered", "as_of", "pauses", "target", "elapsed", "business"}
NAMES = {"signal": "signal_id", "due": "due_at", "took": "counted_s", "over": "overrun_s", "answered": "stopped_at"}


def files(kind: str) -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        block = compose(decode(path.read_bytes(), path.name), path.name)
        assert isinstance(block, Block)
        found = next(name for name in KEYS if name in block)
        assert set(block) <= KEYS[found], f"{path.name}: {set(block) - KEYS[found]} are no keys of such a file"
        if found == kind:
            yield path, block


def clock_cases() -> Iterator[Any]:
    for path, block in files("clocks"):
        for case in block["clocks"]:
            assert set(case) <= CLOCK_KEYS, f"{case.place}: {set(case) - CLOCK_KEYS}"
            for clock in ("elapsed", "business"):
                yield pytest.param(block, case, clock, id=f"{path.stem}-{case['case']}-{clock}".replace(" ", "_"))


@pytest.mark.parametrize(("block", "case", "clock"), [*clock_cases()])
def test_clock(block: Block, case: Block, clock: str) -> None:
    zone = block["timezone"]
    calendar = {name: plain(block[name]) for name in ("timezone", "hours", "holidays", "short_days") if name in block}
    sla = {"clock": clock, "hot": {"acknowledge": case["target"], "contact": case["target"]}}
    tables = {"signals": [{"signal_id": "S1", "account_id": "A1", "urgency": "hot", "routed_at": case["routed"],
                           "acknowledged_at": case.get("answered", "")}]}  # fmt: skip
    if "pauses" in case:
        tables["pauses"] = [{"signal_id": "S1", "from": begins, "to": ends} for begins, ends in case["pauses"]]
    as_of = instant(case.get("as_of", case.get("answered")), zone)

    report = tell(tables, as_of, plan_text(plain(sla), zone, calendar=calendar))

    wanted, rows = case[clock], target_frame(targets_in_words(report, report.targets))
    row = rows[rows["target"] == "acknowledge"].iloc[0]
    due = instant(wanted["due"], zone) // 1_000_000
    assert (row["state"], row[f"{clock}_s"], instant(row["due_at"], "UTC") // 1_000_000) == (
        wanted["state"], str(length(wanted["took"])), due,
    )  # fmt: skip
    assert row["overrun_s"] == str(length(wanted["over"]) if "over" in wanted else 0)
    assert row["severity"] == wanted.get("severity", "")
    other = "business" if clock == "elapsed" else "elapsed"
    assert row[f"{other}_s"] == str(length(case[other]["took"])), "both times are told, whichever decides"


@pytest.mark.parametrize("block", [pytest.param(block, id=path.stem) for path, block in files("targets")])
def test_story(block: Block) -> None:
    zone = block.get("timezone", "America/New_York")
    sla = {**USUAL, **plain(block.get("sla", {}))}
    plan = plan_text(
        {name: value for name, value in sla.items() if value != "none"}, zone, **plain(block.get("signals", {}))
    )
    report = tell(plain(block["given"]), instant(block["as_of"], zone), plan)

    compare(block["targets"], told(report, zone), zone)
    if "unrouted" in block:
        compare(block["unrouted"], signals_in_words(report, report.unrouted).astype(str).to_dict("records"), zone)
    if "not_told" in block:
        compare(block["not_told"], signals_in_words(report, report.untold).astype(str).to_dict("records"), zone)
    if "findings" in block:
        assert sorted(finding.code for finding in report.findings) == sorted(block["findings"])
    for name, value in block.get("summary", {}).items():
        assert str(summary_json(report)[name]) == value, name


def told(report: SlaReport, zone: str) -> list[dict[str, str]]:
    return [
        {name: str(value) for name, value in row.items()}
        for row in target_frame(targets_in_words(report, report.targets)).to_dict("records")
    ]


def compare(wanted: Any, got: list[dict[str, str]], zone: str) -> None:
    """Every row that is wanted, in any order, and no other; a row compares what it states."""
    over = list(got)
    for row in wanted:
        expected = {NAMES.get(name, name): value for name, value in row.items()}
        hit = next((found for found in over if all(same(found[n], v, n, zone) for n, v in expected.items())), None)
        assert hit is not None, f"{row.place}: {dict(row)} is not among\n" + "\n".join(map(str, over))
        over.remove(hit)
    assert not over, f"not expected: {over}"


def same(found: str, wanted: str, name: str, zone: str) -> bool:
    if name.endswith("_at") and found and wanted:
        return instant(found, "UTC") == instant(wanted, zone)
    return found == (str(length(wanted)) if name.endswith("_s") else wanted)


@pytest.mark.parametrize("row", [row for _, block in files("rates") for row in block["rates"]], ids=lambda r: r["rate"])
def test_rate(row: Block) -> None:
    summary = Summary.of(np.array([at for at, state in enumerate(STATES) for _ in range(int(row.get(state, 0)))]))
    assert "/".join(map(str, summary.rate)) == row["rate"]
    assert "/".join(map(str, summary.closed_only_rate)) == row["closed_only"]
    assert percent(share_ppm(summary.rate)) == row["shown"]
    assert percent(share_ppm(summary.closed_only_rate)) == row["closed_shown"]
    assert summary.not_due == int(row.get("at_risk", 0)) + int(row.get("on_track", 0))

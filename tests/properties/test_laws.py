"""Laws of amounts on random books: sums, signs, scale, and deals that have nothing to do with each other."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from differential.cases import Case, bare, make_case
from differential.compare import Answer, by_engine, by_second

SEEDS = range(40, 52)
FLAT = ("accelerators", "caps", "spiffs")
"""Blocks by which one deal's pay depends on other deals."""


def paid(case: Case) -> Answer:
    answer = by_engine(case, None)
    assert not answer.crashed
    return answer


def without(plan: dict[str, Any], *blocks: str) -> dict[str, Any]:
    return {name: block for name, block in plan.items() if name not in blocks}


def minor(text: str) -> int:
    return int(text.replace(".", ""))


def amounts(answer: Answer) -> dict[tuple[str, ...], list[int]]:
    return {key: [minor(row[0]) for row in rows] for key, rows in answer.sections.get("lines", {}).items()}


def flat(seed: int) -> Case:
    """Without ledger, events and blocks that look at several deals; rates are percentages."""
    case = make_case(seed)
    plans = [without(plan, *FLAT) for plan in case.plans]
    for plan in plans:
        plan["rates"] = [{**row, "rate": "10%"} for row in plan["rates"]]
    tables = {name: rows for name, rows in case.tables.items() if name not in ("events", "subscriptions")}
    return case.with_(plans=plans, tables=tables, closed=None, earlier={})


FLAT_CASES = [case for case in map(flat, SEEDS) if paid(case).sections.get("lines")][:4]


YEARS = ("2027", "2028", "2029")


def clawed_back(case: Case) -> bool:
    lines = by_second(case)[0].sections.get("lines", {})
    return case.closed is None and any(row[1] == "clawback" for rows in lines.values() for row in rows)


TAKEN_BACK = [case.with_(pay_period="quarter") for case in map(make_case, range(100, 180)) if clawed_back(case)][:3]


@pytest.mark.parametrize("case", FLAT_CASES, ids=[case.period for case in FLAT_CASES])
def test_an_unrelated_deal_under_flat_rates_changes_no_other_line(case: Case) -> None:
    before = amounts(paid(case))
    deal = deepcopy(case.tables["deals"][0]) | {"deal_id": "ZZ9", "signal_id": "", "#": "new"}
    more = case.with_(tables=case.tables | {"deals": [*case.tables["deals"], deal]})
    if "splits" in case.tables:  # the new deal is paid by the tier's shares
        assert all(row["deal_id"] != "ZZ9" for row in case.tables["splits"])
    after = paid(more)

    assert not after.refused or "ZZ9" in after.refused  # nobody holds a role of it
    if not after.refused:
        assert {key: rows for key, rows in amounts(after).items() if key[1] != "ZZ9"} == before


@pytest.mark.parametrize("case", FLAT_CASES, ids=[case.period for case in FLAT_CASES])
def test_a_thousand_times_the_value_is_a_thousand_times_the_pay(case: Case) -> None:
    """Up to the rounding of each line: conditions on amounts are left out, since they would see other values."""
    plans = []
    for plan in case.plans:
        overlays = {name: o for name, o in plan.get("overlays", {}).items() if o["pays"][:3] != "500"}
        plans.append(without(plan, "overlays") | ({"overlays": overlays} if overlays else {}))
    small = case.with_(plans=plans, tables={t: r for t, r in case.tables.items() if t != "adjustments"})
    if "acv" in str([without(p, "plan") for p in plans]) or "applies" in str(plans):
        pytest.skip("conditions look at amounts")
    column = plans[0]["plan"].get("value", "acv")
    deals = [{**row, column: f"{minor_text(row[column])}"} for row in small.tables["deals"]]
    large = [{**row, column: f"{minor_text(row[column])}000"} for row in small.tables["deals"]]
    one = amounts(paid(small.with_(tables=small.tables | {"deals": deals})))
    thousand = amounts(paid(small.with_(tables=small.tables | {"deals": large})))

    for key in set(one) | set(thousand):
        # each of the steps value, rate, overlay, milestone and piece rounds once, by half a unit at most
        assert abs(sum(thousand.get(key, [0])) - 1000 * sum(one.get(key, [0]))) <= 5000


def minor_text(text: str) -> str:
    """A whole number small enough to be multiplied."""
    return str(int(text.partition(".")[0] or 0) % 1_000_000)


@pytest.mark.parametrize("case", TAKEN_BACK, ids=[case.period for case in TAKEN_BACK])
def test_what_a_clawback_takes_was_paid_before(case: Case) -> None:
    """Seen from the first period on, no key ever falls below nothing, nor rises above it where it is negative."""
    years = [amounts(paid(case.with_(period=year, as_of=None))) for year in YEARS]
    for key in set().union(*years):
        if key[3].startswith("paid"):
            continue  # a credit note before any cash is money that goes back
        total = sum(sum(lines.get(key, ())) for lines in years)
        assert key[2].startswith("manual:") or (total <= 0 if key[2].startswith("cap:") else total >= 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_add_up_to_payees(seed: int) -> None:
    """gross and what is taken back are together the sum of the lines; what is paid and carried is that and
    what was brought."""
    case = make_case(seed).with_(closed=None, earlier={})
    answer = paid(case)
    for payee, row in answer.sections.get("payees", {}).items():
        lines = sum(sum(minor_) for key, minor_ in amounts(answer).items() if key[0] == payee)
        gross, recovered, paid_ = (minor(row[name]) for name in ("gross", "recovered", "paid"))
        assert paid_ == gross - recovered
        assert lines <= gross
        assert bare(case.tables)["payees"]

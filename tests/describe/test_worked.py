"""The worked tables of the shipped plan, against arithmetic done by hand."""

from pathlib import Path

import pytest

from expcomp.describe.describe import describe
from expcomp.describe.document import Document, Grid
from expcomp.plan.load import bind_plan

ROOT = Path(__file__).parents[2]


def document(path: str, old: str = "", new: str = "") -> Document:
    text = (ROOT / "plans" / path).read_text(encoding="utf-8")
    assert old in text
    return describe(bind_plan(text.replace(old, new) if old else text, path))


@pytest.fixture(scope="module")
def expansion() -> Document:
    return document("expansion.yaml")


def table(found: Document, caption: str) -> tuple[tuple[str, ...], ...]:
    grids = [part for one in found.sections for part in one.parts if isinstance(part, Grid)]
    return next(grid.rows for grid in grids if grid.caption.startswith(caption))


def test_commission_by_tier_and_kind_of_deal(expansion: Document) -> None:
    rows = table(expansion, "What one deal by itself pays")
    # 40,000 x 10% = 4,000: 30%, 50%, 20%
    parts = "booking 1,200.00\nactivation 2,000.00\nretention 800.00"
    assert ("B", "cross-sell of 40,000 USD", "ae", "40,000.00", "10%", "4,000.00", parts) in rows
    # below 10,000 the csm is credited in full: 8,000 x 5% = 400
    parts = "booking 120.00\nactivation 200.00\nretention 80.00"
    assert ("A", "upsell or multi-year of 8,000 USD", "csm", "8,000.00", "5%", "400.00", parts) in rows
    # 40% of 40,000 x 3%, all at booking
    assert ("C", "usage of 40,000 USD", "csm", "16,000.00", "3%", "480.00", "booking 480.00") in rows
    # every tier is there, and nobody but those it credits
    assert {(row[0], row[2]) for row in rows} == {
        ("Product-led", "csm"), ("A", "csm"), ("C", "ae"), ("C", "csm"), ("B", "ae"),
    }  # fmt: skip


def test_an_accelerator_deal_by_deal(expansion: Document) -> None:
    # A quota of 80,000: 100% is 80,000, 125% is 100,000. The third deal runs from 80,000 to 120,000:
    # 20,000 x 8% x 1.5 + 20,000 x 8% x 2 = 2,400 + 3,200
    assert table(
        expansion, "Equal deals of tier B in one quarter, in order of close date, against a quota of 80,000"
    ) == (
        ("1", "40,000.00", "0.00", "40,000.00 × 1", "8%", "3,200.00"),
        ("2", "40,000.00", "40,000.00", "40,000.00 × 1", "8%", "3,200.00"),
        ("3", "40,000.00", "80,000.00", "20,000.00 × 1.5 + 20,000.00 × 2", "8%", "5,600.00"),
    )


def test_in_whole_mode_every_deal_gets_the_last_multiplier() -> None:
    found = document("expansion.yaml", "mode: marginal ", "mode: whole ")
    rows = table(found, "Equal deals of tier B")
    assert [row[-1] for row in rows] == ["6,400.00"] * 3  # 40,000 x 8% x 2


def test_one_deal_as_the_window() -> None:
    found = document("archetypes/cs-led-smb.yaml", "window: month", "window: deal")
    # 15,000 x 6%: 10,000 at x 1, 5,000 at x 1.25 = 600 + 375; 30,000: 600 + 750 + 10,000 x 6% x 1.5
    assert [(row[1], row[-1]) for row in table(found, "Deals of tier Assisted, each counted by itself")] == [
        ("5,000.00", "300.00"), ("15,000.00", "975.00"), ("30,000.00", "2,250.00"),
    ]  # fmt: skip


def test_an_overlay_beside_commission_and_one_out_of_it(expansion: Document) -> None:
    # 25% of 40,000 x 8% = 3,200 before accelerators, on the same milestones
    assert table(expansion, "signal credit: an upsell of 40,000 USD in tier B")[1] == (
        "signaler", "signal credit", "800.00", "booking 240.00\nactivation 400.00\nretention 160.00",
    )  # fmt: skip
    # ae 24,000 x 8% = 1,920, csm 16,000 x 5% = 800; 10% of 2,720 = 272 is carved out 192 and 80
    sums = [(row[0], row[2]) for row in table(expansion, "partner sourced")]
    assert sums == [("ae", "1,728.00"), ("csm", "720.00"), ("partner", "272.00")]


def test_a_customer_who_leaves_day_by_day(expansion: Document) -> None:
    rows = table(expansion, "An upsell of 40,000 USD in tier Product-led, when the customer leaves")
    by_day = {row[0]: row[1:] for row in rows}
    # 40,000 x 5% = 2,000: booking 600 and activation 1,000 are paid before; retention 400 is earned on day 365
    assert by_day["89"] == ("1,600.00", "1,600.00", "0.00", "0.00")
    # (365 - 90) / 365 of 600 is 452.05, of 1,000 is 753.42
    assert by_day["90"] == ("1,600.00", "1,205.47", "0.00", "394.53")
    assert by_day["365"] == ("1,600.00", "0.00", "0.00", "1,600.00")


def test_a_customer_who_shrinks(expansion: Document) -> None:
    rows = table(expansion, "An upsell of 40,000 USD in tier Product-led, when the customer gives up half")
    # half of 600 and of 1,000, each x (365 - 182) / 365: 150.41 + 250.68; retention pays half of 400
    assert rows[0] == ("182", "1,600.00", "401.09", "200.00", "1,398.91")


def test_a_rate_of_ones_own() -> None:
    rows = table(document("archetypes/enterprise-pod.yaml"), "What one deal by itself pays")
    # 48,000 / 1,200,000 = 4% of 60% of 40,000
    assert next(row for row in rows if row[2] == "ae")[3:6] == ("24,000.00", "48,000 ÷ 1,200,000 = 4%", "960.00")


def test_the_plans_own_examples_are_paid_as_they_expect(expansion: Document) -> None:
    assert table(expansion, "What 2027Q1 pays") == (
        ("ana", "credit:ae", "booking", "1,200.00"),
        ("ana", "spiff:Q1 cross-sell", "spiff", "500.00"),
        ("cam", "overlay:signal credit", "booking", "300.00"),
    )


def test_a_plan_in_yen() -> None:
    found = document("expansion.yaml", "currency: USD", "currency: JPY")
    parts = "booking 120\nactivation 200\nretention 80"
    row = ("A", "upsell or multi-year of 8,000 JPY", "csm", "8,000", "5%", "400", parts)
    assert row in table(found, "What one deal by itself pays")

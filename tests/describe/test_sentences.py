"""Each block of the plan language says what it means: one sentence for every word a plan may use."""

from pathlib import Path

import pytest

from expcomp.plan.nodes import Block, compose

from .conftest import Tell

FILE = Path(__file__).with_name("sentences.yaml")
SENTENCES = compose(FILE.read_text(encoding="utf-8"), FILE.name)


@pytest.mark.parametrize("case", SENTENCES, ids=lambda case: f"{case['section']}, line {case.place.line}")
def test_sentence(case: Block, tell: Tell) -> None:
    assert case["says"] in tell(case["section"], case.get("plan", ""))


@pytest.mark.parametrize(
    "title", ["Beside the split", "SPIFFs", "What makes pay wait", "Bonuses", "Metrics that scale commission",
              "Retention", "The plan's own examples"],
)  # fmt: skip
def test_what_a_plan_does_not_have_is_not_told(title: str, tell: Tell) -> None:
    assert tell(title) == ""


OVERLAYS = """\
overlays:
  signal credit: {tiers: [B], role: signaler, pays: 25% of commission, funding: additive}
  pool: {tiers: [B], role: ae, pays: 1% of value, funding: additive}
"""


def test_a_role_sees_what_concerns_it(tell: Tell) -> None:
    caps = "caps: [{role: ae, per: deal, limit: 60k}, {role: csm, per: deal, limit: 6k}]"
    assert "60,000" not in tell("Caps", caps, "csm")
    assert "The csm: at most 6,000 USD" in tell("Caps", caps, "csm")
    rates = tell("What it pays", role="csm")
    assert "5%" in rates
    assert "10%" not in rates
    credited = tell("Who owns a deal, and who is credited", role="csm")
    assert "The csm is credited 100% in A and 40% in B." in credited
    assert "The ae is not credited in A." not in credited


def test_signal_credit_concerns_everybody_who_logs_one(tell: Tell) -> None:
    told = tell("Beside the split", OVERLAYS, "csm")
    assert "signal credit: 25%" in told
    assert "pool: 1%" not in told


def test_a_carve_out_concerns_those_it_is_taken_from(tell: Tell) -> None:
    assert "pool: 1%" in tell("Beside the split", OVERLAYS.replace("additive", "carve_out"), "csm")


def test_an_example_that_cannot_be_computed_is_said_to_be_one(tell: Tell) -> None:
    example = "examples: [{name: odd, given: {deals: [{deal_id: D1}]}, period: Q1-2027, expect: []}]"
    told = tell("The plan's own examples", example)
    assert told == "odd. Given: - deals: deal_id D1 This example cannot be computed; validate-plan says why."

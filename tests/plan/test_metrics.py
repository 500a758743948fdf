"""Bonuses, modifiers and declared columns that could not be measured or found are refused where they stand."""

import pytest
from test_load import MINIMAL

from expcomp.diagnostics import Refused
from expcomp.plan.load import bind_plan

BONUS = """\
bonuses:
  - name: NRR bonus
    role: csm
    metric: nrr
    scope: portfolio
    window: trailing 12 months
    per: quarter
    pays: 60% of target_variable
    prorate: days
    curve: [{at: 90%, pays: 0%}, {at: 110%, pays: 100%}]
    gate: {grr: ">= 90%"}
modifiers:
  - {name: guard, roles: [csm], metric: grr, scope: portfolio, below: 90%, multiplier: 0.5, window: quarter}
"""
TARGETS = "retention: {targets: [{segment: smb, nrr: 100%, grr: 80%}]}\n"


def bind(old: str = "", new: str = "", more: str = "") -> None:
    assert not old or old in BONUS
    bind_plan(MINIMAL + (BONUS.replace(old, new) if old else BONUS) + more, "plan.yaml")


def test_what_can_be_measured_binds() -> None:
    bind()
    bind("pays: 60% of target_variable", "pays: 10k")
    bind("    prorate: days", "    prorate: days\n    curve_on: target", TARGETS)
    bind('">= 90%"', '">= target"', TARGETS)
    bind("below: 90%", "below: target", TARGETS)
    for window in ("quarter", "12 months", "trailing 4 quarters", "trailing 90 days"):
        bind("window: trailing 12 months", f"window: {window}")


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("pays: 60% of", "pays: 60 of", "E204", "27:11"),
        ("pays: 60% of target_variable", "pays: some", "E203", "27:11"),
        ('">= 90%"', "90%", "E203", "30:17"),
        ('">= 90%"', '">= 90"', "E204", "30:17"),
        ("below: 90%", "below: low", "E203", "32:71"),
        ("window: trailing 12 months", "window: last year", "E307", "25:5"),
        ("{at: 110%", "{at: 90%", "E316", "29:34"),
        ("pays: 0%}", "pays: 120%}", "E316", "29:36"),
        ("    prorate: days", "    prorate: days\n    below: 50%", "E316", "29:5"),
        ("    prorate: days", "    prorate: days\n    above: 50%", "E316", "29:5"),
        ("[{at: 90%, pays: 0%}, {at: 110%, pays: 100%}]", "[]", "E316", "29:5"),
        ("    prorate: days", "    prorate: days\n    curve_on: target", "E318", "29:5"),
        ('">= 90%"', '">= target"', "E318", "30:5"),
        ("below: 90%", "below: target", "E318", "32:64"),
    ],
)
def test_what_cannot_is_refused(old: str, new: str, code: str, place: str) -> None:
    with pytest.raises(Refused) as refused:
        bind(old, new)
    found = {(finding.code, f"{finding.place.line}:{finding.place.column}") for finding in refused.value.findings}
    assert (code, place) in found


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("deal.acv: text", "E311"),
        ("account.seat_utilization: number", "E311"),
        ("customer.tier: text", "E305"),
        ("tier: text", "E305"),
    ],
)
def test_a_declared_column_is_a_new_one_of_a_known_table(declared: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        bind_plan(MINIMAL.replace("  currency", f"  fields: {{{declared}}}\n  currency"), "plan.yaml")


@pytest.mark.parametrize(
    ("again", "said"),
    [
        ('{segment: "SMB ", nrr: 90%, grr: 70%}', 'a target called "SMB" stands already on line 33'),
        ("{nrr: 90%, grr: 70%}", 'a target called "every other segment" stands already on line 33'),
    ],
)
def test_a_segment_has_one_target(again: str, said: str) -> None:
    targets = "retention: {targets: [{segment: smb, nrr: 100%, grr: 80%}, {nrr: 95%, grr: 75%}]}\n"
    bind(more=targets)
    with pytest.raises(Refused, match=f"E311 .*{said}"):
        bind(more=targets.replace("]}", f", {again}]}}"))


def test_steps_of_a_clawback_rise() -> None:
    steps = "[{until: 6 months, share: 100%}, {until: 3 months, share: 50%}]"
    clawback = f"clawbacks: [{{name: churn, event: churn, recovers: {steps}}}]\n"
    with pytest.raises(Refused, match="E303"):
        bind_plan(MINIMAL + clawback, "plan.yaml")
    bind_plan(MINIMAL + clawback.replace("3 months", "12 months"), "plan.yaml")

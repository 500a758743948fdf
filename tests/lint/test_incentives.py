"""Bad incentives: five plans taken from life are named for what they are; where a warning begins and ends."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from expcomp.diagnostics import Finding, Severity
from expcomp.lint.cliffs import divided, jumps
from expcomp.lint.regions import all_deals, first_fitting, ways
from expcomp.lint.run import lint
from expcomp.plan.load import bind_plan

from .checking import codes, report, warnings

ROOT = Path(__file__).parents[2]
LIFE = sorted((Path(__file__).parent / "life").glob("*.yaml"))
CLEAN = (Path(__file__).parent / "clean.yaml").read_text("utf-8")


def plan(*changes: tuple[str, str]) -> str:
    text = CLEAN
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def block(text: str) -> tuple[str, str]:
    return "payout:\n", text + "payout:\n"


def only(code: str, text: str) -> Finding:
    found = [finding for finding in warnings(text) if finding.code == code]
    assert len(found) == 1, [str(finding) for finding in warnings(text)]
    return found[0]


def test_the_clean_plan_is_clean() -> None:
    assert warnings(CLEAN) == []


@pytest.mark.parametrize("path", LIFE, ids=lambda path: path.stem)
def test_plans_from_life_are_named_for_what_they_are(path: Path) -> None:
    named = path.read_text("utf-8").split("# named: ")[1].split()[0]
    found = report(path).findings
    assert named in {finding.code for finding in found}
    assert all(finding.severity is Severity.WARNING for finding in found)


@pytest.mark.parametrize("path", sorted((ROOT / "plans").rglob("*.yaml")), ids=lambda path: path.name)
def test_shipped_plans_have_no_findings(path: Path) -> None:
    assert report(path).findings == []


# Reach: by sets and ranges, never by trying deals

TIER = "  - tier: all"


def tiers(*when: str) -> tuple[str, str]:
    """Tiers above the open one."""
    above = (f"  - tier: t{n}\n    when: {each}\n    credit: {{ae: 60%, csm: 40%}}\n" for n, each in enumerate(when))
    return TIER, "".join(above) + TIER


@pytest.mark.parametrize(
    ("when", "unreached"),
    [
        (('{deal.acv: "< 10k"}', '{deal.acv: "< 10_000.00"}'), "t1"),
        (('{deal.acv: "< 10k"}', '{deal.acv: "<= 10k"}'), ""),  # a deal of exactly 10,000.00
        (('{deal.acv: "< 10k"}', '{deal.acv: ">= 20k"}', '{deal.acv: "10k .. 20k"}'), "all"),  # the whole line
        (('{deal.acv: "<= 10k"}', '{deal.acv: "> 10k"}'), "all"),
        (('{account.acv: "<= 10k"}', '{account.acv: "> 10k"}'), ""),  # an account without a value
        (('{account.seat_utilization: "< 40%"}', '{account.seat_utilization: "< 40.0001%"}'), ""),  # 40.00005 %
        (("{deal.self_serve: true}", "{deal.self_serve: false}"), ""),  # an export that does not say
        (("{signal.qualified: true}", "{signal.qualified: false}"), "all"),  # it is always known
        (("{deal.family: usage}", "{deal.motion: usage}"), "t1"),
        (("{deal.motion: tier}", "{deal.family: upsell}"), ""),
        (("{deal.family: upsell, deal.motion: adjacent}",), "t0"),  # adjacent is a cross-sell
        (("{deal.family: renewal}",), "t0"),  # the plan does not cover renewals
        (("{account.segment: [smb, mid]}", "{account.segment: MID, deal.family: usage}"), "t1"),  # without case
        (("{signal.qualified: false, signal.urgency: hot}",), "t0"),  # no signal has no urgency
        (('{deal.acv: "< 10k", account.region: emea}', '{deal.acv: "< 10k"}'), ""),
        (("{account.region: emea}", '{deal.acv: "< 10k"}', '{deal.acv: "< 10k", account.region: emea}'), "t2"),
    ],
)
def test_unreachable_tiers_are_found_by_reasoning(when: tuple[str, ...], unreached: str) -> None:
    found = [f.message for f in warnings(plan(tiers(*when))) if f.code == "W514"]
    assert [message.split("the tier ")[1].split(":")[0] for message in found] == ([unreached] if unreached else [])


def test_every_deal_goes_exactly_one_way() -> None:
    """The ways of a plan divide its deals: no two of them meet, and all together are all of them."""
    bound = bind_plan((ROOT / "plans" / "expansion.yaml").read_text("utf-8"), "plan.yaml")
    whens = [tier.when for tier in bound.ownership]
    parts = [region for _, region in ways(all_deals(bound), lambda deals: first_fitting(deals, whens))]
    for number, one in enumerate(parts):
        for other in parts[number + 1 :]:
            assert not all(one[name] & other[name] for name in one)  # type: ignore[operator]
    assert {tier for tier, _ in ways(all_deals(bound), lambda deals: first_fitting(deals, whens))} == {0, 1, 2, 3}


USAGE_RATE = "- {role: ae, rate: 8%}", "- {role: ae, rate: 8%}\n  - {role: ae, when: {deal.family: usage}, rate: 3%}"
BOSS = "roles:\n", "roles:\n  boss: {from: manager of ae}\n"
RENEWALS = (
    "  - schedule: standard",
    """\
  - schedule: renewals
    when: {deal.family: renewal}
    milestones: [{name: booking, pays: 100%, on: closed_won}]
  - schedule: standard""",
)
THANKS = block("""\
overlays:
  thanks: {tiers: [all], role: csm, pays: 5% of commission, funding: carve_out, requires: qualified_signal,
           when: {signal.qualified: false}}
""")
OLD = block("spiffs:\n  - {name: old, role: ae, between: {from: 2025-01-01, to: 2025-03-31}, pays: 100}\n")
LATE = "recovers: linear}", "recovers: linear}\n  - {name: late, event: churn, until: 365 days, recovers: 50%}"
PER_DEAL = block("""\
accelerators:
  - {role: ae, measure: credited, window: deal, mode: marginal, bands: [{below: 50k, multiplier: 1}, {multiplier: 2}]}
""")
SMALL_ONLY = (
    "tier: all\n    credit: {ae: 60%, csm: 40%}",
    """\
tier: small
    when: {deal.acv: "< 50k"}
    credit: {ae: 60%, csm: 40%}
  - tier: all
    credit: {csm: 100%}""",
)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ((USAGE_RATE,), "no deal finds this rate of ae"),
        (
            (block("caps:\n  - {role: boss, per: deal, limit: 5k}\n"), BOSS),
            "this cap holds nothing: no tier credits boss",
        ),
        ((RENEWALS,), "no deal finds the schedule renewals"),
        ((THANKS,), "no deal can pay the overlay thanks"),
        ((block("guardrails:\n  - {name: red, when: {deal.family: renewal}, action: hold}\n"),), "the guardrail red"),
        ((OLD,), "its dates lie outside"),
        ((LATE,), "late ends no later than churn"),
        ((PER_DEAL, SMALL_ONLY), "no deal of ae can get into this band"),
    ],
)
def test_what_else_nothing_reaches(changes: tuple[tuple[str, str], ...], words: str) -> None:
    assert words in only("W514", plan(*changes)).message


# Cliffs

LARGE = TIER, '  - tier: large\n    when: {deal.acv: ">= 50k"}\n    credit: {ae: 100%}\n' + TIER


def test_a_cliff_is_told_with_what_is_paid_around_it() -> None:
    """Below 50,000 the CSM has 40 % at 5 %: 49,999.99 x 40 % = 20,000.00, x 5 % = 1,000.00; from there on nothing.
    The AE has 60 % at 8 %: 29,999.99 x 8 % = 2,400.00; then 50,000 x 8 % = 4,000.00, a jump of 1,600.00."""
    found = [f for f in warnings(plan(LARGE)) if f.code == "W507"]
    assert ["ae is paid 4,000.00 for a deal of 50,000.00, 2,400.00 for one cent less" in f.message for f in found] == [
        True
    ]
    assert {jump.role: jump.paid for jump in jumps(bind_plan(plan(LARGE), "plan.yaml"))} == {
        "ae": (240_000, 400_000, 400_000), "csm": (100_000, 0, 0)
    }  # fmt: skip


def test_a_jump_of_the_stated_amount_is_no_cliff() -> None:
    """40 % of 41,666.67 at 8 % is 1,333.33 less than all of it; of 31,250 it is 1,000.00 exactly."""
    assert "W507" not in codes(plan((LARGE[0], LARGE[1].replace("50k", "31250"))))
    assert "W507" in codes(plan((LARGE[0], LARGE[1].replace("50k", "31_250.50"))))


def test_marginal_bands_and_curves_without_jumps_are_no_cliffs() -> None:
    text = plan(block("accelerators:\n  - {role: ae, measure: credited, window: quarter, mode: marginal, bands: "
                      "[{below: 50k, multiplier: 1}, {multiplier: 3}]}\n"))  # fmt: skip
    assert "W507" not in codes(text)
    assert "W507" in codes(text.replace("marginal", "whole"))
    assert "W507" in codes(plan(("{at: 90%, pays: 0%}", "{at: 90%, pays: 50%}")))
    assert "W507" in codes(plan(("    curve:", "    above: 150%\n    curve:")))


def test_dividing_one_amount_gives_what_columns_give() -> None:
    import numpy as np

    from expcomp.exact import divide

    for amount, weights in ((5, (70, 30)), (9_999, (75, 25)), (10_000, (1, 1, 1)), (7, (0, 3, 4)), (0, (1, 2))):
        names = [f"r{n}" for n in range(len(weights))]
        group = np.zeros(len(weights), dtype=np.int64)
        columns = divide(np.array([amount]), np.array(weights), group, np.arange(len(weights)))
        assert list(divided(amount, dict(zip(names, weights, strict=True))).values()) == columns.tolist()


# Allowances and versions


def allowed(text: str, allowance: str) -> str:
    return text + f"allow: [{allowance}]\n"


def test_an_allowance_silences_one_code_until_its_day() -> None:
    bad = plan(("until: 12 months, recovers", "until: 24 months, recovers"))
    assert codes(bad) == ["W505"]
    assert codes(allowed(bad, "{code: W505, why: pilot, until: 2027-03-15}")) == []  # the last day counts
    assert codes(allowed(bad, "{code: W505, why: pilot, until: 2027-03-14}")) == ["W505", "W520"]
    assert codes(allowed(bad, "{code: W504, why: pilot}")) == ["W505", "W521"]
    assert codes(allowed(bad, "{code: E301, why: pilot}")) == ["W505", "W521"]


def test_a_retroactive_version_that_pays_less_says_so() -> None:
    first = bind_plan(CLEAN, "first.yaml")
    later = plan(("version: 1", "version: 2"), ("from: 2027-01-01", "from: 2027-04-01"), ("rate: 8%", "rate: 6%"),
                 ("published: 2026-12-01", "published: 2027-05-01"))  # fmt: skip
    found = lint([bind_plan(later, "second.yaml"), first], [], date(2027, 1, 1))
    assert [finding.code for finding in found] == ["W510"]
    assert "lowers it: rate of ae" in found[0].message
    assert "lowers" not in lint([bind_plan(later, "second.yaml")], [], date(2027, 1, 1))[0].message


def test_a_clawback_may_cover_a_year_in_days_or_months() -> None:
    """12 months from a close date are 365 or 366 days."""
    assert codes(plan(("until: 12 months, recovers", "until: 366 days, recovers"))) == []
    assert codes(plan(("until: 12 months, recovers", "until: 368 days, recovers"))) == ["W505"]


def test_a_quota_in_an_example_is_a_quota_too() -> None:
    """Quotas are in the exports; the examples show who carries one."""
    boss = BOSS, ("payees: [", "payees: [{payee_id: bo, role: boss}, ")
    quota = "    period: 2027Q1\n", "      quotas: [{payee_id: bo, period: 2027Q1, amount: 1000}]\n    period: 2027Q1\n"
    assert codes(plan(*boss)) == []
    assert codes(plan(*boss, quota)) == ["W502"]


def test_final_pay_and_advances_after_the_condition_ask_for_counsel() -> None:
    assert codes(plan(block("leavers: {recover: final_pay}\n"))) == ["W511"]
    assert codes(plan(("after: 12 months, status: earned", "after: 12 months"))) == ["W511"]


def test_a_plan_of_too_many_ways_is_not_claimed_to_be_anything() -> None:
    """Each tier asks another pair of fields: blocks multiply beyond what is followed, and nothing is said."""
    fields = [f"account.f{n}" for n in range(40)]
    whens = [f'{{{a}: x, {b}: y, deal.acv: "< {n + 1}k"}}' for n, (a, b) in enumerate(pairwise(fields))]
    text = plan(
        tiers(*whens), ("  currency: USD", f"  fields: {{{', '.join(f'{f}: text' for f in fields)}}}\n  currency: USD")
    )
    assert "W514" not in codes(text)

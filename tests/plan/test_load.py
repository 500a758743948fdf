"""Plans bind exactly, and what cannot be paid by is refused with line, column and remedy."""

from pathlib import Path

import pytest

from expcomp.diagnostics import Refused
from expcomp.plan.conditions import Between, OneOf
from expcomp.plan.load import bind_plan
from expcomp.plan.model import Plan
from expcomp.plan.versions import plan_set, refuse_edited

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "plans" / "expansion.yaml").read_text(encoding="utf-8")

MINIMAL = """\
plan:
  id: small
  version: 1
  effective: {from: 2027-01-01}
  currency: USD
  timezone: America/New_York
roles:
  ae: {from: deal.owner}
  csm: {from: account.csm}
ownership:
  - tier: all
    credit: {ae: 60%, csm: 40%}
rates:
  - {role: ae, rate: 8.25%}
  - {role: csm, rate: 5%}
payout:
  - schedule: standard
    milestones:
      - {name: booking, pays: 100%, on: closed_won}
"""


def small(old: str = "", new: str = "") -> Plan:
    assert not old or old in MINIMAL
    return bind_plan(MINIMAL.replace(old, new) if old else MINIMAL, "plan.yaml")


@pytest.mark.parametrize("path", sorted((ROOT / "plans").rglob("*.yaml")), ids=lambda path: path.name)
def test_every_shipped_plan_binds(path: Path) -> None:
    bind_plan(path.read_text(encoding="utf-8"), path.name)


def test_values_are_whole_numbers_of_their_unit_and_know_their_place() -> None:
    plan = small("tier: all", 'tier: all\n    when: {deal.acv: "10k .. 150k", account.segment: [SMB, Mid]}')
    assert plan.rates[0].rate == 82_500  # parts per million
    acv, segment = plan.ownership[0].when
    assert acv.test == (Between(1_000_000, 15_000_000),)  # cents; from 10k, below 150k
    assert segment.test == OneOf(frozenset({"smb", "mid"}))
    assert (plan.rates[0].place.line, plan.rates[0].place.column) == (15, 5)


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("rate: 5%", "rate: 5", "E204", '"5" could mean 5% or 500%'),
        ("rate: 5%", "rate: 0.05", "E204", '"0.05" could mean 0.05% or 5%'),
        ("rate: 5%", "rte: 5%", "E201", '"rte" is not a key here'),
        ("  version: 1\n", "", "E202", '"version" is required'),
        ("currency: USD", "currency: US", "E203", "is not a currency"),
        ("from: 2027-01-01", "from: 2027-02-30", "E203", "is not a day of the calendar"),
        ("csm: 40%", "csm: 41%", "E301", "adds up to 101%"),
        ("csm: 40%", "csm: 39.9999%", "E301", "adds up to 99.9999%"),
        ("pays: 100%", "pays: 99%", "E302", "add up to 99%"),
        ("  - {role: csm, rate: 5%}\n", "", "E304", "credits csm, and no rate names it"),
        ("{role: csm, rate: 5%}", "{role: cms, rate: 5%}", "E306", 'there is no role "cms"'),
        ("tier: all", 'tier: all\n    when: {deal.acvs: "< 10k"}', "E305", 'no field "deal.acvs"'),
        ("tier: all", 'tier: all\n    when: {account.segment: "< 10k"}', "E205", "this field is a text"),
        ("tier: all", "tier: all\n    when: {deal.family: upsel}", "E205", "not a word of its vocabulary"),
        ("{from: deal.owner}", "{from: owner}", "E308", "no place where a holder is found"),
        ("{from: deal.owner}", "{from: deal.owner, vacant: to ae}", "E308", "leads back to itself"),
        ("on: closed_won", "on: retained", "E307", "needs  after:"),
        ("timezone: America/New_York", "timezone: New York", "E312", "is no time zone"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_paid_by_is_refused(old: str, new: str, code: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        small(old, new)
    finding = next(f for f in refused.value.findings if f.code == code)
    assert words in finding.message
    assert finding.place is not None
    assert finding.place.line > 0


@pytest.mark.parametrize(
    ("bands", "code"),
    [
        ("[{below: 120%, multiplier: 1}, {below: 100%, multiplier: 2}, {multiplier: 3}]", "E303"),
        ("[{below: 100%, multiplier: 1}]", "E309"),
        ("[{multiplier: 1}, {multiplier: 2}]", "E309"),
        ("[{below: 100k, multiplier: 1}, {multiplier: 2}]", "E303"),
    ],
)
def test_bands_rise_and_end_open(bands: str, code: str) -> None:
    accelerator = (
        f"accelerators:\n  - {{role: ae, measure: attainment, window: quarter, mode: marginal, bands: {bands}}}\n"
    )
    with pytest.raises(Refused, match=code):
        bind_plan(MINIMAL + accelerator, "plan.yaml")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        bind_plan(MINIMAL.replace("rate: 5%", "rate: 5").replace("currency: USD", "curency: USD"), "plan.yaml")
    assert {f.code for f in refused.value.findings} == {"E201", "E202", "E204"}
    unknown = next(f for f in refused.value.findings if f.code == "E201")
    assert unknown.help == 'did you mean "currency"?'


def test_the_hash_is_of_the_rules_alone() -> None:
    plain = bind_plan(MINIMAL, "a.yaml")
    assert bind_plan("# a comment\n" + MINIMAL, "b.yaml").hash == plain.hash
    assert bind_plan(MINIMAL + "allow: [{code: W504, why: pilot}]\n", "a.yaml").hash == plain.hash
    assert bind_plan(MINIMAL.replace("8.25%", "8.250%"), "a.yaml").hash == plain.hash
    assert bind_plan(MINIMAL.replace("8.25%", "8.26%"), "a.yaml").hash != plain.hash


def test_every_rule_of_the_example_is_part_of_the_hash() -> None:
    text, seen = GOOD, set()
    plain = bind_plan(text, "a.yaml").hash
    for old, new in (
        ("credit: {ae: 60%, csm: 40%}", "credit: {ae: 61%, csm: 39%}"), ('">= 150k"', '"> 150k"'),
        ("within: 180 days", "within: 181 days"), ("mode: marginal", "mode: whole"), ("limit: 60k", "limit: 61k"),
        ("pays: 25% of base commission", "pays: 25% of commission"), ("budget: 3_200", "budget: 3_300"),
        ("until: 365 days, recovers: linear", "until: 364 days, recovers: linear"), ("at_most: 50%", "at_most: 49%"),
        ("below: 125%", "below: 126%"), ("{at: 100%, pays: 50%}", "{at: 100%, pays: 51%}"),
        ("lookback: 180 days", "lookback: 179 days"), ('gate: {grr: ">= 90%"}', 'gate: {grr: ">= 91%"}'),
        ("hot:   {acknowledge: 4h", "hot:   {acknowledge: 5h"), ("min_accounts: 5", "min_accounts: 6"),
    ):  # fmt: skip
        assert old in text, old
        seen.add(bind_plan(text.replace(old, new), "a.yaml").hash)
    assert len(seen) == 15
    assert plain not in seen
    assert bind_plan(text.replace("limit: 60k", "limit: 60_000"), "a.yaml").hash == plain


def test_a_plan_that_was_used_is_not_edited() -> None:
    used = bind_plan(MINIMAL, "a.yaml")
    hashes = {(used.plan.id, str(used.plan.version)): used.hash}
    refuse_edited(plan_set([used]), hashes)
    edited = bind_plan(MINIMAL.replace("8.25%", "8.26%"), "a.yaml")
    with pytest.raises(Refused, match="was changed after a period was closed by it") as refused:
        refuse_edited(plan_set([edited]), hashes)
    assert refused.value.exit_code == 5
    newer = bind_plan(MINIMAL.replace("8.25%", "8.26%").replace("version: 1", "version: 2"), "a.yaml")
    refuse_edited(plan_set([newer]), hashes)

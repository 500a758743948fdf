"""What stands around a threshold: reasoned from the rules, and paid by the calculator to the same cent."""

from pathlib import Path

from expcomp.lint.cliffs import jumps
from expcomp.lint.probes import on_curve, probes
from expcomp.lint.reach import reach
from expcomp.money import to_minor
from expcomp.pay.sheet import payout
from expcomp.period import Span
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows

ROOT = Path(__file__).parents[2]
PLAN = bind_plan((ROOT / "plans" / "expansion.yaml").read_text("utf-8"), "plans/expansion.yaml")

PEOPLE = [
    {"payee_id": "csm", "role": "csm"},
    {"payee_id": "ae", "role": "ae"},
    {"payee_id": "signaler", "role": "csm"},
    {"payee_id": "partner", "role": "partner"},
]


def paid(acv: str, account_acv: str, **deal: str) -> dict[str, int]:
    """All that the calculator will pay for one deal, by payee, whose ids are their roles here."""
    tables = {
        "payees": PEOPLE,
        "accounts": [{"account_id": "A1", "csm": "csm", "acv": account_acv}],
        "deals": [{"deal_id": "D1", "account_id": "A1", "acv": acv, "owner": "ae", "close_date": "2026-05-12",
                   "self_serve": "false", "partner": "partner", **deal}],
        "quotas": [{"payee_id": "ae", "period": "2026Q2", "amount": "10000000"}],
        "signals": [{"signal_id": "S1", "account_id": "A1", "deal_id": "D1", "logged_by": "signaler",
                     "routed_at": "2026-05-01T15:00:00Z", "budget": "true", "named_buyer": "true", "timeline": "true"}],
    }  # fmt: skip
    plans = plan_set([PLAN])
    book = book_from_rows(tables, needs_of(plans), PLAN.place)
    sheet = payout(plans, book, PLAN.calendar.parse("2026Q2"), Span.QUARTER)
    total: dict[str, int] = {}
    for frame in (sheet.lines, sheet.waiting):
        for payee, minor in zip(frame["payee_id"], frame["amount_minor"], strict=True):
            total[payee] = total.get(payee, 0) + int(minor)
    return total


def test_around_10k_the_calculator_pays_what_is_reasoned() -> None:
    """9,999.99 of a new tier is the CSM's: 5 % = 500.00. From 10,000.00 on the AE has 8 % = 800.00, the signal 25 % of
    that = 200.00, and an influencing partner 2 % = 200.00 on both sides."""
    for role, reasoned in {jump.role: jump.paid for jump in jumps(PLAN) if jump.role != "partner"}.items():
        deals = (
            paid(acv, "80000", motion="capacity", partner_role="influenced")
            for acv in ("9999.99", "10000.00", "10000.01")
        )
        assert tuple(each.get(role, 0) for each in deals) == reasoned


def test_around_an_account_of_150k_the_calculator_pays_what_is_reasoned() -> None:
    found = {jump.role: jump.paid for jump in jumps(PLAN, "account.acv")}
    accounts = ("149999.99", "150000.00", "150000.01")
    for partner_role, roles in (("influenced", ("ae", "csm", "signaler")), ("sourced", ("partner",))):
        deals = [paid("100000", acv, motion="adjacent", partner_role=partner_role) for acv in accounts]
        for role in roles:
            assert tuple(each.get(role, 0) for each in deals) == found[role]


def test_every_threshold_is_probed() -> None:
    told = {(probe.threshold, probe.role): probe.paid for probe in probes(reach(PLAN))}
    assert told["deal.acv 10,000.00", "csm"] == ("500.00", "0.00", "0.00")
    assert told["attainment 125%", "ae"] == ("13,750.00", "13,750.00", "13,750.00")
    assert told["cap 60,000.00 per deal", "ae"] == ("59,999.99", "60,000.00", "60,000.00")
    assert told["nrr 95%", "csm"] == ("0%", "0%", "0.1%")  # 50 % over 5 points: 0.1 % for a hundredth of one
    assert {name for name, _ in told} == {
        "deal.acv 10,000.00", "account.acv 150,000.00", "attainment 100%", "attainment 125%", "cap 60,000.00 per deal",
        "nrr 95%", "nrr 100%", "nrr 110%", "nrr 120%",
    }  # fmt: skip


def test_whole_mode_jumps_and_marginal_mode_does_not() -> None:
    """100,000 of credit at 10 %: whole mode moves all of it from x1 to x1.5; 99,999.99 pays 10,000.00."""
    text = (ROOT / "plans" / "expansion.yaml").read_text("utf-8").replace("mode: marginal ", "mode: whole ")
    told = {probe.threshold: probe.paid for probe in probes(reach(bind_plan(text, "plan.yaml")))}
    assert told["attainment 100%"] == ("10,000.00", "15,000.00", "15,000.00")


def test_a_spiff_with_a_threshold_is_a_cliff() -> None:
    text = (ROOT / "plans" / "expansion.yaml").read_text("utf-8")
    spiff = text.replace("when: {deal.family: cross_sell}\n    between", 'when: {deal.acv: ">= 50k"}\n    between')
    jump = next(jump for jump in jumps(bind_plan(spiff, "plan.yaml")) if (jump.value, jump.role) == (5_000_000, "ae"))
    assert jump.size == to_minor("500", "USD")


def test_a_curve_is_a_line_between_its_points() -> None:
    bonus = PLAN.bonuses[0]
    points = (949_999, 950_000, 975_000, 1_050_000, 1_150_000, 1_200_000, 1_200_001)
    assert [on_curve(bonus, at) for at in points] == ["0%", "0%", "25%", "75%", "125%", "150%", "150%"]

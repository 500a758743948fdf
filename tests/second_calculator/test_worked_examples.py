"""The worked examples of the calculation page, in exact amounts (17 is a bonus: not calculated here)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from . import Refused
from .amounts import divide, sequence
from .samples import (
    ACCELERATORS,
    AT_BOOKING,
    EXAMPLE,
    HEAD,
    PLAIN,
    RATES,
    RECOVERY,
    SIGNAL,
    SPIFF,
    TIERS,
    amounts,
    deal,
    given,
    pay,
    run,
    waiting,
)

CASE_1 = deal("D1", "40000", "2027-02-10")


def test_01_cross_sell_with_a_signal():
    # AE 40,000 x 10 % = 4,000: 30 % 1,200, 50 % 2,000, 20 % 800. Signal 25 % of 4,000 = 1,000.
    result = run(EXAMPLE, given(CASE_1, signals=[SIGNAL]), "2027Q1", "2027-03-31")
    assert amounts(result) == {
        ("ana", "D1", "credit:ae", "booking"): "1200.00",
        ("ana", "D1", "spiff:Q1 cross-sell", "spiff"): "500.00",
        ("cam", "D1", "overlay:signal credit", "booking"): "300.00",
    }
    assert {line["tier"] for line in result["lines"]} == {"B"}
    assert waiting(result) == {
        ("ana", "credit:ae", "activation"): ("2000.00", "pending"),
        ("ana", "credit:ae", "retention"): ("800.00", "pending"),
        ("cam", "overlay:signal credit", "activation"): ("500.00", "pending"),
        ("cam", "overlay:signal credit", "retention"): ("200.00", "pending"),
    }


def test_01_carved_out():
    # 4,000 - 1,000 = 3,000 for the AE: 900 / 1,500 / 600; the CSM's 1,000: 300 / 500 / 200.
    plan = EXAMPLE.replace("funding: additive", "funding: carve_out")
    result = run(plan, given(CASE_1, signals=[SIGNAL]), "2027Q1", "2027-03-31")
    assert amounts(result)["ana", "D1", "credit:ae", "booking"] == "900.00"
    assert amounts(result)["cam", "D1", "overlay:signal credit", "booking"] == "300.00"
    assert waiting(result)["ana", "credit:ae", "activation"][0] == "1500.00"
    assert waiting(result)["ana", "credit:ae", "retention"][0] == "600.00"
    assert waiting(result)["cam", "overlay:signal credit", "activation"][0] == "500.00"


def test_02_small_upsell_is_the_csms():
    # 8,000 x 5 % = 400: 120 / 200 / 80.
    result = run(EXAMPLE, given(deal("D1", "8000", "2027-02-10", "tier"), acv="60000"), "2027Q1", "2027-03-31")
    assert amounts(result) == {("cam", "D1", "credit:csm", "booking"): "120.00"}
    assert waiting(result) == {
        ("cam", "credit:csm", "activation"): ("200.00", "pending"),
        ("cam", "credit:csm", "retention"): ("80.00", "pending"),
    }


def test_03_joint_pod():
    # 60,000 x 8 % = 4,800; 40,000 x 5 % = 2,000.
    tables = given(deal("D1", "100000", "2027-02-10", "tier"), acv="150000")
    result = run(PLAIN + ACCELERATORS, tables, "2027Q1", "2027-03-31")
    assert amounts(result) == {
        ("ana", "D1", "credit:ae", "booking"): "4800.00",
        ("cam", "D1", "credit:csm", "booking"): "2000.00",
    }


def test_03_quota_credit_of_both_is_whole():
    # Quota 80,000: of the AE's 100,000 of quota credit 80 % at x1 and 20 % at x1.5 (up to 125 %).
    # 60,000 x 8 % x (0.8 x 1 + 0.2 x 1.5) = 4,800 x 1.1 = 5,280.
    tables = given(deal("D1", "100000", "2027-02-10", "tier"), acv="150000")
    tables["quotas"] = [{"payee_id": "ana", "period": "2027Q1", "amount": "80000"}]
    result = run(PLAIN + ACCELERATORS, tables, "2027Q1", "2027-03-31")
    assert amounts(result)["ana", "D1", "credit:ae", "booking"] == "5280.00"


def test_04_an_edge_belongs_to_the_tier_its_comparison_names():
    # Tier B: 100,000 x 8 % = 8,000.
    tables = given(deal("D1", "100000", "2027-02-10", "tier"), acv="149999.99")
    result = run(PLAIN + ACCELERATORS, tables, "2027Q1", "2027-03-31")
    assert amounts(result) == {("ana", "D1", "credit:ae", "booking"): "8000.00"}


THREE = [
    deal("D1", "65000", "2027-01-10", "tier"),
    deal("D2", "65000", "2027-02-10", "tier"),
    deal("D3", "65000", "2027-03-10", "tier"),
]
BANDS = ACCELERATORS.replace("125%", "120%")
QUOTA_150 = [{"payee_id": "ana", "period": "2027Q1", "amount": "150000"}]


def test_05_marginal_bands():
    # 65,000 x 8 % = 5,200 twice; the third runs 130 -> 195 thousand over edges 150 and 180 thousand:
    # 20,000 x 8 % + 30,000 x 12 % + 15,000 x 16 % = 1,600 + 3,600 + 2,400 = 7,600; 18,000 in all.
    result = run(PLAIN + BANDS, given(*THREE, quotas=QUOTA_150), "2027Q1", "2027-03-31")
    assert amounts(result) == {
        ("ana", "D1", "credit:ae", "booking"): "5200.00",
        ("ana", "D2", "credit:ae", "booking"): "5200.00",
        ("ana", "D3", "credit:ae", "booking"): "7600.00",
    }
    assert pay(result, "ana")["paid"] == "18000.00"


def test_06_whole_mode_trues_up():
    # 195,000 / 150,000 = 130 %: 65,000 x 8 % x 2 = 10,400 each, 31,200 in all. Paid by month, the total
    # to February is 130,000, below 100 %: 5,200 each; March raises D1 and D2 by 5,200.
    plan = PLAIN + BANDS.replace("marginal", "whole")
    tables = given(*THREE, quotas=QUOTA_150)
    assert pay(run(plan, tables, "2027Q1", "2027-03-31"), "ana")["paid"] == "31200.00"
    february = run(plan, tables, "2027-02", "2027-02-28", pay_period="month")
    assert amounts(february) == {("ana", "D2", "credit:ae", "booking"): "5200.00"}
    march = run(plan, tables, "2027-03", "2027-03-31", pay_period="month")
    assert [(line["deal_id"], line["amount"], line["reason"]) for line in march["lines"]] == [
        ("D1", "5200.00", "true_up"),
        ("D2", "5200.00", "true_up"),
        ("D3", "10400.00", "commission"),
    ]


@pytest.mark.parametrize("order", [("ana", "cam"), ("cam", "ana")])
def test_07_the_spare_cent_goes_to_the_smaller_payee_id(order):
    # 5 cents x 70 % = 3.5 and 1.5: equal remainders, ana gets 4 and cam 1. 30/70: ana 2, cam 3.
    assert dict(zip(order, divide(5, [({"ana": 70, "cam": 30}[p], p, "r") for p in order]), strict=True)) == {
        "ana": 4, "cam": 1,
    }  # fmt: skip
    assert dict(zip(order, divide(5, [({"ana": 30, "cam": 70}[p], p, "r") for p in order]), strict=True)) == {
        "ana": 2, "cam": 3,
    }  # fmt: skip


@pytest.mark.parametrize("order", [("ana", "cam"), ("cam", "ana")])
def test_07_as_crm_splits(order):
    # The same 0.05 split by the CRM and paid at 100 %.
    plan = HEAD + AT_BOOKING + (
        "ownership:\n  - {tier: S, credit: {ae: 50%, csm: 50%}, splits: crm}\n"
        "rates:\n  - {role: ae, rate: 100%}\n  - {role: csm, rate: 100%}\n"
    )  # fmt: skip
    splits = [{"deal_id": "D1", "payee": p, "share": {"ana": "70%", "cam": "30%"}[p]} for p in order]
    result = run(plan, given(deal("D1", "0.05", "2027-02-10"), splits=splits), "2027Q1", "2027-03-31")
    assert amounts(result) == {
        ("ana", "D1", "credit:ae", "booking"): "0.04",
        ("cam", "D1", "credit:csm", "booking"): "0.01",
    }


def test_08_largest_remainder():
    # 9,999 cents x 75 % = 7,499.25, x 25 % = 2,499.75: the spare cent goes to the larger remainder.
    assert divide(9999, [(75, "ana", "ae"), (25, "cam", "csm")]) == [7499, 2500]
    assert divide(-9999, [(75, "ana", "ae"), (25, "cam", "csm")]) == [-7499, -2500]


def test_09_three_equal_milestones():
    # round(33.33..) = 33.33; round(66.67) - 33.33 = 33.34; 100 - 66.67 = 33.33.
    plan = HEAD + TIERS + "rates: [{role: ae, rate: 100%}]\n" + (
        "payout:\n  - schedule: thirds\n    milestones:\n"
        "      - {name: one, pays: 33.3333%, on: closed_won}\n"
        "      - {name: two, pays: 33.3333%, on: date, after: 1 days}\n"
        "      - {name: three, pays: 33.3334%, on: date, after: 2 days}\n"
    )  # fmt: skip
    result = run(plan, given(deal("D1", "100", "2027-02-10")), "2027Q1", "2027-03-31")
    assert {key[3]: amount for key, amount in amounts(result).items()} == {
        "one": "33.33", "two": "33.34", "three": "33.33",
    }  # fmt: skip
    assert sequence(10000, [Fraction(1, 3), Fraction(2, 3), Fraction(1)], "half_up") == [3333, 3334, 3333]


def churned(day):
    won = {**CASE_1, "activated_on": "2027-04-20"}
    churn = {"account_id": "A1", "date": day, "event": "churn"}
    return given(won, signals=[SIGNAL], events=[churn])


def test_10_early_churn_takes_booking_and_activation_back():
    # 2027-02-10 + 80 days = 2027-05-01, inside 90 days: 100 %. Paid by month.
    tables = churned("2027-05-01")
    april = run(EXAMPLE, tables, "2027-04", "2027-04-30", pay_period="month")
    assert amounts(april) == {
        ("ana", "D1", "credit:ae", "activation"): "2000.00",
        ("cam", "D1", "overlay:signal credit", "activation"): "500.00",
    }
    may = run(EXAMPLE, tables, "2027-05", "2027-05-31", pay_period="month")
    assert amounts(may) == {
        ("ana", "D1", "credit:ae", "activation"): "-2000.00",
        ("ana", "D1", "credit:ae", "booking"): "-1200.00",
        ("ana", "D1", "spiff:Q1 cross-sell", "spiff"): "-500.00",
        ("cam", "D1", "overlay:signal credit", "activation"): "-500.00",
        ("cam", "D1", "overlay:signal credit", "booking"): "-300.00",
    }
    assert {(line["reason"], line["on"]) for line in may["lines"]} == {("clawback", "2027-05-01")}
    assert may["waiting"] == []
    later = run(EXAMPLE, tables, "2028-02", "2028-02-29", pay_period="month")
    assert later["lines"] == []


def test_10_within_one_quarter_the_activation_nets_to_nothing():
    # Paid by quarter, the activation of April and its clawback of May are one key: +2,000 - 2,000 = 0.
    result = run(EXAMPLE, churned("2027-05-01"), "2027Q2", "2027-06-30")
    assert amounts(result) == {
        ("ana", "D1", "credit:ae", "booking"): "-1200.00",
        ("ana", "D1", "spiff:Q1 cross-sell", "spiff"): "-500.00",
        ("cam", "D1", "overlay:signal credit", "booking"): "-300.00",
    }
    assert pay(result, "ana")["carried_forward"] == "-1700.00"


@pytest.mark.parametrize(
    ("day", "booking", "activation"),
    [
        ("2027-05-10", "-1200.00", "-2000.00"),  # day 89: 100 %
        ("2027-05-11", "-904.11", "-1506.85"),  # day 90: 275 / 365 of 1,200 = 904.1096, of 2,000 = 1,506.849
        ("2027-08-11", "-601.64", "-1002.74"),  # day 182: 183 / 365: 601.6438 and 1,002.7397
    ],
)
def test_11_linear_clawback(day, booking, activation):
    result = run(EXAMPLE, churned(day), day[:7], day, pay_period="month")
    assert amounts(result)["ana", "D1", "credit:ae", "booking"] == booking
    assert amounts(result)["ana", "D1", "credit:ae", "activation"] == activation


def test_12_contraction():
    # 10,000 of 40,000 = 25 %; (365 - 100) / 365: 1,200 x 0.25 x 265/365 = 217.808, 2,000 x ... = 363.01.
    # 2027-02-10 + 100 days = 2027-05-21. Retention 800 x 75 % = 600 a year after the close.
    event = {"account_id": "A1", "date": "2027-05-21", "event": "contraction", "amount": "10000"}
    tables = given({**CASE_1, "activated_on": "2027-04-20"}, events=[event])
    may = run(EXAMPLE.replace(SPIFF, ""), tables, "2027-05", "2027-05-31", pay_period="month")
    assert amounts(may) == {
        ("ana", "D1", "credit:ae", "booking"): "-217.81",
        ("ana", "D1", "credit:ae", "activation"): "-363.01",
    }
    retained = run(EXAMPLE.replace(SPIFF, ""), tables, "2028-02", "2028-02-29", pay_period="month")
    assert amounts(retained) == {("ana", "D1", "credit:ae", "retention"): "600.00"}


def test_13_contraction_takes_the_newest_deal_first():
    # 50,000: all 30,000 of D2, then 20,000 of D1's 40,000. At 10 %, all paid and all recovered by share:
    # D2 -3,000, D1 -4,000 x 20,000 / 40,000 = -2,000.
    plan = PLAIN + "\n"
    plan = plan.replace("event: contraction, until: 365 days, recovers: linear",
                        "event: contraction, until: 365 days, recovers: 100%")  # fmt: skip
    event = {"account_id": "A1", "date": "2027-04-10", "event": "contraction", "amount": "50000"}
    deals = [deal("D1", "40000", "2027-01-10"), deal("D2", "30000", "2027-03-10")]
    result = run(plan, given(*deals, events=[event]), "2027Q2", "2027-06-30")
    assert amounts(result) == {
        ("ana", "D1", "credit:ae", "booking"): "-2000.00",
        ("ana", "D2", "credit:ae", "booking"): "-3000.00",
    }


def test_14_recovery_and_balance():
    # Q2: gross 1,000 (D3), taken -1,800 (D1 lost): at most 50 % = 500; carried -1,300.
    # Q3: gross 4,000, at most 2,000, taken -1,300: recovered 1,300, paid 2,700.
    deals = [
        deal("D1", "18000", "2027-03-01", account_id="A2"),
        deal("D3", "10000", "2027-05-01"),
        deal("D4", "40000", "2027-08-01"),
    ]
    tables = given(*deals, events=[{"account_id": "A2", "date": "2027-04-10", "event": "churn"}])
    tables["accounts"] = [*tables["accounts"], {"account_id": "A2", "acv": "1", "csm": "cam"}]
    plan = PLAIN + RECOVERY
    first = run(plan, tables, "2027Q1", "2027-03-31")
    ledger = [{**line, "period": "2027Q1"} for line in first["lines"]]
    second = run(plan, tables, "2027Q2", "2027-06-30", posted=ledger)
    assert pay(second, "ana") == {
        "payee_id": "ana", "gross": "1000.00", "recovered": "500.00", "brought_forward": "0.00",
        "paid": "500.00", "carried_forward": "-1300.00",
    }  # fmt: skip
    ledger += [{**line, "period": "2027Q2"} for line in second["lines"]]
    third = run(plan, tables, "2027Q3", "2027-09-30", posted=ledger)
    assert pay(third, "ana") == {
        "payee_id": "ana", "gross": "4000.00", "recovered": "1300.00", "brought_forward": "-1300.00",
        "paid": "2700.00", "carried_forward": "0.00",
    }  # fmt: skip
    # The view of the year: 1,800 + 500 + 2,700 paid, computed per pay period.
    year = run(plan, tables, "2027", "2027-12-31", posted=ledger)
    assert pay(year, "ana")["paid"] == "5000.00"
    assert pay(year, "ana")["carried_forward"] == "0.00"


def test_15_correction_of_a_closed_quarter():
    # 44,000 x 10 % x 30 % = 1,320; posted 1,200: +120.
    posted = [{
        "period": "2027Q1", "payee_id": "ana", "deal_id": "D1", "component": "credit:ae",
        "milestone": "booking", "currency": "USD", "amount": "1200.00", "on": "2027-02-10",
        "period_earned": "2027Q1", "reason": "commission",
    }]  # fmt: skip
    tables = given(deal("D1", "44000", "2027-02-10"))
    plan = EXAMPLE.replace(SPIFF, "")
    result = run(plan, tables, "2027Q2", "2027-06-30", posted=posted)
    assert amounts(result) == {("ana", "D1", "credit:ae", "booking"): "120.00"}
    assert result["lines"][0]["reason"] == "correction"
    assert result["lines"][0]["period_earned"] == "2027Q1"
    # The closed quarter stays as posted.
    assert amounts(run(plan, tables, "2027Q1", "2027-03-31", posted=posted)) == {
        ("ana", "D1", "credit:ae", "booking"): "1200.00",
    }


def test_16_a_moved_deal_is_not_paid_twice():
    # Correction -1,200 (not closed by 31 March) and movement +1,200 (closed on 2 April) cancel.
    plan = EXAMPLE.replace(SPIFF, "")
    first = run(plan, given(deal("D1", "40000", "2027-03-28")), "2027Q1", "2027-03-31")
    ledger = [{**line, "period": "2027Q1"} for line in first["lines"]]
    assert [line["amount"] for line in ledger] == ["1200.00"]
    result = run(plan, given(deal("D1", "40000", "2027-04-02")), "2027Q2", "2027-06-30", posted=ledger)
    assert result["lines"] == []


def test_16b_a_cap_nets_within_its_deal():
    # 2,500,000 x 8 % = 200,000; cap 60,000: +200,000 - 140,000 = 60,000 gross, nothing recovered.
    plan = PLAIN + RECOVERY + "caps: [{role: ae, per: deal, limit: 60k}]\n"
    result = run(plan, given(deal("D1", "2500000", "2027-02-10", "tier")), "2027Q1", "2027-03-31")
    assert amounts(result) == {
        ("ana", "D1", "credit:ae", "booking"): "200000.00",
        ("ana", "D1", "cap:ae", "booking"): "-140000.00",
    }
    assert pay(result, "ana")["paid"] == "60000.00"
    assert pay(result, "ana")["recovered"] == "0.00"


def test_18_spiff_budget():
    # 500 + 500 + 200 = 1,200 in order of close date, then id; later deals find nothing.
    plan = PLAIN + SPIFF.replace("20k", "1200")
    deals = [
        deal("D7", "10000", "2027-03-05"), deal("D2", "10000", "2027-03-05"),
        deal("D9", "10000", "2027-03-09"), deal("D1", "10000", "2027-03-10"),
    ]  # fmt: skip
    result = run(plan, given(*deals), "2027Q1", "2027-03-31")
    assert {k[1]: v for k, v in amounts(result).items() if k[2].startswith("spiff")} == {
        "D2": "500.00", "D7": "500.00", "D9": "200.00",
    }  # fmt: skip


def test_19_cash():
    # The milestone: 20 % of 1,000 = 200. 1,000 / 3,000: 66.67; 2,000 / 3,000: 133.33 - 66.67 = 66.66.
    plan = HEAD + TIERS + RATES + (
        "payout:\n  - schedule: cash\n    milestones:\n"
        "      - {name: booking, pays: 80%, on: closed_won}\n"
        "      - {name: cash, pays: 20%, on: paid}\n"
    )  # fmt: skip
    receipts = [
        {"deal_id": "D1", "date": "2027-03-05", "collected": "1000", "invoiced": "3000"},
        {"deal_id": "D1", "date": "2027-04-05", "collected": "1000", "invoiced": "3000"},
    ]
    tables = given(deal("D1", "10000", "2027-02-10"), receipts=receipts)
    first = run(plan, tables, "2027Q1", "2027-03-31")
    assert amounts(first)["ana", "D1", "credit:ae", "cash"] == "66.67"
    second = run(plan, tables, "2027Q2", "2027-06-30")
    assert amounts(second) == {("ana", "D1", "credit:ae", "cash"): "66.66"}
    assert waiting(second) == {("ana", "credit:ae", "cash"): ("66.67", "pending")}


def test_19b_within_includes_its_last_day():
    # 2027-01-01 + 180 days = 2027-06-30.
    plan = EXAMPLE.replace(SPIFF, "")
    on_time = given(deal("D1", "40000", "2027-01-01", activated_on="2027-06-30"))
    result = run(plan, on_time, "2027-06", "2027-06-30", pay_period="month")
    assert amounts(result) == {("ana", "D1", "credit:ae", "activation"): "2000.00"}
    late = given(deal("D1", "40000", "2027-01-01", activated_on="2027-07-01"))
    result = run(plan, late, "2027-07", "2027-07-31", pay_period="month")
    assert result["lines"] == []
    assert waiting(result)["ana", "credit:ae", "activation"] == ("2000.00", "lapsed")


@pytest.mark.parametrize(("day", "left"), [("2027-05-01", "0.00"), ("2027-05-02", "493.15")])
def test_19c_leaving_on_the_day_of_activation_or_after(day, left):
    # Closed 2027-02-01: 1 May is day 89 and 2 May day 90, recovered linearly: of 2,000
    # round(2,000 x 275 / 365) = 1,506.85, so 493.15 stays; on 1 May nothing is ever paid.
    churn = {"account_id": "A1", "date": day, "event": "churn"}
    tables = given(deal("D1", "40000", "2027-02-01", activated_on="2027-05-01"), events=[churn])
    result = run(EXAMPLE.replace(SPIFF, ""), tables, "2027Q2", "2027-06-30")
    assert amounts(result).get(("ana", "D1", "credit:ae", "activation"), "0.00") == left


def test_19d_deal_cap_then_quarter_cap():
    # 10,000 and 4,000 of commission: deal caps leave 3,000 each; the quarter's 5,000: 3,000 and 2,000.
    plan = PLAIN + "caps:\n  - {role: ae, per: quarter, limit: 5000}\n  - {role: ae, per: deal, limit: 3000}\n"
    deals = [deal("D1", "100000", "2027-01-10"), deal("D2", "40000", "2027-02-10")]
    result = run(plan, given(*deals), "2027Q1", "2027-03-31")
    assert amounts(result) == {
        ("ana", "D1", "credit:ae", "booking"): "10000.00",
        ("ana", "D1", "cap:ae", "booking"): "-7000.00",
        ("ana", "D2", "credit:ae", "booking"): "4000.00",
        ("ana", "D2", "cap:ae", "booking"): "-2000.00",
    }
    assert pay(result, "ana")["paid"] == "5000.00"


def test_19e_a_hold_moves_the_day_reached():
    # Booking 1,200 is held at 30 % seat use, released on 3 March at 45 %, recovered whole on 20 March.
    usage = [
        {"account_id": "A1", "date": "2027-01-05", "seats_purchased": "100", "seats_active": "30"},
        {"account_id": "A1", "date": "2027-03-03", "seats_purchased": "100", "seats_active": "45"},
    ]
    churn = {"account_id": "A1", "date": "2027-03-20", "event": "churn"}
    tables = given(deal("D1", "40000", "2027-01-10"), usage=usage, events=[churn])
    plan = EXAMPLE.replace(SPIFF, "")
    january = run(plan, tables, "2027-01", "2027-01-31", pay_period="month")
    assert january["lines"] == []
    assert waiting(january)["ana", "credit:ae", "booking"] == ("1200.00", "held")
    released = run(plan, tables, "2027-03", "2027-03-19", pay_period="month")
    assert amounts(released) == {("ana", "D1", "credit:ae", "booking"): "1200.00"}
    assert released["lines"][0]["on"] == "2027-03-03"
    whole = run(plan, tables, "2027-03", "2027-03-31", pay_period="month")
    assert whole["lines"] == []
    assert whole["not_paid"] == [{"deal_id": "D1", "reason": "lost", "value": "40000.00"}]


def test_20_the_day_of_an_instant_is_the_plans():
    # 03:30 UTC on 1 April is 23:30 on 31 March in New York.
    result = run(PLAIN, given(deal("D1", "40000", "2027-04-01T03:30Z")), "2027Q1", "2027-03-31")
    assert amounts(result) == {("ana", "D1", "credit:ae", "booking"): "4000.00"}
    assert result["lines"][0]["on"] == "2027-03-31"


def test_a_vacant_role_stops_the_run():
    with pytest.raises(Refused, match="nobody holds the role ae"):
        run(PLAIN, given(deal("D1", "40000", "2027-02-10", owner="")), "2027Q1", "2027-03-31")

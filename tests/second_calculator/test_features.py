"""Rules beyond the worked examples, each with its arithmetic."""

from __future__ import annotations

from datetime import date

import pytest

from . import Refused, calculate
from .samples import (
    ACCELERATORS,
    AT_BOOKING,
    CLAWBACKS,
    EXAMPLE,
    HEAD,
    PAYEES,
    PLAIN,
    QUOTAS,
    RATES,
    RECOVERY,
    SIGNAL,
    SPIFF,
    STANDARD,
    TIERS,
    amounts,
    deal,
    given,
    pay,
    run,
    waiting,
)  # fmt: skip

Q1 = ("2027Q1", "2027-03-31")
Q2 = ("2027Q2", "2027-06-30")


def ledger(result):
    return [{**line, "period": result["period"]} for line in result["lines"]]


def booked(result):
    return {(k[0], k[1], k[2]): v for k, v in amounts(result).items()}


def test_euro_deal_at_the_newest_rate_at_most_31_days_old():
    # 10,000.55 x 1.0833 = 10,833.595815 -> 10,833.60; x 8 % = 866.688 -> 866.69.
    euro = deal("D1", "10000.55", "2027-02-10", "tier", currency="EUR")
    rates = [
        {"currency": "EUR", "date": "2027-01-10", "rate": "1.0833"},
        {"currency": "EUR", "date": "2027-02-11", "rate": "2"},
    ]
    assert booked(run(PLAIN, given(euro, fx=rates), *Q1)) == {("ana", "D1", "credit:ae"): "866.69"}
    late = deal("D1", "10000", "2027-02-11", "tier", currency="EUR")
    with pytest.raises(Refused, match="no rate"):
        run(PLAIN, given(late, fx=rates[:1]), *Q1)


def test_vacant_forfeit_and_vacant_to():
    # Tier C 60/40 of 100,000: AE 4,800; the CSM's 2,000 goes to nobody, or to the AE in the CSM's role.
    tables = given(deal("D1", "100000", "2027-02-10", "tier"), acv="150000")
    tables["accounts"][0]["csm"] = ""
    forfeit = PLAIN.replace("{from: account.csm}", "{from: account.csm, vacant: forfeit}")
    assert booked(run(forfeit, tables, *Q1)) == {("ana", "D1", "credit:ae"): "4800.00"}
    to = PLAIN.replace("{from: account.csm}", "{from: account.csm, vacant: to ae}")
    assert booked(run(to, tables, *Q1)) == {
        ("ana", "D1", "credit:ae"): "4800.00",
        ("ana", "D1", "credit:csm"): "2000.00",
    }


def test_assignments_team_and_manager():
    plan = PLAIN.replace("deal.owner", "team.closer").replace("account.csm", "account.csm, vacant: forfeit")
    plan = plan.replace("credit: {ae: 100%}", "credit: {ae: 50%, csm: 25%, boss: 25%}")
    plan = plan.replace("  partner:", "  boss: {from: manager of csm}\n  partner:")
    plan = plan.replace("rates:\n", "rates:\n  - {role: boss, rate: 1%}\n")
    tables = given(deal("D1", "40000", "2027-02-10", "tier"))
    tables["team"] = [{"deal_id": "D1", "payee": "ana", "role": "closer"}]
    tables["assignments"] = [
        {"account_id": "A1", "role": "csm", "payee": "dee", "from": "2027-01-01", "to": "2027-02-10"},
        {"account_id": "A1", "role": "csm", "payee": "cam", "from": "2027-02-11"},
    ]
    tables["payees"] = [*PAYEES, {"payee_id": "dee", "role": "csm", "manager_id": "mia"}, {"payee_id": "mia"}]
    # 20,000 x 8 % = 1,600; 10,000 x 5 % = 500; 10,000 x 1 % = 100.
    assert booked(run(plan, tables, *Q1)) == {
        ("ana", "D1", "credit:ae"): "1600.00",
        ("dee", "D1", "credit:csm"): "500.00",
        ("mia", "D1", "credit:boss"): "100.00",
    }


def test_own_rate_and_tiled_quota():
    # 20,000 / (4 x 100,000) = 5 %: 8,000 x 5 % = 400. H1 beside its quarters tiles the year twice.
    plan = PLAIN.replace("{role: csm, rate: 5%}", "{role: csm, rate: target_variable / quota}")
    tables = given(deal("D1", "8000", "2027-02-10", "tier"))
    tables["payees"] = [{"payee_id": "cam", "role": "csm", "target_variable": "20000"}]
    tables["quotas"] = [{"payee_id": "cam", "period": f"2027Q{i}", "amount": "100000"} for i in (1, 2, 3, 4)]
    assert booked(run(plan, tables, *Q1)) == {("cam", "D1", "credit:csm"): "400.00"}
    tables["quotas"].append({"payee_id": "cam", "period": "2027H1", "amount": "200000"})
    with pytest.raises(Refused, match="two ways"):
        run(plan, tables, *Q1)
    tables["quotas"].append({"payee_id": "cam", "period": "2027", "amount": "800000"})
    assert booked(run(plan, tables, *Q1)) == {("cam", "D1", "credit:csm"): "200.00"}


def test_counted_deals_fill_the_quota_unpaid():
    # new_logo 390,000 fills 390 of 400 thousand; of the 40,000 upsell 10,000 x 8 % + 30,000 x 12 %.
    plan = PLAIN.replace("timezone:", "counts_toward_quota: [new_logo]\n  timezone:") + ACCELERATORS
    deals = [deal("D1", "390000", "2027-01-05", "new_logo"), deal("D2", "40000", "2027-02-10", "tier")]
    result = run(plan, given(*deals), *Q1)
    assert booked(result) == {("ana", "D2", "credit:ae"): "4400.00"}
    assert result["not_paid"] == [{"deal_id": "D1", "reason": "not_covered", "value": "390000.00"}]


def test_not_paid_reasons():
    deals = [
        deal("D1", "1000", "2027-02-10", won="false"), deal("D2", "1000", "2027-02-10", "renewal"),
        deal("D3", "1000", "2026-12-31"), deal("D4", "20000", "2027-02-10"), deal("D5", "1000", "2027-04-01"),
    ]  # fmt: skip
    plan = PLAIN.replace("on: closed_won", "on: activated, within: 10 days")
    assert [(row["deal_id"], row["reason"]) for row in run(plan, given(*deals), *Q1)["not_paid"]] == [
        ("D1", "not_won"), ("D2", "not_covered"), ("D3", "outside_plan"), ("D4", "pending"),
    ]  # fmt: skip


def test_splits_share_quota_credit_and_spiff():
    # 30,000 / 10,000 of 40,000 at 10 %: 3,000 and 1,000; SPIFF 500 as 375 and 125.
    plan = PLAIN.replace("credit: {ae: 100%}", "credit: {ae: 100%}\n    splits: crm") + SPIFF
    rows = [
        {"deal_id": "D1", "payee": "ana", "share": "75%"},
        {"deal_id": "D1", "payee": "abe", "share": "25%"},
    ]
    rows.append({"deal_id": "D1", "payee": "cam", "share": "50%", "split_type": "overlay"})
    tables = given(deal("D1", "40000", "2027-02-10"), splits=rows)
    tables["payees"] = [*PAYEES, {"payee_id": "abe", "role": "ae"}]
    assert booked(run(plan, tables, *Q1)) == {
        ("ana", "D1", "credit:ae"): "3000.00", ("abe", "D1", "credit:ae"): "1000.00",
        ("ana", "D1", "spiff:Q1 cross-sell"): "375.00", ("abe", "D1", "spiff:Q1 cross-sell"): "125.00",
    }  # fmt: skip
    rows[1]["share"] = "24%"
    with pytest.raises(Refused, match="100%"):
        run(plan, tables, *Q1)


def test_override_tier():
    tables = given(deal("D1", "40000", "2027-02-10", "tier", override_tier="A", override_by="mia"))
    assert booked(run(PLAIN, tables, *Q1)) == {("cam", "D1", "credit:csm"): "2000.00"}
    tables["deals"][0]["override_tier"] = "Z"
    with pytest.raises(Refused, match="override_tier"):
        run(PLAIN, tables, *Q1)


def test_signal_lookback_and_qualification():
    # Closed 2027-02-10: 180 days before is 2026-08-14, included.
    def credited(**change):
        tables = given(deal("D1", "40000", "2027-02-10"), signals=[{**SIGNAL, **change}])
        return ("cam", "D1", "overlay:signal credit") in booked(run(EXAMPLE, tables, *Q1))

    assert credited(routed_at="2026-08-14T12:00:00Z")
    assert not credited(routed_at="2026-08-14T03:00:00Z")  # 13 August in New York
    assert credited(routed_at="2027-02-11T04:59:00Z")  # still 10 February
    assert not credited(routed_at="2027-02-11T05:00:00Z")
    assert not credited(routed_at="")
    assert not credited(budget="false", timeline="")


def test_partner_and_pool_overlays():
    # 2 % of 40,000 = 800; carve-out of an amount larger than the lines hold shrinks to 4,000.
    overlays = """
overlays:
  partner influence:
    {tiers: all, role: partner, when: {deal.partner_role: influenced}, pays: 2% of value, funding: additive}
  pool: {tiers: [B], role: csm, pays: 5000, funding: carve_out}
"""
    tables = given(deal("D1", "40000", "2027-02-10", partner="pat", partner_role="Influenced "))
    tables["payees"] = [*PAYEES, {"payee_id": "pat", "role": "partner"}]
    assert booked(run(PLAIN + overlays, tables, *Q1)) == {
        ("pat", "D1", "overlay:partner influence"): "800.00",
        ("cam", "D1", "overlay:pool"): "4000.00",
    }


def test_leavers():
    # Ana leaves on 15 April. Activation of 20 April is forfeited; the clawback of Q3 stays open.
    plan = EXAMPLE.replace(SPIFF, "") + "leavers: {unreached: forfeit, recover: stop}\n"
    tables = given(deal("D1", "40000", "2027-02-10", activated_on="2027-04-20"))
    tables["payees"] = [{"payee_id": "ana", "role": "ae", "end_date": "2027-04-15"}, PAYEES[1]]
    tables["events"] = [{"account_id": "A1", "date": "2027-07-10", "event": "churn"}]
    first = run(plan, tables, *Q1)
    posted = ledger(first)
    second = run(plan, tables, *Q2, posted=posted)
    assert second["lines"] == [] and second["waiting"] == []
    # Day 150: 1,200 x 215 / 365 = 706.849 -> 706.85.
    third = run(plan, tables, "2027Q3", "2027-09-30", posted=posted)
    assert pay(third, "ana")["recovered"] == "0.00"
    assert pay(third, "ana")["carried_forward"] == "-706.85"
    kept = run(plan.replace("forfeit, recover", "pay, recover"), tables, *Q2, posted=posted)
    assert booked(kept) == {("ana", "D1", "credit:ae"): "2000.00"}


def test_cancellation_reverses_and_frees_the_quota():
    # 400,000 at 8 % = 32,000; then 40,000 over quota at 12 % = 4,800, without D1 at 8 % = 3,200.
    deals = [deal("D1", "400000", "2027-01-10", "tier"), deal("D2", "40000", "2027-02-10", "tier")]
    tables = given(*deals, cancellations=[{"deal_id": "D1", "date": "2027-04-05", "reason": "duplicate"}])
    plan = PLAIN + ACCELERATORS
    first = run(plan, tables, *Q1)
    assert booked(first) == {("ana", "D1", "credit:ae"): "32000.00", ("ana", "D2", "credit:ae"): "4800.00"}
    for posted in (None, ledger(first)):
        second = run(plan, tables, *Q2, posted=posted)
        assert booked(second) == {
            ("ana", "D1", "credit:ae"): "-32000.00",
            ("ana", "D2", "credit:ae"): "-1600.00",
        }
        assert second["lines"][0]["reason"] == "cancelled"


def test_a_posted_deal_missing_from_the_export():
    deals = [deal("D1", "40000", "2027-01-10"), deal("D2", "40000", "2027-02-10"),
             deal("D3", "40000", "2027-03-10")]  # fmt: skip
    posted = ledger(run(PLAIN, given(*deals), *Q1))
    with pytest.raises(Refused, match="missing"):
        run(PLAIN, given(deals[0], deals[2]), *Q2, posted=posted)
    assert run(PLAIN, given(deals[0], deals[1]), *Q2, posted=posted)["lines"] == []
    gone = [{"deal_id": "D2", "date": "2027-05-01", "reason": "void"}]
    tables = given(deals[0], deals[2], cancellations=gone)
    assert booked(run(PLAIN, tables, *Q2, posted=posted)) == {("ana", "D2", "credit:ae"): "-4000.00"}


def test_manual_lines_write_offs_and_views():
    tables = given(
        deal("D1", "10000", "2027-02-10"),
        adjustments=[
            {"payee_id": "ana", "period": "2027Q1", "amount": "-1500", "reason": "r", "requested_by": "m",
             "approved_by": "n", "reference": "T1"},
        ],
    )  # fmt: skip
    plan = PLAIN + RECOVERY.replace("carry_forward: true", "carry_forward: false")
    # 1,000 gross, at most 500 recovered, 1,000 of -1,500 written off.
    result = run(plan, tables, *Q1)
    assert amounts(result)["ana", "", "manual:T1", "2027Q1"] == "-1500.00"
    assert pay(result, "ana")["paid"] == "500.00" and pay(result, "ana")["carried_forward"] == "0.00"
    assert result["findings"] == [{"code": "written_off", "payee_id": "ana", "amount": "-1000.00"}]
    half = run(plan, tables, "2027H1", "2027-06-30")
    assert pay(half, "ana") == pay(result, "ana")
    month = run(plan, tables, "2027-02", "2027-02-28")
    assert pay(month, "ana")["gross"] == "1000.00" and pay(month, "ana")["recovered"] == "0.00"


def test_losses_derived_from_subscriptions_with_grace():
    # 100 -> 60 thousand on 1 April is a contraction of 40,000: half of D1's 80,000 deal. A gap of 14
    # days from 1 May is late renewal; the end of 1 July is churn once 30 days have passed.
    plan = HEAD + TIERS + RATES + AT_BOOKING + "events: {churn_grace: 30 days}\n" + (
        "clawbacks:\n  - {name: any, event: [churn, contraction], recovers: 100%}\n"
    )  # fmt: skip
    subscriptions = [
        {"account_id": "A1", "start": "2026-01-01", "arr": "100000", "end": "2027-04-01"},
        {"account_id": "A1", "start": "2027-04-01", "mrr": "5000", "end": "2027-05-01"},
        {"account_id": "A1", "start": "2027-05-15", "mrr": "5000", "end": "2027-07-01"},
    ]
    tables = given(deal("D1", "80000", "2027-02-10"), subscriptions=subscriptions)
    assert booked(run(plan, tables, *Q2)) == {("ana", "D1", "credit:ae"): "-4000.00"}
    assert run(plan, tables, "2027Q3", "2027-07-30")["lines"] == []
    assert booked(run(plan, tables, "2027Q3", "2027-07-31")) == {("ana", "D1", "credit:ae"): "-4000.00"}


def test_a_plan_that_has_not_begun_gives_no_grace():
    # A1 ends on 1 June, under a plan without churn_grace; the plan that begins on 1 July has 60 days.
    plan = HEAD + TIERS + RATES + AT_BOOKING + "clawbacks:\n  - {name: any, event: churn, recovers: 100%}\n"
    other = plan.replace("id: expansion", "id: other").replace("from: 2027-01-01", "from: 2027-07-01")
    subscriptions = [{"account_id": "A1", "start": "2026-01-01", "arr": "100000", "end": "2027-06-01"}]
    tables = given(deal("D1", "80000", "2027-02-10"), subscriptions=subscriptions)
    result = calculate([plan, other + "events: {churn_grace: 60 days}\n"], tables, "2027Q2", date(2027, 6, 30))
    assert booked(result) == {("ana", "D1", "credit:ae"): "-8000.00"}


def test_clawback_steps_in_months():
    # Closed 2027-02-10: to 9 August 100 %, from 10 August to 9 February 50 %, then nothing.
    plan = PLAIN.replace(CLAWBACKS, "") + (
        "clawbacks:\n  - {name: s, event: churn, recovers: "
        "[{until: 6 months, share: 100%}, {until: 12 months, share: 50%}]}\n"
    )
    for day, period, back in [
        ("2027-08-09", "2027Q3", "-4000.00"), ("2027-08-10", "2027Q3", "-2000.00"),
        ("2028-02-09", "2028Q1", "-2000.00"), ("2028-02-10", "2028Q1", None),
    ]:  # fmt: skip
        tables = given(deal("D1", "40000", "2027-02-10"))
        tables["events"] = [{"account_id": "A1", "date": day, "event": "churn"}]
        assert booked(run(plan, tables, period, day)).get(("ana", "D1", "credit:ae")) == back


def test_recorded_milestones_with_cumulative_share():
    # 4,000 in "golive": 25 % = 1,000, then to 100 %: 3,000, once `within` 60 days (11 April) only 25 %.
    plan = PLAIN.replace("on: closed_won", "on: golive, within: 60 days")
    rows = [
        {"deal_id": "D1", "milestone": "golive", "reached_on": "2027-01-01", "share": "25%"},
        {"deal_id": "D1", "milestone": "golive", "reached_on": "2027-04-12"},
    ]
    tables = given(deal("D1", "40000", "2027-02-10"), milestones=rows)
    first = run(plan, tables, *Q1)
    assert [(line["amount"], line["on"]) for line in first["lines"]] == [("1000.00", "2027-02-10")]
    assert waiting(first) == {("ana", "credit:ae", "booking"): ("3000.00", "pending")}
    assert waiting(run(plan, tables, *Q2)) == {("ana", "credit:ae", "booking"): ("3000.00", "lapsed")}


def test_versions_and_two_plan_ids():
    # 8 % before 1 March, 9 % from then; quota window runs on: 390,000 + 40,000 over a quota of 400,000:
    # 10,000 x 9 % + 30,000 x 9 % x 1.5 = 900 + 4,050.
    two = (PLAIN + ACCELERATORS).replace("version: 1", "version: 2").replace("2027-01-01}", "2027-03-01}", 1)
    two = two.replace("{role: ae,  rate: 8%}", "{role: ae,  rate: 9%}")
    deals = [deal("D1", "390000", "2027-01-10", "tier"), deal("D2", "40000", "2027-03-01", "tier")]
    result = calculate([PLAIN + ACCELERATORS, two], given(*deals), "2027Q1")
    assert booked(result) == {("ana", "D1", "credit:ae"): "31200.00", ("ana", "D2", "credit:ae"): "4950.00"}
    other = PLAIN.replace("id: expansion", "id: other")
    with pytest.raises(Refused, match="more than one plan"):
        calculate([PLAIN, other], given(*deals), "2027Q1")
    one = PLAIN.replace("  version: 1", '  version: 1\n  applies: {deal.acv: "< 100k"}')
    other = other.replace("  version: 1", '  version: 1\n  applies: {deal.acv: ">= 100k"}')
    assert booked(calculate([one, other], given(*deals), "2027Q1")) == {
        ("ana", "D1", "credit:ae"): "31200.00", ("ana", "D2", "credit:ae"): "3200.00",
    }  # fmt: skip


def test_credited_bands_by_year_and_missing_quota():
    # 40,000 a quarter over a credited edge of 60k in the year: Q2 = 20,000 x 8 % + 20,000 x 16 %.
    bands = ACCELERATORS.replace("attainment", "credited").replace("quarter", "year")
    bands = bands.replace("[{below: 100%, multiplier: 1}, {below: 125%, multiplier: 1.5}, ",
                          "[{below: 60k, multiplier: 1}, ")  # fmt: skip
    deals = [deal("D1", "40000", "2027-02-10", "tier"), deal("D2", "40000", "2027-05-10", "tier")]
    assert booked(run(PLAIN + bands, given(*deals), *Q2)) == {("ana", "D2", "credit:ae"): "4800.00"}
    with pytest.raises(Refused, match="no quota"):
        run(PLAIN + ACCELERATORS, given(*deals, quotas=[]), *Q1)
    base = ACCELERATORS.replace("mode: marginal", "mode: marginal\n    no_quota: base_rate")
    assert booked(run(PLAIN + base, given(*deals, quotas=[]), *Q1)) == {("ana", "D1", "credit:ae"): "3200.00"}


def test_zero_guardrail_and_account_history():
    # Red on the close date by dated history: nothing is paid, and the quota is filled all the same.
    plan = PLAIN + ACCELERATORS + "guardrails: [{name: z, when: {account.health: red}, action: zero}]\n"
    deals = [deal("D1", "400000", "2027-02-10", "tier"), deal("D2", "10000", "2027-02-20", "tier")]
    history = [
        {"account_id": "A1", "date": "2027-02-01", "health": "Red"},
        {"account_id": "A1", "date": "2027-02-15", "health": "green"},
    ]
    result = run(plan, given(*deals, account_history=history), *Q1)
    assert booked(result) == {("ana", "D2", "credit:ae"): "1200.00"}
    assert result["not_paid"] == [{"deal_id": "D1", "reason": "zeroed", "value": "400000.00"}]


def test_posted_is_never_held_again():
    # Health is red in today's export; the booking posted before stays, the new deal waits.
    plan = PLAIN + "guardrails: [{name: h, when: {account.health: red}, action: hold}]\n"
    posted = ledger(run(plan, given(deal("D1", "40000", "2027-02-10")), *Q1))
    tables = given(deal("D1", "40000", "2027-02-10"), deal("D2", "40000", "2027-05-10"))
    tables["accounts"][0]["health"] = "red"
    result = run(plan, tables, *Q2, posted=posted)
    assert result["lines"] == []
    assert waiting(result) == {("ana", "credit:ae", "booking"): ("4000.00", "held")}


def test_ledger_and_no_ledger_agree_when_nothing_changed():
    deals = [deal("D1", "40000", "2027-01-10", activated_on="2027-03-01"),
             deal("D2", "25000", "2027-05-10", "tier", activated_on="2027-08-01")]  # fmt: skip
    event = {"account_id": "A1", "date": "2027-07-01", "event": "contraction", "amount": "30000"}
    tables = given(*deals, events=[event], signals=[SIGNAL])
    posted = []
    for quarter, day in (Q1, Q2, ("2027Q3", "2027-09-30"), ("2027Q4", "2027-12-31")):
        alone = run(EXAMPLE, tables, quarter, day)
        against = run(EXAMPLE, tables, quarter, day, posted=posted)
        assert alone["lines"] == against["lines"] and alone["waiting"] == against["waiting"]
        posted = posted + ledger(against)
    # Q1 booking, activation, SPIFF; Q2 D2's booking; Q3 D2 lost whole and 5,000 of D1's three lines.
    assert len(posted) == 8
    assert (
        run(EXAMPLE, tables, "2027", "2027-12-31", posted=posted)["lines"]
        == (run(EXAMPLE, tables, "2027", "2027-12-31", posted=[])["lines"])
    )


def test_quota_only_role_and_bands_over_it():
    # csm is not credited in B but fills a quota; nothing is paid to it and no rate is needed.
    plan = HEAD + TIERS.replace("  - tier: B\n    credit: {ae: 100%}",
                                "  - tier: B\n    credit: {ae: 100%}\n"
                                "    quota_credit: {ae: 100%, csm: 50%}")  # fmt: skip
    plan += RATES + STANDARD
    result = run(plan, given(deal("D1", "40000", "2027-02-10"), quotas=QUOTAS), *Q1)
    assert booked(result) == {("ana", "D1", "credit:ae"): "1200.00"}

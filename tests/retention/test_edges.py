"""What counts, and when: one case for each rule of design page 5 that a book can get wrong."""

import pytest

from expcomp.diagnostics import Refused
from expcomp.period import Duration, Span, Unit
from expcomp.retention.cohorts import cohorts_of
from expcomp.retention.ledger import ledger_of
from expcomp.retention.renewals import renewals_of
from retention.small import BASE, END, day, frame, percent, recurring, retained


@pytest.mark.parametrize(
    ("lines", "base", "end"),
    [
        (["A1 2025-06-30 - 100"], 100, 100),
        # the first instant after the base is 1 July: what begins on it counts, what ends on it does not
        (["A1 2025-07-01 - 100"], 100, 100),
        (["A1 2025-07-02 - 100", "A2 2025-01-01 - 50"], 50, 50),
        (["A1 2025-01-01 2025-07-01 100", "A2 2025-01-01 - 50"], 50, 50),
        (["A1 2025-01-01 2025-07-02 100"], 100, 0),
        # several lines of one account are one account
        (["A1 2025-01-01 - 100", "A1 2025-02-01 2026-01-01 30"], 130, 100),
        # one-off lines do not recur
        (["A1 2025-01-01 - 100", "A1 2025-01-01 - 999 one_time"], 100, 100),
        # a credit nets inside its account
        (["A1 2025-01-01 - 100", "A1 2025-01-01 - -20 credit"], 80, 80),
    ],
)
def test_what_is_in_force(lines: list[str], base: int, end: int) -> None:
    found = retained(lines)
    assert (found.base_minor, found.end_minor) == (base * 100, end * 100)


def test_one_of_two_lines_lost_is_contraction_both_are_churn() -> None:
    found = frame([
        "A1 2025-01-01 - 100", "A1 2025-01-01 2026-01-01 50", "A2 2025-01-01 2026-01-01 70",
        "A2 2025-03-01 2026-02-01 30",
    ])  # fmt: skip
    assert (found.at["A1", "contraction_minor"], found.at["A2", "churn_minor"]) == (50_00, 100_00)


def test_monthly_snapshots_hold_until_the_next_one() -> None:
    """120 on 30 June 2025, 90 on 31 May 2026, and A2 is not named any more."""
    found = frame([
        "A1 2025-05-31 - 100 - snapshot", "A1 2025-06-30 - 120 - snapshot", "A1 2026-05-31 - 90 - snapshot",
        "A2 2025-05-31 - 10 - snapshot", "A2 2025-06-30 - 10 - snapshot",
    ])  # fmt: skip
    assert list(found["base_minor"]) == [120_00, 10_00]
    assert list(found["end_minor"]) == [90_00, 0]


def test_an_account_below_nothing_is_signed_in_nrr_and_nothing_in_grr() -> None:
    """Base 100 + 100, end 100 − 20: NRR 40 %, GRR 50 %; churn is all that went, 120."""
    found = retained(["A1 2025-01-01 - 100", "A2 2025-01-01 2026-01-01 100", "A2 2026-01-01 - -20 credit"])
    assert (percent(found.nrr), percent(found.grr)) == ("40.00", "50.00")
    assert found.churn_minor == 120_00


PAUSED = ["A1 2025-01-01 2026-05-01 100", "A1 2026-05-01 2026-09-01 100 - paused", "A2 2025-01-01 - 100"]


def test_a_pause_is_worth_nothing_or_held_for_so_long() -> None:
    """Two months into the pause at the end of June."""
    assert percent(retained(PAUSED).nrr) == "50.00"
    assert percent(retained(PAUSED, pause="hold 90 days").nrr) == "100.00"
    assert percent(retained(PAUSED, pause="hold 30 days").nrr) == "50.00"


def test_a_pause_is_no_churn_in_the_ledger() -> None:
    rows = ledger_of(recurring(PAUSED), day(BASE), day(END))
    assert (rows["paused_minor"].sum(), rows["churn_minor"].sum()) == (100_00, 0)
    back = recurring([*PAUSED, "A1 2026-09-01 - 100"])
    later = ledger_of(back, day(BASE), day("2026-12-31"))
    assert (later["paused_minor"].sum(), later["reactivation_minor"].sum()) == (0, 0)


USED = [f"A1 2025-0{month}-01 2025-0{month + 1}-01 {value} usage" for month, value in ((4, 90), (5, 120), (6, 150))]


def test_usage_counts_as_the_average_of_its_last_months() -> None:
    """(90 + 120 + 150) / 3 = 120; over twelve months 360 / 12 = 30; or not at all."""
    assert retained(USED).base_minor == 120_00
    assert retained(USED, usage_basis="flow_12m").base_minor == 30_00
    assert retained(USED, usage_basis="exclude").base_minor == 0


def test_an_escalator_inside_the_window_may_be_left_out() -> None:
    """5 began before the base and is part of it; 7 is a rise inside the window."""
    lines = ["A1 2025-01-01 - 100", "A1 2025-03-01 - 5 - escalator", "A1 2026-01-01 - 7 - escalator"]
    assert retained(lines).end_minor == 112_00
    assert retained(lines, escalator="exclude").end_minor == 105_00
    assert retained(lines, escalator="exclude").base_minor == 105_00


BACK = ["A1 2025-01-01 2025-10-01 100", "A1 2026-02-01 - 150", "A2 2025-01-01 - 100"]


def test_who_lapsed_and_came_back() -> None:
    """123 days without value: at the end value; lost under the strict rule, and what came back is no retention."""
    assert percent(retained(BACK).nrr) == "125.00"
    strict = retained(BACK, strict_lapse=True)
    assert (percent(strict.nrr), strict.churn_minor, strict.win_back_minor) == ("50.00", 100_00, 150_00)
    assert frame(BACK).at["A1", "lapsed_days"] == 123


def test_a_late_renewal_is_no_lapse() -> None:
    """The grace of 123 days is over on the day of the return; one more day, and it was a late renewal."""
    assert percent(retained(BACK, strict_lapse=True, grace=123).nrr) == "50.00"
    assert percent(retained(BACK, strict_lapse=True, grace=124).nrr) == "125.00"


def test_who_comes_back_after_long_is_new() -> None:
    reset = Duration(120, Unit.DAYS)
    found = retained(BACK, reactivation_reset=reset)
    assert (found.churn_minor, found.new_minor, found.win_back_minor) == (100_00, 150_00, 0)
    before = ["A1 2024-01-01 2024-07-01 100", "A1 2025-09-01 - 120", "A2 2025-01-01 - 100"]
    assert (retained(before).win_back_minor, retained(before).new_minor) == (120_00, 0)
    assert retained(before, reactivation_reset=reset).new_minor == 120_00


def test_a_returner_stays_in_the_cohort_unless_new() -> None:
    """A1 began in 2025Q1, was gone at the first instant after 2025Q3 and came back in 2026Q1."""
    quarters = [cohorts_of(recurring(BACK, **how), day(BASE), day(END), Span.QUARTER)
                for how in ({}, {"reactivation_reset": Duration(120, Unit.DAYS)})]  # fmt: skip
    one, two = (frame[frame["mature"]].groupby("cohort")["end_minor"].agg(list).tolist() for frame in quarters)
    assert one == [[200_00, 200_00, 100_00, 100_00, 250_00, 250_00]]
    assert two == [[200_00, 200_00, 100_00, 100_00, 100_00, 100_00], [150_00, 150_00]]


def test_running_minimum_never_rises() -> None:
    lines = ["A1 2025-01-01 2025-08-01 100", "A1 2025-08-01 2026-02-01 60", "A1 2026-02-01 - 100"]
    cells = cohorts_of(recurring(lines, grr_path="running_min"), day(BASE), day(END), Span.QUARTER)
    assert cells["kept_minor"].tolist() == [100_00, 100_00, 60_00, 60_00, 60_00, 60_00]
    assert percent(retained(lines).grr) == "100.00"
    assert percent(retained(lines, grr_path="running_min").grr) == "60.00"


FAMILY = {
    "accounts": [{"account_id": "A1"}, {"account_id": "A2", "parent_id": "A1"}, {"account_id": "A3", "parent_id": "A2"}]
}
OF_FAMILY = ["A1 2025-01-01 - 100", "A2 2025-01-01 2026-01-01 40", "A3 2026-01-01 - 40"]


@pytest.mark.parametrize(
    ("rollup", "grr", "accounts"), [("none", "71.43", 2), ("parent", "71.43", 1), ("ultimate_parent", "100.00", 1)]
)
def test_what_moves_within_a_family(rollup: str, grr: str, accounts: int) -> None:
    """40 move from A2 to A3. Under A1 both are one customer; one level up A3 is under A2 and A2 under A1."""
    found = retained(OF_FAMILY, rollup=rollup, tables=FAMILY)
    assert (percent(found.grr), found.accounts) == (grr, accounts)


def test_merges_after_the_end_have_not_happened() -> None:
    lines = ["A1 2025-01-01 - 100", "A2 2025-01-01 2026-01-01 40", "A1 2026-01-01 - 40"]
    for effective, grr in (("2026-06-30", "100.00"), ("2026-07-01", "71.43"), ("", "100.00")):
        merges = [{"from": "A2", "to": "A1", "effective": effective}]
        assert percent(retained(lines, tables={"merges": merges}).grr) == grr


def test_chains_of_merges_lead_to_the_last() -> None:
    merges = [{"from": "A1", "to": "A2"}, {"from": "A2", "to": "A3"}, {"from": "A3", "to": "A4"}]
    found = frame(["A1 2025-01-01 - 100", "A4 2025-01-01 - 1"], tables={"merges": merges})
    assert found["base_minor"].to_dict() == {"A4": 101_00}


@pytest.mark.parametrize("circle", [["A1 A1"], ["A1 A2", "A2 A1"], ["A1 A2", "A2 A3", "A3 A2"]])
def test_circles_of_merges_are_refused(circle: list[str]) -> None:
    merges = [dict(zip(("from", "to"), pair.split(), strict=True)) for pair in circle]
    lines = [f"A{number} 2025-01-01 - 100" for number in (1, 2, 3)]
    with pytest.raises(Refused) as refused:
        retained(lines, tables={"merges": merges})
    assert {finding.code for finding in refused.value.findings} == {"D580"}


def test_a_segment_is_that_of_the_base() -> None:
    """SMB until September, mid-market since: the growth stays where it was sold."""
    tables = {
        "accounts": [{"account_id": "A1", "segment": "mid_market"}, {"account_id": "A2", "segment": "SMB"}],
        "account_history": [
            {"account_id": "A1", "date": "2025-01-01", "segment": "smb"},
            {"account_id": "A1", "date": "2025-09-01", "segment": "mid_market"},
        ],
    }
    lines = ["A1 2025-01-01 - 100", "A2 2025-01-01 - 100"]
    assert frame(lines, tables=tables)["segment"].tolist() == ["SMB", "SMB"]
    assert frame(lines, tables=tables, base="2025-09-30")["segment"].tolist() == ["mid_market", "SMB"]


def test_available_to_renew() -> None:
    """A1 renews 80 of 100 on the day, A2 nothing, A3 in the grace; A4 has no term, A5's term ends later."""
    lines = [
        "A1 2025-01-01 2026-01-01 100", "A1 2026-01-01 2027-01-01 80", "A2 2025-01-01 2026-01-01 50",
        "A3 2025-01-01 2026-01-01 60", "A3 2026-01-15 - 90", "A4 2025-01-01 - 70", "A5 2025-01-01 2028-01-01 70",
    ]  # fmt: skip
    rows = renewals_of(recurring(lines, grace=30), day(BASE), day(END)).set_index("account_id")
    assert rows["due_minor"].to_dict() == {"A1": 100_00, "A2": 50_00, "A3": 60_00}
    assert rows["renewed_minor"].to_dict() == {"A1": 80_00, "A2": 0, "A3": 60_00}
    strict = renewals_of(recurring(lines), day(BASE), day(END)).set_index("account_id")
    assert strict.at["A3", "renewed_minor"] == 0


def test_a_rate_that_is_missing_is_refused() -> None:
    rates = [{"currency": "EUR", "date": "2026-06-15", "rate": "1.1"}]
    with pytest.raises(Refused) as refused:
        retained(["A1 2025-01-01 - 100 - - EUR"], tables={"fx": rates})
    assert "no rate from EUR to USD on or before 2025-06-30" in str(refused.value)

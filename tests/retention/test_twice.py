"""Random companies: computed twice the same, and every bridge and ledger foots to the cent."""

from datetime import date
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings

from expcomp.diagnostics import Place
from expcomp.money import Rounding
from expcomp.period import Duration, FiscalCalendar, Span, Unit, to_day
from expcomp.plan.metrics import Retention
from expcomp.retention.cohorts import cohorts_of
from expcomp.retention.ledger import ledger_of
from expcomp.retention.rates import Retained, retained_by
from expcomp.retention.recurring import Recurring
from expcomp.retention.terms import Terms
from expcomp.retention.trailing import trailing_of
from expcomp.sources.book import Needs
from expcomp.sources.given import book_from_rows
from retention.random_books import books, rules, windows
from retention.slow import Rules, Slow

QUICKLY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
AVERAGES = {0: "exclude", 3: "trailing_3m_avg", 12: "flow_12m"}


def recurring(tables: dict, how: Rules) -> Recurring:
    book = book_from_rows(tables, Needs(ZoneInfo("UTC"), "USD"), Place("given"))
    reset = how.reactivation_reset_days
    found = Retention.model_construct(
        rollup=how.rollup, strict_lapse=how.strict_lapse, grr_path=how.grr_path, escalator=how.escalator,
        reactivation_reset=None if reset is None else Duration(reset, Unit.DAYS), baseline_offset=how.baseline_offset,
        pause=f"hold {how.pause_days} days" if how.pause_days else "zero", usage_basis=AVERAGES[how.usage_months],
    )  # fmt: skip
    grace = Duration(how.grace_days, Unit.DAYS)
    return Recurring.of(book, Terms("USD", Rounding.HALF_UP, FiscalCalendar(), found, grace))


@given(books(), rules, windows)
@QUICKLY
def test_the_second_implementation_agrees_on_every_account(tables: dict, how: Rules, window: tuple[date, date]) -> None:
    base, end = window
    slow = Slow(tables, how, base, end)
    frame = trailing_of(recurring(tables, how), to_day(base), to_day(end))
    rows = frame.set_index("account_id")
    expected = slow.trailing()
    assert set(rows.index) == set(expected)
    for account, wanted in expected.items():
        names = [name for name in wanted if name != "reached"]
        assert {name: rows.at[account, f"{name}_minor"] for name in names} == {n: wanted[n] for n in names}, account


@given(books(), rules, windows)
@QUICKLY
def test_the_bridge_foots_to_the_cent(tables: dict, how: Rules, window: tuple[date, date]) -> None:
    base, end = map(to_day, window)
    frame = trailing_of(recurring(tables, how), base, end)
    total = Retained.of(frame)
    foots(total)
    assert total.start_minor == sum(frame["start_minor"])
    assert total.now_minor == sum(frame["now_minor"])
    by_segment = retained_by(frame, (frame["segment"] == "ent").astype("int64").to_numpy(), 2)
    for part in by_segment:
        foots(part)
    assert sum(part.end_minor for part in by_segment) == total.end_minor
    below_zero = sum(value for value in frame["end_minor"] if value < 0)
    if how.grr_path == "endpoint" and total.base_minor:
        spread = Fraction(*total.nrr) - Fraction(*total.grr)
        assert spread == Fraction(total.expansion_minor + below_zero, total.base_minor)
    assert 0 <= total.kept_minor <= total.base_minor


def foots(total: Retained) -> None:
    stays = total.expansion_minor - total.contraction_minor - total.churn_minor
    assert total.base_minor + stays == total.end_minor
    assert total.start_minor + stays + total.new_minor + total.win_back_minor + total.fx_minor == total.now_minor


@given(books(), rules, windows)
@QUICKLY
def test_the_ledger_foots_every_month_and_is_found_again(tables: dict, how: Rules, window: tuple[date, date]) -> None:
    base, end = window
    rows = ledger_of(recurring(tables, how), to_day(base), to_day(end)).to_dict("records")
    for row in rows:
        came = row["new_minor"] + row["reactivation_minor"] + row["expansion_minor"] + row["fx_minor"]
        went = row["contraction_minor"] + row["churn_minor"] + row["paused_minor"]
        assert row["start_minor"] + came - went == row["end_minor"]
    for earlier, later in pairwise(rows):
        assert earlier["end_minor"] == later["start_minor"]
    if not any(line["kind"] == "paused" for line in tables["subscriptions"]):
        expected = Slow(tables, how, base, end).months()
        assert [{name: row[f"{name}_minor"] for name in expected[0]} for row in rows] == expected


@given(books(), rules, windows)
@QUICKLY
def test_every_cell_of_the_triangle_is_found_again(tables: dict, how: Rules, window: tuple[date, date]) -> None:
    base, end = window
    cells = cohorts_of(recurring(tables, how), to_day(base), to_day(end), Span.QUARTER)
    label = FiscalCalendar().label
    found = {
        (label(Span.QUARTER, row["cohort"]), row["k"]): {
            "end": row["end_minor"], "kept": row["kept_minor"], "base": row["base_minor"], "stayed": row["stayed"],
            "accounts": row["accounts"], "mature": int(row["mature"]),
        }
        for row in cells.to_dict("records")
    }  # fmt: skip
    assert found == Slow(tables, how, base, end).cohorts()

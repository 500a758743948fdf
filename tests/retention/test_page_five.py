"""The fixture of design page 5, figure by figure."""

from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from expcomp.diagnostics import Place
from expcomp.money import Rounding
from expcomp.period import FiscalCalendar, to_day
from expcomp.plan.metrics import Retention
from expcomp.retention.rates import Retained
from expcomp.retention.terms import Terms
from expcomp.retention.trailing import trailing
from expcomp.sources.book import Needs
from expcomp.sources.given import book_from_rows
from retention.page_five import BASE, END, given
from retention.small import percent

BASE_DAY, END_DAY = to_day(date.fromisoformat(BASE)), to_day(date.fromisoformat(END))


def measured(*, merged: bool = True, segment: str = "", **rules: object) -> Retained:
    book = book_from_rows(given(merged=merged), Needs(ZoneInfo("UTC"), "USD"), Place("given"))
    terms = Terms("USD", Rounding.HALF_UP, FiscalCalendar(), Retention.model_construct(**rules))
    frame = trailing(book, terms, BASE_DAY, END_DAY)
    return Retained.of(frame[frame["segment"] == segment] if segment else frame)


def test_the_window_of_a_year_begins_with_the_same_day() -> None:
    terms = Terms("USD", Rounding.HALF_UP, FiscalCalendar(), Retention.model_construct())
    assert terms.base_before(END_DAY) == BASE_DAY


def test_the_bridge() -> None:
    """Expansion: A01 15,000 + A05 3,000 + A08 25,000 (180,000 + 55,000 − 150,000 − 60,000). A09 is A08."""
    found = measured()
    assert (found.base_minor, found.end_minor) == (321_000_00, 338_000_00)
    assert (found.expansion_minor, found.contraction_minor, found.churn_minor) == (43_000_00, 6_000_00, 20_000_00)
    assert (found.new_minor, found.win_back_minor, found.fx_minor) == (8_000_00, 12_000_00, 0)


@pytest.mark.parametrize(
    ("how", "nrr", "grr", "logo"),
    [
        ({}, "105.30", "91.90", (5, 6)),
        ({"merged": False}, "105.30", "73.21", (5, 7)),
        ({"strict_lapse": True}, "102.49", "90.03", (4, 6)),
        ({"escalator": "exclude"}, "102.96", "91.90", (5, 6)),
        ({"segment": "SMB"}, "150.00", "100.00", (1, 1)),
        ({"segment": "MM"}, "89.52", "75.24", (3, 4)),
        ({"segment": "ENT"}, "111.90", "100.00", (1, 1)),
    ],
)
def test_the_rates(how: dict, nrr: str, grr: str, logo: tuple[int, int]) -> None:
    found = measured(**how)
    assert (percent(found.nrr), percent(found.grr), found.logo) == (nrr, grr, logo)


def test_nrr_less_grr_is_expansion() -> None:
    found = measured()
    assert Fraction(*found.nrr) - Fraction(*found.grr) == Fraction(found.expansion_minor, found.base_minor)


def test_without_merges_the_base_loses_an_account() -> None:
    assert measured(merged=False).churn_minor == 80_000_00

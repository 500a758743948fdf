"""Open deals may not know their account or close date yet; won deals must."""

from zoneinfo import ZoneInfo

import pytest

from expcomp.diagnostics import Place, Refused
from expcomp.sources.book import Book, Needs
from expcomp.sources.given import book_from_rows

NEEDS = Needs(ZoneInfo("America/New_York"), "USD")
WON = {"deal_id": "D1", "account_id": "A1", "motion": "tier", "acv": "100", "close_date": "2027-01-05", "won": "true"}


def read(*deals: dict[str, str]) -> Book:
    return book_from_rows({"deals": list(deals)}, NEEDS, Place("given"))


def test_an_open_deal_without_account_and_close_date_is_read() -> None:
    book = read(WON, WON | {"deal_id": "D2", "account_id": "", "close_date": "", "acv": "", "won": "false"})
    assert book["deals"]["deal_id"].tolist() == ["D1", "D2"]


@pytest.mark.parametrize("field", ["account_id", "close_date", "motion", "acv"])
def test_a_won_deal_must_have_them(field: str) -> None:
    with pytest.raises(Refused, match=f"deals.{field} is required"):
        read(WON | {field: ""}, WON | {"deal_id": "D2"})

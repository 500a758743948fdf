"""Money, numbers, shares and rates as people write them."""

import pytest

from expcomp.money import to_minor
from expcomp.sources import amounts
from expcomp.sources.quantities import bare_share_form

NO_AMOUNTS = [
    *("12.5k", "1.2M", "1e5", "1_000", ".5", "5.", "--5", "-(5)", "12,50,000", "1,23.4", "1,234'567"),
    *("NaN", "inf", "١٢", "５", "12USDEUR", "XXX5", "A5", "5A", "#REF!", "$", "-", "1.2.3"),
]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12500", 1_250_000),
        ("12,500.00", 1_250_000),
        ("$12,500.00", 1_250_000),
        ("USD 12,500", 1_250_000),
        ("12500 USD", 1_250_000),
        ("US$12.50", 1_250),
        ("(1,200.00)", -120_000),
        ("($1,200.00)", -120_000),
        ("$ (5)", -500),
        ("1,200.00-", -120_000),
        ("-$5", -500),
        ("$-5", -500),
        ("\u2212" + "1,200", -120_000),
        ("1\u00a0200.50", 120_050),
        ("1'200.50", 120_050),
        ("+5", 500),
        ("0", 0),
        ("007.10", 710),
    ],
)
def test_an_amount_is_read_exactly(text: str, minor: int) -> None:
    assert to_minor(amounts.plain(amounts.take_apart(text), amounts.POINT), "USD") == minor


@pytest.mark.parametrize(
    "text",
    NO_AMOUNTS,
)
def test_anything_else_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        amounts.plain(amounts.take_apart(text), amounts.POINT)


@pytest.mark.parametrize(
    ("text", "minor"), [("1.234,56", 123_456), ("12,5", 1_250), ("€ 1.234", 123_400), ("1 234,50", 123_450)]
)
def test_a_decimal_comma_is_read_where_it_is_declared(text: str, minor: int) -> None:
    assert to_minor(amounts.plain(amounts.take_apart(text), amounts.COMMA), "EUR") == minor


@pytest.mark.parametrize(
    ("digits", "style"),
    [
        ("12500", amounts.NEUTRAL),
        ("1,234.56", amounts.POINT),
        ("1.234,56", amounts.COMMA),
        ("1,234,567", amounts.POINT),
        ("1.234.567", amounts.COMMA),
        ("12.5", amounts.POINT),
        ("12,5", amounts.COMMA),
        ("1234.567", amounts.POINT),
        ("0,125", amounts.COMMA),
        ("1,234", amounts.EITHER),
        ("1.234", amounts.EITHER),
    ],
)
def test_what_a_number_proves_about_the_decimal_sign(digits: str, style: str) -> None:
    assert amounts.style_of(digits) == style


@pytest.mark.parametrize(
    ("texts", "percent"),
    [
        (["25%", "12.5%"], True),
        (["60", "40"], True),
        (["100", "0"], True),
        (["0.6", "0.4"], False),
        (["0.6", "1"], False),
        (["0,25"], False),
        (["1"], None),
        (["0"], None),
        (["0.5", "50"], None),
        (["1", "99"], None),
        (["1", "50%"], None),
    ],
)
def test_bare_shares_are_percents_or_fractions_only_where_the_column_says(
    texts: list[str], percent: bool | None
) -> None:
    assert bare_share_form(texts) is percent


@pytest.mark.parametrize(
    ("text", "percent", "ppm"),
    [("25%", False, 250_000), ("8.25%", False, 82_500), ("60", True, 600_000), ("0.25", False, 250_000)],
)
def test_a_share_is_parts_per_million(text: str, percent: bool, ppm: int) -> None:
    assert amounts.to_ppm(text, amounts.POINT, percent=percent) == ppm


def test_a_rate_stays_exact_text_and_takes_no_grouping() -> None:
    assert amounts.to_rate("1.085", amounts.POINT) == "1.085"
    assert amounts.to_rate("1,085", amounts.COMMA) == "1.085"
    for wrong in ("1,085", "0", "0.00", "-1", "1e3", ""):
        with pytest.raises(ValueError, match="rate"):
            amounts.to_rate(wrong, amounts.POINT)

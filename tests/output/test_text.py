"""What text and amounts look like in every form."""

import pytest

from expcomp.output.text import accounted, by_currency, clean, csv_text, money


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Acme [/]", "Acme [/]"),
        ("a\x1b[31mb", "a␛[31mb"),
        ("two\nlines\tand\rmore", "two␊lines␉and␍more"),
        ("\x7f\x9b", "␡\ufffd"),
        ("abc\u202ecba", "abc\ufffdcba"),
        ("zero\u200bwidth\ufeff", "zero\ufffdwidth\ufffd"),
        ("lone \ud800", "lone \ufffd"),
        ("Müller & Söhne, 東京", "Müller & Söhne, 東京"),
    ],
)
def test_clean_makes_the_invisible_visible(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1", "\n=1"])
def test_csv_text_is_never_a_formula(text: str) -> None:
    assert csv_text(text)[0] == "'"


def test_csv_text_leaves_ordinary_text_alone() -> None:
    assert csv_text("a=1") == "a=1"
    assert csv_text("") == ""


def test_money_keeps_every_digit() -> None:
    assert money(123456789012, "USD") == "1,234,567,890.12"
    assert money(-5, "JPY") == "-5"
    assert accounted(0, "USD") == "-"


def test_amounts_follow_the_currency_of_their_row() -> None:
    shown = by_currency([100, 100, None], ["USD", "JPY", "USD"], money)
    assert list(shown) == ["1.00", "100", ""]

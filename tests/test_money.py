"""Amounts are read and printed to the minor unit, never rounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expcomp.money import to_minor, to_text


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1234.5", "USD", 123450), ("0.05", "USD", 5), ("-3", "USD", -300), ("1200", "JPY", 1200), ("1.234", "KWD", 1234),
     ("10.500", "USD", 1050)],
)  # fmt: skip
def test_plain_amounts(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1.234", "USD"), ("1.5", "JPY"), ("1,000", "USD"), ("NaN", "USD"), ("1e3", "USD"), ("", "USD"), ("٣", "USD")],
)
def test_anything_else_is_refused_not_rounded(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_minor(text, currency)


@given(st.integers(-(10**18), 10**18), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_text_and_back(minor: int, currency: str) -> None:
    assert to_minor(to_text(minor, currency), currency) == minor


def test_grouped_for_people() -> None:
    assert to_text(-123456789, "USD", grouped=True) == "-1,234,567.89"
    assert to_text(5, "USD") == "0.05"
    assert to_text(5, "JPY") == "5"

"""Ids are exact text; a spreadsheet's damage is refused; Salesforce ids have 18 characters."""

import pyarrow as pa
import pytest

from expcomp.sources.ids import IdError, read_id, salesforce_ids_checked


@pytest.mark.parametrize(
    ("short", "suffix"),
    [
        ("a01M00000062mPg", "IAI"),
        ("001M000000qfPyS", "IAU"),
        ("a0FE000000D6r3F", "MAR"),
        ("a0RE000000IJmcN", "MAT"),
        ("a0D30000001n7Pi", "EAI"),
    ],
)
def test_fifteen_characters_become_eighteen_by_the_checksum(short: str, suffix: str) -> None:
    assert read_id(short) == short + suffix
    assert read_id(short + suffix) == short + suffix
    assert salesforce_ids_checked(pa.array(["x", short]).slice(1)).to_pylist() == [short + suffix]


@pytest.mark.parametrize(
    "plain",
    ["D1", "00042", "0065e00000001", "1E5", "123456789012345", "acmecorporation", "8732047321", "a-0012"],
)
def test_an_ordinary_id_stays_as_it_is(plain: str) -> None:
    assert read_id(plain) == plain


@pytest.mark.parametrize(
    ("damaged", "told"),
    [
        ("3.14E+10", "scientific"),
        ("3,14000E+10", "scientific"),
        ("1E+05", "scientific"),
        ("1234567890123450000", "last digits are lost"),
        ("12345.0", "turned into a number"),
        ("D\u200b1", "invisible"),
        ("006HR00000AQYTBIAR", "last three characters"),
    ],
)
def test_a_damaged_id_is_refused(damaged: str, told: str) -> None:
    with pytest.raises(IdError, match=told):
        read_id(damaged)


def test_a_column_with_one_damaged_id_is_left_to_the_slow_look() -> None:
    assert salesforce_ids_checked(pa.array(["006Hr00000AqytBIAR", "006HR00000AQYTBIAR"])) is None

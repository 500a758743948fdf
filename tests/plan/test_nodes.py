"""The strict subset of YAML: text stays text, and whatever could be misread is refused with its place."""

import pytest

from expcomp.diagnostics import Refused
from expcomp.plan.nodes import Block, compose, decode


@pytest.mark.parametrize(
    "text", ["NO", "on", "012", "1e3", "12:30", "1_000", ".inf", "0x1F", "2027-01-01", "~", "null", "true"]
)
def test_scalars_stay_text(text: str) -> None:
    assert compose(f"a: {text}", "plan.yaml") == {"a": text}


def test_a_block_stands_where_its_name_does() -> None:
    overlays = compose("overlays:\n  signal credit:\n    tiers: all", "plan.yaml")
    assert isinstance(overlays, Block)
    block = overlays["overlays"]
    assert isinstance(block, Block)
    assert isinstance(block["signal credit"], Block)
    assert (block["signal credit"].place.line, block["signal credit"].place.column) == (2, 3)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("rate: 5%\nrate: 10%", "E102", 2, 1),
        ("a: &x 1", "E103", 1, 4),
        ("a: !!int 3", "E103", 1, 4),
        ("a: {<<: {b: 1}}", "E103", 1, 5),
        ("a: 1\n---\nb: 2", "E103", 2, 1),
        ("? [a]\n: 1", "E103", 1, 3),
        ("[" * 100_000, "E104", 1, 33),
        ("\ta: 1", "E101", 1, 1),
        ("a: b: c", "E101", 1, 5),
        ('a: "open\nb: 1\n', "E101", 1, 4),
        ("a: \x07", "E101", 1, 4),
        ("", "E101", 1, 1),
    ],
)
def test_everything_else_is_refused_with_line_and_column(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(Refused) as refused:
        compose(text, "plan.yaml")
    finding = refused.value.findings[0]
    assert (finding.code, finding.place.line, finding.place.column) == (code, line, column)


def test_size_and_encoding_are_bounded() -> None:
    with pytest.raises(Refused, match="E104"):
        decode(b"x" * (1024 * 1024 + 1), "plan.yaml")
    with pytest.raises(Refused, match="E105") as refused:
        decode("a: 1\nname: caf\xe9".encode("latin-1"), "plan.yaml")
    assert refused.value.findings[0].place.line == 2
    assert decode("﻿a: 1".encode(), "plan.yaml") == "a: 1"

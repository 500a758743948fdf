"""Working a run of deals at a time, and blocks of lines side by side, changes no byte of what is paid."""

from __future__ import annotations

import pytest
from differential.cases import make_case
from differential.compare import Answer, by_engine

from expcomp.lanes import side_by_side
from expcomp.pay import entitlement, lines, timeline

BOOKS = range(60, 72)


def paid(seed: int) -> Answer:
    case = make_case(seed)
    return by_engine(case.with_(closed=None, earlier={}), None)


def test_books_are_paid_alike_in_parts_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [paid(seed) for seed in BOOKS]
    assert sum(not answer.refused for answer in whole) >= len(BOOKS) // 2
    for size in (1, 3):
        monkeypatch.setattr(entitlement, "PART", size)
        monkeypatch.setattr(timeline, "PART", size)
        monkeypatch.setattr(lines, "BLOCK", size)
        assert [paid(seed) for seed in BOOKS] == whole


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(side_by_side(lambda number: number * number, range(50))) == [number**2 for number in range(50)]
    assert list(side_by_side(str, [])) == []


def test_what_goes_wrong_beside_is_told() -> None:
    def work(number: int) -> int:
        return 100 // (7 - number)

    with pytest.raises(ZeroDivisionError):
        list(side_by_side(work, range(20)))

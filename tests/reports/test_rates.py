"""Percentiles and medians of small groups that can be counted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expcomp.reports.rates import share_ppm, times_by

HOUR = 3600


def times(answered: list[int], waiting: list[int], group: int = 7) -> dict[str, object]:
    """Hours of those answered and of those still waiting."""
    hours = np.array([*answered, *waiting], np.int64) * HOUR
    done = np.arange(len(hours)) < len(answered)
    frame = times_by(np.full(len(hours), group), hours, done)
    return {name: None if pd.isna(value) else int(value) // (HOUR if name.endswith("_us") else 1)
            for name, value in frame.iloc[0].items()}  # fmt: skip


def test_a_percentile_is_a_time_that_occurred() -> None:
    """Of 1, 2, 3, 4 and 30 hours the 90th percentile is 30; interpolating would invent 19.6."""
    found = times([1, 2, 3, 4, 30], [])
    assert (found["p50_us"], found["p90_us"], found["median_us"]) == (3, 30, 3)


def test_the_median_counts_those_still_waiting() -> None:
    """Five answered after 1 to 5 hours, five waiting for 50: of the answered 3 hours, of all 5."""
    found = times([1, 2, 3, 4, 5], [50] * 5)
    assert (found["answered"], found["unanswered"], found["p50_us"], found["median_us"]) == (5, 5, 3, 5)


def test_a_median_that_is_not_reached_is_blank() -> None:
    assert times([1, 2], [50] * 3)["median_us"] is None


def test_those_who_waited_less_leave_the_count() -> None:
    """Waiting for 1 hour only says nothing of later: of 2 answered after 2 and 4 hours, half are after 2."""
    assert times([2, 4], [1] * 6)["median_us"] == 2


def test_nobody_answered() -> None:
    found = times([], [3, 4])
    assert (found["p50_us"], found["p90_us"], found["median_us"]) == (None, None, None)


def test_groups_stay_apart() -> None:
    group, done = np.array([4, 1, 4, 1]), np.array([True, True, True, False])
    frame = times_by(group, np.array([10, 20, 30, 40]), done)
    assert list(frame["group"]) == [1, 4]
    assert list(frame["p50_us"]) == [20, 10]
    assert list(frame["p90_us"]) == [20, 30]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_without_anybody_waiting_the_median_is_the_middle_one(hours: list[int]) -> None:
    found = times(hours, [])
    assert found["median_us"] == found["p50_us"] == sorted(hours)[-(-len(hours) // 2) - 1]


@pytest.mark.parametrize(("rate", "ppm"), [((60, 85), 705_882), ((1, 3), 333_333), ((2, 3), 666_667), ((0, 0), None)])
def test_a_share_is_rounded_once(rate: tuple[int, int], ppm: int | None) -> None:
    assert share_ppm(rate) == ppm

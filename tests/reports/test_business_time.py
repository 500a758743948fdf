"""Business time against the exact, slow clock, and the laws it keeps."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from expcomp.reports.business_time import NEVER_US, NO_PAUSES, OpenHours, Pauses, counted, due

from .random_clocks import differences

INSTANTS = st.integers(0, 1000)
STRETCHES = st.lists(st.tuples(INSTANTS, st.integers(1, 200)), max_size=12)


def test_the_fast_clock_is_the_slow_one() -> None:
    """By hand, with hundreds of thousands:  python -m reports 300000  in tests/."""
    assert differences(random.Random(20270331), calendars=12, cases=300) == 3600


def hours_of(windows: list[tuple[int, int]]) -> OpenHours:
    opens = np.array([first for first, _ in windows], np.int64)
    return OpenHours.of(opens, opens + np.array([length for _, length in windows], np.int64))


@given(STRETCHES, st.lists(INSTANTS, min_size=3, max_size=3))
def test_parts_of_a_time_add_up(windows: list[tuple[int, int]], instants: list[int]) -> None:
    hours, (a, b, c) = hours_of(windows), (np.array([at]) for at in sorted(instants))
    whole, first, second = (counted(hours, x, y, NO_PAUSES)[0] for x, y in ((a, c), (a, b), (b, c)))
    assert whole == first + second


@given(STRETCHES, INSTANTS, st.integers(1, 400), STRETCHES)
def test_what_is_due_is_used_up_exactly_then(
    windows: list[tuple[int, int]], start: int, limit: int, paused: list[tuple[int, int]]
) -> None:
    """At the due instant the limit is counted, a moment before it is not."""
    hours = hours_of(windows)
    begins = np.array([first for first, _ in paused], np.int64)
    pauses = Pauses.of(np.zeros(len(paused), np.int64), begins, begins + [length for _, length in paused])
    at, wanted = np.array([start]), np.array([limit])
    found = due(hours, at, wanted, pauses)
    if found[0] == NEVER_US:
        assert counted(hours, at, np.array([10**6]), pauses)[0] < limit
    else:
        assert counted(hours, at, found, pauses)[0] == limit
        assert counted(hours, at, found - 1, pauses)[0] == limit - 1


@given(STRETCHES)
def test_windows_that_overlap_count_once(windows: list[tuple[int, int]]) -> None:
    hours = hours_of(windows)
    minutes = {minute for first, length in windows for minute in range(first, first + length)}
    assert counted(hours, np.array([0]), np.array([5000]), NO_PAUSES)[0] == len(minutes)
    assert (hours.opens[1:] > hours.closes[:-1]).all()

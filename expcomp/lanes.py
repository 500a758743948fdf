"""Work on several processors at once: results come in order, and only a few are made ahead."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(
    work: Callable[[Item], Result], items: Iterable[Item], *, first_alone: bool = True
) -> Iterator[Result]:
    """`map`, for work that spends its time in numpy and Arrow, which leave Python to others meanwhile.

    With `first_alone` what all items look up is read once.
    """
    rest = iter(items)
    for first in islice(rest, int(first_alone)):
        yield work(first)
    begun = list(islice(rest, 1))
    if not begun:
        return
    lanes = min(os.cpu_count() or 1, 4)
    with ThreadPoolExecutor(lanes) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in chain(begun, rest):
            waiting.append(pool.submit(work, item))
            if len(waiting) > lanes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

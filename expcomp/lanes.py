"""Work on several processors at once: results come in order, and only a few are made ahead."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`map`, for work that spends its time in numpy and Arrow, which leave Python to others meanwhile.

    The first item is worked alone: what all of them look up is read once.
    """
    rest = iter(items)
    for first in islice(rest, 1):
        yield work(first)
    second = list(islice(rest, 1))
    if not second:
        return
    lanes = min(os.cpu_count() or 1, 4)
    with ThreadPoolExecutor(lanes) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in chain(second, rest):
            waiting.append(pool.submit(work, item))
            if len(waiting) > lanes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

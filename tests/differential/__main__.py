"""Run many seeds by hand:  python -m differential 500 [--from 0] [--jobs 2] [--show 10]   (in tests/)."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from .cases import Case, bare, make_case
from .compare import compare
from .reached import reached
from .shrink import kinds_of, minimise

TOLD_EVERY = 1000
"""Books: a run of hours says how far it is, and what it found, before it ends."""


def one(seed: int) -> tuple[int, list[str], list[str]]:
    """The kinds of difference of a seed, and what it reached."""
    case = make_case(seed)
    result = compare(case)
    if result is None:
        return seed, [], ["not compared"]
    found, engine, second = result
    return seed, sorted({difference.kind for difference in found}), reached(case, engine, second)


def show(case: Case, kind: str) -> str:
    difference = kinds_of(case)[kind]
    parts = [f"period {case.period}, paid by {case.pay_period}, as of {case.as_of}, closed {case.closed}"]
    parts += case.texts
    for name, tables in (("today", case.tables), ("earlier", case.earlier)):
        parts += [
            f"  {name} {table}: " + ", ".join(f"{column}={text}" for column, text in row.items())
            for table, rows in bare(tables).items()
            for row in rows
            if tables is case.tables or (case.closed and row not in bare(case.tables).get(table, []))
        ]
    return "\n".join([*parts, str(difference)])


def small(found: tuple[int, str]) -> str:
    seed, kind = found
    return f"\n=== {kind}, seed {seed}\n{show(minimise(make_case(seed), kind), kind)}\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m differential")
    parser.add_argument("count", type=int)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=0, help="so many kinds of difference, minimised")
    parser.add_argument("--kind", default="", help="only kinds that contain this text")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.count)
    kinds: dict[str, list[int]] = {}
    seen: Counter[str] = Counter()
    write = sys.stdout.write
    with ProcessPoolExecutor(options.jobs) as pool:
        for done, (seed, found, features) in enumerate(pool.map(one, seeds, chunksize=5), 1):
            seen.update(features)
            for kind in found:
                kinds.setdefault(kind, []).append(seed)
            if found or done % TOLD_EVERY == 0:
                write(f"{done:6d} books, {sum(map(len, kinds.values()))} differences, at seed {seed}\n")
                sys.stdout.flush()
    write("".join(f"{count:6d}  {feature}\n" for feature, count in sorted(seen.items())))
    for kind, where in sorted(kinds.items(), key=lambda item: -len(item[1])):
        write(f"{len(where):6d}  {kind}: seeds {where[:8]}\n")
    shown = [kind for kind in kinds if options.kind in kind][: options.show]
    with ProcessPoolExecutor(options.jobs) as pool:
        for text in pool.map(small, [(kinds[kind][0], kind) for kind in shown]):
            write(text)
            sys.stdout.flush()
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())

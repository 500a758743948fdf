"""One round: some bytes of one file are changed, the sheet is computed, and what comes of it is judged."""

import csv
import io
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from inprocess import Done, expcomp
from openpyxl import load_workbook

from .projects import PERIOD, inputs

DOCUMENTED = {0, 2, 3, 4}
SECONDS = 30
"""Of work: other programs may be busy too."""
NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
INTERESTING = [
    *(bytes([byte]) for byte in b"\x00\xff\n\r\",;\t\xc3=-09'{[*%(.#:"),
    b"", b"\xe2\x80\x8b", b"#REF!", b"9" * 30, b"1e9", b"NaN", b": ", b"&a", b"\xef\xbb\xbf",
]  # fmt: skip
"""What files break on: separators, quotes, invisible characters, words and signs that mean something."""

Grid = list[list[str]]


@dataclass(frozen=True)
class Project:
    """A project, its sound files, and the sheet they give."""

    root: Path
    files: dict[Path, bytes]
    sheet: dict[str, Any]

    @classmethod
    def at(cls, root: Path) -> "Project":
        done = payout(root)
        assert done.exit == 0, done.said
        return cls(root, {path: path.read_bytes() for path in inputs(root)}, json.loads(done.out))


@dataclass(frozen=True)
class Verdict:
    """What was done to which file, the exit code, and what is wrong with the answer; "" when nothing is."""

    file: str
    change: str
    exit: int
    wrong: str


def payout(root: Path) -> Done:
    return expcomp(["payout", "--period", PERIOD, "--format", "json", "--project", str(root)])


def play(project: Project, chance: random.Random) -> Verdict:
    path = chance.choice(list(project.files))
    sound = project.files[path]
    spoiled, change = mutate(sound, chance)
    path.write_bytes(spoiled)
    start = time.process_time()
    try:
        done = payout(project.root)
        wrong = judge(project, path, spoiled, done)
    finally:
        path.write_bytes(sound)
    if (took := time.process_time() - start) > SECONDS:
        wrong = wrong or f"took {took:.0f} s"
    return Verdict(path.name, change, done.exit, wrong)


def mutate(data: bytes, chance: random.Random) -> tuple[bytes, str]:
    """One to three changes of some bytes, and what they were."""
    told = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at, kind = chance.randrange(len(data) + 1), chance.choice(("put", "put", "over", "cut", "twice", "flip", "end"))
        if kind == "put":
            text = chance.choice(INTERESTING)
            data = data[:at] + text + data[at:]
            told.append(f"{text!r} put at {at}")
        elif kind == "over":
            byte = bytes([chance.randrange(256)])
            data = data[:at] + byte + data[at + 1 :]
            told.append(f"{byte!r} over {at}")
        elif kind == "flip":
            old = data[at : at + 1] or b"\0"
            data = data[:at] + bytes([old[0] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
            told.append(f"a bit of {at}")
        else:
            length = chance.choice((1, 2, 10, 100))
            piece = data[at : at + length]
            if kind == "cut":
                data = data[:at] + data[at + length :]
            else:
                data = data[:at] + piece * 2 + data[at + length :] if kind == "twice" else data[:at]
            told.append(f"{kind} {length} at {at}")
    return data, "; ".join(told)


def judge(project: Project, path: Path, spoiled: bytes, done: Done) -> str:
    if done.exit not in DOCUMENTED or "Traceback" in done.said:
        return f"exit {done.exit}: {done.err[-300:]}"
    if done.exit:
        place = path.relative_to(project.root).as_posix()
        told_place = any(file.name in done.err for file in project.files) or re.search(r"^[CDEW]\d+ ", done.err, re.M)
        return "" if told_place else f"no place ({place}): {done.err[:300]}"
    sheet = json.loads(done.out)
    return "; ".join(wrong_of(project, path, spoiled, sheet))


def wrong_of(project: Project, path: Path, spoiled: bytes, sheet: dict[str, Any]) -> Iterator[str]:
    before, after = grid(project.files[path], path), grid(spoiled, path)
    if after is not None and before == after and facts(sheet) != facts(project.sheet):
        yield "no cell changed, and the sheet did"
    name = path.relative_to(project.root).as_posix()
    for total in (row for row in sheet["control_totals"] if row["of"] == "rows"):
        if total["read"] != total["used"] + sum(total["ignored"].values()) + total["refused"]:
            yield f"the rows of {total['file']} do not add up"
        if total["file"] == name and after is not None and "money" in total:
            yield from differing_money(total, after)
    totals = [Decimal(line["amount"]) for line in sheet["lines"]]
    paid = sum(Decimal(row["gross"]) for row in sheet["payees"])
    taken = sum(Decimal(row["clawback"]) for row in sheet["payees"])
    if sum(totals) != paid + taken:
        yield "lines and payees differ"


def differing_money(total: dict[str, Any], rows: Grid) -> Iterator[str]:
    """Where every amount is a plain number, their sum by another reader must be what was read."""
    header = next((row for row in rows if total["money_of"] in row), None)
    if header is None:
        return
    at = header.index(total["money_of"])
    cells = [row[at] for row in rows[rows.index(header) + 1 :] if len(row) == len(header) and any(row)]
    filled = [cell for cell in cells if cell]
    if all(NUMBER.fullmatch(cell) for cell in filled) and len(cells) == total["read"]:
        read = sum(Decimal(sums["read"]) for sums in total["money"].values())
        if read != sum(map(Decimal, filled)):
            yield f"{total['file']} holds {sum(map(Decimal, filled))}, and {read} was read"


def facts(sheet: dict[str, Any]) -> Any:
    """Who is paid what, without the places, which a blank line moves."""
    lines = [
        {key: line[key] for key in ("payee_id", "deal_id", "component", "milestone", "amount")}
        for line in sheet["lines"]
    ]
    return sheet["payees"], lines, [(row["deal_id"], row["reason"]) for row in sheet["not_paid"]]


def grid(data: bytes, path: Path) -> Grid | None:
    """The cells by another reader; None where it cannot say."""
    try:
        if path.suffix == ".csv":
            text = data.decode("utf-8-sig")
            return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
        if path.suffix == ".xlsx":
            sheets = load_workbook(io.BytesIO(data), data_only=True).worksheets
            return [[str(cell) for cell in row] for sheet in sheets for row in sheet.iter_rows(values_only=True)]
    except Exception:
        return None
    return None

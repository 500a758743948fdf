"""Pays one case with both calculators and lists where their answers differ."""

from __future__ import annotations

import csv
import tempfile
import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from second_calculator import Refused as SecondRefused
from second_calculator import Unsupported, calculate

from expcomp.diagnostics import Place, Refused
from expcomp.money import to_text
from expcomp.pay.posted import Posted
from expcomp.pay.sheet import Sheet, payout
from expcomp.period import MONTHS, Span, to_day, to_iso
from expcomp.plan.load import bind_plan
from expcomp.plan.needs import needs_of
from expcomp.plan.versions import plan_set
from expcomp.sources.given import book_from_rows
from expcomp.sources.posted import REQUIRED, read_posted

from .cases import Case, bare
from .later import ENORMOUS, LARGE_RATES

NOT_COMPARED = ("D540", "C301", "L102", "L103", "D301")
"""Refusals of the engine where a period lies beyond its data or ledger; and of blank cells that nothing asks for."""

TOO_LARGE = "D560"

ZERO = ("0", "0.00")
POSTED_COLUMNS = (*REQUIRED, "on", "period_earned", "reason", "tier", "rule")


@dataclass
class Answer:
    """What a calculator says: refused with a message, or the sections of the sheet by key."""

    refused: str = ""
    crashed: str = ""
    sections: dict[str, dict[Any, Any]] = field(default_factory=dict)
    as_of: str = ""


@dataclass(frozen=True)
class Difference:
    """One place where the answers differ; `kind` says of what sort, so that it survives minimising."""

    kind: str
    where: str
    engine: str
    second: str

    def __str__(self) -> str:
        return f"{self.kind} {self.where}\n    engine: {self.engine}\n    second: {self.second}"


# --- the two calculators


def by_second(case: Case) -> tuple[Answer, list[dict[str, str]] | None, Case]:
    """The second calculator's answer, the lines it posted for the closed periods, and the case that it answers:
    the earlier one where a closed period was refused."""
    posted: list[dict[str, str]] | None = None if case.closed is None else []
    asked = case
    try:
        for label in case.closed or ():
            asked = case.with_(tables=case.earlier, period=label, as_of=_end(case, label))
            result = _calculated(asked, posted)
            posted = (posted or []) + [{**line, "period": label} for line in result["lines"]]
        asked = case
        result = _calculated(asked, posted)
    except SecondRefused as refused:
        return Answer(refused=str(refused)), posted, asked
    except Unsupported:
        raise
    except Exception:
        return Answer(crashed=traceback.format_exc(limit=-3)), posted, asked
    return Answer(sections=_of_result(result), as_of=result["as_of"]), posted, asked


def _calculated(case: Case, posted: list[dict[str, str]] | None) -> dict[str, Any]:
    return calculate(case.texts, bare(case.tables), case.period, case.as_of, case.pay_period, posted)


def _end(case: Case, label: str) -> date:
    from second_calculator.periods import Calendar

    return Calendar(case.plans[0]["plan"].get("fiscal_year_starts", "January")).period(label).end


def by_engine(case: Case, posted: list[dict[str, str]] | None) -> Answer:
    try:
        plans = plan_set([bind_plan(text, f"plan{i + 1}.yaml") for i, text in enumerate(case.texts)])
        book = book_from_rows(bare(case.tables), needs_of(plans), Place("given"))
        sheet = payout(
            plans, book, plans.calendar.parse(case.period), Span(case.pay_period),
            to_day(case.as_of) if case.as_of else None, _ledger(posted) if posted is not None else None,
        )  # fmt: skip
    except Refused as refused:
        return Answer(refused=str(refused))
    except OverflowError as error:
        return Answer(refused=f"{TOO_LARGE} {error}")
    except Exception:
        return Answer(crashed=traceback.format_exc(limit=-3))
    return Answer(sections=_of_sheet(sheet), as_of=to_iso(sheet.as_of))


def _ledger(posted: list[dict[str, str]]) -> Posted:
    """The posted lines by way of a file, as a user gives them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posted.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, POSTED_COLUMNS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(posted)
        return Posted(read_posted(path, "posted.csv"))


# --- sections: payees, lines, waiting, not_paid


def _of_result(result: dict[str, Any]) -> dict[str, dict[Any, Any]]:
    lines = defaultdict(list)
    for line in result["lines"]:
        key = tuple(line[name] for name in ("payee_id", "deal_id", "component", "milestone", "currency"))
        lines[key].append((line["amount"], line["reason"], line["on"], line["period_earned"]))
    names = ("gross", "recovered", "brought_forward", "paid", "carried_forward")
    payees = {row["payee_id"]: {name: row[name] for name in names} for row in result["payees"]}
    waiting = {
        tuple(row[name] for name in ("payee_id", "deal_id", "component", "milestone", "state")): row["amount"]
        for row in result["waiting"]
    }
    not_paid = {row["deal_id"]: (row["reason"], row["value"]) for row in result["not_paid"]}
    return {"lines": _sorted(lines), "payees": payees, "waiting": waiting, "not_paid": not_paid}


def _of_sheet(sheet: Sheet) -> dict[str, dict[Any, Any]]:
    currency = sheet.plans.currency
    lines = defaultdict(list)
    for line in sheet.postings.to_dict("records"):
        key = tuple(line[name] for name in ("payee_id", "deal_id", "component", "milestone", "currency"))
        amount = to_text(line["amount_minor"], line["currency"])
        lines[key].append((amount, line["reason"], line["on"], line["period_earned"]))
    names = ("gross", "recovered", "brought_forward", "paid", "carried_forward")
    sums = sheet.payees.groupby("payee_id")[[f"{name}_minor" for name in names]].sum()
    payees = {
        row[0]: dict(zip(names, (to_text(int(minor), currency) for minor in row[1:]), strict=True))
        for row in sums.itertuples()
    }
    states: Counter[tuple[str, ...]] = Counter()
    for row in sheet.waiting.to_dict("records"):
        key = tuple(row[name] for name in ("payee_id", "deal_id", "component", "milestone", "state"))
        states[key] += row["amount_minor"]
    waiting = {key: to_text(minor, currency) for key, minor in states.items() if minor}
    not_paid = {
        row["deal_id"]: (
            row["reason"],
            "" if pd.isna(row["value_minor"]) else to_text(row["value_minor"], row["currency"]),
        )
        for row in sheet.not_paid.to_dict("records")
    }
    return {"lines": _sorted(lines), "payees": payees, "waiting": waiting, "not_paid": not_paid}


def _sorted(lines: dict[Any, list[Any]]) -> dict[Any, Any]:
    return {key: tuple(sorted(rows)) for key, rows in lines.items()}


# --- differences


def compare(case: Case) -> tuple[list[Difference], Answer, Answer] | None:
    """Every difference, and both answers; None where the case is not one that both can be asked."""
    second, posted, case = by_second(case)
    engine = by_engine(case, posted)
    if engine.refused and any(code in engine.refused for code in NOT_COMPARED):
        return None
    if TOO_LARGE in engine.refused and any(
        row["rate"] in (*ENORMOUS, *LARGE_RATES) for row in case.tables.get("fx", ())
    ):
        return None
    return differences(case, engine, second), engine, second


def differences(case: Case, engine: Answer, second: Answer) -> list[Difference]:
    if engine.crashed:
        last = engine.crashed.strip().splitlines()[-1]
        return [Difference(f"engine crashed: {last.split(':')[0]}", "", engine.crashed, second.refused or "an answer")]
    if second.crashed and not engine.refused:
        last = second.crashed.strip().splitlines()[-1]
        return [Difference(f"second crashed: {last.split(':')[0]}", "", "an answer", second.crashed)]
    if engine.refused or second.refused or second.crashed:
        return _refusals(engine, second)
    found = [] if engine.as_of == second.as_of else [Difference("as_of", "", engine.as_of, second.as_of)]
    found += _lines(engine.sections["lines"], second.sections["lines"])
    found += _payees(case, engine.sections["payees"], second.sections["payees"])
    found += _keyed("waiting", engine.sections["waiting"], second.sections["waiting"])
    found += _not_paid(engine.sections["not_paid"], second.sections["not_paid"])
    return found


def _refusals(engine: Answer, second: Answer) -> list[Difference]:
    if engine.refused and (second.refused or second.crashed):
        return []
    if engine.refused:
        code = next((word for word in engine.refused.split() if word[:1] in "CDEL" and word[1:4].isdigit()), "?")
        return [Difference(f"engine refused {code}", "", engine.refused, "an answer")]
    words = [word for word in second.refused.split() if word.isalpha()]
    return [Difference(f"second refused {' '.join(words[:5])}", "", "an answer", second.refused)]


def _lines(engine: dict[Any, Any], second: dict[Any, Any]) -> list[Difference]:
    found = []
    for key in sorted(set(engine) | set(second)):
        mine, theirs = engine.get(key, ()), second.get(key, ())
        if mine == theirs:
            continue
        kind = "lines amount " + key[2].split(":")[0]
        if [row[0] for row in mine] == [row[0] for row in theirs]:
            differing = [i for i in (1, 2, 3) if [r[i] for r in mine] != [r[i] for r in theirs]]
            kind = "lines " + ("", "reason", "on", "period_earned")[differing[0]] if differing else "lines order"
            if differing[0] == 1:
                pairs = [(m[1], t[1]) for m, t in zip(mine, theirs, strict=True) if m[1] != t[1]]
                kind += f" {pairs[0][0]}/{pairs[0][1]}"
        found.append(Difference(kind, str(key), str(mine), str(theirs)))
    return found


def _payees(case: Case, engine: dict[Any, Any], second: dict[Any, Any]) -> list[Difference]:
    """In a view shorter than a pay period nothing is recovered: only gross means anything there."""
    from second_calculator.periods import Calendar

    calendar = Calendar(case.plans[0]["plan"].get("fiscal_year_starts", "January"))
    period = calendar.period(case.period)
    months = round((period.end - period.start).days / 30.4)
    only_gross = months < MONTHS[Span(case.pay_period)]
    found = []
    for payee in sorted(set(engine) | set(second)):
        mine, theirs = engine.get(payee, {}), second.get(payee, {})
        names = ("gross",) if only_gross else ("gross", "recovered", "brought_forward", "paid", "carried_forward")
        for name in names:
            pair = mine.get(name, "0"), theirs.get(name, "0")
            if pair[0] != pair[1] and not all(text in ZERO for text in pair):
                found.append(Difference(f"payees {name}", payee, str(mine), str(theirs)))
                break
    return found


def _keyed(section: str, engine: dict[Any, Any], second: dict[Any, Any]) -> list[Difference]:
    found = []
    for key in sorted(set(engine) | set(second)):
        mine, theirs = engine.get(key), second.get(key)
        if mine != theirs:
            kind = f"{section} {key[4]} {'missing' if mine is None else 'extra' if theirs is None else 'amount'}"
            found.append(Difference(kind, str(key), str(mine), str(theirs)))
    return found


def _not_paid(engine: dict[Any, Any], second: dict[Any, Any]) -> list[Difference]:
    """Deals that pay nothing; of a deal of value 0 nothing need be said."""
    found = []
    for deal_id in sorted(set(engine) | set(second)):
        mine, theirs = engine.get(deal_id, ("", "")), second.get(deal_id, ("", ""))
        if mine != theirs and mine[1] not in ZERO and theirs[1] not in ZERO:
            found.append(Difference(f"not_paid {mine[0]}/{theirs[0]}", deal_id, str(mine), str(theirs)))
    return found

"""Which accounts explain a changed figure, and why: the data, merges and parents, exchange rates, or the definition."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Place, Refused
from expcomp.exact import Ints
from expcomp.lookups import NONE
from expcomp.period import to_iso
from expcomp.reports.earlier import AMOUNTS, Earlier
from expcomp.reports.retention import RetentionReport
from expcomp.retention.rates import SUMMED, Retained
from expcomp.retention.recurring import Recurring
from expcomp.retention.trailing import trailing_of

ANOTHER_WINDOW = Code("C343", "another-window")

DATA, MERGES, RATES, DEFINITION = "data", "merges and parents", "exchange rates", "definition"
COMPARED = [f"{name}_minor" for name in AMOUNTS]


@dataclass(frozen=True, slots=True)
class Step:
    """The figures after one kind of change, and the accounts that it moved: account_id, and for base, end and kept the
    amounts before and after."""

    cause: str
    retained: Retained
    moved: pd.DataFrame


def compared(report: RetentionReport, earlier: Earlier) -> tuple[Retained, list[Step]]:
    """The figures of the earlier report, and one step for each cause, in this order: today's lines under the customers,
    rates and definition of then; then today's customers; today's rates; today's definition. The last is the report.

    Raises `Refused` (C343) for a report of another window or currency.
    """
    _refuse_another(report, earlier)
    old_rates = replace(report.book, frames=report.book.frames | {"fx": _with_rates(report, earlier)})
    as_then = Recurring.of(old_rates, earlier.terms)
    now_rates = Recurring.of(report.book, earlier.terms)
    frames = {
        DATA: _frame(as_then.with_customers(_customers(as_then, report, earlier)), report),
        MERGES: _frame(as_then, report),
        RATES: _frame(now_rates, report),
        DEFINITION: report.accounts,
    }
    steps, before = [], earlier.accounts
    for cause, after in frames.items():
        steps.append(Step(cause, Retained.of(after), _moved(before, after)))
        before = after
    blank = dict.fromkeys((name for name in SUMMED if name not in COMPARED), 0)
    return Retained.of(earlier.accounts.assign(**blank)), steps


def _refuse_another(report: RetentionReport, earlier: Earlier) -> None:
    mine = (to_iso(report.base), to_iso(report.end), report.terms.currency)
    theirs = (to_iso(earlier.base), to_iso(earlier.end), earlier.terms.currency)
    if mine != theirs:
        written, now = ("{} to {} in {}".format(*window) for window in (theirs, mine))
        message = f"it is from {written}, this one from {now}"
        help_ = f"compare the same window:  --base {theirs[0]} --end {theirs[1]}"
        raise Refused(ANOTHER_WINDOW.at(Place(earlier.path), message, help_))


def _frame(recurring: Recurring, report: RetentionReport) -> pd.DataFrame:
    return trailing_of(recurring, report.base, report.end)


def _customers(recurring: Recurring, report: RetentionReport, earlier: Earlier) -> Ints:
    """The customer of then that each account counted for; for an account that was not there, that of now."""
    names = recurring.names
    owner = recurring.families(report.end).top.copy()
    then = pd.Series(earlier.accounts["account_id"], dtype="str")
    known = names.codes(then)
    owner[known[known != NONE]] = known[known != NONE]
    member, of = (
        names.codes(pd.Series(list(ids), dtype="str")) for ids in (earlier.members.keys(), earlier.members.values())
    )
    both = (member != NONE) & (of != NONE)
    owner[member[both]] = of[both]
    return np.asarray(owner[owner], np.int64)


def _with_rates(report: RetentionReport, earlier: Earlier) -> pd.DataFrame:
    """The rates of then; for a currency that had none, those of now."""
    fx = report.book["fx"]
    return pd.concat([earlier.fx, fx[~fx["currency"].isin(earlier.fx["currency"])]], ignore_index=True)


def _moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The accounts whose base, end or kept value differs, the greatest change first."""
    sides = (frame[["account_id", *COMPARED]].set_index("account_id") for frame in (before, after))
    both = pd.concat(sides, axis=1, keys=("before", "after")).fillna(0).astype("int64")
    flat = pd.DataFrame({f"{name}_{side}": both[side, name] for name in COMPARED for side in ("before", "after")})
    change = [(flat[f"{name}_after"] - flat[f"{name}_before"]).abs() for name in COMPARED]
    flat = flat.assign(size=np.max(change, axis=0)).rename_axis("account_id").reset_index()
    order = flat.sort_values(["size", "account_id"], ascending=[False, True], ignore_index=True)
    return order[order["size"] > 0].drop(columns="size")

"""Churn and contraction read off the subscriptions, where no file gives events (design pages 2 and 4)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Severity
from expcomp.exact import Flags, Ints, order_by
from expcomp.fx import Rates
from expcomp.lookups import NONE, Names, days
from expcomp.period import NEVER, to_iso
from expcomp.recurring import annual_value, recurring_lines
from expcomp.sources.book import Needs
from expcomp.sources.complaints import quote
from expcomp.sources.draft import Draft
from expcomp.sources.typed import blank_column

LATE_RENEWAL = Code("D434", "late-renewal")
CAME_BACK = Code("D437", "churn-and-return")

SOON = 31
"""Days within which who has left and comes back was probably never gone."""


def derive_events(subscriptions: Draft, merges: pd.DataFrame, fx: pd.DataFrame, needs: Needs) -> pd.DataFrame:
    """The `events` that the subscriptions tell of, sorted by account and day.

    An account's recurring value is the sum of its lines with start ≤ day < end. Where it reaches 0 that is churn, dated
    on that day and known once the gap has lasted the plan's grace; a shorter gap is a late renewal, and noted. Where
    it is less than before (after a late renewal: than before the gap) that is a contraction by the difference, in the
    plan's currency at the rate of the day; where there is no rate (yet), `unknown` says why it has no amount. From the
    day of a merge on an account's lines count for the other account.
    """
    frame = recurring_lines(subscriptions.frame)
    accounts = Names.of(frame["account_id"], merges["from"], merges["to"])
    currencies = Names.of(frame["currency"])
    changes = _changes(frame, accounts, currencies, merges)
    steps = _Steps.of(changes, needs)
    churned = np.flatnonzero(steps.churn)
    fallen, amount, unknown = _falls(steps, changes, currencies, fx, needs)
    at = np.concatenate([churned, fallen])
    lost = np.concatenate([np.zeros(len(churned), np.int64), amount])
    why = np.asarray([""] * len(churned) + unknown, object)
    kinds = np.repeat(["churn", "contraction"], [len(churned), len(fallen)])
    _note_late(steps, accounts, subscriptions)
    _note_returns(steps, accounts, subscriptions)
    order = np.lexsort((kinds, steps.day[at], steps.account[at]))
    at, lost, kinds, why = at[order], lost[order], kinds[order], why[order]
    known = np.where(kinds == "churn", steps.known[at], steps.day[at])
    rows = subscriptions.frame.iloc[steps.row[at]]
    columns = {wanted.name: blank_column(wanted.kind, len(at)) for wanted in needs.fields_of("events")}
    return pd.DataFrame(
        columns
        | {
            "account_id": accounts.text(steps.account[at]).array,
            "date": _days(steps.day[at]),
            "event": pd.array(kinds, dtype="str"),
            "amount": pd.arrays.IntegerArray(lost, (kinds == "churn") | (why != "")),
            "input_file": rows["input_file"].array,
            "input_row": rows["input_row"].to_numpy(),
            "known_on": _days(known),
            "unknown": pd.array(why, dtype="str"),
        }
    )


def _days(numbers: Ints) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(numbers.astype("datetime64[D]").astype("datetime64[s]"))


def _changes(lines: pd.DataFrame, accounts: Names, currencies: Names, merges: pd.DataFrame) -> pd.DataFrame:
    """Every rise and fall of a line: account and currency (codes), day, annual minor units and the line's row.

    What leaves an account by a merge is no fall of it, and what comes by one is `merged` and no rise of its worth.
    """
    start, end = days(lines["start"]), days(lines["end"])
    spans = pd.DataFrame({
        "account": accounts.codes(lines["account_id"]), "start": start, "end": end, "annual": annual_value(lines),
        "currency": currencies.codes(lines["currency"]), "row": lines.index.to_numpy(), "last": lines.index.to_numpy(),
        "leaves": end < NEVER, "merged": False,
    })  # fmt: skip
    spans = _joined(spans[start < end] if (start >= end).any() else spans)
    for source, target, effective in sorted(
        zip(*(accounts.codes(merges[side]).tolist() for side in ("from", "to")),
            days(merges["effective"]).tolist(), strict=True),
        key=lambda merge: merge[2],
    ):  # fmt: skip
        spans = _moved(spans, source, target, 0 if effective == NEVER else effective)
    up = spans.rename(columns={"start": "day"})
    down = spans[spans["leaves"]].rename(columns={"end": "day"})
    down = down.assign(annual=-down["annual"], row=down["last"], merged=False)
    both = pd.concat([up, down], ignore_index=True)[["account", "day", "row", "annual", "currency", "merged"]]
    return both.take(order_by(*(both[name].to_numpy() for name in ("account", "day", "row")))).reset_index(drop=True)


def _joined(spans: pd.DataFrame) -> pd.DataFrame:
    """A line that goes on where the one above it ends, worth the same, is one with it."""
    goes_on = spans["start"].to_numpy()[1:] == spans["end"].to_numpy()[:-1]
    for name in ("account", "currency", "annual"):
        goes_on &= spans[name].to_numpy()[1:] == spans[name].to_numpy()[:-1]
    begins, ends = (np.insert(~goes_on, at, True)[: len(spans)] for at in (0, len(goes_on)))
    return spans[begins].assign(**{name: spans[name].to_numpy()[ends] for name in ("end", "last", "leaves")})


def _moved(spans: pd.DataFrame, source: int, target: int, effective: int) -> pd.DataFrame:
    """From a day on the lines of one account are another's."""
    mine = (spans["account"] == source).to_numpy() & (spans["end"] >= effective).to_numpy()
    parted = mine & (spans["start"] < effective).to_numpy()
    stays = spans[parted].assign(leaves=False)
    came = {"start": np.maximum(spans["start"][mine], effective), "merged": parted[mine] | spans["merged"][mine]}
    moves = spans[mine].assign(account=target, **came)
    return pd.concat([spans[~mine], stays, moves], ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Days on which an account's value changes, by account and day, and what happens on them.

    `before` is the step a step is compared with, NONE where there is none; `of_change` says to which step each change
    belongs, those of a gap to its end (NONE: the gap has none). `row` is the first line that falls on the day.
    """

    account: Ints
    day: Ints
    row: Ints
    known: Ints
    churn: Flags
    late: Flags
    before: Ints
    next: Ints
    of_change: Ints

    @classmethod
    def of(cls, changes: pd.DataFrame, needs: Needs) -> "_Steps":
        account, day = changes["account"].to_numpy(np.int64), changes["day"].to_numpy(np.int64)
        first = np.ones(len(changes), np.bool_)
        first[1:] = (account[1:] != account[:-1]) | (day[1:] != day[:-1])
        step = np.cumsum(first) - 1
        count = int(first.sum())
        net = np.zeros(count, np.int64)
        np.add.at(net, step, changes["annual"].to_numpy())
        account, day = account[first], day[first]
        runs = pd.Series(net).groupby(account).cumsum().to_numpy() > 0
        number = np.arange(count)
        new = np.append(True, account[1:] != account[:-1])[:count]
        last = _within(np.maximum.accumulate(np.where(runs, number, NONE)), account)
        before = np.where(new, NONE, np.append(NONE, last)[:count])
        following = np.minimum.accumulate(np.where(runs, number, count)[::-1])[::-1]
        following = _within(np.where(following == count, NONE, following), account)
        known = _after_grace(day, needs)
        gap = ~runs & (before == number - 1) & (before != NONE)
        back = np.where(following == NONE, NEVER, np.append(day, NEVER)[following])
        churn = gap & (back >= known)
        compared = runs & (before != NONE) & ~np.append(churn, False)[np.where(before == NONE, count, before + 1)]
        falls = changes["annual"].to_numpy() < 0
        row = np.full(count, NONE)
        for chosen in (np.ones(len(changes), np.bool_), falls):
            row[step[chosen][::-1]] = changes["row"].to_numpy()[chosen][::-1]
        return cls(
            account, day, row, known, churn, gap & ~churn, np.where(compared, before, NONE), following, following[step]
        )


def _within(found: Ints, account: Ints) -> Ints:
    """Positions that lie in another account are none."""
    return np.where((found != NONE) & (account[found] == account), found, NONE)


def _after_grace(day: Ints, needs: Needs) -> Ints:
    """The day on which a gap that begins on `day` is no late renewal any more; before the first version its own
    grace holds."""
    known = day
    for number, (first, grace) in enumerate(needs.grace):
        known = np.where((day >= first) | (number == 0), grace.after(day), known)
    return known


def _falls(
    steps: _Steps, changes: pd.DataFrame, currencies: Names, fx: pd.DataFrame, needs: Needs
) -> tuple[Ints, Ints, list[str]]:
    """The steps on which an account is worth less than before, by how much in the plan's currency, and why that is not
    known. What rises in every currency is no fall, whatever the rates."""
    target = steps.of_change
    counted = (target != NONE) & (np.append(steps.before, NONE)[target] != NONE) & ~changes["merged"].to_numpy()
    moved = changes[counted].assign(step=target[counted])
    sums = moved.groupby(["step", "currency"], sort=True)["annual"].sum().reset_index()
    sums = sums[sums["annual"] != 0].reset_index(drop=True)
    day = steps.day[sums["step"]]
    currency = currencies.text(sums["currency"].to_numpy())
    amount, faults = Rates(fx).convert(sums["annual"].to_numpy(), currency, needs.currency, day, needs.rounding)
    step = sums["step"].to_numpy(np.int64)
    why = {int(step[at]): fault for at, fault in sorted(faults.items(), reverse=True)}
    untold = np.isin(step, list(why))
    falls = np.isin(step, step[(sums["annual"] < 0).to_numpy()])
    change = np.zeros(len(steps.day), np.int64)
    np.add.at(change, step[~untold], amount[~untold])
    fallen = np.union1d(np.flatnonzero(change < 0), step[untold & falls])
    return fallen, -change[fallen], [why.get(at, "") for at in fallen.tolist()]


def _note_late(steps: _Steps, accounts: Names, subscriptions: Draft) -> None:
    for at in np.flatnonzero(steps.late).tolist():
        back = int(steps.day[steps.next[at]])
        message = (
            f"{_quoted(accounts, steps, at)} has no recurring value from {to_iso(steps.day[at])} to "
            f"{to_iso(back - 1)}: a late renewal (watch), shorter than the plan's churn_grace, and no churn"
        )
        subscriptions.complaints.note(LATE_RENEWAL, subscriptions.where("end", int(steps.row[at])), message)


def _note_returns(steps: _Steps, accounts: Names, subscriptions: Draft) -> None:
    """Churn that ends within days is told: it is how a renewal signed late looks, and an end that is a last day."""
    back = np.where(steps.next == NONE, NEVER, np.append(steps.day, NEVER)[steps.next])
    soon = np.flatnonzero(steps.churn & (back - steps.day <= SOON))
    if len(soon):
        first = int(soon[0])
        message = (
            f"{len(soon):,} churn{'s are' if len(soon) > 1 else ' is'} followed by a return within {SOON} days, like "
            f"that of {_quoted(accounts, steps, first)} on {to_iso(steps.day[first])}"
        )
        help = (
            "if these are late renewals, or `end` is the last day paid for, write in the plan:  "
            "events: {churn_grace: 30 days}"
        )
        place = subscriptions.where("end", int(steps.row[first]))
        subscriptions.complaints.note(CAME_BACK, place, message, help, Severity.WARNING)


def _quoted(accounts: Names, steps: _Steps, at: int) -> str:
    """The account of a step, in a message."""
    return quote(str(accounts.text(steps.account[[at]]).iat[0]))

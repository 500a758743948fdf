"""What became of every account between two days: the figures that NRR, GRR, the bridge and pay are sums of."""

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE, Dated, Names, days
from expcomp.period import Duration, add_months
from expcomp.retention.families import Families
from expcomp.retention.lines import Lines
from expcomp.retention.spells import spells
from expcomp.retention.terms import Terms
from expcomp.retention.worth import Worth
from expcomp.sources.book import Book


def trailing(book: Book, terms: Terms, base: int, end: int, *, rolled: bool = True) -> pd.DataFrame:
    """One row per account worth anything at either instant, the first after the last days `base` and `end`.

    Merges are resolved over all of history; parents are rolled up as the terms say, or not at all where `rolled` is
    false (pay stays with an account's own holders). Amounts are minor units a year of the plan's currency.

    | column            | meaning                                                                        |
    | ----------------- | ------------------------------------------------------------------------------ |
    | account_id        | the account, after merges (and parents)                                         |
    | segment           | as of the base day, by the accounts' history, else as exported; "" for none     |
    | base_minor        | b, where it is above 0: the account is in the base; else 0                      |
    | end_minor         | e of an account in the base, at the rates of the base day; else 0               |
    | kept_minor        | min(b, max(e, 0)), or the least of all months on the way (`running_min`)        |
    | expansion_minor, contraction_minor, churn_minor | e − b above 0; b − e while e > 0; b − e where e ≤ 0 |
    | new_minor, win_back_minor | what came from outside the base: never active before, or active earlier   |
    | fx_minor          | e at the rates of the end day less e at those of the base day                    |
    | start_minor, now_minor | all that it was worth at base and is worth at the end, at the rates of each day |
    | lapsed_days       | longest time without value between the two instants, where it came back; else 0  |

    Raises `Refused` (D408, D580-D583), `OverflowError`.
    """
    families = Families.of(book, terms.rules.rollup if rolled else "none", end)
    lines = Lines.of(book, families.names, terms)
    if terms.rules.escalator == "exclude":
        lines = lines.where(~(lines.escalator & (lines.start > base + 1)))
    worth = Worth(lines, families.top, terms, book["fx"])
    return _rows(book, terms, families.names, worth, base, end)


def _rows(book: Book, terms: Terms, names: Names, worth: Worth, base: int, end: int) -> pd.DataFrame:
    instants = np.asarray([base + 1, end + 1])
    constant = worth.at(instants, np.full(2, base))
    now = worth.at(instants[1:], np.asarray([end]))[:, 0]
    shown = np.flatnonzero((constant != 0).any(axis=1) | (now != 0))
    start, reached, now = constant[shown, 0], constant[shown, 1], now[shown]
    gaps = _Gaps(spells(worth, base), base + 1, end + 1, len(names))
    lapsed, anew = gaps.lapsed(terms.grace)[shown], gaps.anew(terms.rules.reactivation_reset)[shown]
    gone = anew | lapsed if terms.rules.strict_lapse else anew
    in_base = start > 0
    counted = np.where(gone, 0, reached)
    outside = reached - np.where(in_base, counted, start)
    is_new = anew | (~in_base & ~gaps.earlier[shown])
    least = _least(worth, instants, base)[shown] if terms.rules.grr_path == "running_min" else counted

    def of_base(values: Ints) -> Ints:
        return np.where(in_base, values, 0)

    return pd.DataFrame({
        "account_id": names.text(shown),
        "segment": _segments(book, names, shown, base),
        "base_minor": of_base(start),
        "end_minor": of_base(counted),
        "kept_minor": of_base(np.minimum(start, np.maximum(np.minimum(counted, least), 0))),
        "expansion_minor": of_base(np.maximum(counted - start, 0)),
        "contraction_minor": of_base(np.where(counted > 0, np.maximum(start - counted, 0), 0)),
        "churn_minor": of_base(np.where(counted <= 0, start - counted, 0)),
        "new_minor": np.where(is_new, outside, 0),
        "win_back_minor": np.where(is_new, 0, outside),
        "fx_minor": now - reached,
        "start_minor": start,
        "now_minor": now,
        "lapsed_days": gaps.longest[shown],
    })  # fmt: skip


def _least(worth: Worth, instants: Ints, base: int) -> Ints:
    """The least value at the months' instants after the first, up to the last."""
    first, last = instants.tolist()
    months = [int(add_months(instants[:1], count)[0]) for count in range(1, (last - first) // 28 + 1)]
    path = np.asarray([*(day for day in months if day < last), last])
    return np.asarray(worth.at(path, np.full(len(path), base)).min(axis=1), np.int64)


class _Gaps:
    """The times without value of each customer, from one spell to the next, that ended between two instants."""

    def __init__(self, found: pd.DataFrame, first: int, last: int, customers: int) -> None:
        of, start, end = (found[name].to_numpy(np.int64) for name in ("customer", "start", "end"))
        self.earlier = np.zeros(customers, np.bool_)
        self.earlier[of[start < first]] = True
        back = (of[1:] == of[:-1]) & (start[1:] > first) & (start[1:] <= last)
        self._of, self._from, self._to = of[1:][back], end[:-1][back], start[1:][back]
        self._inside = self._from > first

    @property
    def longest(self) -> Ints:
        """Days of the longest gap of each that also began between the instants."""
        longest = np.zeros(len(self.earlier), np.int64)
        np.maximum.at(longest, self._of[self._inside], (self._to - self._from)[self._inside])
        return longest

    def lapsed(self, grace: Duration) -> Flags:
        """Who was gone between the instants, for longer than a late renewal takes."""
        return self._who(self._inside & (self._to >= grace.after(self._from)))

    def anew(self, reset: Duration | None) -> Flags:
        """Who came back after so long that they are a new customer."""
        return self._who(self._to >= reset.after(self._from) if reset else np.zeros(len(self._to), np.bool_))

    def _who(self, mask: Flags) -> Flags:
        found = np.zeros(len(self.earlier), np.bool_)
        found[self._of[mask]] = True
        return found


def _segments(book: Book, names: Names, accounts: Ints, day: int) -> pd.Series:
    """The segment of accounts on a day: the newest row of their history that tells one, else what is exported."""
    exported, history = book["accounts"], book["account_history"]
    row = np.full(len(names), NONE)
    own = names.codes(exported["account_id"])
    row[own] = np.arange(len(own))
    now = np.append(exported["segment"].to_numpy(object), "")[row[accounts]]
    told = (history["segment"] != "").to_numpy()
    newest = Dated.of(names.codes(history["account_id"]), days(history["date"]), told).newest(
        accounts, np.full(len(accounts), day)
    )
    past = np.append(history["segment"].to_numpy(object), "")[newest]
    return pd.Series(np.where(newest != NONE, past, now)).astype("str")

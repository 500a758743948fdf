"""What became of every account between two days: the figures that NRR, GRR, the bridge and pay are sums of."""

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.period import Duration, months_between
from expcomp.retention.recurring import Recurring
from expcomp.retention.segments import segments_at
from expcomp.retention.spells import spells
from expcomp.retention.terms import Terms
from expcomp.retention.worth import Worth
from expcomp.sources.book import Book


def trailing(book: Book, terms: Terms, base: int, end: int, *, rolled: bool = True) -> pd.DataFrame:
    """`trailing_of` the book's subscriptions, for one window alone."""
    return trailing_of(Recurring.of(book, terms), base, end, rolled=rolled)


def trailing_of(recurring: Recurring, base: int, end: int, *, rolled: bool = True) -> pd.DataFrame:
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

    Raises `Refused` (D408, D580-D582), `OverflowError`.
    """
    worth = recurring.worth(end, rolled=rolled)
    if recurring.terms.rules.escalator == "exclude":
        worth = worth.without_escalators_after(np.full(len(recurring.names), base + 1))
    instants = np.asarray([base + 1, end + 1])
    constant = worth.at(instants, np.full(2, base))
    now = worth.at(instants[1:], np.asarray([end]))[:, 0]
    shown = np.flatnonzero((constant != 0).any(axis=1) | (now != 0))
    least = _least(worth, instants, base) if recurring.terms.rules.grr_path == "running_min" else constant[:, 1]
    movements = _movements(recurring, worth, instants, shown, constant[shown], least[shown])
    return pd.DataFrame({
        "account_id": recurring.names.text(shown),
        "segment": segments_at(recurring.book, recurring.names, shown, base),
        **movements,
        "fx_minor": now[shown] - constant[shown, 1],
        "start_minor": constant[shown, 0],
        "now_minor": now[shown],
    })  # fmt: skip


def _movements(
    recurring: Recurring, worth: Worth, instants: Ints, shown: Ints, constant: Ints, least: Ints
) -> dict[str, Ints]:
    """What each account's change from the first instant to the second is made of."""
    rules = recurring.terms.rules
    first, last = instants.tolist()
    gaps = _Gaps(spells(worth, first - 1), first, last, len(recurring.names))
    lapsed, anew = gaps.lapsed(recurring.terms.grace)[shown], gaps.anew(rules.reactivation_reset)[shown]
    gone = anew | lapsed if rules.strict_lapse else anew
    start, reached = constant[:, 0], constant[:, 1]
    in_base = start > 0
    counted = np.where(gone, 0, reached)
    outside = reached - np.where(in_base, counted, start)
    is_new = anew | (~in_base & ~gaps.earlier[shown])
    of_base = {
        "base": start,
        "end": counted,
        "kept": np.minimum(start, np.maximum(np.minimum(counted, least), 0)),
        "expansion": np.maximum(counted - start, 0),
        "contraction": np.where(counted > 0, np.maximum(start - counted, 0), 0),
        "churn": np.where(counted <= 0, start - counted, 0),
    }
    return {
        **{f"{name}_minor": np.where(in_base, values, 0) for name, values in of_base.items()},
        "new_minor": np.where(is_new, outside, 0),
        "win_back_minor": np.where(is_new, 0, outside),
        "lapsed_days": gaps.longest[shown],
    }


def _least(worth: Worth, instants: Ints, base: int) -> Ints:
    """The least value at the months' instants after the first, up to the last."""
    path = months_between(*instants.tolist())[1:]
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

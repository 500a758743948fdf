"""Pay = entitlement − posted, key by key; and the reason of each line (design page 3).

movement   = entitlement(as_of) − entitlement(last closed end)
correction = entitlement(last closed end) − posted            (only against posted lines)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from expcomp.exact import Flags, Ints
from expcomp.lookups import NONE
from expcomp.pay.entitlement import Entitlement
from expcomp.pay.keys import KEY, Keyed, key_names, key_order
from expcomp.pay.labels import choice, each
from expcomp.period import NEVER, Span, to_day, to_iso

MOVEMENT, CORRECTION = "movement", "correction"

COLUMNS = [*KEY, "kind", "amount_minor", "reason", "on", "period_earned", "tranche", "event"]
"""tranche: of the entitlement that carries the trace; event: row of its losses that took something back, or NONE;
on: a day as text."""

REASONS = ("clawback", "commission", "milestone", "correction", "true_up", "cancelled")


@dataclass(frozen=True)
class Moved:
    """Keys whose entitlement moved between two dates. `now` and `before` hold the tranches that stand for them and
    no others. Columns of `rows`, numbers all: amount_minor, why (of REASONS), on, earned (days), tranche, event.
    `gone` are keys that are no longer there: their tranches are of `before`."""

    rows: pd.DataFrame
    now: Entitlement
    gone: pd.DataFrame
    before: Entitlement | None

    @classmethod
    def together(cls, parts: Sequence["Moved"]) -> "Moved":
        """Of several runs of deals."""
        if len(parts) == 1:
            return parts[0]
        now = Entitlement.together([part.now for part in parts])
        tranche, loss = (
            np.cumsum([0, *(len(getattr(part.now, table)) for part in parts)]) for table in ("tranches", "losses")
        )
        rows = [
            part.rows.assign(
                tranche=part.rows["tranche"] + tranche[number],
                event=np.where(part.rows["event"] == NONE, NONE, part.rows["event"] + loss[number]),
            )
            for number, part in enumerate(parts)
        ]
        return cls(pd.concat(rows, ignore_index=True), now, parts[0].gone, None)

    def __len__(self) -> int:
        return len(self.rows) + len(self.gone)

    def in_order(self) -> pd.DataFrame:
        """`rows` by payee, deal, component, day and milestone."""
        return self.rows.take(key_order(self.now, self.rows["tranche"].to_numpy(), self.rows["on"].to_numpy()))


def in_words(rows: pd.DataFrame, source: Entitlement, span: Span) -> pd.DataFrame:
    """COLUMNS of rows of a `Moved`; `source` is the entitlement of their tranches."""
    plans, tranche = source.plans, rows["tranche"].to_numpy()
    return key_names(source, tranche).assign(
        kind=choice([MOVEMENT], np.zeros(len(rows), dtype=np.int64)),
        amount_minor=rows["amount_minor"].to_numpy(),
        reason=choice(REASONS, rows["why"].to_numpy()),
        on=each(to_iso, rows["on"].to_numpy()),
        period_earned=each(
            lambda number: plans.calendar.label(span, number), plans.calendar.numbers(span, rows["earned"].to_numpy())
        ),
        tranche=tranche,
        event=rows["event"].to_numpy(),
    )


def move(now: Keyed, before: Keyed | None, cancelled: dict[str, int]) -> Moved:
    """The difference of two entitlements over the same data at two dates. `before` None: nothing came before.

    `cancelled` maps deal ids to the day of their cancellation.
    """
    both = _both(now, before)
    both = both.assign(amount_minor=both["entitled_minor"] - both["entitled_minor_before"])
    both = both[both["amount_minor"] != 0]
    gone = (both["tranche"] == NONE).to_numpy()
    rows, source = _standing(_moved(both[~gone], now, before.source.as_of if before else -1), now.source)
    if not gone.any():
        return Moved(rows, source, rows.iloc[:0], None)
    assert before is not None
    return Moved(rows, source, *_standing(_gone(both[gone], before.source, cancelled), before.source))


def _standing(rows: pd.DataFrame, source: Entitlement) -> tuple[pd.DataFrame, Entitlement]:
    """The rows in the order of their tranches, and the entitlement of these tranches alone."""
    rows = rows.take(np.argsort(rows["tranche"].to_numpy(), kind="stable"))
    return rows.assign(tranche=np.arange(len(rows))), source.only(rows["tranche"].to_numpy())


def _both(now: Keyed, before: Keyed | None) -> pd.DataFrame:
    """Keys whose entitlement may differ, with the columns of both dates (those of before end in `_before`)."""
    if before is None or now.same_lines(before):
        earlier = before.entitled_minor if before is not None else np.zeros_like(now.entitled_minor)
        changed = np.flatnonzero(now.entitled_minor != earlier)
        return now.numbers(changed).assign(entitled_minor_before=earlier[changed])
    return _outer(now.frame, before.frame.add_suffix("_before"), ["entitled_minor", "entitled_minor_before"])


def _outer(left: pd.DataFrame, right: pd.DataFrame, amounts: list[str]) -> pd.DataFrame:
    """Every key of either side, amounts 0 and tranches NONE where a side has no such key. Columns are taken by
    position and never pass through a join, which would turn whole numbers into floats."""
    keys = left.index.union(right.index)
    columns = {}
    for side in (left, right):
        at = side.index.get_indexer(keys)
        for name in side.columns:
            empty: object = 0 if name in amounts else "" if side[name].dtype == object else NONE
            values = side[name].to_numpy()
            columns[name] = np.append(values, np.asarray([empty], dtype=values.dtype))[at]
    return pd.DataFrame(columns, index=keys)


def _moved(rows: pd.DataFrame, now: Keyed, since: int) -> pd.DataFrame:
    """Taken back since: clawback; reached since and paying: commission or milestone; else a posted tranche
    rose (true_up) or fell for no event (correction)."""
    source = now.source
    tranche = rows["tranche"].to_numpy(np.int64)
    key = now.key_of[tranche]
    reached = source.tranches["reached"].to_numpy()[tranche]
    if "reached_before" in rows:
        reached = np.where(reached == NEVER, rows["reached_before"].to_numpy(np.int64), reached)
    pays = source.tranches["entitled_minor"].to_numpy()[tranche] != 0
    came = (since < reached) & (reached <= source.as_of) & pays
    event, event_day, hit_day = _last_events(now, since)
    falls = np.sign(rows["amount_minor"].to_numpy()) == -_direction(now, key)
    back = falls & (event[key] != NONE)
    first = rows["holds_first"].to_numpy(np.bool_) & (rows["reached"].to_numpy(np.int64) > since)
    return pd.DataFrame({
        "amount_minor": rows["amount_minor"].to_numpy(),
        "why": np.select([back, came & first, came, falls], range(4), 4),
        "on": np.where(back, event_day[key], np.minimum(reached, source.as_of)),
        "earned": np.where(back, hit_day[key], reached),
        "tranche": tranche,
        "event": np.where(back, event[key], NONE),
    })  # fmt: skip


def _direction(now: Keyed, keys: Ints) -> Ints:
    """For each of these keys the sign of its tranches reached, before losses, or of all where none is: pay falls
    where it goes the other way."""
    amount = now.source.tranches["amount_minor"].to_numpy()
    direction = np.sign(amount[now.tranche])
    several = np.flatnonzero((np.bincount(now.key_of) > 1)[now.key_of])
    key, alive = now.key_of[several], now.source.tranches["reached"].to_numpy()[several] <= now.source.as_of
    gross, whole = np.zeros((2, len(direction)), dtype=np.int64)
    np.add.at(gross, key, np.where(alive, amount[several], 0))
    np.add.at(whole, key, amount[several])
    direction[key] = np.sign(np.where(gross != 0, gross, whole))[key]
    return np.asarray(direction[keys], dtype=np.int64)


def _last_events(now: Keyed, since: int) -> tuple[Ints, Ints, Ints]:
    """For each key the last loss since a day that took something back, its day, and the newest day on which
    a tranche was reached that lost by any of them."""
    source, count = now.source, len(now.tranche)
    event, day, hit = np.full(count, NONE), np.full(count, NEVER), np.full(count, -1)
    taken = source.recoveries[source.recoveries["amount_minor"] != 0]
    loss_day = source.losses["day"].to_numpy()[taken["loss"]]
    known = source.losses["known"].to_numpy()[taken["loss"]]
    recent = (since < known) & (known <= source.as_of)
    order = np.argsort(loss_day[recent], kind="stable")
    tranche = taken["tranche"].to_numpy()[recent][order]
    key = now.key_of[tranche]
    event[key] = taken["loss"].to_numpy()[recent][order]
    day[key] = loss_day[recent][order]
    np.maximum.at(hit, key, source.tranches["reached"].to_numpy()[tranche])
    return event, day, hit


def _gone(rows: pd.DataFrame, source: Entitlement, cancelled: dict[str, int]) -> pd.DataFrame:
    """Keys of a cancelled deal; and lines of others that it took with it, a cap or a carve-out."""
    tranche = rows["tranche_before"].to_numpy(np.int64)
    reached = source.tranches["reached"].to_numpy()[tranche]
    deals = source.deals.names.text(source.lines["deal"].to_numpy()[source.tranches["line"].to_numpy()[tranche]])
    known = deals.isin(cancelled).to_numpy()
    days = [cancelled.get(deal_id, day) for deal_id, day in zip(deals, reached.tolist(), strict=True)]
    return pd.DataFrame({
        "amount_minor": rows["amount_minor"].to_numpy(),
        "why": np.where(known, REASONS.index("cancelled"), REASONS.index("correction")),
        "on": np.asarray(days, dtype=np.int64),
        "earned": reached,
        "tranche": tranche,
        "event": NONE,
    })  # fmt: skip


def correct(closed: Keyed, posted: pd.DataFrame, carried: Sequence[str], cancelled: dict[str, int]) -> pd.DataFrame:
    """What today's data would have paid by the last closed end, less what was posted.

    `posted` is indexed by KEY with amount_minor, period_earned, on and the trace columns of its last line.
    `carried` deals lie outside the export and stand as posted.
    """
    stand = posted.index.get_level_values("deal_id").isin(carried)
    both = _outer(closed.frame, posted[~stand], ["entitled_minor", "amount_minor"])
    amount = both["entitled_minor"] - both["amount_minor"]
    both = both.assign(amount_minor=amount)[amount != 0].reset_index()
    deal_gone = both["deal_id"].isin(cancelled).to_numpy() & (both["tranche"] == NONE)
    on = _counts_from(both, closed.source)
    on = np.where(deal_gone, [cancelled.get(deal, NEVER) for deal in both["deal_id"]], on)
    both = both.drop(columns=[name for name in Keyed.COLUMNS if name != "tranche"])
    return both.assign(
        kind=CORRECTION,
        reason=np.where(deal_gone, "cancelled", "correction"),
        event=NONE,
        on=each(to_iso, on),
    )


def _counts_from(both: pd.DataFrame, closed: Entitlement) -> Ints:
    """The day the tranche was reached, else the day it was posted for, else the closed end."""
    closed_end = closed.as_of
    reached = np.append(closed.tranches["reached"].to_numpy(), NEVER)[both["tranche"].to_numpy(np.int64)]
    posted_on = both["posted_on"].to_numpy(object) if "posted_on" in both else np.full(len(both), "", dtype=object)
    posted = [to_day(date.fromisoformat(text)) if text else closed_end for text in posted_on]
    return np.where(reached <= closed_end, reached, posted)


def cancels_out(lines: pd.DataFrame) -> Flags:
    """Lines whose correction and movement of one key are exact opposites: moved, and not posted."""
    by_key = lines.groupby(KEY)
    opposite = (by_key["amount_minor"].transform("sum") == 0) & (by_key["kind"].transform("nunique") == 2)
    return opposite.to_numpy(np.bool_)

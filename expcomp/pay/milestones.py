"""When each part of a deal's pay is reached: the schedule, the evidence, the holds.

Design page 2, payout and guardrails. A row of the result is a piece: one milestone of one deal, or one
receipt or row of evidence that pays a part of it. Nothing is reached before the close date.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from expcomp.exact import PPM, Flags, Ints, position_in_group, running_total
from expcomp.lookups import NONE, Dated, days, numbers, spread
from expcomp.pay.deals import Deals
from expcomp.pay.steps import Steps
from expcomp.pay.words import HELD, LAPSED, PENDING, REACHED, STATE, codes, empty, pick, repeat
from expcomp.period import NEVER
from expcomp.plan.conditions import Conditions
from expcomp.plan.model import Milestone, Plan

COLUMNS = {
    "deal": "int64", "step": "int64", "piece": "int64", "from_top": "int64", "from_bottom": "int64",
    "to_top": "int64", "to_bottom": "int64", "reached": "int64", "held_from": "int64", "deadline": "int64",
    "evidence_in": "int64", "evidence_at": "int64",
}  # fmt: skip
"""Beside state (a category). step: the milestone, of `Steps`; from/to: the piece's place in the milestone, as
fractions; reached: NEVER while not; held_from: the day a hold stopped it; deadline: the last day of `within`,
NEVER without; evidence: position in EVIDENCE and row of that table (of the deals at `as_of`)."""

PostedDays = Mapping[tuple[str, str], tuple[int, int]]
"""(deal id, milestone) that was posted → the day it was first posted for, and the end of the last period."""

EVIDENCE = ("deals", "usage", "receipts", "milestones")


def milestone_dates(plan: Plan, index: int, steps: Steps, deals: Deals, rows: Ints, posted: PostedDays) -> pd.DataFrame:
    """The pieces of these deals of a version, in the schedule's order. `rows` rise; `posted` (deal id, milestone) are
    never held again."""
    batches = [empty(COLUMNS | {"state": STATE})]
    chosen = np.full(len(rows), NONE)
    for number in reversed(range(len(plan.payout))):
        holds = deals.facts.hold(plan.payout[number].when, deals.worth[index], rows, deals.close[rows])
        chosen[holds] = number
    for number, schedule in enumerate(plan.payout):
        for position, milestone in enumerate(schedule.milestones):
            pieces = _pieces(plan, index, milestone, deals, rows[chosen == number])
            batches.append(pieces.assign(step=steps.first[index, number] + position)[[*COLUMNS, "state"]])
    pieces = pd.concat([batch for batch in batches if len(batch)] or batches[:1], ignore_index=True)
    return hold_back(plan, index, steps, deals, pieces, posted)


def spiff_dates(plan: Plan, index: int, steps: Steps, deals: Deals, rows: Ints, posted: PostedDays) -> pd.DataFrame:
    """The one piece of a SPIFF: reached whole on the close date, unless held."""
    pieces = _whole(deals, rows, deals.close[rows]).assign(
        step=steps.first[index, NONE], reached=deals.close[rows], held_from=NEVER, deadline=NEVER,
        state=repeat(REACHED, len(rows), STATE),
    )  # fmt: skip
    return hold_back(plan, index, steps, deals, pieces[[*COLUMNS, "state"]], posted)


def _pieces(plan: Plan, index: int, rule: Milestone, deals: Deals, rows: Ints) -> pd.DataFrame:
    close = deals.close[rows]
    match rule.on:
        case "closed_won":
            found = _whole(deals, rows, close)
        case "retained" | "date":
            assert rule.after is not None
            found = _whole(deals, rows, rule.after.after(close))
        case "activated":
            found = _activations(plan, index, deals, rows)
        case "paid":
            found = _receipts(deals, rows)
        case word:
            found = _milestone_rows(word, deals, rows)
    evidence = np.maximum(found["evidence_day"].to_numpy(), deals.close[found["deal"]])
    deadline = np.full(len(found), NEVER) if rule.within is None else rule.within.after(deals.close[found["deal"]])
    come = evidence <= deals.facts.as_of
    late = come & (evidence > deadline)
    state = pick((PENDING, REACHED, LAPSED), np.select([late, come], [2, 1], 0), STATE)
    reached = np.where(come & ~late, evidence, NEVER)
    return found.assign(deadline=deadline, state=state, reached=reached, held_from=NEVER)


def _whole(deals: Deals, rows: Ints, day: Ints) -> pd.DataFrame:
    """One piece that is the whole milestone; its evidence is the deal's own row."""
    return pd.DataFrame({
        "deal": rows, "piece": 0, "from_top": 0, "from_bottom": 1, "to_top": 1, "to_bottom": 1,
        "evidence_day": day, "evidence_in": 0, "evidence_at": rows,
    })  # fmt: skip


def _activations(plan: Plan, index: int, deals: Deals, rows: Ints) -> pd.DataFrame:
    """The earlier of the deal's activation date and the first usage row at or after close that meets
    `activation.when`: any usage row of the account, and where seat use is asked, one that tells it."""
    own = np.maximum(days(deals.frame["activated_on"].iloc[rows]), deals.close[rows])
    own = np.where(own >= NEVER, NEVER, own)
    if plan.activation is None:
        return _whole(deals, rows, own)
    facts, when = deals.facts, plan.activation.when
    asks_seats = any(condition.field == "account.seat_utilization" for condition in when)
    dated, keys = (facts.usage.dated, facts.usage.series) if asks_seats else (facts.usage_days, facts.account)
    first = _first_day(when, True, index, deals, rows, deals.close[rows] - 1, dated, keys)
    by_usage = first[0] < own
    return _whole(deals, rows, np.minimum(own, first[0])).assign(
        evidence_in=np.where(by_usage, EVIDENCE.index("usage"), 0), evidence_at=np.where(by_usage, first[1], rows)
    )


def _first_day(
    conditions: Conditions, wanted: bool, index: int, deals: Deals, rows: Ints, after: Ints, dated: Dated, keys: Ints
) -> tuple[Ints, Ints]:
    """For each deal the first day after `after` with a dated row on which the conditions hold (or, not
    `wanted`, do not), and that row."""
    as_of = np.full(len(rows), deals.facts.as_of)
    low, high = dated.bounds(keys[rows], after, as_of)
    at, position = spread(low, high)
    day = dated.days[position]
    met = deals.facts.as_exported.hold(conditions, deals.worth[index], rows[at], day) == wanted
    first, source = np.full(len(rows), NEVER), np.full(len(rows), NONE)
    at, position, day = at[met][::-1], position[met][::-1], day[met][::-1]
    first[at], source[at] = day, dated.rows[position]
    return first, source


def _receipts(deals: Deals, rows: Ints) -> pd.DataFrame:
    """Collected so far ÷ the invoiced total of the receipt, at most 1; what is not yet collected waits."""
    deal, at, day = _evidence(deals.receipts, deals, rows)
    receipts = deals.facts.book["receipts"].iloc[at]
    collected, invoiced = numbers(receipts["collected"])[0], numbers(receipts["invoiced"])[0]
    so_far = running_total(collected, deal) + collected
    top = np.where(invoiced > 0, np.minimum(so_far, invoiced), 1)
    return _chain(deals, rows, deal, day, top, np.where(invoiced > 0, invoiced, 1), "receipts", at)


def _milestone_rows(word: str, deals: Deals, rows: Ints) -> pd.DataFrame:
    """Rows of that name in the milestones table; `share` is cumulative, and the whole where not given."""
    deal, at, day = _evidence(deals.milestone_rows(word), deals, rows)
    share, given = numbers(deals.facts.book["milestones"]["share"].iloc[at])
    share = np.where(given, share, PPM)
    order = np.lexsort((share, day, deal))
    deal, at, day, share = deal[order], at[order], day[order], share[order]
    return _chain(deals, rows, deal, day, share, np.full(len(at), PPM), "milestones", at)


def _evidence(dated: Dated, deals: Deals, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Deals, rows and days of a table of evidence by deal and day: of these deals, and dated by `as_of`."""
    picked, position = spread(*dated.bounds(rows, None, np.full(len(rows), deals.facts.as_of)))
    return rows[picked], dated.rows[position], dated.days[position]


def _chain(
    deals: Deals, rows: Ints, deal: Ints, day: Ints, top: Ints, bottom: Ints, table: str, at: Ints
) -> pd.DataFrame:
    """Consecutive pieces of a milestone from cumulative fractions top / bottom, and one that still waits."""
    piece = position_in_group(deal)
    follows = piece > 0
    previous_top = np.where(follows, np.roll(top, 1), 0)
    previous_bottom = np.where(follows, np.roll(bottom, 1), 1)
    pieces = pd.DataFrame({
        "deal": deal, "piece": piece, "from_top": previous_top, "from_bottom": previous_bottom, "to_top": top,
        "to_bottom": bottom, "evidence_day": day,
        "evidence_in": EVIDENCE.index(table), "evidence_at": at,
    })  # fmt: skip
    of_row = np.searchsorted(rows, deal)
    count = np.bincount(of_row, minlength=len(rows))
    done_top, done_bottom = np.zeros(len(rows), np.int64), np.ones(len(rows), np.int64)
    done_top[of_row], done_bottom[of_row] = top, bottom
    rest = done_top < done_bottom
    waiting = _whole(deals, rows[rest], np.full(int(rest.sum()), NEVER)).assign(
        piece=count[rest], from_top=done_top[rest], from_bottom=done_bottom[rest]
    )
    return pd.concat([pieces, waiting], ignore_index=True)


def hold_back(
    plan: Plan, index: int, steps: Steps, deals: Deals, pieces: pd.DataFrame, posted: PostedDays
) -> pd.DataFrame:
    """Hold reached pieces while any hold is true on their day, until the first later dated row on which none
    is, at the latest until they were posted; that day is then the day reached."""
    holds = [rule for rule in plan.guardrails if rule.action == "hold"]
    at = np.flatnonzero((pieces["state"] == REACHED).to_numpy())
    if not holds or len(at) == 0:
        return pieces
    deal, reached = pieces["deal"].to_numpy()[at], pieces["reached"].to_numpy().copy()

    def held(rows: Ints, day: Ints) -> Flags:
        each = [deals.facts.as_exported.hold(rule.when, deals.worth[index], rows, day) for rule in holds]
        return np.asarray(np.logical_or.reduce(each), dtype=np.bool_)

    is_held, freed = held(deal, reached[at]), _freed(steps, deals, pieces, at)
    stops = is_held | (freed != NONE)
    stopped = at[stops]
    release = _release(deals, pieces["deal"].to_numpy()[stopped], reached[stopped], held)
    release = np.where(is_held[stops], release, freed[stops])
    release = np.minimum(release, _posted_days(steps, deals, pieces, stopped, posted))
    state = codes(pieces["state"]).copy()
    state[stopped[release == NEVER]] = STATE.categories.to_list().index(HELD)
    held_from = pieces["held_from"].to_numpy().copy()
    held_from[stopped] = np.where(release == reached[stopped], NEVER, reached[stopped])
    reached[stopped] = release
    return pieces.assign(reached=reached, state=pd.Categorical.from_codes(state, dtype=STATE), held_from=held_from)


def _freed(steps: Steps, deals: Deals, pieces: pd.DataFrame, rows: Ints) -> Ints:
    """The day from which pieces are free that a hold without a date kept back when a period was closed: that of the run
    which no longer finds it, NEVER at a date by which it was still on. NONE for all other pieces."""
    pinned = deals.facts.pins.held() if deals.facts.pins else {}
    found = np.full(len(rows), NONE)
    if not pinned:
        return found
    part, as_of = pieces.iloc[rows], deals.facts.as_of
    milestones = steps.frame["milestone"].take(part["step"].to_numpy())
    for at, key in enumerate(zip(part["deal"].tolist(), milestones, strict=True)):
        if key in pinned:
            found[at] = as_of if pinned[key] < as_of else NEVER
    return found


def _posted_days(steps: Steps, deals: Deals, pieces: pd.DataFrame, rows: Ints, posted: PostedDays) -> Ints:
    """The day from which a posted piece is not held again; NEVER for one that was not posted. Of a milestone in
    several pieces those reached by the last posted period were."""
    found = np.full(len(rows), NEVER)
    if not posted:
        return found
    alone = ~pieces.duplicated(["deal", "step"], keep=False).to_numpy()[rows]
    part = pieces.iloc[rows]
    keys = zip(
        deals.names.text(part["deal"].to_numpy()), steps.frame["milestone"].take(part["step"].to_numpy()), strict=True
    )
    for at, (key, day) in enumerate(zip(keys, part["reached"].tolist(), strict=True)):
        first, until = posted.get(key, (NEVER, -1))
        if first < NEVER and (alone[at] or day <= until):
            found[at] = max(first, day)
    return found


def _release(deals: Deals, deal: Ints, day: Ints, held: Callable[[Ints, Ints], Flags]) -> Ints:
    """The first day after `day`, with a usage or history row of the account, on which nothing holds."""
    facts = deals.facts
    until = np.full(len(deal), facts.as_of)
    release = np.full(len(deal), NEVER)
    for dated, keys in ((facts.usage.dated, facts.usage.series), (facts.history_days, facts.account)):
        low, high = dated.bounds(keys[deal], day, until)
        at, position = spread(low, high)
        when = dated.days[position]
        free = ~held(deal[at], when)
        np.minimum.at(release, at[free], when[free])
    return release

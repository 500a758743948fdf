"""What close pins of a sheet, and where today's exports differ from what was pinned: listed, and never paid."""

from collections.abc import Collection, Hashable, Iterator, Mapping

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Finding, Place, Severity
from expcomp.exact import Ints
from expcomp.pay.entitlement import Entitlement, Settled
from expcomp.pay.metric_pins import drifted
from expcomp.pay.pins import HELD, RATE, ROLE, TARGET
from expcomp.pay.resolutions import is_kept, kept
from expcomp.pay.words import HELD as STATE_HELD
from expcomp.period import to_iso
from expcomp.sources.pinned import KEY, PINNED, standing

DRIFTED = Code("D546", "pinned-fact-drifted")

COLUMNS = ["deal_id", "payee_id", "fact", "pinned", "now", "period", "source", "standing"]
"""pinned: what pays, as of `period`; now: today's export, at `source`; standing: open, or kept by a resolution."""


def drift(settled: Settled, facts: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS of pinned facts that today's exports tell otherwise: of deals that are there (`undated_facts`), and of
    metrics of closed periods."""
    of_metrics = drifted(settled.book, settled.plans).assign(deal_id="", source="", standing="open")
    return pd.concat([_of_deals(settled, facts), of_metrics[COLUMNS]], ignore_index=True)


def _of_deals(settled: Settled, facts: pd.DataFrame) -> pd.DataFrame:
    book = settled.book
    both = book.pinned.merge(facts, on=KEY, suffixes=("", "_now"))
    same_day = (_day_of(both["value"]) == _day_of(both["value_now"])).to_numpy()
    is_rate = both["fact"].str.startswith(RATE).to_numpy(np.bool_)
    differs = (both["value"].str.casefold() != both["value_now"].str.casefold()).to_numpy() & (~is_rate | same_day)
    found = both[differs].sort_values(KEY, ignore_index=True)
    decided = kept(book)
    keys = zip(found["deal_id"], found["fact"], strict=True)
    decision = ["kept" if is_kept(*key, decided) else "open" for key in keys]
    return found.assign(pinned=found["value"], now=found["value_now"], standing=decision)[COLUMNS]


def _day_of(rate: pd.Series) -> pd.Series:
    """`2027-02-10` of `2027-02-10 1.0845`: at another close date another rate is asked for."""
    return rate.str.extract(r"^(\S*)", expand=False)


def with_today(moved: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Facts that a resolution moves, with `now`, what today's exports say; those that are the same move nothing."""
    now = facts[[*KEY, "value"]].rename(columns={"value": "now"})
    both: pd.DataFrame = moved.merge(now, on=KEY, how="left").fillna({"now": ""})
    return both[both["now"] != both["value"]].reset_index(drop=True)


def drift_findings(rows: pd.DataFrame) -> Iterator[Finding]:
    """One finding for every drift that nobody has decided on."""
    for row in rows[rows["standing"] == "open"].to_dict("records"):
        deal, fact = row["deal_id"], row["fact"]
        if not deal:
            yield DRIFTED.at(None, _of_metric(row), severity=Severity.WARNING)
            continue
        stays = "its credit stays where it was" if fact.startswith(ROLE) else "its pay stays as it was"
        now, then = row["now"] or "blank", row["pinned"] or "blank"
        what = f"{deal}: {_said(fact, row['payee_id'])} is {now} today"
        message = f"{what}, and {then} was pinned in {row['period']}: {stays}"
        help_ = f"resolutions.csv says what is meant:  {deal},{fact},keep,<who>  or  {deal},{fact},move,<who>"
        yield DRIFTED.at(_place(row["source"]), message, help_, Severity.WARNING)


def _of_metric(row: Mapping[Hashable, str]) -> str:
    whose = f" of {row['payee_id']}" if row["payee_id"] else ""
    was = f"{row['pinned'] or 'blank'} was pinned in {row['period']}"
    return (
        f"{row['fact']}{whose} is {row['now'] or 'blank'} today, and {was}: metrics of closed periods stay as they were"
    )


def _said(fact: str, payee: str) -> str:
    if fact.startswith(ROLE):
        return f"the holder of {fact.removeprefix(ROLE)}"
    if fact.startswith(RATE):
        return f"the rate of {fact.removeprefix(RATE)}"
    return f"the {fact} of {payee}" if fact == TARGET else fact


def _place(source: str) -> Place | None:
    path, _, row = source.rpartition(":")
    return Place(path, int(row)) if path else None


def to_pin(
    now: Entitlement, facts: pd.DataFrame, pinned: pd.DataFrame, moved: pd.DataFrame, paid: Collection[str], period: str
) -> pd.DataFrame:
    """PINNED rows that closing the period adds: what its first lines were made from, what resolutions moved, and what
    a hold without a date keeps back. `pinned`: all rows so far; `paid`: deals with a line. With accelerators lines rest
    on all that fills a quota, and every deal is pinned. A role that nobody holds makes no line and is not pinned.
    """
    deal = facts["deal"].to_numpy()
    fills = np.asarray([bool(plan.accelerators) for plan in now.plans.versions])[now.deals.version[deal]]
    rests = facts["deal_id"].isin(paid).to_numpy() | fills
    held_by_nobody = facts["fact"].str.startswith(ROLE).to_numpy(np.bool_) & (facts["value"] == "").to_numpy()
    rows = facts[rests & ~held_by_nobody]
    known = rows.merge(standing(pinned)[KEY], how="left", on=KEY, indicator=True)["_merge"] == "both"
    rows = rows.merge(moved[[*KEY, "moved_by"]].astype("str"), how="left", on=KEY).fillna({"moved_by": ""})
    rows = rows[(~known | (rows["moved_by"] != "")).to_numpy()]
    whole = pd.concat([rows, _held(now).assign(moved_by="")], ignore_index=True).assign(period=period)
    ordered: pd.DataFrame = whole[list(PINNED)].astype("str").sort_values(KEY, ignore_index=True)
    return ordered


def _held(now: Entitlement) -> pd.DataFrame:
    """Milestones of deals that a hold keeps back which rests on a fact without a date."""
    pieces = now.pieces
    rows = np.flatnonzero((pieces["state"] == STATE_HELD).to_numpy())
    deal, day = pieces["deal"].to_numpy()[rows], pieces["held_from"].to_numpy()[rows]
    stays = _rests_on_no_date(now, deal, day)
    milestone = now.steps.frame["milestone"].take(pieces["step"].to_numpy()[rows[stays]]).astype("str")
    return pd.DataFrame({
        "deal_id": now.deals.names.text(deal[stays]), "payee_id": "", "milestone": milestone.to_numpy(object),
        "fact": HELD, "value": to_iso(now.as_of),
    }).drop_duplicates(KEY)  # fmt: skip


def _rests_on_no_date(now: Entitlement, deal: Ints, day: Ints) -> np.ndarray:
    """Whether a hold that is on asks for a fact that no dated row tells on the day."""
    facts, found = now.deals.facts.as_exported, np.zeros(len(deal), dtype=np.bool_)
    for index, plan in enumerate(now.plans.versions):
        mine = np.flatnonzero(now.deals.version[deal] == index)
        for rule in (rule for rule in plan.guardrails if rule.action == "hold"):
            on = facts.hold(rule.when, now.deals.worth[index], deal[mine], day[mine])
            undated = np.zeros(len(mine), dtype=np.bool_)
            for condition in rule.when:
                undated |= facts.undated(condition.field, deal[mine], day[mine])
            found[mine] |= on & undated
    return found

"""Deals: won or not, and what a won deal must have."""

from collections import Counter

import numpy as np
import pandas as pd

from expcomp.diagnostics import Code, Severity
from expcomp.exact import Ints
from expcomp.sources.book import Needs
from expcomp.sources.complaints import SHOWN_PER_CODE, quote
from expcomp.sources.draft import Draft
from expcomp.sources.words import slug
from expcomp.texts import encoded

STAGE_UNCLEAR = Code("D322", "stage-unclear")
STAGES_OPEN = Code("D431", "stages-not-won")

ALIKE = Code("D436", "deals-alike")
VALUES = ("acv", "arr", "amount")
DAYS = 1 << 16
"""More than there are days from 1970 to 2100."""

WON, LOST = "closedwon", "closedlost"


def decide_won(deals: Draft, stage_words: dict[str, bool]) -> None:
    """Fill `won` of every deal: its own column first, else the stage. `stage_words` are the config's."""
    if not deals.has("stage"):
        deals.require("won", deals.frame["won"].isna().to_numpy() & ~deals.bad)
        deals.frame["won"] = deals.frame["won"].fillna(False)
        return
    stages, codes = encoded(deals.frame["stage"])
    said = [_won(stage, stage_words) for stage in stages]
    won = deals.frame["won"]
    from_stage = pd.array(said, dtype="boolean").take(codes)
    open_rows = won.isna().to_numpy()
    says_won = [said[code] is None and "won" in stage.casefold() for code, stage in enumerate(stages)]
    unclear = np.array(says_won, np.bool_)[codes] & open_rows
    for code in np.unique(codes[unclear]):
        stage, rows = stages[code], np.flatnonzero(unclear & (codes == code))
        help = f"say which in expcomp.yaml:  values: {{deal.won: {{{quote(stage)}: true}}}}"
        deals.tell(STAGE_UNCLEAR, "stage", rows, "does not say whether the deal is won", help)
    nothing_said = open_rows & ~deals.bad & (deals.frame["stage"] == "").to_numpy()
    deals.require("stage", nothing_said)
    quiet = [bool(stage) and said[code] is None and not says_won[code] for code, stage in enumerate(stages)]
    _note_stages(deals, np.flatnonzero(open_rows & np.array(quiet, np.bool_)[codes]))
    deals.frame["won"] = won.fillna(pd.Series(from_stage)).fillna(False)
    deals.refuse(unclear)


def note_alike(deals: Draft, needs: Needs) -> None:
    """Warn of won deals of one account, day and amount: perhaps one deal that was exported twice."""
    frame, worth = deals.frame, _value_column(deals, needs)
    won = np.flatnonzero(frame["won"].to_numpy(dtype=np.bool_) & ~deals.bad)
    value = frame[worth].iloc[won].fillna(0).to_numpy(np.int64)
    day = frame["close_date"].iloc[won].to_numpy("datetime64[D]").astype(np.int64)
    twice = pd.Series(value * DAYS + day).duplicated(keep=False).to_numpy()
    key = ["account_id", worth, "close_date", "currency"]
    alike = frame.iloc[won[twice]][[*key, "deal_id"]]
    groups = alike[alike.duplicated(key, keep=False)].groupby(key, sort=False)["deal_id"]
    for number, (_, ids) in enumerate(groups):
        if number == SHOWN_PER_CODE:
            rest = f"and {groups.ngroups - number:,} more groups of deals are alike"
            deals.complaints.note(ALIKE, None, rest, severity=Severity.WARNING)
            break
        message = f"deals {' and '.join(map(quote, sorted(ids)))} have one account, close date and {worth}"
        help = "where it is one deal that was exported twice, take one away"
        place = deals.where("deal_id", deals.first_in_file(ids.index.to_numpy()))
        deals.complaints.note(ALIKE, place, message, help, Severity.WARNING)


def _value_column(deals: Draft, needs: Needs) -> str:
    """What the plan pays on; without a plan the first column of values that the deals have."""
    filled = (name for name in VALUES if deals.frame[name].notna().any())
    return needs.value or next(filled, VALUES[0])


def _won(stage: str, words: dict[str, bool]) -> bool | None:
    key = slug(stage).replace("_", "")
    if stage and (known := words.get(" ".join(stage.split()).casefold())) is not None:
        return known
    return {WON: True, "won": True, LOST: False, "lost": False}.get(key)


def _note_stages(deals: Draft, rows: Ints) -> None:
    """List the stages of these rows, which decided nothing, and so mean not won."""
    if len(rows):
        counts = Counter(deals.frame["stage"].iloc[rows].tolist())
        listed = ", ".join(f"{quote(stage)} {count:,}" for stage, count in sorted(counts.items()))
        place = deals.where("stage", deals.first_in_file(rows))
        help = 'if one is, write in expcomp.yaml:  values: {deal.won: {"the stage": true}}'
        deals.complaints.note(STAGES_OPEN, place, f"deals in these stages are not won: {listed}", help)


def require_of_won(deals: Draft, needs: Needs) -> None:
    """A won deal says its account, its close date, its motion and its value; an open one may not know them yet."""
    won = deals.frame["won"].to_numpy(dtype=np.bool_) & ~deals.bad
    for name in ("account_id", "motion"):
        deals.require(name, won & (deals.frame[name] == "").to_numpy())
    deals.require("close_date", won & deals.frame["close_date"].isna().to_numpy())
    if needs.value:
        deals.require(needs.value, won & deals.frame[needs.value].isna().to_numpy())

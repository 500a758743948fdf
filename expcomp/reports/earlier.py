"""An earlier retention report, read back from the JSON it was written as, to be compared with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from expcomp.diagnostics import Code, Place, Refused
from expcomp.money import to_minor
from expcomp.period import to_day
from expcomp.retention.terms import Terms

NOT_A_REPORT = Code("C342", "not-a-retention-report")

AMOUNTS = ("base", "end", "kept")


@dataclass(frozen=True)
class Earlier:
    """`accounts`: account_id, segment, base_minor, end_minor, kept_minor; `members`: by the id of every account that
    counted for another one the id of that; `fx`: the exchange rates it rests on, as the table of that name."""

    path: str
    base: int
    end: int
    terms: Terms
    accounts: pd.DataFrame
    members: Mapping[str, str]
    fx: pd.DataFrame


def read_earlier(text: str, path: str) -> Earlier:
    """Raises `Refused` (C342) for a text that `nrr --format json` did not write."""
    try:
        return _earlier(json.loads(text), path)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise unreadable(path, error) from None


def unreadable(path: str, error: Exception) -> Refused:
    """C342, with what went wrong."""
    reason = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    help_ = "write one with  expcomp nrr -o nrr.json"
    return Refused(NOT_A_REPORT.at(Place(path), f"no retention report can be read here ({reason})", help_))


def _earlier(found: Mapping[str, Any], path: str) -> Earlier:
    if found["command"] != "nrr":
        raise ValueError(f"it is of {found['command']}")
    terms = Terms.from_settings(found["definition"])
    rows = found["accounts"]
    accounts = pd.DataFrame({
        "account_id": pd.Series([row["account_id"] for row in rows], dtype="str"),
        "segment": pd.Series([row["segment"] for row in rows], dtype="str"),
        **{f"{name}_minor": pd.Series([to_minor(row[name], terms.currency) for row in rows], dtype="int64")
           for name in AMOUNTS},
    })  # fmt: skip
    fx = pd.DataFrame(found["exchange_rates"], columns=["currency", "date", "rate"], dtype="str")
    return Earlier(
        path,
        to_day(date.fromisoformat(found["base"])),
        to_day(date.fromisoformat(found["end"])),
        terms,
        accounts,
        {member: row["account_id"] for row in rows for member in row["members"]},
        fx.assign(date=pd.to_datetime(fx["date"], format="%Y-%m-%d").astype("datetime64[s]")),
    )

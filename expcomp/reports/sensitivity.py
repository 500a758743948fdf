"""The same year under the other definitions in use: how much of a figure is definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from expcomp.period import Duration, Unit
from expcomp.reports.retention import RetentionReport
from expcomp.retention.rates import Retained
from expcomp.retention.recurring import Recurring
from expcomp.retention.trailing import trailing_of

HALF_A_YEAR = Duration(180, Unit.DAYS)


@dataclass(frozen=True, slots=True)
class Variant:
    """`name` says what is different, `used_by` who counts so."""

    name: str
    used_by: str
    retained: Retained


def sensitivity(report: RetentionReport) -> list[Variant]:
    """The plan's own definition first. Raises as `trailing_of`."""
    return [
        Variant("as the plan defines it", report.terms.fingerprint, report.total),
        *(_by_rules(report, name, used_by, change) for name, used_by, change in _changes(report)),
        Variant("merges left out", "", _without_merges(report)),
        Variant("each day at its own exchange rates", "Paddle", _at_own_rates(report.accounts)),
    ]


Change = tuple[str, str, Mapping[str, Any]]


def _changes(report: RetentionReport) -> Iterator[Change]:
    rules = report.terms.rules
    lapse = "who lapsed and came back counts at the end" if rules.strict_lapse else "who lapsed is lost, if back or not"
    yield lapse, "", {"strict_lapse": not rules.strict_lapse}
    if rules.reactivation_reset is None:
        yield "back after 180 days is new", "GitLab", {"reactivation_reset": HALF_A_YEAR}
    else:
        yield "who comes back is never new", "ChartMogul, Stripe", {"reactivation_reset": None}
    if rules.escalator == "include":
        yield "contracted price rises left out", "", {"escalator": "exclude"}
    else:
        yield "contracted price rises counted", "", {"escalator": "include"}
    if rules.grr_path == "endpoint":
        yield "GRR by the least value on the way", "GP Bullhound", {"grr_path": "running_min"}
    else:
        yield "GRR by the end value", "PostHog, GitLab", {"grr_path": "endpoint"}
    if rules.usage_basis != "exclude":
        yield "usage left out", "Stripe", {"usage_basis": "exclude"}
    if rules.usage_basis != "flow_12m":
        yield "usage by what 12 months brought", "Snowflake", {"usage_basis": "flow_12m"}
    if rules.rollup == "none":
        yield "with the ultimate parent", "GitLab", {"rollup": "ultimate_parent"}
    else:
        yield "every account for itself", "Snowflake", {"rollup": "none"}


def _by_rules(report: RetentionReport, name: str, used_by: str, change: Mapping[str, Any]) -> Variant:
    terms = replace(report.terms, rules=report.terms.rules.model_copy(update=dict(change)))
    accounts = trailing_of(Recurring.of(report.book, terms), report.base, report.end)
    return Variant(name, used_by, Retained.of(accounts))


def _without_merges(report: RetentionReport) -> Retained:
    book = replace(report.book, frames=report.book.frames | {"merges": report.book["merges"].iloc[:0]})
    return Retained.of(trailing_of(Recurring.of(book, report.terms), report.base, report.end))


def _at_own_rates(accounts: pd.DataFrame) -> Retained:
    """What exchange rates did counts as expansion or contraction."""
    counted = accounts["end_minor"].to_numpy() != 0
    start = accounts["base_minor"].to_numpy()
    end = np.where(counted, accounts["end_minor"] + accounts["fx_minor"], 0)
    return Retained.of(accounts.assign(end_minor=end, kept_minor=np.minimum(start, np.maximum(end, 0))))

"""The terms of a retention figure: what of the plan changes the answer, and the fingerprint of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from expcomp.money import Rounding
from expcomp.period import Duration, FiscalCalendar, Unit
from expcomp.plan.metrics import Retention
from expcomp.plan.model import Plan
from expcomp.plan.scalars import read_duration

YEAR = Duration(12, Unit.MONTHS)
NONE = Duration(0, Unit.DAYS)
AVERAGED = {"trailing_3m_avg": 3, "flow_12m": 12, "exclude": 0}
"""Months over which a usage line is averaged; 0: it does not count."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What counts as retained (design page 5). A plan without a `retention` block has the defaults.

    `rules` is the block; a gap of less than `grace` is a late renewal and no lapse.
    """

    currency: str
    rounding: Rounding
    calendar: FiscalCalendar
    rules: Retention
    grace: Duration = NONE

    @classmethod
    def of(cls, plan: Plan) -> "Terms":
        rules = plan.retention or Retention.model_construct()
        grace = (plan.events and plan.events.churn_grace) or NONE
        return cls(plan.plan.currency, plan.plan.rounding, plan.calendar, rules, grace)

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> "Terms":
        """Terms as `settings` tells them. Raises KeyError or ValueError for what is none."""
        reset, months = settings["reactivation_reset"], settings["baseline_offset"]
        rules = Retention.model_construct(
            rollup=settings["rollup"], strict_lapse=settings["strict_lapse"] == "true", grr_path=settings["grr_path"],
            reactivation_reset=None if reset == "never" else read_duration(reset), pause=settings["pause"],
            usage_basis=settings["usage_basis"], escalator=settings["escalator"], cohort=settings["cohort"],
            baseline_offset=int(months),
        )  # fmt: skip
        calendar = FiscalCalendar(int(settings["fiscal_year_starts"]))
        grace = read_duration(settings["churn_grace"])
        return cls(settings["currency"], Rounding(settings["rounding"]), calendar, rules, grace)

    @property
    def window(self) -> Duration:
        return self.rules.window or YEAR

    @property
    def usage_months(self) -> int:
        return AVERAGED[self.rules.usage_basis]

    def base_before(self, end: int, window: Duration | None = None) -> int:
        """The last day of the base: the window (the plan's, else) before the first instant after `end`, less a day."""
        return int((window or self.window).before(np.asarray([end + 1]))[0]) - 1

    @property
    def settings(self) -> dict[str, str]:
        """Everything that changes a figure, by its name in the plan."""
        rules = self.rules
        values = {
            "rollup": rules.rollup, "strict_lapse": str(rules.strict_lapse).lower(), "grr_path": rules.grr_path,
            "reactivation_reset": rules.reactivation_reset or "never", "pause": rules.pause,
            "usage_basis": rules.usage_basis, "escalator": rules.escalator, "cohort": rules.cohort,
            "baseline_offset": rules.baseline_offset, "churn_grace": self.grace, "currency": self.currency,
            "rounding": self.rounding, "fiscal_year_starts": self.calendar.starts_in_month,
        }  # fmt: skip
        return {name: str(value) for name, value in values.items()}

    @property
    def fingerprint(self) -> str:
        """12 hexadecimal digits of the settings: figures of different ones must not be compared as a trend."""
        return hashlib.sha256(json.dumps(self.settings, sort_keys=True).encode()).hexdigest()[:12]

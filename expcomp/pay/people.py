"""Who a metric pays: people of a role who fit the conditions, for the days they were employed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from expcomp.diagnostics import Place
from expcomp.exact import Flags, Ints
from expcomp.lookups import days, folded
from expcomp.pay.columns import column_holds, with_none
from expcomp.pay.roles import Payees
from expcomp.pay.targets import target_variables
from expcomp.period import NEVER
from expcomp.places import place_of
from expcomp.plan.conditions import Conditions


@dataclass(frozen=True)
class People:
    """Everyone who can be paid; rows are payee codes. `targets` is the table of that name."""

    payees: Payees
    targets: pd.DataFrame

    def fitting(self, role: str, conditions: Conditions) -> Flags:
        """Who has the role ("": any) and fits all conditions."""
        frame, fits = self.payees.frame, np.ones(len(self.payees.names), dtype=np.bool_)
        if role:
            fits &= (self.payees.role == role.strip().casefold()).to_numpy()
        for condition in conditions:
            column = with_none(frame[condition.field.partition(".")[2]], condition.type)
            fits &= column_holds(column, condition)[:-1]
        return fits

    def employed(self, first: int, last: int) -> Ints:
        """Days of employment from `first` to `last`, both included."""
        begins, ends = np.maximum(self._first_day, first), np.minimum(self.last_day, last)
        return np.asarray(np.maximum(ends - begins + 1, 0), dtype=np.int64)

    def target(self, payee: int, day: int) -> int | None:
        """target_variable on a day, minor units a year."""
        found, known, _ = target_variables(self.payees, self.targets, np.asarray([payee]), np.asarray([day]))
        return int(found[0]) if known[0] else None

    def place(self, payee: int) -> Place:
        return place_of(self.payees.frame, payee)

    def id(self, payee: int) -> str:
        return str(self.payees.frame["payee_id"].iat[payee])

    @cached_property
    def segment(self) -> list[str]:
        return folded(self.payees.frame["segment"]).to_list()

    @cached_property
    def last_day(self) -> Ints:
        return self.payees.last_day[:-1]

    @cached_property
    def _first_day(self) -> Ints:
        start = days(self.payees.frame["start_date"])
        return np.where(start < NEVER, start, 0)

"""Every milestone of every schedule in one list: its share of a line, and what lies before it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from expcomp.exact import PPM
from expcomp.lookups import NONE
from expcomp.pay.words import SPIFF_MILESTONE, milestones
from expcomp.plan.versions import PlanSet


@dataclass(frozen=True)
class Steps:
    """`frame`: milestone (category), schedule, position, before_ppm and until_ppm (its place in a line, cumulative),
    earned. `first`: by version and schedule the row of its first milestone; schedule NONE is that of SPIFFs."""

    frame: pd.DataFrame
    first: Mapping[tuple[int, int], int]

    @classmethod
    def of(cls, plans: PlanSet) -> "Steps":
        rows: list[tuple[str, int, int, int, int, bool]] = []
        first = {}
        for index, plan in enumerate(plans.versions):
            for number, schedule in enumerate(plan.payout):
                first[index, number] = len(rows)
                done = 0
                for position, rule in enumerate(schedule.milestones):
                    rows.append((rule.name, number, position, done, done + rule.pays, rule.status == "earned"))
                    done += rule.pays
            first[index, NONE] = len(rows)
            rows.append((SPIFF_MILESTONE, NONE, 0, 0, PPM, False))
        columns = pd.Index(["milestone", "schedule", "position", "before_ppm", "until_ppm", "earned"])
        return cls(pd.DataFrame(rows, columns=columns).astype({"milestone": milestones(plans)}), first)

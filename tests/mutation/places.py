"""The places to break: one text of one file for another, and the golden cases that are asked first.

A text that the code no longer holds exactly once stops the run: aim it again at the line that does the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    what: str
    file: str
    old: str
    new: str
    cases: str
    """Which golden cases: a word as `pytest -k` takes it."""


PLACES = (
    Place("divide: ties go to the larger id", "exact.py",
          "-rest[rows], tie[rows])", "-rest[rows], -tie[rows])", "worked or credit"),
    Place("half up becomes half down", "exact.py",
          "2 * np.abs(top) + bottom,", "2 * np.abs(top) + bottom - 1,", "rounding"),
    Place("an edge belongs to the band below", "pay/accelerators.py",
          "(edge <= position)", "(edge < position)", "accelerators"),
    Place("running totals run on over windows", "pay/accelerators.py",
          "before = running_total(credit, group)", "before = running_total(credit, payee)", "accelerators"),
    Place("clawbacks end a day early", "pay/clawbacks.py",
          "(day < rule.ends.after(close))", "(day < rule.ends.after(close) - 1)", "losses"),
    Place("an event on the day reached is a clawback", "pay/clawbacks.py",
          "<= np.minimum(judged[hit[at]], as_of)", "< np.minimum(judged[hit[at]], as_of)", "losses"),
    Place("carve-outs are not deducted", "pay/overlays.py",
          "holds -= divide(taken,", "holds -= 0 * divide(taken,", "overlays"),
    Place("caps of a month last a quarter", "pay/limits.py",
          "plans.calendar.numbers(SPANS[per], close)",
          'plans.calendar.numbers(SPANS["quarter" if per == "month" else per], close)', "caps"),
    Place("the last day worked is a day too late", "pay/tranches.py",
          "(reached > last_day)", "(reached >= last_day)", "recovery"),
    Place("the exchange rate of the day before", "fx.py",
          "day[foreign])\n", "day[foreign] - 1)\n", "currency"),
    Place("a piece begins where the milestone does", "pay/milestones.py",
          "np.where(follows, np.roll(top, 1), 0)", "np.zeros_like(top)", "milestones"),
    Place("`within` excludes its last day", "pay/milestones.py",
          "(evidence > deadline)", "(evidence >= deadline)", "worked"),
    Place("contraction takes the oldest deal first", "pay/losses.py",
          "np.lexsort((-deal, -deals.close[deal], ~first, at))",
          "np.lexsort((-deal, deals.close[deal], ~first, at))", "losses or worked"),
    Place("bonus: a gate that is met exactly fails", "retention/rates.py",
          "(met_at and over == 0)", "False", "w17 or bonuses"),
    Place("bonus: a point of the curve pays what lies below it", "plan/metrics.py",
          "if at < first.at:", "if at <= first.at:", "bonuses"),
    Place("bonus: the last day worked is not paid", "pay/people.py",
          "ends - begins + 1", "ends - begins", "bonuses"),
    Place("bonus: held a day less than asked", "pay/scopes.py",
          "least.before(np.asarray([day]))[0]) + 1", "least.before(np.asarray([day]))[0]) + 2", "bonuses"),
    Place("bonus: the year to date is paid anew each period", "pay/bonuses.py",
          "self._rounded(one, one.share) - one.before", "self._rounded(one, one.share)", "bonuses"),
    Place("bonus: a closed quarter is measured by today's holders", "pay/metric_pins.py",
          'if not ((rows["fact"]', 'if True or not ((rows["fact"]', "bonuses"),
    Place("modifier: exactly the target is too low", "pay/modifiers.py",
          "elif not reaches(value, floor):", "elif not reaches(value, floor, met_at=False):", "modifiers"),
    Place("modifier: before caps", "pay/modifiers.py",
          "if kind not in (SPIFF, MODIFIER)]", 'if kind not in (SPIFF, MODIFIER, "cap")]', "modifiers"),
    Place("modifier: losses judged by the end of its window", "pay/clawbacks.py",
          'tranches["judged"].to_numpy() if "judged" in tranches else reached', "reached", "modifiers"),
    Place("all of the gross may be recovered", "pay/netting.py",
          "round_ratio((gross, rule.at_most_ppm), (PPM,), rule.plan.plan.rounding)", "gross", "recovery"),
)  # fmt: skip

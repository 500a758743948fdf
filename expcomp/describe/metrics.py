"""Pay by metrics: bonuses along a curve, modifiers of commission, and how retention is counted."""

from collections.abc import Iterator

from expcomp.describe.document import Grid, Part, Points, Sentences
from expcomp.describe.view import View
from expcomp.describe.wording import METRICS, amount, listed, where
from expcomp.money import percent
from expcomp.pay.trace import multiplier
from expcomp.plan.metrics import Bonus, Modifier, Retention
from expcomp.plan.scalars import read_money

SCOPES = {"portfolio": "over your portfolio", "segment": "over your segment", "team": "over your team",
          "reports": "over those who report to you", "company": "over the whole company"}  # fmt: skip
PARTS = {"month": "a twelfth of it each month", "quarter": "a quarter of it each quarter",
         "half": "a half of it each half-year", "year": "once a year"}  # fmt: skip

EACH = {"month": "a month", "quarter": "a quarter", "half": "a half-year", "year": "a year"}


def bonuses(view: View) -> Iterator[Part]:
    for bonus in view.plan.bonuses:
        if bonus.role and not view.sees([bonus.role]):
            continue
        yield Sentences(_bonus(view, bonus))
        yield Grid(
            (_measured(bonus), "pays"), tuple(_curve(bonus)), f"Pay curve of the {bonus.name}", frozenset({"pays"})
        )
        yield Points(tuple(_terms(bonus)))


def _bonus(view: View, bonus: Bonus) -> str:
    who = f"the {bonus.role}" if bonus.role else "everybody"
    only = f" where {where(bonus.for_, view.currency)}" if bonus.for_ else ""
    window = f", measured over the {bonus.window}" if bonus.window else ""
    return (
        f"{bonus.name}, for {who}{only}: it follows {METRICS[bonus.metric]} {SCOPES[bonus.scope]}{window}. "
        f"At 100% of the curve it pays {_target(view, bonus)}."
    )


def _target(view: View, bonus: Bonus) -> str:
    share, of, base = bonus.pays.partition(" of ")
    if of:
        return f"{share} of your annual {base.replace('_', ' ')}, {PARTS[bonus.per]}"
    return f"{amount(read_money(bonus.pays, view.currency), view.currency)} {EACH[bonus.per]}"


def _measured(bonus: Bonus) -> str:
    return "metric" if bonus.curve_on == "value" else "metric, of its target"


def _curve(bonus: Bonus) -> Iterator[tuple[str, str]]:
    first, last = bonus.curve[0], bonus.curve[-1]
    yield f"below {percent(first.at)}", percent(bonus.below)
    for point in bonus.curve:
        yield f"at {percent(point.at)}", percent(point.pays)
    yield f"above {percent(last.at)}", percent(last.pays if bonus.above is None else bonus.above)


def _terms(bonus: Bonus) -> Iterator[str]:
    yield "Between two points of the curve, pay rises in a straight line."
    if bonus.portfolio:
        least = f", for at least {bonus.portfolio.at_least}" if bonus.portfolio.at_least else ""
        yield f"An account counts if you hold it at the {bonus.portfolio.held_at} of the window{least}."
    for metric, bound in bonus.gate.items():
        yield f"It pays nothing unless {METRICS[metric]} is {_bound(bound)}."
    yield (
        "Whoever joins or leaves inside the period is paid by days."
        if bonus.prorate == "days"
        else "Whoever joins or leaves inside the period is not paid by days: it is not prorated."
    )
    if bonus.accrues == "year_to_date":
        yield "It counts over the year to date: the target so far times the curve, less what earlier periods paid."


def _bound(bound: str) -> str:
    """`>= 90%` → `at least 90%`"""
    words = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}
    sign = next((sign for sign in words if bound.startswith(sign)), "")
    rest = bound.removeprefix(sign).strip()
    return f"{words.get(sign, '')} {'the target of the segment' if rest == 'target' else rest}".strip()


def modifiers(view: View) -> Iterator[Part]:
    shown = [modifier for modifier in view.plan.modifiers if view.sees(modifier.roles)]
    if shown:
        yield Points(tuple(map(_modifier, shown)))


def _modifier(rule: Modifier) -> str:
    below = "its target" if rule.below == "target" else rule.below
    return (
        f"{rule.name}: in a fiscal {rule.window} in which {METRICS[rule.metric]} {SCOPES[rule.scope]} is below "
        f"{below}, what commission and overlays pay to the {listed(rule.roles)}, first reached in that {rule.window}, "
        f"is multiplied by {multiplier(rule.multiplier)}, after caps."
    )


def retention(view: View) -> Iterator[Part]:
    rules = view.plan.retention
    if rules is None:
        return
    if rules.targets:
        rows = tuple(
            (target.segment or "every other", percent(target.nrr), percent(target.grr)) for target in rules.targets
        )
        yield Grid(("segment", "NRR", "GRR"), rows, "Targets", frozenset({"NRR", "GRR"}))
    yield Points(tuple(_counted(rules)))


def _counted(rules: Retention) -> Iterator[str]:
    if rules.window:
        yield f"Retention is measured over {rules.window}."
    yield f"In reports, accounts are grouped by the {rules.cohort} in which they became customers."
    if rules.rollup != "none":
        whose = "parent" if rules.rollup == "parent" else "topmost parent"
        yield f"In reports, accounts count with their {whose}; pay stays with the account's own people."
    if rules.min_accounts > 1:
        yield f"Reports show no rate for fewer than {rules.min_accounts} accounts."
    if rules.strict_lapse:
        yield "Who lapsed inside the window is lost, even if they came back."
    if rules.grr_path == "running_min":
        yield "GRR counts an account at the lowest value it had inside the window."
    if rules.reactivation_reset:
        yield f"A customer who returns counts as new after {rules.reactivation_reset}."
    if rules.baseline_offset:
        yield f"The base is taken {rules.baseline_offset} months after the start."
    yield f"Paused subscriptions count as {rules.pause}, usage as {rules.usage_basis}."
    yield f"Contracted price rises (escalators): {rules.escalator}."

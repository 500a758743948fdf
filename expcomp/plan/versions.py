"""All plans in force together: their versions, and which version pays which deal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from zoneinfo import ZoneInfo

from expcomp.diagnostics import Code, Finding, Refused
from expcomp.period import NEVER, FiscalCalendar, to_day
from expcomp.plan.conditions import Condition
from expcomp.plan.model import Plan

SAME_DAY = Code("E320", "two-versions-on-one-day")
DISAGREE = Code("E321", "plans-disagree")
NONE = Code("E323", "no-plan-given")
EDITED = Code("L104", "used-plan-edited")


@dataclass(frozen=True)
class PlanSet:
    """Versions sorted by (id, first day); a version runs until the next of its id, or its own end."""

    versions: tuple[Plan, ...]

    @property
    def currency(self) -> str:
        return self.versions[0].plan.currency

    @property
    def currencies(self) -> list[str]:
        """The currency of each version."""
        return [plan.plan.currency for plan in self.versions]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.versions[0].plan.timezone)

    @property
    def calendar(self) -> FiscalCalendar:
        return self.versions[0].calendar

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """First and last day of each version."""
        spans = []
        for index, plan in enumerate(self.versions):
            effective = plan.plan.effective
            last = to_day(effective.to) if effective.to else NEVER
            following = self.versions[index + 1] if index + 1 < len(self.versions) else None
            if following and following.plan.id == plan.plan.id:
                last = min(last, to_day(following.plan.effective.from_) - 1)
            spans.append((to_day(effective.from_), last))
        return tuple(spans)

    def in_force(self, day: int) -> list[Plan]:
        return [p for p, (first, last) in zip(self.versions, self.spans, strict=True) if first <= day <= last]

    def about_period(self, last_day: int) -> Plan:
        """The version whose `recovery` and `leavers` hold for a period: in force on its last day.

        Plans of several ids agree on these blocks; before the first version, the first one holds.
        """
        return (self.in_force(last_day) or [self._nearest(last_day)])[0]

    def _nearest(self, day: int) -> Plan:
        past = [p for p, (first, _) in zip(self.versions, self.spans, strict=True) if first <= day]
        return past[-1] if past else self.versions[0]

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition any version puts on a deal."""
        return tuple(c for plan in self.versions for c in conditions_of(plan))


def conditions_of(plan: Plan) -> Iterable[Condition]:
    yield from plan.plan.applies
    for block in (plan.ownership, plan.overlays.values(), plan.rates, plan.payout, plan.guardrails, plan.spiffs):
        for record in block:
            yield from record.when
    if plan.activation:
        yield from plan.activation.when


def judged_at_close(plans: PlanSet, plan: Plan) -> Iterable[Condition]:
    """The conditions on a deal of this version that are judged at its close date, and never again."""
    for other in plans.versions:
        yield from other.plan.applies
    waits = [rule for rule in plan.guardrails if rule.action == "hold"]
    for block in (plan.ownership, plan.overlays.values(), plan.rates, plan.payout, plan.guardrails, plan.spiffs):
        yield from (condition for record in block if record not in waits for condition in record.when)


def plan_set(plans: Sequence[Plan]) -> PlanSet:
    """Plans that may be in force together. Raises `Refused` where they contradict each other."""
    if not plans:
        raise Refused(NONE.at(None, "there is no plan", "put a plan in plans/, or name one with --plan"))
    versions = sorted(plans, key=lambda plan: (plan.plan.id, plan.plan.effective.from_))
    findings = [*same_day(versions), *disagreements(versions)]
    if findings:
        raise Refused(findings)
    return PlanSet(tuple(versions))


def refuse_edited(plans: PlanSet, used: Mapping[tuple[str, str], str]) -> None:
    """Raises `Refused` (L104) for a plan that is not what a closed period was paid by. `used`: (id, version) of every
    version that closed periods used, and its hash."""
    findings = []
    for plan in plans.versions:
        was = used.get((plan.plan.id, str(plan.plan.version)), plan.hash)
        if was != plan.hash:
            message = (
                f"{plan.label} was changed after a period was closed by it: its rules had the hash {was[:12]} and have "
                f"{plan.hash[:12]}"
            )
            help_ = f"undo the change; new rules are a version of their own:  version: {plan.plan.version + 1}"
            findings.append(EDITED.at(plan.plan.key_at("version"), message, help_))
    if findings:
        raise Refused(findings)


def same_day(versions: Sequence[Plan]) -> Iterable[Finding]:
    """Versions of one id that begin on one day; `versions` are sorted by id and first day."""
    for (id_, start), same in groupby(versions, key=lambda p: (p.plan.id, p.plan.effective.from_)):
        first, *others = same
        for other in others:
            message = f"{other.label} begins on {start}, and so does version {first.plan.version} in {first.path}"
            yield SAME_DAY.at(
                other.plan.effective.key_at("from"), message, f"give each version of {id_} its own first day"
            )


def disagreements(versions: Sequence[Plan]) -> Iterable[Finding]:
    """What plans that are in force together must have in common, and have not."""
    first = versions[0]
    for other in versions[1:]:
        for key in ("timezone", "fiscal_year_starts"):
            mine, theirs = getattr(first.plan, key), getattr(other.plan, key)
            if mine != theirs:
                message = f"{key} is {theirs} here and {mine} in {first.path}: plans of one project agree on it"
                yield DISAGREE.at(other.plan.key_at(key), message)
        if other.plan.id != first.plan.id:
            yield from _bonuses_alike(first, other)
            for block in ("recovery", "leavers"):
                if getattr(first, block).model_dump() != getattr(other, block).model_dump():
                    message = f"{block} differs from {first.path}: a payee's pay is netted once, over all plans"
                    yield DISAGREE.at(getattr(other, block).place, message)


def _bonuses_alike(first: Plan, other: Plan) -> Iterable[Finding]:
    """Bonuses of two ids that bear one name: what they pay could not be told apart."""
    names = {bonus.name for bonus in first.bonuses}
    for bonus in other.bonuses:
        if bonus.name in names:
            message = f'the bonus "{bonus.name}" is in {first.path} too, and lines are told apart by its name'
            yield DISAGREE.at(bonus.place, message, "give each its own name")

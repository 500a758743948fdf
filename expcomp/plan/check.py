"""Checks across a plan's blocks: what cannot be paid by is refused before any data is read."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from expcomp.diagnostics import Code, Finding, Place
from expcomp.money import percent
from expcomp.period import Duration, Unit
from expcomp.plan.check_metrics import WINDOW, check_metrics
from expcomp.plan.check_signals import DURATION, ZONE, check_signals
from expcomp.plan.conditions import FIELDS, UNKNOWN_FIELD
from expcomp.plan.model import Accelerator, Clawback, Plan, Role, Schedule, Tier
from expcomp.plan.scalars import WHOLE
from expcomp.suggest import did_you_mean

CREDIT_SUM = Code("E301", "credit-not-100-percent")
MILESTONE_SUM = Code("E302", "milestones-not-100-percent")
BANDS = Code("E303", "bands-do-not-rise")
NO_RATE = Code("E304", "role-without-rate")
UNKNOWN_NAME = Code("E306", "unknown-name")
SOURCE = Code("E308", "role-source")
LAST_OPEN = Code("E309", "last-one-not-open")
TWICE = Code("E311", "named-twice")
DATES = Code("E313", "dates-backwards")
HIDDEN_TIER = Code("E315", "tier-behind-an-open-one")
BOTH_FAMILIES = Code("E314", "family-covered-and-counted")

DAY_UNITS = (Unit.DAYS, Unit.WEEKS, Unit.MONTHS)
SOURCES = ("account.", "deal.", "team.", "signal.")


def check_plan(plan: Plan) -> Iterator[Finding]:
    """Every finding that keeps the plan from being paid by."""
    yield from _identity(plan)
    yield from _roles(plan)
    yield from _ownership(plan)
    yield from _names(plan)
    yield from _rates(plan)
    for accelerator in plan.accelerators:
        yield from _accelerator(accelerator)
    yield from _schedules(plan)
    yield from _durations(plan)
    yield from check_signals(plan.signals)
    yield from _unique(plan)
    yield from _declared(plan)
    yield from check_metrics(plan)


def _identity(plan: Plan) -> Iterator[Finding]:
    head = plan.plan
    try:
        ZoneInfo(head.timezone)
    except (KeyError, ValueError, OSError):
        help_ = "write it like America/New_York or UTC"
        yield ZONE.at(head.key_at("timezone"), f'"{head.timezone}" is no time zone', help_)
    if head.effective.to and head.effective.to < head.effective.from_:
        yield DATES.at(head.effective.key_at("to"), "the plan ends before it begins")
    for family in set(head.covers) & set(head.counts_toward_quota):
        message = f"{family} is covered, so it fills quotas already: it cannot only count as well"
        yield BOTH_FAMILIES.at(head.key_at("counts_toward_quota"), message)
    for spiff in plan.spiffs:
        if spiff.between.to < spiff.between.from_:
            yield DATES.at(spiff.between.key_at("to"), f"the SPIFF {spiff.name} ends before it begins")


def _roles(plan: Plan) -> Iterator[Finding]:
    for name, role in plan.roles.items():
        source = role.from_
        if source.startswith("manager of "):
            yield from _known(source.removeprefix("manager of ").strip(), plan.roles, "role", role.place)
        elif not source.startswith(SOURCES) or source.endswith("."):
            help_ = "write account.<column>, deal.<column>, team.<role>, signal.logged_by, or manager of <role>"
            yield SOURCE.at(role.key_at("from"), f'"{source}" is no place where a holder is found', help_)
        elif source.startswith("signal.") and source not in ("signal.logged_by", "signal.assigned_to"):
            yield SOURCE.at(role.key_at("from"), f'"{source}": a signal names logged_by and assigned_to')
        yield from _vacant(name, role, plan)
        if _runs_in_circles(name, plan):
            yield SOURCE.at(role.place, f"the role {name} leads back to itself")


def _vacant(name: str, role: Role, plan: Plan) -> Iterator[Finding]:
    if role.falls_to:
        yield from _known(role.falls_to, plan.roles, "role", role.place)
    elif role.vacant not in ("error", "forfeit"):
        help_ = "write error, forfeit, or  to <role>"
        yield SOURCE.at(role.key_at("vacant"), f'vacant: "{role.vacant}" of the role {name} says nothing', help_)


def _runs_in_circles(name: str, plan: Plan) -> bool:
    def next_of(role: Role) -> Iterator[str]:
        yield role.falls_to
        yield role.from_.removeprefix("manager of ").strip() if role.from_.startswith("manager of ") else ""

    seen, ahead = set[str](), [name]
    while ahead:
        role = plan.roles.get(ahead.pop())
        for other in next_of(role) if role else ():
            if other == name:
                return True
            if other and other not in seen:
                seen.add(other)
                ahead.append(other)
    return False


def _ownership(plan: Plan) -> Iterator[Finding]:
    open_ = next((number for number, tier in enumerate(plan.ownership) if not tier.when), len(plan.ownership))
    for tier in plan.ownership[open_ + 1 :]:
        message = f"no deal reaches the tier {tier.tier}: {plan.ownership[open_].tier} above it has no `when`"
        yield HIDDEN_TIER.at(tier.place, message, f"move it above {plan.ownership[open_].tier}")
    for tier in plan.ownership:
        for block in ("credit", "renewal"):
            yield from _sums_to_whole(tier, block)
        for block in ("credit", "renewal", "quota_credit"):
            for role in getattr(tier, block) or {}:
                yield from _known(role, plan.roles, "role", tier.key_at(block))


def _sums_to_whole(tier: Tier, block: str) -> Iterator[Finding]:
    shares = getattr(tier, block)
    if shares is not None and sum(shares.values()) != WHOLE:
        total = sum(shares.values())
        message = f"the {block} of tier {tier.tier} adds up to {percent(total)}, not 100%"
        yield CREDIT_SUM.at(tier.key_at(block), message, _off(total))


def _off(total: int) -> str:
    return f"{percent(abs(total - WHOLE))} {'is too much' if total > WHOLE else 'is missing'}"


def _names(plan: Plan) -> Iterator[Finding]:
    tiers = [tier.tier for tier in plan.ownership]
    for name, overlay in plan.overlays.items():
        yield from _known(overlay.role, plan.roles, "role", overlay.key_at("role"))
        for tier in () if overlay.tiers == "all" else overlay.tiers:
            yield from _known(tier, tiers, f"tier (of the overlay {name})", overlay.key_at("tiers"))
    for block in (plan.rates, plan.accelerators, plan.caps, plan.spiffs):
        for record in block:
            yield from _known(record.role, plan.roles, "role", record.key_at("role"))
    for modifier in plan.modifiers:
        for role in modifier.roles:
            yield from _known(role, plan.roles, "role", modifier.key_at("roles"))
    for bonus in plan.bonuses:
        if bonus.role:
            yield from _known(bonus.role, plan.roles, "role", bonus.key_at("role"))


def _known(name: str, names: Iterable[str], what: str, place: Place) -> Iterator[Finding]:
    names = list(names)
    if name not in names:
        help_ = did_you_mean(name, names) or f"there are {', '.join(names)}"
        yield UNKNOWN_NAME.at(place, f'there is no {what} "{name}"', help_)


def _rates(plan: Plan) -> Iterator[Finding]:
    """A credited role needs a rate; whether one fits every deal is seen on the deals."""
    rated = {rate.role for rate in plan.rates}
    missing: dict[str, Tier] = {}
    for tier in plan.ownership:
        for role in [*tier.credit, *(tier.renewal or {} if "renewal" in plan.plan.covers else {})]:
            if role not in rated and role in plan.roles:
                missing.setdefault(role, tier)
    for role, tier in missing.items():
        message = f"tier {tier.tier} credits {role}, and no rate names it"
        yield NO_RATE.at(tier.key_at("credit"), message, f"add  - {{role: {role}, rate: …%}}  under rates")


def _accelerator(rule: Accelerator) -> Iterator[Finding]:
    if not rule.bands:
        yield BANDS.at(rule.place, "an accelerator without bands multiplies by nothing")
        return
    *inner, last = rule.bands
    if last.below is not None:
        yield LAST_OPEN.at(last.place, "the last band has an end: what lies beyond it would have no multiplier")
    previous = None
    for band in inner:
        if band.below is None:
            yield LAST_OPEN.at(band.place, "only the last band is open: this one hides those after it")
            continue
        if previous is not None and band.below.value <= previous:
            yield BANDS.at(band.place, "this band does not end above the one before it")
        previous = band.below.value
        if band.below.is_share != (rule.measure == "attainment"):
            form = "a share of quota like 100%" if rule.measure == "attainment" else "an amount like 100k"
            yield BANDS.at(band.place, f"measure: {rule.measure} needs its edges as {form}")
    if rule.window == "deal" and rule.measure == "attainment":
        yield WINDOW.at(rule.place, "a deal has no quota: window: deal goes with measure: credited")


def _schedules(plan: Plan) -> Iterator[Finding]:
    if not plan.payout:
        yield LAST_OPEN.at(plan.place, "there is no payout schedule")
        return
    if plan.payout[-1].when:
        message = (
            f"the last schedule, {plan.payout[-1].schedule}, has a `when`: a deal that fits none has no milestones"
        )
        yield LAST_OPEN.at(plan.payout[-1].place, message)
    for schedule in plan.payout:
        total = sum(milestone.pays for milestone in schedule.milestones)
        if total != WHOLE:
            message = f"the milestones of {schedule.schedule} add up to {percent(total)}, not 100%"
            yield MILESTONE_SUM.at(schedule.key_at("milestones"), message, _off(total))
        yield from _milestones(schedule)


def _milestones(schedule: Schedule) -> Iterator[Finding]:
    seen = set[str]()
    for milestone in schedule.milestones:
        if milestone.name in seen:
            yield TWICE.at(milestone.place, f"{schedule.schedule} has two milestones called {milestone.name}")
        seen.add(milestone.name)
        timed = milestone.on in ("retained", "date")
        if timed != (milestone.after is not None):
            message = (
                f"on: {milestone.on} needs  after:"
                if timed
                else f"after: goes with retained and date, not {milestone.on}"
            )
            yield WINDOW.at(milestone.place, message)


def _durations(plan: Plan) -> Iterator[Finding]:
    """Days are counted in days, weeks and months; hours and business days belong to the clocks of signals."""
    for milestone in (m for schedule in plan.payout for m in schedule.milestones):
        yield from _in_days(milestone.after, milestone)
        yield from _in_days(milestone.within, milestone)
    for rule in plan.clawbacks:
        yield from _clawback(rule)
    yield from _in_days(plan.signals.lookback, plan.signals)


def _clawback(rule: Clawback) -> Iterator[Finding]:
    yield from _in_days(rule.until, rule)
    if isinstance(rule.recovers, tuple):
        if not rule.recovers:
            yield WINDOW.at(rule.place, f"{rule.name} recovers in no steps at all")
        for step in rule.recovers:
            yield from _in_days(step.until, step)
        for earlier, step in zip(rule.recovers, rule.recovers[1:], strict=False):
            if step.until.unit is earlier.until.unit and step.until.count <= earlier.until.count:
                yield BANDS.at(step.place, f"this step of {rule.name} does not end after the one before it")
    elif rule.until is None:
        yield WINDOW.at(rule.place, f"{rule.name} needs  until:  to know when it ends")


def _in_days(duration: Duration | None, record: object) -> Iterator[Finding]:
    place = getattr(record, "place", None)
    if duration is not None and duration.unit not in DAY_UNITS:
        yield DURATION.at(place, f"{duration} is a clock's measure: write days, weeks or months here")


def _declared(plan: Plan) -> Iterator[Finding]:
    """Further export columns stand beside the fields of the language; they do not replace them."""
    for name in plan.plan.fields:
        subject, _, column = name.partition(".")
        if name in FIELDS:
            yield TWICE.at(plan.plan.key_at("fields"), f"{name} is a field of the plan language: it is not declared")
        elif subject not in ("deal", "account", "payee", "signal") or not column:
            message = f'"{name}" is no column: write deal.<column>, account.<column>, payee.<column> or signal.<column>'
            yield UNKNOWN_FIELD.at(plan.plan.key_at("fields"), message)


EVERY_OTHER = "every other segment"


def _unique(plan: Plan) -> Iterator[Finding]:
    targets = plan.retention.targets if plan.retention else ()
    blocks: dict[str, list[tuple[str, Place]]] = {
        "tier": [(tier.tier, tier.place) for tier in plan.ownership],
        "schedule": [(schedule.schedule, schedule.place) for schedule in plan.payout],
        "SPIFF": [(spiff.name, spiff.place) for spiff in plan.spiffs],
        "bonus": [(bonus.name, bonus.place) for bonus in plan.bonuses],
        "modifier": [(modifier.name, modifier.place) for modifier in plan.modifiers],
        "target": [(row.segment.strip() or EVERY_OTHER, row.place) for row in targets],
    }
    for what, named in blocks.items():
        seen: dict[str, Place] = {}
        for name, place in named:
            if name.casefold() in seen:
                message = f'a {what} called "{name}" stands already on line {seen[name.casefold()].line}'
                yield TWICE.at(place, message)
            seen.setdefault(name.casefold(), place)

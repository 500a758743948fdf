"""When pay is taken back: churn, contraction, how negatives are recovered, and what happens to leavers."""

from collections.abc import Iterator

from expcomp.describe.document import Grid, Part, Points, Sentences
from expcomp.describe.samples import Sample
from expcomp.describe.view import View
from expcomp.describe.worked import lines_of
from expcomp.describe.worked_losses import clawback_tables
from expcomp.money import percent
from expcomp.plan.model import Clawback

EVENTS = {"churn": "the customer leaves (churn)", "contraction": "the customer shrinks (contraction)"}


def clawbacks(view: View) -> Iterator[Part]:
    yield Sentences(
        "A part not reached before the day on which the customer leaves is never paid. When the customer shrinks, "
        "parts reached from that day on are paid on what is left of the deal."
    )
    rules = view.plan.clawbacks
    if rules:
        yield Sentences(
            "Parts reached before that day, where they may be taken back, are taken back by the first rule that fits "
            "the event and its day:"
        )
        yield Grid(
            ("rule", "if", "until", "taken back"),
            tuple((rule.name, EVENTS[rule.event], _until(rule), _recovers(rule)) for rule in rules),
            "Clawbacks",
        )
        yield Sentences("The day of the close is day 0, and the last day named is no longer included.")
    for event, words in EVENTS.items():
        if not any(rule.event == event for rule in rules):
            yield Sentences(f"Nothing that was reached is taken back when {words}.")
    if any(rule.event == "contraction" for rule in rules):
        yield Sentences(
            "What a contraction takes comes from the account's newest deal first (the same product first, where the "
            "contraction names one); what is over falls on the base contract. Of a deal that lost a share, that share "
            "of its pay is concerned."
        )
    if view.plan.events and view.plan.events.churn_grace:
        grace = view.plan.events.churn_grace
        yield Sentences(
            f"Where churn is seen from subscriptions, a gap shorter than {grace} is a late renewal, not churn."
        )
    yield Sentences("A customer who comes back later restores nothing: that is a new deal.")
    yield from _worked(view)


def _until(rule: Clawback) -> str:
    return f"{rule.ends} after the close date"


def _recovers(rule: Clawback) -> str:
    if rule.recovers == "linear":
        return f"the days not yet served, of all days from the close date to {rule.ends} after it"
    if isinstance(rule.recovers, int):
        return percent(rule.recovers)
    return ", ".join(f"{percent(step.share)} until {step.until}" for step in rule.recovers)


def _worked(view: View) -> Iterator[Part]:
    """One deal of the reader's, with the events that some rule answers."""
    events = [event for event in EVENTS if any(rule.event == event for rule in view.plan.clawbacks)]
    told = _telling(view)
    if events and told is not None:
        role, sample = told
        yield from clawback_tables(view.plan, events, sample, role)


def _telling(view: View) -> tuple[str, Sample] | None:
    """The role and the deal with the most parts."""
    found = [
        (role, sample) for sample in view.samples for role, _ in lines_of(sample, "credit") if role in view.credited
    ]
    return max(found, key=lambda one: one[1].tranches["milestone"].nunique(), default=None)


def recovery(view: View) -> Iterator[Part]:
    rule = view.plan.recovery
    limit = (
        "What is taken back may use up all of your gross pay of a period."
        if rule.at_most == 1_000_000
        else f"What is taken back uses at most {percent(rule.at_most)} of your gross pay of a period."
    )
    rest = (
        "What is left is carried forward and taken from the pay of later periods, within the same limit."
        if rule.carry_forward
        else "What is left is written off."
    )
    yield Sentences(
        f"{limit} {rest} Pluses and minuses of one deal in one period are set against each other first, without a "
        "limit."
    )


def leavers(view: View) -> Iterator[Part]:
    rule = view.plan.leavers
    later = "is not paid" if rule.unreached == "forfeit" else "is still paid"
    owed = (
        "From the first period that begins after it, an open balance is no longer taken from you."
        if rule.recover == "stop"
        else "From the first period that begins after it, an open balance is taken from what you are still paid, "
        "without the limit above."
    )
    yield Points((
        f"A part of a deal that is reached after your last day {later}.",
        "What is reached on your last day, and roles held on it, still count.",
        owed,
    ))  # fmt: skip

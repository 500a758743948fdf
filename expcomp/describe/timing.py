"""When a deal is paid: schedules of milestones, what counts as activated, and what makes pay wait."""

from collections.abc import Iterator

from expcomp.describe.document import Grid, Part, Points, Sentences
from expcomp.describe.view import View
from expcomp.describe.wording import deals_where, where
from expcomp.money import percent
from expcomp.plan.model import Guardrail, Milestone


def schedules(view: View) -> Iterator[Part]:
    yield Sentences(
        "Commission and overlays are paid in parts. A part is paid for the pay period in which it is reached; nothing "
        "is reached before the close date."
    )
    for number, schedule in enumerate(view.plan.payout):
        every = "every other deal" if number else "every deal"
        caption = f"Schedule {schedule.schedule}: {deals_where(schedule.when, view.currency, every)}"
        rows = tuple((m.name, percent(m.pays), _reached(m), _status(m)) for m in schedule.milestones)
        yield Grid(("part", "share", "reached", "may be taken back"), rows, caption, frozenset({"share"}))
    yield from map(Sentences, _activation(view))


def _reached(milestone: Milestone) -> str:
    words = {
        "closed_won": "on the close date",
        "activated": "when the customer is activated",
        "paid": "as the customer pays: collected so far, of all that is invoiced",
        "retained": f"{milestone.after} after the close date, on what is left of the deal then",
        "date": f"{milestone.after} after the close date",
    }
    reached = words.get(milestone.on, f"when {milestone.on} is recorded for the deal")
    limit = f", at most {milestone.within} after the close date; later it is not paid" if milestone.within else ""
    return reached + limit


def _status(milestone: Milestone) -> str:
    return "yes" if milestone.status == "advance" else "no, once reached"


def _activation(view: View) -> Iterator[str]:
    if view.plan.activation is None:
        if any(milestone.on == "activated" for schedule in view.plan.payout for milestone in schedule.milestones):
            yield "A customer is activated on the deal's activation date."
        return
    yield (
        "A customer is activated on the deal's activation date, or on the day of the first usage report at or after "
        f"the close date where {where(view.plan.activation.when, view.currency)}, whichever is earlier."
    )


def guardrails(view: View) -> Iterator[Part]:
    rules = view.plan.guardrails
    if not rules:
        return
    yield Points(tuple(_guardrail(view, rule) for rule in rules))
    if any(rule.action == "hold" for rule in rules):
        yield Sentences(
            "What waits is not lost: it counts as reached on the first later day on which the data shows that nothing "
            "holds it any more. If the customer leaves by that day, it is not paid. What was paid is never held again."
        )


def _guardrail(view: View, rule: Guardrail) -> str:
    what = f"{rule.name}: if {where(rule.when, view.currency)}"
    match rule.action:
        case "hold":
            return f"{what} on the day a part of the pay is reached, that part waits (commission, overlays and SPIFFs)."
        case "zero":
            return (
                f"{what} on the close date, the deal pays nothing, overlays and SPIFFs included. It still fills quotas."
            )
    return f"{what}, this is pointed out before pay is approved. It changes no pay."

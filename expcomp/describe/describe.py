"""A plan in plain language, for the people it pays."""

from expcomp.describe.basics import basics
from expcomp.describe.closing import examples, good_to_know
from expcomp.describe.commission import accelerators, caps, commission
from expcomp.describe.document import Document, section
from expcomp.describe.extras import overlays, spiffs
from expcomp.describe.losses import clawbacks, leavers, recovery
from expcomp.describe.metrics import bonuses, modifiers, retention
from expcomp.describe.signals import signals
from expcomp.describe.timing import guardrails, schedules
from expcomp.describe.view import View
from expcomp.describe.who import ownership, people
from expcomp.plan.model import Plan

SECTIONS = {
    "The plan": basics,
    "Who owns a deal, and who is credited": ownership,
    "Who holds which role": people,
    "What it pays": commission,
    "Accelerators": accelerators,
    "Caps": caps,
    "Beside the split": overlays,
    "SPIFFs": spiffs,
    "When it is paid": schedules,
    "What makes pay wait": guardrails,
    "When it is taken back": clawbacks,
    "How it is taken back": recovery,
    "When you leave": leavers,
    "Bonuses": bonuses,
    "Metrics that scale commission": modifiers,
    "Signals": signals,
    "Retention": retention,
    "The plan's own examples": examples,
    "Good to know": good_to_know,
}


def describe(plan: Plan, role: str = "") -> Document:
    """The whole plan, or what concerns the holders of one of its roles."""
    view = View(plan, role)
    name = plan.plan.name or plan.plan.id
    return Document(
        title=f"{name}, for the {role}" if role else name,
        lead=_lead(view),
        sections=tuple(one for title, parts in SECTIONS.items() for one in section(title, parts(view))),
        ending=f"Made from {plan.path}, rules {plan.hash}. Where this text and the plan differ, the plan counts.",
    )


def _lead(view: View) -> str:
    worked = (
        "The deals, people and quotas of the tables are imagined, but for the plan's own examples; what they are paid "
        "is computed by the calculator that computes your pay."
    )
    if not view.role:
        return f"What the plan says, in plain words. {worked}"
    others = [role for role in view.roles if role != view.role]
    also = f" What goes to whoever logs a signal ({', '.join(others)}) is shown too: that may be you." if others else ""
    return f"What the plan says to the {view.role}, in plain words.{also} {worked}"

"""What the plan pays on credited value: rates, accelerators and caps, with deals worked out."""

from collections.abc import Iterator

from expcomp.describe.document import Grid, Part, Points, Sentences
from expcomp.describe.view import View
from expcomp.describe.wording import amount, deals_where
from expcomp.describe.worked import commission_table
from expcomp.describe.worked_bands import accelerator_tables
from expcomp.money import percent
from expcomp.pay.trace import multiplier
from expcomp.plan.model import Accelerator, Edge

WINDOWS = {
    "deal": "on one deal",
    "month": "in a fiscal month",
    "quarter": "in a fiscal quarter",
    "year": "in a fiscal year",
}


def commission(view: View) -> Iterator[Part]:
    rates = [rate for rate in view.plan.rates if rate.role in view.roles]
    if not rates:
        yield Sentences(f"No commission is paid{f' to the {view.role}' if view.role else ''}: no rate names the role.")
        return
    yield Sentences(
        "Commission is the value credited times a rate. The first row that fits the role and the deal counts."
    )
    rows = tuple(
        (
            rate.role,
            deals_where(rate.when, view.currency, "every other deal" if later else "every deal"),
            _rate(rate.rate),
        )
        for rate, later in ((rate, any(r.role == rate.role for r in rates[:n])) for n, rate in enumerate(rates))
    )
    yield Grid(("role", "deals", "rate"), rows, "Rates")
    if any(rate.rate is None for rate in rates):
        yield Sentences("A payee's own rate is the annual target variable divided by the quota of the year.")
    yield from commission_table(view.plan, view.samples, view.credited)


def _rate(ppm: int | None) -> str:
    return "the payee's own: target variable ÷ quota" if ppm is None else percent(ppm)


def accelerators(view: View) -> Iterator[Part]:
    rules = [rule for role in view.roles if (rule := view.plan.accelerator(role))]
    worked = accelerator_tables(view.plan, rules, view.samples) if rules else {}
    for rule in rules:
        yield Sentences(_measured(rule))
        yield Grid((_edge_title(rule), "rate is multiplied by"), tuple(_bands(view, rule)), f"Bands of the {rule.role}")
        yield Sentences(_mode(rule))
        if rule.role in worked:
            yield worked[rule.role]
    flat = [role for role in view.credited if role not in {rule.role for rule in rules}]
    for role in flat:
        yield Sentences(f"The rate of the {role} is the same however much is credited: there is no accelerator for it.")


def _edge_title(rule: Accelerator) -> str:
    return "quota filled" if rule.measure == "attainment" else "value credited"


def _measured(rule: Accelerator) -> str:
    window = WINDOWS[rule.window]
    if rule.measure == "credited":
        return f"The rate of the {rule.role} changes with what is credited to them {window}."
    none = (
        "without one, nobody is paid until it is set"
        if rule.no_quota == "error"
        else "without one, the rate is not multiplied"
    )
    return (
        f"The rate of the {rule.role} changes with how much of their quota is filled {window}. The quota is the one "
        f"set for exactly that {rule.window}, else the sum of those of shorter periods that make it up; {none}."
    )


def _bands(view: View, rule: Accelerator) -> Iterator[tuple[str, str]]:
    low: Edge | None = None
    for band in rule.bands:
        reach = [f"from {_edge(view, low)}"] if low else []
        reach += [f"below {_edge(view, band.below)}"] if band.below else []
        yield ", ".join(reach) or "any", f"{multiplier(band.multiplier)}"
        low = band.below


def _edge(view: View, edge: Edge) -> str:
    return percent(edge.value) if edge.is_share else amount(edge.value, view.currency)


def _mode(rule: Accelerator) -> str:
    if rule.window == "deal":
        part = "Each part of a deal" if rule.mode == "marginal" else "All of a deal"
        return f"{part} gets the multiplier of the band it falls in."
    order = "Deals are counted in order of close date. What is later lost or taken back never lowers the count."
    if rule.mode == "marginal":
        return f"Each part of a deal gets the multiplier of the band it falls in. {order}"
    return (
        f"All deals of the {rule.window} get the multiplier of the band in which their total stands: when it rises, "
        f"earlier deals are paid the difference. {order}"
    )


def caps(view: View) -> Iterator[Part]:
    shown = [cap for cap in view.plan.caps if cap.role in view.roles]
    if shown:
        yield Points(
            tuple(
                f"The {c.role}: at most {amount(c.limit, view.currency)} of commission {WINDOWS[c.per]}." for c in shown
            )
        )
        yield Sentences(
            "What is over a cap is not paid. A cap holds the commission of one person in that role; overlays, SPIFFs "
            "and bonuses do not count toward it. Room under a cap is used in order of close date and is not given "
            "back when a deal is lost."
        )
    for role in view.credited:
        if role not in {cap.role for cap in shown}:
            yield Sentences(f"There is no cap on the commission of the {role}.")

"""Examples that do not hold, each with the arithmetic of the deals concerned."""

from collections.abc import Iterator, Sequence

from expcomp.diagnostics import Finding
from expcomp.lint.examples import run_examples
from expcomp.plan.model import Plan


def failed_examples(plans: Sequence[Plan]) -> Iterator[tuple[Finding, list[str]]]:
    """The arithmetic of a deal is told once in an example."""
    for plan in plans:
        told = set[tuple[int, str]]()
        for failure in run_examples(plan):
            arithmetic: list[str] = []
            for deal in failure.deals:
                if failure.sheet is not None and (id(failure.sheet), deal) not in told:
                    from expcomp.output.explain import explain_deal

                    told.add((id(failure.sheet), deal))
                    arithmetic += explain_deal(failure.sheet, deal).splitlines()
            yield failure.finding, arithmetic
